"""Volumes in neuroglancer's precomputed format, sharded or not."""

from __future__ import annotations

from typing import Any

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.metadata.found import FoundLevel, FoundVolume
from catmaid_server.tiles.metadata.reader import SourceReader


async def find_precomputed(reader: SourceReader) -> FoundVolume | None:
    """What the file `info` says; None if there is none. Raises `InvalidInput` if it is of something else."""
    info = await reader.json("info")
    if info is None or not isinstance(info.get("scales"), list):
        return None
    return _described(info, reader.base)


def _described(info: dict[str, Any], base: str) -> FoundVolume:
    if info.get("type") not in ("image", "segmentation"):
        raise InvalidInput(f"{base} has a precomputed {info.get('type')}, not an image or segmentation.")
    scales = list(enumerate(info["scales"]))
    full_index, full = min(scales, key=lambda scale: scale[1]["resolution"][0] * scale[1]["resolution"][1])
    rx, ry, rz = map(float, full["resolution"])
    x, y, z = map(int, full["size"])
    ox, oy, oz = map(int, full.get("voxel_offset", (0, 0, 0)))
    levels = []
    for index, scale in [(full_index, full), *(entry for entry in scales if entry[0] != full_index)]:
        sx, sy, sz = map(float, scale["resolution"])
        factors = (sx / rx, sy / ry, sz / rz)
        begins = map(int, scale.get("voxel_offset", (0, 0, 0)))
        px, py, pz = (at * factor - first for at, factor, first in zip(begins, factors, (ox, oy, oz), strict=True))
        levels.append(FoundLevel(str(index), factors, (px, py, pz)))
    channels = int(info["num_channels"])
    return FoundVolume(
        driver="neuroglancer_precomputed",
        base=base,
        levels=levels,
        axes=(0, 1, 2),
        fixed={3: 0},
        dimension=(x, y, z),
        resolution=(rx, ry, rz),
        translation=(ox * rx, oy * ry, oz * rz),
        voxel_offset=(ox, oy, oz),
        labels=info["type"] == "segmentation",
        channels=channels,
        channel_axis=3,
    )
