"""A client that asks for many files over a few connections that stay open, and costs little itself."""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from yarl import URL

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Answered:
    """How many answers came in a second, and what the server's processes worked for each, in microseconds of CPU."""

    per_s: float
    cpu_us: float
    megabytes_per_s: float


@dataclass
class _Client(asyncio.Protocol):
    """One connection, which asks for one path after the other."""

    heads: Sequence[bytes]
    """What is sent for each path."""
    until: float
    ended: asyncio.Future[None]
    most: int | None = None
    """Most answers; None: until the time is over."""
    answers: int = 0
    received: int = 0
    left: int = 0
    head: bytes = b""
    transport: asyncio.Transport | None = None
    next: int = field(default=0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        if not self.left:
            data = self.head + data
            end = data.find(_HEAD_END)
            if end < 0:
                self.head = data
                return
            self.head = b""
            length = _LENGTH.search(data)
            if not data.startswith(b"HTTP/1.1 200") or length is None:
                self._end(RuntimeError(f"not a tile: {data[:300]!r}"))
                return
            self.left = int(length[1]) + end + len(_HEAD_END)
        self.left -= len(data)
        if self.left == 0:
            self.answers += 1
            if self.answers != self.most and time.perf_counter() < self.until:
                self._ask()
            else:
                self._end(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or RuntimeError("the server closed the connection"))

    def _ask(self) -> None:
        assert self.transport is not None
        self.transport.write(self.heads[self.next % len(self.heads)])
        self.next += 1

    def _end(self, error: Exception | None) -> None:
        if self.ended.done():
            return
        if error is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(error)
        if self.transport is not None:
            self.transport.close()


async def ask(
    base: str,
    paths: Sequence[str],
    pids: Sequence[int],
    *,
    seconds: float,
    clients: int = 4,
    trusted: Path | None = None,
) -> Answered:
    """Ask for paths below an address, again and again. `pids`: the server's processes."""
    context = ssl.create_default_context(cafile=trusted) if base.startswith("https:") else None
    began, worked = time.perf_counter(), worked_s(pids)
    asking = []
    for number in range(clients):
        offset = number * len(paths) // clients
        turned = [*paths[offset:], *paths[:offset]]
        asking.append(await _connected(base, turned, context, began + seconds))
    await asyncio.gather(*(client.ended for client in asking))
    took, worked = time.perf_counter() - began, worked_s(pids) - worked
    answers = sum(client.answers for client in asking)
    received = sum(client.received for client in asking)
    return Answered(answers / took, 1e6 * worked / answers, received / took / 1e6)


async def ask_once(base: str, paths: Sequence[str], *, clients: int = 4) -> float:
    """Ask for each path once; how many seconds it took."""
    began = time.perf_counter()
    asking = [
        await _connected(base, paths[number::clients], None, began + 3600, once=True) for number in range(clients)
    ]
    await asyncio.gather(*(client.ended for client in asking))
    return time.perf_counter() - began


async def _connected(
    base: str, paths: Sequence[str], context: ssl.SSLContext | None, until: float, *, once: bool = False
) -> _Client:
    url = URL(base)
    assert url.host is not None
    assert url.port is not None
    below, headers = url.raw_path.rstrip("/"), f"Host: {url.raw_authority}\r\nAccept: image/*"
    heads = [f"GET {below}/{path} HTTP/1.1\r\n{headers}\r\n\r\n".encode() for path in paths]
    loop = asyncio.get_running_loop()
    client = _Client(heads, until, loop.create_future(), len(paths) if once else None)
    await loop.create_connection(lambda: client, url.host, url.port, ssl=context)
    return client


def worked_s(pids: Sequence[int]) -> float:
    """CPU seconds of processes so far."""
    times = [psutil.Process(pid).cpu_times() for pid in pids]
    return sum(each.user + each.system for each in times)
