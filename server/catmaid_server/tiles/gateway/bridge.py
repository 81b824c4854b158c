"""Lets tensorstore read volumes at the addresses of others through `ObjectFetcher`.

tensorstore speaks HTTP by itself, but looks at neither allowed hosts nor private addresses, and keeps nothing beyond
the process. So it asks this process, at a port of this machine and under a secret path, and gets what the fetcher got.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Mapping
from typing import Final

from aiohttp import web

from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.gateway.fetching import ObjectFetcher, SourceObject

_FAILED: Final = 424
"""A status that tensorstore does not try again: the fetcher has done so."""
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")


class VolumeBridge:
    """A server for tensorstore in this process; it listens when first used."""

    def __init__(self, fetcher: ObjectFetcher) -> None:
        self._fetcher = fetcher
        self._secret = secrets.token_urlsafe(24)
        self._bases: list[tuple[str, Mapping[str, str]]] = []
        self._failures: dict[int, ImagesUnavailable] = {}
        self._runner: web.AppRunner | None = None
        self._starting = asyncio.Lock()

    async def close(self) -> None:
        """End the server."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def address(self, base: str, headers: Mapping[str, str] | None = None) -> str:
        """Where tensorstore finds what lies below an address."""
        port = await self._port()
        entry = (f"{base.rstrip('/')}/", dict(headers or {}))
        if entry not in self._bases:
            self._bases.append(entry)
        return f"http://127.0.0.1:{port}/{self._secret}/{self._bases.index(entry)}/"

    def failure(self, address: str) -> ImagesUnavailable | None:
        """What went wrong last with what lies below an address that `address` gave."""
        return self._failures.get(int(address.rstrip("/").rpartition("/")[2]))

    async def _port(self) -> int:
        async with self._starting:
            if self._runner is None:
                app = web.Application()
                app.router.add_get(f"/{self._secret}/{{number:[0-9]+}}/{{path:.*}}", self._answer)
                runner = web.AppRunner(app, access_log=None)
                await runner.setup()
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                self._runner = runner
        return int(self._runner.addresses[0][1])

    async def _answer(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        base, headers = self._bases[number]
        path = request.raw_path.split("/", 3)[3]
        wanted = request.headers.get("Range", "")
        try:
            found = await self._fetcher.fetch(base + path, byte_range=wanted, headers=headers, check=_require_no_page)
        except ImagesUnavailable as error:
            self._failures[number] = error
            return web.Response(status=_FAILED, text=str(error))
        self._failures.pop(number, None)
        if found is None:
            return web.Response(status=404)
        return _part(found, wanted) if wanted else _whole(found)


def _require_no_page(found: SourceObject) -> None:
    """Servers that want a login, or have moved, answer with a page and the status of success."""
    if found.content_type == "text/html":
        raise ImagesUnavailable("The server of the images answers with a web page instead of a part of the volume.")


def _whole(found: SourceObject) -> web.Response:
    return web.Response(body=found.body, headers={"ETag": found.etag} if found.etag else {})


def _part(found: SourceObject, wanted: str) -> web.Response:
    """The part that was asked for, also of servers that give the whole object instead."""
    headers = {"ETag": found.etag} if found.etag else {}
    if found.content_range:
        return web.Response(status=206, body=found.body, headers={**headers, "Content-Range": found.content_range})
    size = len(found.body)
    match = _RANGE.fullmatch(wanted)
    if match is None:
        return _whole(found)
    first, last = match[1], match[2]
    start = int(first) if first else max(0, size - int(last or 0))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    headers["Content-Range"] = f"bytes {start}-{end}/{size}"
    return web.Response(status=206, body=found.body[start : end + 1], headers=headers)
