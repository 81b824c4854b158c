"""Lets tensorstore read volumes at the addresses of others through `ObjectFetcher`.

tensorstore speaks HTTP by itself, but looks at neither allowed hosts nor private addresses, and keeps nothing beyond
the process. So it asks this process, at a port of this machine and under a secret path, and gets what the fetcher got.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeAlias

from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.gateway.fetching import ObjectFetcher, SourceObject

_FAILED: Final = 424
"""A status that tensorstore does not try again: the fetcher has done so."""
_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)")
_REQUEST: Final = re.compile(rb"(GET|HEAD) /([^/ ]+)/([0-9]+)/([^ ]*) HTTP/1\.1\r\n(.*)", re.DOTALL)
_RANGE_HEADER: Final = re.compile(rb"^range:[ \t]*([^\r\n]*?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_HEAD_END: Final = b"\r\n\r\n"
_LONGEST_HEAD: Final = 65_536

Answer: TypeAlias = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body."""


class VolumeBridge:
    """A server for tensorstore in this process; it listens when first used."""

    def __init__(self, fetcher: ObjectFetcher) -> None:
        self._fetcher = fetcher
        self._secret = secrets.token_urlsafe(24)
        self._bases: list[tuple[str, Mapping[str, str]]] = []
        self._failures: dict[int, ImagesUnavailable] = {}
        self._server: asyncio.Server | None = None
        self._starting = asyncio.Lock()
        self._connections: set[_Connection] = set()

    async def close(self) -> None:
        """End the server."""
        if self._server is not None:
            self._server.close()
        for connection in [*self._connections]:
            connection.close()

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
            if self._server is None:
                loop = asyncio.get_running_loop()
                self._server = await loop.create_server(
                    lambda: _Connection(self._connections, self._answer), "127.0.0.1", 0
                )
        return int(self._server.sockets[0].getsockname()[1])

    async def _answer(self, head: bytes) -> Answer:
        request = _REQUEST.fullmatch(head)
        if request is None or not secrets.compare_digest(request[2], self._secret.encode()):
            return 404, {}, b""
        number = int(request[3])
        base, headers = self._bases[number]
        found_range = _RANGE_HEADER.search(request[5])
        wanted = "" if found_range is None else found_range[1].decode("latin-1")
        address = base + request[4].decode("latin-1")
        try:
            found = await self._fetcher.fetch(address, byte_range=wanted, headers=headers, check=require_no_page)
        except ImagesUnavailable as error:
            self._failures[number] = error
            return _FAILED, {}, str(error).encode()
        self._failures.pop(number, None)
        if found is None:
            return 404, {}, b""
        return _part(found, wanted) if wanted else _whole(found)


class _Connection(asyncio.Protocol):
    """One connection of tensorstore, which asks for one object after the other.

    This is all of HTTP that is needed here, at a fifth of what a server for everybody takes for each chunk.
    """

    def __init__(self, all_of_them: set[_Connection], answer: Callable[[bytes], Awaitable[Answer]]) -> None:
        self._all = all_of_them
        self._answer = answer
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._all.add(self)

    def data_received(self, data: bytes) -> None:
        """Take a request, or part of one."""
        self._received += data
        if len(self._received) > _LONGEST_HEAD:
            self.close()
        elif self._task is None and _HEAD_END in self._received:
            self._task = asyncio.get_running_loop().create_task(self._give())

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  as asyncio has it
        """End; what was begun for it may be wanted by others."""
        self._all.discard(self)
        self._transport = None

    def close(self) -> None:
        """Answer no more."""
        if self._transport is not None:
            self._transport.abort()
        if self._task is not None:
            self._task.cancel()

    async def _give(self) -> None:
        try:
            while _HEAD_END in self._received:
                head, _, self._received = self._received.partition(_HEAD_END)
                status, headers, body = await self._answer(head + b"\r\n")
                if self._transport is None:
                    return
                lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
                text = f"HTTP/1.1 {status} {status}\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
                self._transport.write(text.encode("latin-1", "replace") + (b"" if head.startswith(b"HEAD") else body))
        except BaseException:
            if self._transport is not None:
                self._transport.abort()
            raise
        finally:
            self._task = None


def require_no_page(found: SourceObject) -> None:
    """Raise `ImagesUnavailable` for a page: so servers answer that want a login, or have moved, as if all was well."""
    if found.content_type == "text/html":
        raise ImagesUnavailable("The server of the images answers with a web page instead of a part of the volume.")


def _whole(found: SourceObject) -> Answer:
    return 200, _tag(found), found.body


def _part(found: SourceObject, wanted: str) -> Answer:
    """The part that was asked for, also of servers that give the whole object instead."""
    if found.content_range:
        return 206, {**_tag(found), "Content-Range": found.content_range}, found.body
    size = len(found.body)
    match = _RANGE.fullmatch(wanted)
    if match is None:
        return _whole(found)
    first, last = match[1], match[2]
    start = int(first) if first else max(0, size - int(last or 0))
    end = min(int(last), size - 1) if first and last else size - 1
    if start > end:
        return 416, {"Content-Range": f"bytes */{size}"}, b""
    return 206, {**_tag(found), "Content-Range": f"bytes {start}-{end}/{size}"}, found.body[start : end + 1]


def _tag(found: SourceObject) -> dict[str, str]:
    return {"ETag": found.etag} if found.etag else {}
