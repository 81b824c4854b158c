"""Messages to the user, and requests of others to change the user's data."""

from __future__ import annotations

from typing import Annotated, TypedDict

from aiohttp import web

from catmaid_server.domain.projects import messages
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class ListedMessage(TypedDict, total=False):
    """An unread message; the last entry has `id` -1 and counts notifications."""

    id: int
    title: str
    action: str
    text: str
    time: str
    notification_count: int


_NOTIFICATIONS: ListedMessage = {"id": -1, "notification_count": 0}


@routes.any("/messages/list", needs=Permission.NONE)
async def list_messages(call: Call, form: NoParameters) -> dict[int, ListedMessage]:
    """List unread messages, newest first, numbered; the last entry counts open notifications."""
    async with call.reading() as connection:
        unread = await messages.unread_messages(connection, call.user.id)
    listed: list[ListedMessage] = [
        {
            "id": message.id,
            "title": message.title,
            "action": message.action,
            "text": message.text,
            "time": str(message.time),
        }
        for message in unread
    ]
    return dict(enumerate([*listed, _NOTIFICATIONS]))


@routes.get("/messages/latestunreaddate", needs=Permission.NONE)
async def latest_unread_date(call: Call, form: NoParameters) -> dict[str, int | None]:
    """Give the time of the newest unread message, in seconds since 1970."""
    async with call.reading() as connection:
        newest = await messages.latest_unread_time(connection, call.user.id)
    return {"latest_unread_date": None if newest is None else int(newest.timestamp())}


@routes.any("/messages/{message_id}/mark_read", needs=Permission.NONE, label="messages.mark_read")
async def mark_read(
    call: Call, form: NoParameters
) -> Annotated[
    web.Response,
    Content(dict[str, bool], "application/json", 200, "`success`, where the message is about no page."),
    Content(str, "text/html", 302, "`Location` is the page that the message is about."),
]:
    """Mark a message as read, and go to the page it is about."""
    action = await messages.mark_read(call.tx, call.user.id, call.path["message_id"])
    if action.startswith("/"):  # a page of this service, wherever clients find that
        action = f"{external_url(call.request)}{action[1:]}"
    if action.startswith(("http://", "https://")):
        return web.Response(status=302, headers={"Location": action}, content_type="text/html")
    return web.json_response({"success": True})


class Notifications(TypedDict):
    """No requests."""

    iTotalRecords: int
    iTotalDisplayRecords: int
    aaData: list[list[str]]


@routes.any("/{project_id}/notifications/list", needs=Permission.BROWSE)
async def list_notifications(call: Call, form: NoParameters) -> Notifications:
    """List requests of others to change the user's data; here changes are made at once, so there are none."""
    return {"iTotalRecords": 0, "iTotalDisplayRecords": 0, "aaData": []}
