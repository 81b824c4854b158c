"""Make a source of what the store says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tensorstore

from catmaid_server.tiles.gateway.bridge import VolumeBridge
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.look import StackLook
from catmaid_server.tiles.omezarr import open_volume
from catmaid_server.tiles.sources.arrays import Hdf5Array, TensorStoreArray
from catmaid_server.tiles.sources.base import TileSource
from catmaid_server.tiles.sources.fetched_chunks import ChunkMemory
from catmaid_server.tiles.sources.hdf5_sections import Hdf5Sections
from catmaid_server.tiles.sources.image_urls import ImageUrls
from catmaid_server.tiles.sources.tile_files import FilePyramid
from catmaid_server.tiles.sources.url_forms import RemoteTiles
from catmaid_server.tiles.sources.volumes import OpenArray, VolumeAxes, VolumeLevel, VolumeSource

BOSS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMeans:
    """What sources read with. folder: where relative paths start."""

    folder: Path
    context: tensorstore.Context
    pool: Executor
    fetcher: ObjectFetcher
    bridge: VolumeBridge
    chunks: ChunkMemory = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "chunks", ChunkMemory(self.fetcher))


def is_url(address: str) -> bool:
    """Whether an address is on another server, not a path."""
    return address.startswith(("http://", "https://"))


def look_of(described: Mapping[str, Any]) -> StackLook:
    """How the values of a source are shown."""
    window = described.get("window")
    return StackLook(
        window=None if window is None else (float(window[0]), float(window[1])),
        gamma=float(described.get("gamma", 1.0)),
        labels=bool(described.get("labels", False)),
    )


def request_headers(described: Mapping[str, Any]) -> dict[str, str]:
    """Headers that a source wants with each request."""
    token = described.get("token")
    return {"Authorization": f"Token {token}"} if token else {}


async def open_source(described: Mapping[str, Any], tile_size: tuple[int, int], means: SourceMeans) -> TileSource:
    """The source that a mirror's `source` describes; `tile_size` is (width, height) in pixels.

    Raises
    ------
    ValueError, ImagesUnavailable
        If it is of an unknown kind, or not there.
    """
    match described["kind"]:
        case "zarr":
            path = means.folder / described["path"]
            levels = await open_volume(path, context=means.context)
            arrays = [TensorStoreArray(level, str(path), None) for level in levels]
            return halved_volume(arrays, tile_size, means.pool)
        case "tiles":
            return FilePyramid(
                means.folder / described["path"],
                described["tile_source_type"],
                described["file_extension"],
                means.pool,
                widths=described.get("widths"),
            )
        case "volume":
            return await open_described_volume(described, tile_size, means)
        case "sections":
            return Hdf5Sections(means.folder / described["base"], tile_size, means.pool)
        case "images":
            tiles = RemoteTiles(
                base=described["base"],
                tile_source_type=described["tile_source_type"],
                file_extension=described["file_extension"],
                tile_width=tile_size[0],
                tile_height=tile_size[1],
                orientation=described.get("orientation", 0),
            )
            return ImageUrls(tiles, means.fetcher, means.pool, headers=request_headers(described))
        case kind:
            raise ValueError(f"unknown kind of tile source {kind!r}")


def halved_volume(arrays: list[TensorStoreArray], tile_size: tuple[int, int], pool: Executor) -> VolumeSource:
    """The source of arrays (z, y, x), each half as large in y and x as the one before."""
    levels = [VolumeLevel(array, (2**zoom, 2**zoom, 1)) for zoom, array in enumerate(arrays)]
    depth, height, width = arrays[0].shape
    return VolumeSource(levels, VolumeAxes(2, 1, 0), (width, height, depth), tile_size, pool)


async def open_described_volume(
    described: Mapping[str, Any], tile_size: tuple[int, int], means: SourceMeans
) -> VolumeSource:
    """The volume that a source of the kind `volume` describes. Raises as `open_source` does."""
    levels = [
        VolumeLevel(
            await _open_array(described, level["path"], means),
            _triple(level["factors"]),
            _triple(level.get("offset", (0, 0, 0))),
        )
        for level in described["levels"]
    ]
    factors = described.get("zoom_factors")
    x, y, z = described["axes"]
    fixed = {int(axis): int(index) for axis, index in described.get("fixed", {}).items()}
    width, height, depth = described["dimension"]
    return VolumeSource(
        levels,
        VolumeAxes(x, y, z, fixed),
        (width, height, depth),
        tile_size,
        means.pool,
        labels=bool(described.get("labels", False)),
        zoom_factors=None if factors is None else [(float(across), float(down)) for across, down in factors],
    )


def _triple(values: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = map(float, values)
    return x, y, z


async def _open_array(described: Mapping[str, Any], level: str, means: SourceMeans) -> OpenArray:
    base, driver = described["base"], described["driver"]
    if driver == "hdf5":
        return Hdf5Array.open(means.folder / base, level, means.pool)
    bridged = None
    if is_url(base):
        address = await means.bridge.address(base, request_headers(described))
        bridged = (means.bridge, address)
        store = {"driver": "http", "base_url": address}
    else:
        store = {"driver": "file", "path": f"{means.folder / base}/"}
    if driver == "neuroglancer_precomputed":
        spec = {"driver": driver, "kvstore": store, "scale_index": int(level)}
    else:
        inside = {"base_url": f"{address}{level}/"} if is_url(base) else {"path": f"{store['path']}{level}/"}
        spec = {"driver": driver, "kvstore": store | inside if level else store}
    opened = await TensorStoreArray.open(spec, base, context=means.context, bridged=bridged)
    if not is_url(base):
        return opened
    below = "/".join(filter(None, (base.rstrip("/"), level))) + "/"
    return await means.chunks.array(opened, below, request_headers(described), means.context) or opened
