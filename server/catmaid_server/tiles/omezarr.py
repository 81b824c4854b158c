"""Multiscale image volumes as OME-Zarr 0.5 (Zarr v3), axes z, y, x: 8 bit, or ids.

One shard file holds up to 8 x 8 tiles of one section: a section is written without reading anything back,
a tile is read by one byte range, and a large stack does not become millions of files.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tensorstore

from catmaid_server.tiles.pyramid import level_extent, zoom_levels

_TILES_PER_SHARD: Final = 8


@dataclass(frozen=True, slots=True)
class VolumeLayout:
    """Size of a volume at full resolution, and how it is cut.

    dimension: (x, y, z) pixels. resolution: (x, y, z) nm. tile_size: pixels, a power of two. dtype: of the values,
    which are ids if it is not uint8.
    """

    dimension: tuple[int, int, int]
    resolution: tuple[float, float, float]
    tile_size: int
    dtype: str = "uint8"

    @property
    def levels(self) -> int:
        """Number of zoom levels."""
        return zoom_levels(self.dimension[0], self.dimension[1], self.tile_size)

    def shape(self, zoom: int) -> tuple[int, int, int]:
        """Array shape (z, y, x) of a zoom level."""
        x, y, z = self.dimension
        return z, level_extent(y, zoom), level_extent(x, zoom)


def cache_context(cache_bytes: int, *, threads: int | None = None) -> tensorstore.Context:
    """Resources that stores opened with it share: one cache of `cache_bytes`, one pool of copying threads."""
    resources: dict[str, Any] = {
        "cache_pool": {"total_bytes_limit": cache_bytes},
        "http_request_retries": {"max_retries": 1},
    }
    if threads is not None:
        resources["data_copy_concurrency"] = {"limit": threads}
    return tensorstore.Context(resources)


def create_volume(
    path: Path, layout: VolumeLayout, *, title: str, context: tensorstore.Context
) -> list[tensorstore.TensorStore]:
    """Make an empty (black) volume or open what an interrupted run made of it; one store per zoom level."""
    path.mkdir(parents=True, exist_ok=True)
    opening = [
        tensorstore.open(_level_spec(path, layout, zoom), open=True, create=True, context=context)
        for zoom in range(layout.levels)
    ]
    stores = [future.result() for future in opening]
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": _multiscale(layout, title)}}
    (path / "zarr.json").write_text(json.dumps(group, indent=1), encoding="utf-8")
    return stores


async def open_volume(path: Path, *, context: tensorstore.Context) -> list[tensorstore.TensorStore]:
    """Open an OME-Zarr volume with axes z, y, x (version 0.4 or 0.5) for reading; one store per zoom level.

    Raises
    ------
    ValueError
        If the folder is not such a volume of 8 bit values, or its levels are not halved in y and x.
    """
    levels = [
        await tensorstore.open(
            {"driver": driver, "kvstore": {"driver": "file", "path": f"{path / name}/"}},
            open=True,
            read=True,
            write=False,
            context=context,
            recheck_cached_metadata="open",
            recheck_cached_data=False,
        )
        for driver, name in await asyncio.to_thread(_datasets, path)
    ]
    for zoom, level in enumerate(levels):
        _check_level(path, zoom, levels[0], level)
    return levels


def _check_level(path: Path, zoom: int, full: tensorstore.TensorStore, level: tensorstore.TensorStore) -> None:
    """`ValueError` if a level is not what viewers take it for: 8 bit, and 1/2**zoom in y and x."""
    if level.dtype.name != "uint8":
        raise ValueError(f"level {zoom} of {path} has values of {level.dtype.name}, not uint8")
    sections, *extents = level.shape
    halved = all(
        max(1, whole >> zoom) <= extent <= level_extent(whole, zoom)
        for whole, extent in zip(full.shape[1:], extents, strict=True)
    )
    if sections != full.shape[0] or not halved:
        wanted = [full.shape[0], *(level_extent(whole, zoom) for whole in full.shape[1:])]
        raise ValueError(
            f"level {zoom} of {path} has the shape (z, y, x) {list(level.shape)}, not {wanted}: only levels that are"
            " half as large in y and x as the one before can be served"
        )


def _datasets(path: Path) -> list[tuple[str, str]]:
    """Driver and subfolder of each level."""
    try:
        if (path / "zarr.json").exists():
            driver = "zarr3"
            described = json.loads((path / "zarr.json").read_text(encoding="utf-8"))["attributes"]["ome"]
        else:
            driver = "zarr"
            described = json.loads((path / ".zattrs").read_text(encoding="utf-8"))
        multiscale = described["multiscales"][0]
        axes = [axis["name"] for axis in multiscale["axes"]]
        names = [str(dataset["path"]) for dataset in multiscale["datasets"]]
    except (OSError, KeyError, IndexError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is not an OME-Zarr image") from error
    if axes != ["z", "y", "x"]:
        raise ValueError(f"{path} has the axes {axes}, not z, y, x")
    return [(driver, name) for name in names]


def _level_spec(path: Path, layout: VolumeLayout, zoom: int) -> dict[str, Any]:
    shape = layout.shape(zoom)
    tile = layout.tile_size
    tiles_across = max(-(-extent // tile) for extent in shape[1:])
    shard = tile * min(_TILES_PER_SHARD, tiles_across)
    inner = [{"name": "bytes"}, {"name": "zstd", "configuration": {"level": 1, "checksum": True}}]
    index = [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "crc32c"}]
    return {
        "driver": "zarr3",
        "kvstore": {"driver": "file", "path": f"{path / str(zoom)}/"},
        "metadata": {
            "shape": list(shape),
            "data_type": layout.dtype,
            "fill_value": 0,
            "dimension_names": ["z", "y", "x"],
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1, shard, shard]}},
            "chunk_key_encoding": {"name": "default"},
            "codecs": [
                {
                    "name": "sharding_indexed",
                    "configuration": {
                        "chunk_shape": [1, tile, tile],
                        "codecs": inner,
                        "index_codecs": index,
                        "index_location": "end",
                    },
                }
            ],
        },
    }


def _multiscale(layout: VolumeLayout, title: str) -> dict[str, Any]:
    return {
        "version": "0.5",
        "multiscales": [
            {
                "name": title,
                "type": "mean of 2x2 in y, x" if layout.dtype == "uint8" else "mode of 2x2 in y, x",
                "axes": [{"name": name, "type": "space", "unit": "nanometer"} for name in "zyx"],
                "datasets": [_dataset(layout, zoom) for zoom in range(layout.levels)],
            }
        ],
    }


def _dataset(layout: VolumeLayout, zoom: int) -> dict[str, Any]:
    """Scale in nm, and where the centre of the first pixel lies: each level's averaging moves it."""
    x, y, z = layout.resolution
    factor = 2**zoom
    shift = (factor - 1) / 2
    return {
        "path": str(zoom),
        "coordinateTransformations": [
            {"type": "scale", "scale": [z, y * factor, x * factor]},
            {"type": "translation", "translation": [0.0, y * shift, x * shift]},
        ],
    }
