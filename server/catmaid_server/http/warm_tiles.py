"""Tiles given to clients that were given others of the same stack a moment ago: from memory, or made for them.

A page asks for hundreds of tiles by requests that are the same but for zoom, section, row and column. Once one of them
was answered in the usual way, all that was found out about it (who asks, whether they may, which headers the answer
has) holds for the others, too, as long as nobody's access changes, and for a second: then one passes in the usual way
again. Requests are compared byte by byte, so nothing that a client sends is taken for something else.
"""

from __future__ import annotations

import os
import re
import time
from collections import OrderedDict
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import Final

from aiohttp import web

from catmaid_server.auth.access import Access
from catmaid_server.http.answer_meter import METER, AnswerMeter
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.service import StackRevision, TileInMemory, TileService

TRUSTED_S: Final = 1.0
"""So long a ticket, token or session is not looked at again."""

_REMEMBERED: Final = 2_000
_LONGEST_HEAD: Final = 8_192
_REQUEST: Final = re.compile(
    rb"GET (\S*/tiles/[0-9a-f]+/)([0-9]{1,2})/([0-9]{1,9})/([0-9]{1,9})/([0-9]{1,9})(\.[a-z]+(?:\?\S*)?)"
    rb" HTTP/1\.1\r\n(.*)",
    re.DOTALL,
)
_OTHER_ANSWER: Final = re.compile(
    rb"^(?:if-[a-z-]+|range|content-length|transfer-encoding|upgrade|expect|connection)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
"""Headers with which an answer depends on the very tile, or on more than the head of the request."""
_OF_THE_TILE: Final = frozenset({"etag", "content-length", "date", "x-request-id"})
_END: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class WarmTile:
    """What the route of tiles knows of a request, beside the tile's address.

    etag : with `{place}` for zoom, section, row and column with hyphens between.
    wait : seconds that the client waits for a tile; None for as long as it takes.
    """

    of: StackRevision
    images: TileInMemory
    etag: str
    wait: float | None = None


WARM_TILE: Final = web.RequestKey("warm_tile", WarmTile)


@dataclass(frozen=True, slots=True)
class _Admission:
    """What requests get that are alike but for the tile."""

    tile: WarmTile
    head: bytes
    age: int
    until: float
    meter: AnswerMeter


@dataclass(frozen=True, slots=True)
class AdmittedTile:
    """A tile that is asked for by who may have it; `began` is when, by the performance counter."""

    admission: _Admission
    address: TileAddress
    began: float


_Alike = tuple[bytes, bytes, bytes]
"""What such requests have in common: the path before the tile, what follows the tile, and the headers."""


class WarmTiles:
    """Answers requests for tiles in memory, for one process."""

    def __init__(self, access: Access, tiles: TileService) -> None:
        self._access = access
        self._tiles = tiles
        self._admissions: OrderedDict[_Alike, _Admission] = OrderedDict()
        self._is_open = True
        self.given = 0
        """How many tiles were given."""

    def close(self) -> None:
        """Give no more: answers are to say that the connection closes."""
        self._is_open = False
        self._admissions.clear()

    def admitted(self, request: bytes) -> AdmittedTile | None:
        """The tile that the bytes of one request ask for; None if they are to be looked at in the usual way."""
        began = time.perf_counter()
        found = _REQUEST.fullmatch(request)
        if found is None:
            return None
        before, zoom, z, row, col, after, headers = found.groups()
        admission = self._admissions.get((before, after, headers))
        if admission is None or admission.age != self._access.age or admission.until < time.monotonic():
            return None
        return AdmittedTile(admission, TileAddress(int(zoom), int(z), int(row), int(col)), began)

    def answer(self, tile: AdmittedTile) -> bytes | None:
        """The whole answer, if the tile is in memory."""
        body = self._tiles.in_memory(tile.admission.tile.images, tile.address)
        return None if body is None else self._answer_with(body, tile)

    async def made(self, tile: AdmittedTile) -> bytes | None:
        """The whole answer; None if there is no such tile, or it cannot be had: the usual way says so."""
        known = tile.admission.tile
        try:
            body = await self._tiles.tile(known.of, tile.address, known.images.wish, known.wait)
        except Exception:  # the usual way fails in the same way, answers and logs it
            return None
        return self._answer_with(body, tile)

    def _answer_with(self, body: bytes, tile: AdmittedTile) -> bytes:
        admission = tile.admission
        etag = admission.tile.etag.format(place=place_of(tile.address))
        request_id = os.urandom(6).hex()
        head = f'ETag: "{etag}"\r\nContent-Length: {len(body)}\r\nDate: {_now()}\r\nX-Request-ID: {request_id}\r\n\r\n'
        self.given += 1
        admission.meter.note(200, time.perf_counter() - tile.began, request_id)
        return b"".join((admission.head, head.encode("ascii"), body))

    def remember(self, sent: bytes, request: web.BaseRequest, response: web.StreamResponse) -> None:
        """Keep what was found out about a request for a tile; `sent` are its very bytes."""
        tile = request.get(WARM_TILE)
        if tile is None or not self._is_open or response.status != 200 or not response.keep_alive:
            return
        found = _REQUEST.fullmatch(sent)
        if found is None or len(sent) > _LONGEST_HEAD or sent.find(_END) != len(sent) - len(_END):
            return
        before, *_, after, headers = found.groups()
        if _OTHER_ANSWER.search(headers):
            return
        alike = before, after, headers
        self._admissions[alike] = _Admission(
            tile, _head_of(response), self._access.age, time.monotonic() + TRUSTED_S, request[METER]
        )
        self._admissions.move_to_end(alike)
        while len(self._admissions) > _REMEMBERED:
            self._admissions.popitem(last=False)


def place_of(address: TileAddress) -> str:
    """A tile's address in its ETag."""
    return f"{address.zoom}-{address.z}-{address.row}-{address.col}"


def _head_of(response: web.StreamResponse) -> bytes:
    """The first lines of an answer, without those that only its own tile has."""
    lines = [f"{name}: {value}\r\n" for name, value in response.headers.items() if name.lower() not in _OF_THE_TILE]
    return f"HTTP/1.1 200 OK\r\n{''.join(lines)}".encode()


def _now() -> str:
    return _date(int(time.time()))


@lru_cache(1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
