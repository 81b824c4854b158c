"""The places where the images of one stack are read: the first that works gives the tile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from yarl import URL

from catmaid_server.domain.errors import DomainError, NotFound
from catmaid_server.domain.space.stacks import TileStore
from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.look import StackLook
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.sources.base import ImageFile, Pixels, TileSource
from catmaid_server.tiles.sources.image_urls import ImageUrls
from catmaid_server.tiles.sources.opening import SourceMeans, is_url, look_of, open_source

_FILES: Final = frozenset({"tiles", "images"})
"""Kinds of sources whose tiles have one size and no other."""
_CANARY_TRUSTED_S: Final = 30.0


@dataclass(slots=True)
class _Mirror:
    described: TileStore
    source: TileSource | None = None
    opening: asyncio.Lock = field(default_factory=asyncio.Lock)
    has_canary: bool = True
    canary_until: float = 0.0


class OpenMirrors:
    """The mirrors of a stack that this service reads, the best first; each is opened when it is first needed.

    Those whose tiles have another size than the first one's are left out. `name` is what people call the stack.
    """

    def __init__(self, described: Sequence[TileStore], means: SourceMeans, name: str) -> None:
        first = described[0]
        self.tile_size = (first.tile_width, first.tile_height)
        self.zoom_levels = first.zoom_levels
        self._means = means
        self._name = name
        self._mirrors = [
            _Mirror(store)
            for store in described
            if store.source["kind"] not in _FILES or (store.tile_width, store.tile_height) == self.tile_size
        ]

    @property
    def zoom_factors(self) -> Sequence[tuple[float, float]]:
        """How many pixels of full resolution one of each zoom level is to the right and down."""
        given = self._mirrors[0].described.source.get("zoom_factors")
        if given is not None:
            return [(float(across), float(down)) for across, down in given]
        return [(2.0**zoom, 2.0**zoom) for zoom in range(self.zoom_levels)]

    @property
    def host(self) -> str:
        """What people call the place where the images of the first mirror are."""
        base = str(self._mirrors[0].described.source.get("base", ""))
        return URL(base).host or base if is_url(base) else "The disk of the service"

    @property
    def are_remote(self) -> bool:
        """Whether images come from other servers."""
        return any(is_url(str(mirror.described.source.get("base", ""))) for mirror in self._mirrors)

    async def tile(self, address: TileAddress) -> tuple[ImageFile | Pixels | None, StackLook]:
        """A tile of the first mirror that can be asked, and how its values are shown; None if there is no such tile.

        Raises `ImagesUnavailable` if no mirror can be asked.
        """
        if address.zoom >= self.zoom_levels:
            return None, StackLook()
        failure: DomainError | None = None
        for mirror in self._mirrors:
            try:
                source = await self._opened(mirror)
                tile = await source.tile(address)
                if tile is None and not await self._has_images(mirror, source):
                    continue
            except (ImagesUnavailable, NotFound) as error:
                failure = failure or error
                continue
            return tile, look_of(mirror.described.source)
        if failure is not None:
            raise failure
        return None, StackLook()

    async def source(self) -> tuple[TileSource, StackLook]:
        """The first mirror that can be opened. Raises `ImagesUnavailable` or `NotFound`."""
        failure: DomainError | None = None
        for mirror in self._mirrors:
            try:
                return await self._opened(mirror), look_of(mirror.described.source)
            except (ImagesUnavailable, NotFound) as error:
                failure = failure or error
        assert failure is not None, "a stack has at least one mirror"
        raise failure

    async def check(self) -> None:
        """Raise `NotFound` or `ImagesUnavailable` if no mirror can be opened."""
        await self.source()

    async def _opened(self, mirror: _Mirror) -> TileSource:
        async with mirror.opening:
            if mirror.source is None:
                mirror.source = await self._open(mirror.described)
        return mirror.source

    async def _open(self, described: TileStore) -> TileSource:
        try:
            return await open_source(described.source, self.tile_size, self._means)
        except (ValueError, ImagesUnavailable) as error:
            path = described.source.get("path", described.source.get("base", ""))
            if is_url(path):
                raise
            if (self._means.folder / path).exists():
                raise NotFound(f"The images of {self._name} cannot be served: {str(error).rstrip('.')}.") from error
            raise NotFound(f"The images of {self._name} are not where they were.") from error

    async def _has_images(self, mirror: _Mirror, source: TileSource) -> bool:
        """Whether a mirror has the tile that is there if any is; without others to ask it is taken at its word."""
        if len(self._mirrors) == 1 or not isinstance(source, ImageUrls):
            return True
        if mirror.canary_until < time.monotonic():
            x, y, z = mirror.described.canary
            row, col = y // self.tile_size[1], x // self.tile_size[0]
            mirror.has_canary = await source.has(TileAddress(0, z, row, col))
            mirror.canary_until = time.monotonic() + _CANARY_TRUSTED_S
        return mirror.has_canary
