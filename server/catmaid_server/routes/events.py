"""A WebSocket that tells of each committed version of a project."""

from __future__ import annotations

import asyncio
import contextlib

import msgspec
from aiohttp import WSMsgType, web

from catmaid_server import keys
from catmaid_server.compat.times import milliseconds
from catmaid_server.events.feed import Event
from catmaid_server.routing import Call, NoParameters, Permission, Routes

routes = Routes()


@routes.get("/{project_id}/events", needs=Permission.BROWSE)
async def events(call: Call, form: NoParameters) -> web.WebSocketResponse:
    """Follow a project: one JSON message per committed version."""
    feed = call.request.app[keys.FEED]
    socket = web.WebSocketResponse(heartbeat=20)
    async with feed.subscribed(call.project_id) as queue:
        newest = await feed.newest(call.project_id)
        await socket.prepare(call.request)
        call.request.app[keys.SOCKETS].add(socket)
        sender = asyncio.create_task(_forward(socket, newest, queue))
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await sender
    return socket


async def _forward(socket: web.WebSocketResponse, newest: int, queue: asyncio.Queue[Event]) -> None:
    await _send(socket, {"hello": newest})
    while True:
        event = await queue.get()
        await _send(socket, {"version": event.version, "label": event.label, "user_id": event.user_id,
                             "time": milliseconds(event.time)})


async def _send(socket: web.WebSocketResponse, message: dict[str, object]) -> None:
    await socket.send_str(msgspec.json.encode(message).decode())
