"""A WebSocket with one message for each committed version of a project."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated, TypedDict

import msgspec
from aiohttp import WSMsgType, web

from catmaid_server.events.feed import Event
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import Instant, milliseconds
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.http.sockets import end_when_refused

routes = Routes()


class ProjectEvent(TypedDict):
    """A committed version."""

    version: int
    label: str
    user_id: int | None
    time: Instant


@routes.get("/{project_id}/events", needs=Permission.BROWSE)
async def events(
    call: Call, form: NoParameters
) -> Annotated[
    web.WebSocketResponse,
    Content(ProjectEvent, status=101, about="Messages of the socket; the first, `hello`, names the newest version."),
]:
    """Follow a project: one JSON message per committed version; it ends when the follower may not browse any more."""
    feed = call.request.app[keys.FEED]
    socket = web.WebSocketResponse(heartbeat=20)
    async with feed.subscribed(call.project_id) as queue:
        newest = await feed.newest(call.project_id)
        await socket.prepare(call.request)
        call.request.app[keys.SOCKETS].add(socket)
        tasks = [
            asyncio.create_task(_forward(socket, newest, queue)),
            asyncio.create_task(end_when_refused(call, socket)),
        ]
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await task
    return socket


async def _forward(socket: web.WebSocketResponse, newest: int, queue: asyncio.Queue[Event]) -> None:
    await _send(socket, {"hello": newest})
    while True:
        event = await queue.get()
        await _send(
            socket,
            {
                "version": event.version,
                "label": event.label,
                "user_id": event.user_id,
                "time": milliseconds(event.time),
            },
        )


async def _send(socket: web.WebSocketResponse, message: dict[str, object]) -> None:
    await socket.send_str(msgspec.json.encode(message).decode())
