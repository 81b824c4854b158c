"""The WebSocket on which CATMAID tells its own front end of new messages and finished jobs."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Annotated

from aiohttp import web

from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.http.sockets import MOST_MESSAGE_BYTES, end_when_refused

routes = Routes()


@routes.get("/channels/updates/", needs=Permission.NONE)
async def updates(
    call: Call, form: NoParameters
) -> Annotated[web.WebSocketResponse, Content(None, status=101, about="No message is ever sent.")]:
    """Stay open for CATMAID's front end, which complains without; here no jobs run of which it could be told."""
    socket = web.WebSocketResponse(heartbeat=20, max_msg_size=MOST_MESSAGE_BYTES)
    await socket.prepare(call.request)
    call.request.app[keys.SOCKETS].add(socket)
    watch = asyncio.create_task(end_when_refused(call, socket))
    try:
        async for _ in socket:
            pass
    finally:
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await watch
    return socket
