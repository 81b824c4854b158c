"""Tiles of the embedded service under the Jupyter server's own address.

A browser that reaches only the Jupyter server, as on a hub, fetches its tiles here. Only tiles and the version go
through, only by GET, only for users of this Jupyter server. The ticket in the address says to the service who asks:
no cookie, token or other header is passed on. They go over the service's Unix socket, never to its port, which
another program may have taken.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

import aiohttp
from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from yarl import URL

from catmaid_jupyter.api.embedded import default_data_dir, service_without_token
from catmaid_jupyter.api.errors import Unreachable
from catmaid_jupyter.api.http import Origin

PROXY_PATH: Final = (
    r"/catmaid-jupyter/proxy/"
    r"(version|-?\d+/stack/\d+/tiles/[0-9a-f]+/\d{1,2}/\d{1,9}/\d{1,9}/\d{1,9}\.(?:jpg|png))"
)

_FROM_BROWSER: Final = ("If-None-Match", "If-Modified-Since", "Range")
_TO_BROWSER: Final = (
    "Content-Type",
    "Content-Length",
    "Content-Range",
    "Cache-Control",
    "ETag",
    "Last-Modified",
    "Accept-Ranges",
    "X-Image-Error",
    "Retry-After",
)
_IN_ADDRESS: Final = ("ticket", "wait")
_CHUNK: Final = 1 << 16
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60, sock_connect=5)


class EmbeddedService:
    """The embedded service of a data folder, as this process reaches it."""

    def __init__(self, data_dir: Path | None = None) -> None:
        self._data_dir = data_dir or default_data_dir()
        self._session: aiohttp.ClientSession | None = None
        self._socket: Path | None = None

    async def origin(self) -> Origin | None:
        """Where the service is; None if it is not running. Raises `Unreachable` if it cannot be known who it is."""
        return await asyncio.to_thread(service_without_token, self._data_dir)

    async def session(self, socket: Path) -> aiohttp.ClientSession:
        """Connections to the service's socket that are kept; made in the server's own loop."""
        if self._socket != socket:
            await self.close()
        if self._session is None or self._session.closed:
            self._socket = socket
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(socket)),
                timeout=_TIMEOUT,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


class TileProxy(JupyterHandler):
    """Passes a tile through from the embedded service."""

    def initialize(self, source: EmbeddedService) -> None:
        """Take over what all requests share."""
        self._source = source

    @web.authenticated
    async def get(self, path: str) -> None:
        """Give a tile of the embedded service; 502 if that does not answer."""
        try:
            origin = await self._source.origin()
        except Unreachable as error:
            raise web.HTTPError(502, reason=str(error)) from None
        if origin is None or origin.socket is None:
            raise web.HTTPError(502, reason="The embedded CATMAID service is not running.")
        headers = {name: self.request.headers[name] for name in _FROM_BROWSER if name in self.request.headers}
        given = {name: self.get_query_argument(name, None) for name in _IN_ADDRESS}
        query = {name: value for name, value in given.items() if value is not None}
        try:
            session = await self._source.session(origin.socket)
            async with session.get(
                origin.url.join(URL(path)), params=query, headers=headers, allow_redirects=False
            ) as answer:
                await self._pass_on(answer)
        except (aiohttp.ClientError, TimeoutError):
            if self._headers_written:
                raise
            raise web.HTTPError(502, reason="The embedded CATMAID service does not answer.") from None

    def set_default_headers(self) -> None:
        """Keep Jupyter's page headers off images, and other sites away from them."""
        self.set_header("Cross-Origin-Resource-Policy", "same-origin")
        self.set_header("X-Content-Type-Options", "nosniff")

    def check_xsrf_cookie(self) -> None:
        """Nothing is changed here: hubs ask for a token even where an image is only read."""

    def compute_etag(self) -> None:
        """The service's own is passed on."""

    async def _pass_on(self, answer: aiohttp.ClientResponse) -> None:
        self.set_status(answer.status)
        for name in _TO_BROWSER:
            if name in answer.headers:
                self.set_header(name, answer.headers[name])
        async for chunk in answer.content.iter_chunked(_CHUNK):
            self.write(chunk)
            await self.flush()
        self.finish()

    def write_error(self, status_code: int, **_: Any) -> None:
        """Say it in one line: nobody reads pages in place of an image."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code} {self._reason}\n")
