"""The end of a worker that another one replaces: its connections are closed without losing a request.

A client that keeps a connection may send a request at the moment when we close it; browsers and proxies do not send
an edit a second time. So each connection gets one more answer, which says that the connection closes, and only
those are closed unasked that have been silent for longer than proxies and clients keep theirs.
"""

from __future__ import annotations

import asyncio

from aiohttp import WSCloseCode, web

from catmaid_server.http import keys
from catmaid_server.http.app import close_sockets

_SILENT_S = 75.0
"""nginx keeps idle connections for 60 s, aiohttp's client for 15 s."""
_LONGEST_S = 900.0
"""A copy of a large project may take minutes; beyond this, nobody waits."""
_POLL_S = 0.1


class Retirement:
    """Closes the connections of an application's server one after the other; to be made before the server starts."""

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._has_begun = False
        app.on_response_prepare.append(self._announce_close)

    async def close_connections(self, server: web.Server) -> None:
        """Return when no connection is left. WebSockets are closed at once: their clients connect again."""
        self._has_begun = True
        self._app[keys.WARM_TILES].close()
        now = asyncio.get_running_loop().time
        began = now()
        while server.connections and now() - began < _LONGEST_S:
            await close_sockets(self._app, WSCloseCode.SERVICE_RESTART, "The service is being updated; connect again.")
            if now() - began > _SILENT_S:
                server.pre_shutdown()
            await asyncio.sleep(_POLL_S)

    async def _announce_close(self, _request: web.Request, response: web.StreamResponse) -> None:
        if self._has_begun and not isinstance(response, web.WebSocketResponse):
            response.headers["Connection"] = "close"
            response.force_close()
