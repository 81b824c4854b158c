"""A WebSocket with one message for each committed version of a project."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated, TypedDict

import msgspec
from aiohttp import WSMsgType, web

from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.positions import Position
from catmaid_server.events.feed import Event, News, Subscription
from catmaid_server.events.presence import Guest, Guests, Person
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import Instant, milliseconds
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.http.sockets import MOST_MESSAGE_BYTES, end_when_refused

routes = Routes()

Coordinate = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]


class StartOfEvents(msgspec.Struct):
    """From where on to follow a project."""

    since: Annotated[int, msgspec.Meta(ge=0, le=2**62)] | None = None
    """A version, such as the last `settled`: what was committed after it is told first. By default nothing is."""


class PlaceOfFollower(msgspec.Struct):
    """Where a follower looks."""

    position: tuple[Coordinate, Coordinate, Coordinate]
    """nm"""
    section: Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)] | None = None


class Whereabouts(msgspec.Struct):
    """What a follower says of themselves; None if they look at nothing any more."""

    here: PlaceOfFollower | None


class ProjectEvent(TypedDict):
    """A committed version and what it changed."""

    version: int
    label: str
    user_id: int | None
    username: str | None
    time: Instant
    settled: int
    """All versions up to this one were told: from here on to follow after an interruption."""
    treenode_ids: list[int] | None
    """Treenodes that were created, changed or deleted, or whose links or tags were; null if more than 300."""
    connector_ids: list[int] | None
    """As `treenode_ids`."""
    skeleton_ids: list[int] | None
    """Skeletons of these treenodes, and those with a change of name, annotations or reviews; null if more than 300."""
    old_box: tuple[Position, Position] | None
    """Lower and upper corner (nm) around what changed, with its edges and links, as it was."""
    new_box: tuple[Position, Position] | None
    """The same as it is now."""


@routes.get("/{project_id}/events", needs=Permission.BROWSE)
async def events(
    call: Call, form: StartOfEvents
) -> Annotated[
    web.WebSocketResponse,
    Content(
        ProjectEvent,
        status=101,
        about="Messages of the socket. The first is `hello`, the newest version, with `settled` and the follower's "
        "`user_id`; `overrun` names the newest version where more were committed than are told one by one; `present` "
        "lists who else is here, and where: for who says so by a message such as "
        '`{"here": {"position": [x, y, z], "section": 5}}`, if the greeting has `"presence": true`.',
    ),
]:
    """Follow a project: one JSON message per committed version; it ends when the follower may not browse any more."""
    app = call.request.app
    feed, presence = app[keys.FEED], app[keys.PRESENCE]
    # Visitors who are not logged in are all one user: they are not shown, and see nobody.
    with_presence = app[keys.OPTIONS].presence and call.user.username != ANONYMOUS
    socket = web.WebSocketResponse(heartbeat=20, max_msg_size=MOST_MESSAGE_BYTES)
    async with (
        feed.subscribed(call.project_id, since=form.since) as subscription,
        presence.joined(call.project_id, call.user) as guest,
    ):
        await socket.prepare(call.request)
        app[keys.SOCKETS].add(socket)
        hello = {"hello": subscription.newest, "settled": subscription.settled, "user_id": call.user.id}
        await _send(socket, {**hello, "presence": with_presence})
        tasks = [
            asyncio.create_task(_forward(socket, subscription)),
            asyncio.create_task(end_when_refused(call, socket)),
        ]
        if with_presence:
            tasks.append(asyncio.create_task(_tell_who_is_here(socket, presence, guest)))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
                if with_presence and message.type is WSMsgType.TEXT:
                    _take(message.data, presence, guest)
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await task
    return socket


def _take(text: str, presence: Guests, guest: Guest) -> None:
    """Note where a follower is; what is no such message is ignored, as it always was."""
    try:
        place = msgspec.json.decode(text, type=Whereabouts).here
    except (msgspec.MsgspecError, RecursionError):
        return
    if place is None:
        presence.move(guest, None)
    else:
        presence.move(guest, place.position, place.section)


async def _tell_who_is_here(socket: web.WebSocketResponse, presence: Guests, guest: Guest) -> None:
    await guest.is_told.wait()
    people = presence.others(guest)
    while True:
        await _send(socket, {"present": [_shown(person) for person in people]})
        people = await presence.next_others(guest)


def _shown(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "user_id": person.user_id,
        "username": person.username,
        "position": person.position,
        "section": person.section,
    }


async def _forward(socket: web.WebSocketResponse, subscription: Subscription) -> None:
    while True:
        await _send(socket, _message(await subscription.next()))


def _message(news: News) -> object:
    if not isinstance(news, Event):
        return {"overrun": news.newest, "settled": news.settled}
    version, changes = news.version, news.changes
    return ProjectEvent(
        version=version.version,
        label=version.label,
        user_id=version.user_id,
        username=version.username,
        time=milliseconds(version.time),
        settled=news.settled,
        treenode_ids=changes.treenode_ids,
        connector_ids=changes.connector_ids,
        skeleton_ids=changes.skeleton_ids,
        old_box=changes.old_box,
        new_box=changes.new_box,
    )


async def _send(socket: web.WebSocketResponse, message: object) -> None:
    await socket.send_str(msgspec.json.encode(message).decode())
