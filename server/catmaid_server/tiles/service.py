"""The tiles of all stacks that this service reads itself: found, cut, encoded once, and kept for a while."""

from __future__ import annotations

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catmaid_server.db.store import Store
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.space import stacks
from catmaid_server.domain.space.stacks import TileStore
from catmaid_server.tiles.cache import ByteCache, SingleFlight, StillRunning
from catmaid_server.tiles.gateway.bridge import VolumeBridge
from catmaid_server.tiles.gateway.disk_cache import DiskCache
from catmaid_server.tiles.gateway.failures import ImagesPending
from catmaid_server.tiles.gateway.fetching import FetchLimits, ObjectFetcher
from catmaid_server.tiles.gateway.hosts import ImageHosts
from catmaid_server.tiles.limits import CACHE_BYTES, CHUNK_CACHE_BYTES, DISK_CACHE_BYTES, DISK_CACHE_FOLDER
from catmaid_server.tiles.look import TileWish
from catmaid_server.tiles.mirrors import OpenMirrors
from catmaid_server.tiles.omezarr import cache_context
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.rendering import rendered
from catmaid_server.tiles.sources.opening import SourceMeans

_TRUSTED_S: Final = 10.0
_REMEMBERED: Final = 1000

_TileKey = tuple[str, TileAddress, TileWish]


@dataclass(frozen=True, slots=True)
class StackRevision:
    """A version of the images of a stack; a revision never names other images."""

    project_id: int
    stack_id: int
    revision: str


@dataclass(frozen=True, slots=True)
class TileInMemory:
    """What tiles that look the same have in common: the images, as the store described them, and the wish."""

    images: str
    wish: TileWish


@dataclass(frozen=True, slots=True)
class _OpenStack:
    mirrors: OpenMirrors
    key: str
    until: float


class TileService:
    """Reads tiles, with one bounded cache of encoded tiles and one computation for each tile asked for.

    Parameters
    ----------
    store
        Knows where the images of a stack are.
    data_dir
        Where image stores lie whose path is relative.
    cache_bytes
        Most memory for encoded tiles.
    chunk_cache_bytes
        Most memory for decoded chunks and shard indices of volumes.
    hosts
        Which other servers may be asked for images.
    disk_cache_bytes
        Most room on disk for what other servers gave; 0 keeps nothing.
    limits
        How patient to be with them.
    """

    def __init__(
        self,
        store: Store,
        data_dir: Path,
        *,
        cache_bytes: int = CACHE_BYTES,
        chunk_cache_bytes: int = CHUNK_CACHE_BYTES,
        hosts: ImageHosts | None = None,
        disk_cache_bytes: int = DISK_CACHE_BYTES,
        limits: FetchLimits | None = None,
    ) -> None:
        self._store = store
        self.cache: ByteCache[_TileKey] = ByteCache(cache_bytes)
        self._flight: SingleFlight[_TileKey, bytes | None] = SingleFlight()
        pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="tiles")
        disk = DiskCache(data_dir / DISK_CACHE_FOLDER, disk_cache_bytes) if disk_cache_bytes else None
        fetcher = ObjectFetcher(hosts or ImageHosts(), disk, limits)
        self.means = SourceMeans(
            folder=data_dir,
            context=cache_context(chunk_cache_bytes),
            pool=pool,
            fetcher=fetcher,
            bridge=VolumeBridge(fetcher),
        )
        self._pool = pool
        self._found: OrderedDict[StackRevision, _OpenStack] = OrderedDict()

    async def close(self) -> None:
        """End connections and threads."""
        await self.means.bridge.close()
        await self.means.fetcher.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def tile(self, of: StackRevision, address: TileAddress, wish: TileWish, wait: float | None = None) -> bytes:
        """The image file of one tile.

        Raises `NotFound` if the project has no such stack, the stack no such revision, or that no such tile;
        `ImagesUnavailable` if that cannot be found out now; `ImagesPending` so many seconds after it was first asked
        for, if it is still on its way then.
        """
        found = await self._stack(of)
        key = (found.key, address, wish)
        data = self.cache.find(key)
        if data is None:
            try:
                data = await self._flight.do(key, lambda: self._made(found.mirrors, address, wish), wait)
            except StillRunning:
                raise ImagesPending(
                    f"{found.mirrors.host} has not given this image within {wait:g} s. It is still being asked."
                ) from None
            if data is None:
                raise NotFound("There is no such tile.")
            self.cache.put(key, data)
        return data

    async def kept_as(self, of: StackRevision, wish: TileWish) -> TileInMemory:
        """What `in_memory` finds tiles of a stack by."""
        return TileInMemory((await self._stack(of)).key, wish)

    def in_memory(self, kept: TileInMemory, address: TileAddress) -> bytes | None:
        """A tile that was made before and is still there."""
        return self.cache.find((kept.images, address, kept.wish))

    async def mirrors(self, of: StackRevision) -> OpenMirrors:
        """The places where the images of a stack are read. Raises `NotFound` if there are none that can be."""
        found = await self._stack(of)
        await found.mirrors.check()
        return found.mirrors

    async def may_change(self, of: StackRevision) -> bool:
        """Whether tiles come from another server, which may give others tomorrow."""
        return (await self._stack(of)).mirrors.are_remote

    async def tile_size(self, of: StackRevision) -> tuple[int, int]:
        """Width and height of the tiles of a stack in pixels."""
        return (await self._stack(of)).mirrors.tile_size

    async def zoom_factors(self, of: StackRevision) -> Sequence[tuple[float, float]]:
        """As `OpenMirrors.zoom_factors`."""
        return (await self._stack(of)).mirrors.zoom_factors

    async def _made(self, mirrors: OpenMirrors, address: TileAddress, wish: TileWish) -> bytes | None:
        tile, look = await mirrors.tile(address)
        if tile is None:
            return None
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, rendered, tile, mirrors.tile_size, look, wish)

    async def _stack(self, of: StackRevision) -> _OpenStack:
        """The sources of a stack; asks the store again after some seconds, since a stack can leave a project."""
        known = self._found.get(of)
        if known is not None and known.until > time.monotonic():
            return known
        async with self._store.reading() as connection:
            described = await stacks.tile_stores(connection, of.project_id, of.stack_id, of.revision)
        if not described:
            self._found.pop(of, None)
            raise NotFound(f"Project {of.project_id} has no images {of.revision} of a stack {of.stack_id}.")
        key = repr(described)
        mirrors = known.mirrors if known is not None and known.key == key else self._opened(described, of)
        found = _OpenStack(mirrors, key, time.monotonic() + _TRUSTED_S)
        self._found[of] = found
        self._found.move_to_end(of)
        while len(self._found) > _REMEMBERED:
            self._found.popitem(last=False)
        return found

    def _opened(self, described: list[TileStore], of: StackRevision) -> OpenMirrors:
        return OpenMirrors(described, self.means, f"stack {of.stack_id}")
