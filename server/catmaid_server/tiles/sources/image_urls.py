"""Tiles that are image files on other servers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.tiles.encode import decode_grey, is_whole
from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.gateway.fetching import ObjectFetcher, SourceObject
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.sources.base import ImageFile
from catmaid_server.tiles.sources.url_forms import RemoteTiles

_SIGNATURES: Final = {
    b"\xff\xd8\xff": "jpg",
    b"\x89PNG\r\n\x1a\n": "png",
    b"RIFF": "webp",
    b"II*\0": "tif",
    b"MM\0*": "tif",
    b"GIF8": "gif",
    b"BM": "bmp",
}


class ImageUrls:
    """Image files at addresses that are made of zoom, section, row and column."""

    def __init__(
        self, tiles: RemoteTiles, fetcher: ObjectFetcher, pool: Executor, *, headers: Mapping[str, str] | None = None
    ) -> None:
        self._tiles = tiles
        self._fetcher = fetcher
        self._pool = pool
        self._headers = headers or {}

    async def tile(self, address: TileAddress) -> ImageFile | NDArray[np.uint8] | None:
        """The file as it is; None where the server has none."""
        url = self._tiles.url(address)
        found = await self._fetcher.fetch(url, headers=self._headers, check=lambda image: _require_image(image, url))
        if found is None:
            return None
        kind = _kind(found.body) or ""
        if not self._tiles.is_transposed:
            return ImageFile(found.body, kind)
        pixels = await asyncio.get_running_loop().run_in_executor(self._pool, decode_grey, found.body)
        return np.ascontiguousarray(pixels.T)

    async def has(self, address: TileAddress) -> bool:
        """Whether the server has a tile now, whatever was kept."""
        return await self._fetcher.fetch(self._tiles.url(address), headers=self._headers, fresh=True) is not None


def _kind(body: bytes) -> str | None:
    """What kind of image file it is, by its bytes: servers are wrong about it."""
    return next((kind for signature, kind in _SIGNATURES.items() if body.startswith(signature)), None)


def _require_image(found: SourceObject, url: str) -> None:
    kind = _kind(found.body)
    if kind is None:
        what = found.content_type or "something else"
        raise ImagesUnavailable(f"{url} is no image: the server gave {what}, {len(found.body)} bytes.")
    if not is_whole(found.body, kind):
        raise ImagesUnavailable(f"The image {url} is cut off after {len(found.body)} bytes.")
