"""The tiles of all stacks that this service reads itself: found, cut, encoded once, and kept for a while."""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catmaid_server.db.store import Store
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.space import stacks
from catmaid_server.domain.space.stacks import TileStore
from catmaid_server.tiles.cache import ByteCache, SingleFlight
from catmaid_server.tiles.omezarr import cache_context
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.sources import TileSource, open_source

_TRUSTED_S: Final = 10.0
_REMEMBERED: Final = 1000


@dataclass(frozen=True, slots=True)
class StackRevision:
    """A version of the images of a stack; a revision never names other images."""

    project_id: int
    stack_id: int
    revision: str


@dataclass(frozen=True, slots=True)
class _OpenSource:
    source: TileSource
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
    """

    def __init__(
        self, store: Store, data_dir: Path, *, cache_bytes: int = 256 * 1024**2, chunk_cache_bytes: int = 64 * 1024**2
    ) -> None:
        self._store = store
        self._data_dir = data_dir
        self.cache: ByteCache[tuple[str, TileAddress, str]] = ByteCache(cache_bytes)
        self._flight: SingleFlight[tuple[str, TileAddress, str], bytes | None] = SingleFlight()
        self._context = cache_context(chunk_cache_bytes)
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="tiles")
        self._found: OrderedDict[StackRevision, _OpenSource] = OrderedDict()

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def tile(self, of: StackRevision, address: TileAddress, extension: str) -> bytes:
        """The image file of one tile, `jpg` or `png`.

        Raises `NotFound` if the project has no such stack, the stack no such revision, or that no such tile.
        """
        found = await self._source(of)
        key = (found.key, address, extension)
        data = self.cache.find(key)
        if data is None:
            data = await self._flight.do(key, lambda: found.source.tile(address, extension))
            if data is None:
                raise NotFound("There is no such tile.")
            self.cache.put(key, data)
        return data

    async def check(self, of: StackRevision) -> None:
        """Raises `NotFound` if the images of a stack cannot be read."""
        await self._source(of)

    async def _source(self, of: StackRevision) -> _OpenSource:
        """The source of a stack; asks the store again after some seconds, since a stack can leave a project."""
        known = self._found.get(of)
        if known is not None and known.until > time.monotonic():
            return known
        async with self._store.reading() as connection:
            described = await stacks.tile_store(connection, of.project_id, of.stack_id, of.revision)
        if described is None:
            self._found.pop(of, None)
            raise NotFound(f"Project {of.project_id} has no images {of.revision} of a stack {of.stack_id}.")
        key = repr(described)
        source = known.source if known is not None and known.key == key else await self._open(described, of)
        found = _OpenSource(source, key, time.monotonic() + _TRUSTED_S)
        self._found[of] = found
        self._found.move_to_end(of)
        while len(self._found) > _REMEMBERED:
            self._found.popitem(last=False)
        return found

    async def _open(self, described: TileStore, of: StackRevision) -> TileSource:
        try:
            return await open_source(
                described.source,
                self._data_dir,
                (described.tile_width, described.tile_height),
                context=self._context,
                pool=self._pool,
            )
        except ValueError as error:
            if (self._data_dir / described.source["path"]).exists():
                raise NotFound(f"The images of stack {of.stack_id} cannot be served: {error}.") from error
            raise NotFound(f"The images of stack {of.stack_id} are not where they were.") from error
