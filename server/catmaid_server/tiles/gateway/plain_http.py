"""The part of HTTP/1.1 that servers of image files speak all day, at a fraction of what a client for everything costs.

One request at a time on a connection that stays open, answered with a length. Whatever else a server may say is left
to the client for everything: `NotPlain`.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from aiohttp.abc import AbstractResolver
from aiohttp.http import SERVER_SOFTWARE
from yarl import URL

_HEAD_END: Final = b"\r\n\r\n"
_LONGEST_HEAD: Final = 65_536
_STATUS: Final = re.compile(rb"HTTP/1\.1 ([2-5][0-9]{2})(?: ([^\r\n]*))?")
_FIELD: Final = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*")
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_SAFE_PATH: Final = re.compile(r"/[!-~]*")
_SAFE_VALUE: Final = re.compile(r"[ -~]*")
_WITHOUT_BODY: Final = frozenset({204, 304})
_IDLE_S: Final = 15.0
"""So long a connection stays open for the next request."""


class NotPlain(Exception):
    """The server does not speak so plainly; `lasting` if it is not to be asked so again."""

    def __init__(self, *, lasting: bool) -> None:
        super().__init__()
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """An answer as it came; names of headers are in small letters."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes


class PlainHost:
    """Connections to one server, for addresses that begin as `origin` does.

    Parameters
    ----------
    origin
        An address of the server.
    resolver
        Gives the addresses that may be asked.
    connect_s, answer_s
        How many seconds a connection may take, and how many may pass without a byte of an answer.
    largest
        Most bytes of an answer.
    """

    def __init__(
        self, origin: URL, resolver: AbstractResolver, *, connect_s: float, answer_s: float, largest: int
    ) -> None:
        self._host = origin.raw_host or ""
        self._port = origin.port or 0
        self._tls = _tls_context() if origin.scheme == "https" else None
        self._always = f"Host: {origin.host_port_subcomponent}\r\nAccept: */*\r\nUser-Agent: {SERVER_SOFTWARE}\r\n"
        self._resolver = resolver
        self._connect_s = connect_s
        self._answer_s = answer_s
        self._largest = largest
        self._idle: list[_PlainConnection] = []

    async def ask(self, url: URL, headers: Mapping[str, str]) -> HostAnswer:
        """Answer of the server. Raises `NotPlain`, `TimeoutError`, and what the resolver refuses."""
        request = self._request(url, headers)
        connection = None
        while self._idle and connection is None:
            waiting = self._idle.pop()
            connection = waiting if waiting.is_open else None
        connection = connection or await self._connected()
        answer = await connection.ask(request)
        if connection.is_open:
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Close the connections that nobody uses."""
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def _request(self, url: URL, headers: Mapping[str, str]) -> bytes:
        path = url.raw_path_qs
        if not _SAFE_PATH.fullmatch(path) or not all(map(_SAFE_VALUE.fullmatch, headers.values())):
            raise NotPlain(lasting=False)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"GET {path} HTTP/1.1\r\n{self._always}{lines}\r\n".encode("ascii")

    async def _connected(self) -> _PlainConnection:
        loop = asyncio.get_running_loop()
        try:
            addresses = await self._resolver.resolve(self._host, self._port)
        except OSError:
            raise NotPlain(lasting=False) from None
        name = self._host.rstrip(".") if self._tls else None
        for address in addresses:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(self._connect_s):
                    _, connection = await loop.create_connection(
                        lambda: _PlainConnection(loop, self._answer_s, self._largest),
                        address["host"],
                        self._port,
                        ssl=self._tls,
                        server_hostname=name,
                    )
                return connection
        raise NotPlain(lasting=False)


class _PlainConnection(asyncio.Protocol):
    """A connection on which one request is answered after the other."""

    def __init__(self, loop: asyncio.AbstractEventLoop, answer_s: float, largest: int) -> None:
        self._loop = loop
        self._answer_s = answer_s
        self._largest = largest
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[HostAnswer] | None = None
        self._parts: list[bytes] = []
        self._left: int | None = None
        """Bytes of the body that have not come; None before its head came."""
        self._head: tuple[int, str, dict[str, str]] = (0, "", {})
        self._heard = 0.0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether it can be asked."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes) -> HostAnswer:
        """Send a request; its answer. Raises `NotPlain` and `TimeoutError`."""
        assert self._transport is not None
        self._waiter = self._loop.create_future()
        self._heard = self._loop.time()
        self._transport.write(request)
        try:
            return await self._waiter
        except BaseException:
            self.close()
            raise
        finally:
            self._waiter = None

    def close(self) -> None:
        """End it."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._heard = self._loop.time()
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._heard = self._loop.time()
        if self._waiter is None or self._waiter.done():
            self.close()
            return
        if self._left is None:
            data = b"".join((*self._parts, data))
            end = data.find(_HEAD_END)
            if end > _LONGEST_HEAD or (end < 0 and len(data) > _LONGEST_HEAD):
                self._fail(NotPlain(lasting=True))
                return
            if end < 0:
                self._parts = [data]
                return
            try:
                self._left = self._begin(data[:end])
            except NotPlain as error:
                self._fail(error)
                return
            self._parts = []
            data = data[end + len(_HEAD_END) :]
        self._left -= len(data)
        self._parts.append(data)
        if self._left < 0:
            self._fail(NotPlain(lasting=True))
        elif self._left == 0:
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  as asyncio has it
        """End; an answer that is not whole is asked for in the other way, which says what is wrong."""
        self._transport = None
        if self._timer is not None:
            self._timer.cancel()
        self._fail(NotPlain(lasting=False))

    def _begin(self, head: bytes) -> int:
        """Read a head; how long the body is."""
        status_line, *lines = head.split(b"\r\n")
        status = _STATUS.fullmatch(status_line)
        if status is None:
            raise NotPlain(lasting=True)
        headers: dict[str, str] = {}
        for line in lines:
            field = _FIELD.fullmatch(line)
            if field is None:
                raise NotPlain(lasting=True)
            name = field[1].decode("ascii").lower()
            if name == "content-length" and name in headers:
                raise NotPlain(lasting=True)
            headers[name] = field[2].decode("latin-1")
        self._head = int(status[1]), (status[2] or b"").decode("latin-1"), headers
        if "transfer-encoding" in headers or "content-encoding" in headers:
            raise NotPlain(lasting=True)
        if self._head[0] in _WITHOUT_BODY:
            return 0
        length = headers.get("content-length", "")
        if not _LENGTH.fullmatch(length) or int(length) > self._largest:
            raise NotPlain(lasting=not length)
        return int(length)

    def _finish(self) -> None:
        assert self._waiter is not None
        status, reason, headers = self._head
        body = self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)
        self._parts, self._left = [], None
        if headers.get("connection", "keep-alive").lower() != "keep-alive":
            self.close()
        self._waiter.set_result(HostAnswer(status, reason, headers, body))

    def _fail(self, error: Exception) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)

    def _watch(self) -> None:
        """Close what is silent for too long; one timer for all requests of the connection."""
        waits = self._waiter is not None
        left = self._heard + (self._answer_s if waits else _IDLE_S) - self._loop.time()
        if left > 0:
            self._timer = self._loop.call_later(min(left, self._answer_s), self._watch)
        elif waits:
            self._fail(TimeoutError())
        else:
            self.close()


@cache
def _tls_context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
