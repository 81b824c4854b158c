"""Arrays of other servers: which chunks a part lies in, and how long these are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorstore

from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.omezarr import cache_context
from catmaid_server.tiles.sources.arrays import TensorStoreArray
from catmaid_server.tiles.sources.fetched_chunks import ChunkGrid, ChunkMemory, FetchedArray
from tests.helpers.image_hosts import QUICK, THIS_MACHINE, ImageHost, serving_images

VALUES = np.random.default_rng(3).integers(1, 200, (6, 40, 50), dtype=np.uint8)
LAYOUTS: dict[str, dict[str, Any]] = {
    "zarr": {"chunks": [2, 16, 20]},
    "zarr slashed": {"chunks": [2, 16, 20], "dimension_separator": "/"},
    "n5": {"blockSize": [2, 16, 20], "compression": {"type": "gzip"}},
    "zarr3": {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 16, 20]}}},
    "zarr3 dotted": {
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 16, 20]}},
        "chunk_key_encoding": {"name": "v2", "configuration": {"separator": "."}},
    },
}


@asynccontextmanager
async def written(folder: Path, layout: str, limit: int) -> AsyncIterator[tuple[FetchedArray, ImageHost]]:
    """The array of these values on a server, without its last two sections."""
    spec = {"driver": layout.partition(" ")[0], "kvstore": {"driver": "file", "path": f"{folder}/"}}
    metadata = LAYOUTS[layout]
    store = await tensorstore.open({**spec, "metadata": metadata}, create=True, dtype="uint8", shape=VALUES.shape)
    await store[:4].write(VALUES[:4])
    opened = await TensorStoreArray.open(spec, "the array", context=cache_context(0))
    fetcher = ObjectFetcher(THIS_MACHINE, None, QUICK)
    host = ImageHost(VALUES, folders={"a": folder})
    try:
        async with serving_images(host):
            below = f"{host.url}/files/a/"
            array = await ChunkMemory(fetcher, limit).array(opened, below, {}, cache_context(0))
            assert array is not None
            yield array, host
    finally:
        await fetcher.close()


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_parts_are_those_of_the_array_and_each_chunk_is_fetched_once(tmp_path: Path, layout: str) -> None:
    expected = VALUES.copy()
    expected[4:] = 0
    async with written(tmp_path, layout, 1 << 20) as (array, host):
        assert (array.shape, array.dtype) == (VALUES.shape, VALUES.dtype)
        for part in (np.s_[1, 3:30, 10:45], np.s_[0:6, 20, 0:50], np.s_[3:5, 16:32, 20], np.s_[5, 0:16, 0:20]):
            assert np.array_equal(await array.read(part), expected[part])
        assert max(host.asked.values()) == 1


async def test_beyond_the_limit_the_oldest_chunks_are_fetched_anew(tmp_path: Path) -> None:
    async with written(tmp_path, "zarr", 2_500) as (array, host):
        for z in (0, 2, 0, 2):
            assert np.array_equal(await array.read(np.s_[z, 0:16, 0:20]), VALUES[z, :16, :20])
        assert host.asked == {"/files/a/0.0.0": 1, "/files/a/1.0.0": 1}
        await array.read(np.s_[0:4, 0:40, 0:50])
        await array.read(np.s_[0, 0:16, 0:20])
        assert host.asked["/files/a/0.0.0"] == 2


async def test_sharded_arrays_are_read_in_another_way() -> None:
    codecs = [{"name": "sharding_indexed", "configuration": {}}]
    assert ChunkGrid.of({"driver": "zarr3", "metadata": {"codecs": codecs}}) is None
    assert ChunkGrid.of({"driver": "neuroglancer_precomputed"}) is None
