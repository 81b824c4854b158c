"""Arrays of other servers whose chunks are objects of their own: fetched by this process, decoded by tensorstore.

tensorstore finds the chunks in memory, which costs a third of what it takes to ask a bridge for each.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import tensorstore
from numpy.typing import NDArray

from catmaid_server.tiles.gateway.bridge import require_no_page
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.sources.arrays import TensorStoreArray

CHUNK_BYTES: Final = 32 * 1024**2
"""Memory of one worker for chunks as they came, beside those that are decoded."""
_BESIDE_BYTES: Final = 500
"""What a chunk takes beside its bytes, also one that is not there."""


@dataclass(frozen=True, slots=True)
class ChunkGrid:
    """How an array is cut into chunks, and how these are called."""

    extents: tuple[int, ...]
    prefix: str
    separator: str

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> ChunkGrid | None:
        """From what tensorstore says of an open array; None if chunks are not objects of their own."""
        known = spec.get("metadata", {})
        if spec["driver"] == "n5":
            return cls(tuple(known["blockSize"]), "", "/")
        if spec["driver"] == "zarr" and "field" not in spec:
            return cls(tuple(known["chunks"]), "", known["dimension_separator"])
        if spec["driver"] == "zarr3" and all(codec["name"] != "sharding_indexed" for codec in known["codecs"]):
            naming = known["chunk_key_encoding"]
            prefixed = naming["name"] == "default"
            separator = naming.get("configuration", {}).get("separator", "/" if prefixed else ".")
            prefix = f"c{separator}" if prefixed else ""
            return cls(tuple(known["chunk_grid"]["configuration"]["chunk_shape"]), prefix, separator)
        return None

    def names(self, part: Sequence[slice | int]) -> list[str]:
        """The chunks that a part of the array lies in."""
        spans = [
            range(index.start // extent, -(-index.stop // extent)) if isinstance(index, slice) else (index // extent,)
            for index, extent in zip(part, self.extents, strict=True)
        ]
        return [self.prefix + self.separator.join(map(str, place)) for place in itertools.product(*spans)]


@dataclass(frozen=True, slots=True)
class _Folder:
    """Where the chunks of an array are: on another server, and in memory. number: a name for it."""

    number: int
    base: str
    headers: Mapping[str, str]
    memory: tensorstore.KvStore


@dataclass(slots=True)
class _Chunk:
    folder: _Folder
    name: str
    size: int = 0
    """In memory; 0 until it came, or it is known that there is none."""
    is_there: bool = False
    users: int = 0


class ChunkMemory:
    """Chunks of all arrays as they came; beyond `limit` bytes those go that were used longest ago."""

    def __init__(self, fetcher: ObjectFetcher, limit: int = CHUNK_BYTES) -> None:
        self._fetcher = fetcher
        self._limit = limit
        self._chunks: OrderedDict[tuple[int, str], _Chunk] = OrderedDict()
        self._size = 0
        self._numbers = itertools.count()

    async def array(
        self, opened: TensorStoreArray, base: str, headers: Mapping[str, str], context: tensorstore.Context
    ) -> FetchedArray | None:
        """An array that was opened elsewhere, with chunks below `base`; None if it cannot be read in this way."""
        spec = opened.spec
        grid = ChunkGrid.of(spec)
        if grid is None:
            return None
        number = next(self._numbers)
        place = {"driver": "memory", "path": f"{number}/"}
        store = await tensorstore.open(
            {"driver": spec["driver"], "kvstore": place, "metadata": spec["metadata"]},
            open=True,
            assume_metadata=True,
            read=True,
            context=context,
            recheck_cached_data=False,
        )
        array = TensorStoreArray(store, opened.name, None)
        memory = await tensorstore.KvStore.open(place, context=context)
        return FetchedArray(array, grid, _Folder(number, base, headers, memory), self)

    @asynccontextmanager
    async def holding(self, folder: _Folder, names: Sequence[str]) -> AsyncIterator[None]:
        """Have these chunks in memory meanwhile. Raises `ImagesUnavailable`."""
        held = [self._chunks.setdefault((folder.number, name), _Chunk(folder, name)) for name in names]
        for chunk in held:
            chunk.users += 1
        try:
            waiting = [self._bring(chunk) for chunk in held if not chunk.size]
            if len(waiting) == 1:
                await waiting[0]
            elif waiting:
                await asyncio.gather(*waiting)
            yield
        finally:
            for chunk in held:
                chunk.users -= 1
                key = folder.number, chunk.name
                if chunk.size or chunk.users:
                    self._chunks.move_to_end(key)
                else:
                    del self._chunks[key]
            self._make_room()

    async def _bring(self, chunk: _Chunk) -> None:
        folder = chunk.folder
        found = await self._fetcher.fetch(folder.base + chunk.name, headers=folder.headers, check=require_no_page)
        if chunk.size or not chunk.users:
            return
        if found is not None:
            folder.memory[chunk.name] = found.body
            chunk.is_there = True
        chunk.size = _BESIDE_BYTES + (0 if found is None else len(found.body))
        self._size += chunk.size

    def _make_room(self) -> None:
        dropped = []
        for key, chunk in self._chunks.items():
            if self._size <= self._limit:
                break
            if not chunk.users:
                dropped.append(key)
                self._size -= chunk.size
                if chunk.is_there:
                    del chunk.folder.memory[chunk.name]
        for key in dropped:
            del self._chunks[key]


class FetchedArray:
    """An array of another server."""

    def __init__(self, array: TensorStoreArray, grid: ChunkGrid, folder: _Folder, memory: ChunkMemory) -> None:
        self._array = array
        self._grid = grid
        self._folder = folder
        self._memory = memory

    @property
    def shape(self) -> tuple[int, ...]:
        """Extents."""
        return self._array.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return self._array.dtype

    async def read(self, part: tuple[slice | int, ...]) -> NDArray[Any]:
        """A part. Raises `ImagesUnavailable`."""
        async with self._memory.holding(self._folder, self._grid.names(part)):
            return await self._array.read(part)
