"""Connections that answer requests for tiles by themselves, and lead all others to the application."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any, Final

from aiohttp import web

from catmaid_server.http import keys
from catmaid_server.http.warm_tiles import AdmittedTile, WarmTiles

_IDLE_S: Final = 75.0
"""How long a connection may be without a request, or send the headers of one; longer than proxies keep theirs."""
_ALONE_S: Final = 25.0
"""So long a connection answers alone; aiohttp, which counts how long it is idle, does not see these requests."""
_END: Final = b"\r\n\r\n"
_UNCLEAR: Final = re.compile(rb"^(?:transfer-encoding|upgrade|expect)[ \t]*:", re.IGNORECASE | re.MULTILINE)
_LENGTH: Final = re.compile(rb"^content-length[ \t]*:[ \t]*([0-9]{1,12})?", re.IGNORECASE | re.MULTILINE)


class TileConnection(web.RequestHandler):
    """A connection, which knows whether all that came was answered: only then it answers by itself."""

    def __init__(self, warm: WarmTiles, manager: web.Server, **options: Any) -> None:
        super().__init__(manager, **options)
        self._warm = warm
        self._is_clear = True
        """Whether it is known where requests end, from the first one on."""
        self._body_left = 0
        self._received = 0
        self._answered = 0
        self._sent = b""
        self._alone_until = 0.0
        self._making: asyncio.Task[None] | None = None
        """A tile that is not in memory yet."""
        self._held = b""
        """What came since."""

    def data_received(self, data: bytes) -> None:
        """Answer a request for a tile; hand over anything else."""
        assert self.transport is not None
        if self._making is not None:
            self._held += data
            self.transport.pause_reading()
            return
        tile = self._warm.admitted(data) if self._owes_nothing() else None
        if tile is None:
            self._hand_over(data)
            return
        answer = self._warm.answer(tile)
        if answer is None:
            self._making = asyncio.get_running_loop().create_task(self._make(data, tile))
        else:
            self.transport.write(answer)

    async def shutdown(self, timeout: float | None = 15.0) -> None:  # noqa: ASYNC109  as aiohttp has it
        """Give the tile that is being made before the connection is closed."""
        if self._making is not None:
            await asyncio.wait([self._making], timeout=timeout)
        await super().shutdown(timeout)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send an answer, and note what was found out about a tile."""
        sent, gone = await super().finish_response(request, resp, start_time)
        self._answered += 1
        self._alone_until = time.monotonic() + _ALONE_S
        if self._received == self._answered and self._sent:
            self._warm.remember(self._sent, request, sent)
        return sent, gone

    async def _make(self, request: bytes, tile: AdmittedTile) -> None:
        try:
            answer = await self._warm.made(tile)
        finally:
            self._making = None
            held, self._held = self._held, b""
        if self.transport is None or self.transport.is_closing():
            return
        if answer is None:
            self._hand_over(request)
        else:
            self.transport.write(answer)
        if held:
            self.transport.resume_reading()
            self.data_received(held)

    def _hand_over(self, data: bytes) -> None:
        self._look_at(data)
        super().data_received(data)

    def _owes_nothing(self) -> bool:
        """Whether there is neither a request under way nor a part of one, and answers do not pile up."""
        return (
            self._is_clear
            and self._received == self._answered
            and not self._body_left
            and self.transport is not None
            and not self.transport.is_closing()
            and not self.transport.get_write_buffer_size()
            and time.monotonic() < self._alone_until
        )

    def _look_at(self, data: bytes) -> None:
        """Count requests, as long as each comes with its whole head at the beginning of what is received."""
        if not data or not self._is_clear:  # aiohttp itself goes on with no data when it reads again
            return
        if self._body_left:
            self._body_left -= len(data)
            self._is_clear = self._body_left >= 0
            return
        end = data.find(_END) + len(_END)
        length = _body_length(data[:end])
        if end < len(_END) or length is None or len(data) > end + length:
            self._is_clear = False
            return
        self._body_left = end + length - len(data)
        self._received += 1
        self._sent = b"" if length else data


class TileServer(web.Server):
    """Makes such connections."""

    def __init__(self, warm: WarmTiles, handler: Any, **options: Any) -> None:
        super().__init__(handler, **options)
        self._warm = warm
        self._options = {name: value for name, value in options.items() if name != "request_factory"}

    def __call__(self) -> TileConnection:
        """A connection that has just been accepted."""
        return TileConnection(self._warm, self, loop=asyncio.get_running_loop(), **self._options)


class _Runner(web.AppRunner):
    """As `AppRunner`, with these connections."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return TileServer(
            self.app[keys.WARM_TILES],
            made.request_handler,
            request_factory=made.request_factory,
            access_log=None,
            auto_decompress=False,
            keepalive_timeout=_IDLE_S,
        )


def runner_of(app: web.Application, *, shutdown_s: float) -> web.AppRunner:
    """What serves the application: bodies come as they were sent, and connections that send nothing are closed."""
    return _Runner(app, shutdown_timeout=shutdown_s)


def _body_length(head: bytes) -> int | None:
    """How long the body of a request is; None if it cannot be told."""
    lengths = _LENGTH.findall(head)
    if _UNCLEAR.search(head) or len(lengths) > 1 or b"" in lengths:
        return None
    return int(lengths[0]) if lengths else 0
