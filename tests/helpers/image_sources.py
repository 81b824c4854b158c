"""Stacks by their addresses, without a service: looked at, and their pixels."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.space.stacks import NewStack
from catmaid_server.tiles.gateway.bridge import VolumeBridge
from catmaid_server.tiles.gateway.disk_cache import DiskCache
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.omezarr import cache_context
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.registration.adding import StackLooker
from catmaid_server.tiles.rendering import tile_values
from catmaid_server.tiles.sources.opening import SourceMeans, open_source
from tests.helpers.image_hosts import QUICK, THIS_MACHINE


@asynccontextmanager
async def looking(tmp_path: Path) -> AsyncIterator[StackLooker]:
    """Looks at addresses of this machine, and keeps what it got in a folder."""
    fetcher = ObjectFetcher(THIS_MACHINE, DiskCache(tmp_path / "cache", 1 << 26), QUICK)
    bridge = VolumeBridge(fetcher)
    with ThreadPoolExecutor(2) as pool:
        context = cache_context(1 << 26)
        yield StackLooker(
            SourceMeans(folder=tmp_path, context=context, pool=pool, fetcher=fetcher, bridge=bridge), None
        )
        await bridge.close()
        await fetcher.close()


async def pixels(looker: StackLooker, stack: NewStack, address: TileAddress) -> NDArray[Any]:
    """The values of a tile of a stack's first mirror."""
    mirror = stack.mirrors[0]
    assert mirror.source is not None
    size = (mirror.tile_width, mirror.tile_height)
    tile = await (await open_source(mirror.source, size, looker.means)).tile(address)
    assert tile is not None
    return tile_values(tile, size)


async def whole_section(
    looker: StackLooker, stack: NewStack, zoom: int, z: int, factor: tuple[float, float]
) -> NDArray[Any]:
    """All tiles of a section."""
    width, height = (math.ceil(extent / step) for extent, step in zip(stack.dimension, factor, strict=False))
    size = stack.mirrors[0].tile_width
    rows = [
        np.hstack(
            [await pixels(looker, stack, TileAddress(zoom, z, row, col)) for col in range(math.ceil(width / size))]
        )
        for row in range(math.ceil(height / size))
    ]
    return np.vstack(rows)
