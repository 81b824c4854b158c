"""The body of a request, received in bounded memory and time, and unpacked."""

from __future__ import annotations

import asyncio
import mmap
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import IO, Final, TypeAlias

from aiohttp import hdrs, web
from aiohttp.web_protocol import RequestPayloadError

from catmaid_server.domain.errors import InvalidInput

Content: TypeAlias = bytes | mmap.mmap
"""What was sent; of large bodies, a file that no name leads to."""

IN_MEMORY_BYTES: Final = 2**20
"""From here on in a file."""
PIECE_BYTES: Final = 2**18
_FIRST_S = 30.0
_BYTES_PER_S = 2**14
_AUTOMATIC = 47  # zlib's number for gzip or zlib, whichever it is
_RAW = -zlib.MAX_WBITS
_CODINGS = ("gzip", "deflate")


async def receive(request: web.Request, most_bytes: int, refusal: str, files: ExitStack) -> Content:
    """Receive the body of a request; `files` keeps what has to be closed.

    Parameters
    ----------
    request
        Served without aiohttp's own unpacking.
    most_bytes
        Most bytes of the body as it is sent, and of what it is when it is unpacked.
    refusal
        What to say of a body that has more.
    files
        Closes the file of a large body.

    Raises
    ------
    web.HTTPRequestEntityTooLarge
        If it has more than `most_bytes`.
    web.HTTPRequestTimeout
        If it comes too slowly.
    InvalidInput
        If it is not packed as it says.
    """
    if (request.content_length or 0) > most_bytes:
        raise _too_large(most_bytes, refusal)
    spool = _Spool(most_bytes, refusal, files)
    coding = request.headers.get(hdrs.CONTENT_ENCODING, "identity").strip().lower()
    if coding not in ("identity", *_CODINGS):
        raise InvalidInput(f"A body may be packed as gzip or deflate, not as {coding!r}.")
    await _fill(spool, request)
    content = spool.content()
    if coding == "identity" or not len(content):
        return content
    if most_bytes <= IN_MEMORY_BYTES:
        return _unpacked(content, coding, _Spool(most_bytes, refusal, files))
    return await asyncio.to_thread(_unpacked, content, coding, _Spool(most_bytes, refusal, files))


async def _fill(spool: _Spool, request: web.Request) -> None:
    """Read what is sent; on the average it has to come at a least speed."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    try:
        while True:
            async with asyncio.timeout_at(began + _FIRST_S + spool.size / _BYTES_PER_S):
                piece = await request.content.readany()
            if not piece:
                return
            spool.add(piece)
            if spool.in_memory >= IN_MEMORY_BYTES:
                await asyncio.to_thread(spool.write)
    except TimeoutError:
        raise web.HTTPRequestTimeout(
            text=f"The body came too slowly: at least {_BYTES_PER_S // 1024} kB per second are needed."
        ) from None
    except RequestPayloadError:
        if request.transport is None:
            raise ConnectionResetError from None  # the client hung up
        raise InvalidInput("The body does not have the length or the chunks that it says.") from None


class _Spool:
    """Bytes that become many: from some size on, in a file."""

    def __init__(self, most_bytes: int, refusal: str, files: ExitStack) -> None:
        self.size = 0
        self.in_memory = 0
        self._most_bytes = most_bytes
        self._refusal = refusal
        self._files = files
        self._pieces: list[bytes] = []
        self._file: IO[bytes] | None = None

    def add(self, piece: bytes) -> None:
        self.size += len(piece)
        self.in_memory += len(piece)
        if self.size > self._most_bytes:
            raise _too_large(self._most_bytes, self._refusal)
        self._pieces.append(piece)

    def write(self) -> None:
        """Put what is in memory into the file."""
        file = self._file = self._file or self._files.enter_context(_nameless_file())
        file.writelines(self._pieces)
        self._pieces.clear()
        self.in_memory = 0

    def content(self) -> Content:
        if self._file is None:
            return b"".join(self._pieces)
        self.write()
        self._file.flush()
        return self._files.enter_context(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ))


@contextmanager
def _nameless_file() -> Iterator[IO[bytes]]:
    with tempfile.TemporaryFile() as file:
        yield file


def _too_large(most_bytes: int, refusal: str) -> web.HTTPRequestEntityTooLarge:
    return web.HTTPRequestEntityTooLarge(most_bytes, text=refusal)


def _unpacked(content: Content, coding: str, spool: _Spool) -> Content:
    """Unpack into `spool`, piece by piece; gzip may have several members."""
    raw = coding == "deflate" and content[0] & 0x0F != 8  # some leave zlib's header out, as browsers once did
    inflater = zlib.decompressobj(_RAW if raw else _AUTOMATIC)
    try:
        for begin in range(0, len(content), PIECE_BYTES):
            rest = content[begin : begin + PIECE_BYTES]
            while rest:
                if inflater.eof:
                    inflater = zlib.decompressobj(_AUTOMATIC)
                spool.add(inflater.decompress(rest, PIECE_BYTES))
                rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
                if spool.in_memory >= IN_MEMORY_BYTES:
                    spool.write()
        while not inflater.eof and (piece := inflater.decompress(b"", PIECE_BYTES)):
            spool.add(piece)
        complete = inflater.eof
    except zlib.error:
        complete = False
    if not complete:
        raise InvalidInput("The body is not packed as its Content-Encoding says.")
    return spool.content()
