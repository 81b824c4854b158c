"""Crops: a box of one or several stacks as a file."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.jobs.running import JobOutcome, RunningJob
from catmaid_server.tiles.crops.blocks import chunk_places, read_block, read_page, require_page, value_type
from catmaid_server.tiles.crops.plan import CropRequest, StackCrop, planned, require_size
from catmaid_server.tiles.crops.threads import ended_in_thread
from catmaid_server.tiles.crops.tiff import common_type, write_tiff
from catmaid_server.tiles.crops.zarr_zip import CHUNK, ZarrArchive
from catmaid_server.tiles.cutouts import VoxelBox

KIND: Final = "crop"
_LEFT_FREE_BYTES: Final = 1024**3
_Types = Sequence[np.dtype[Any]]


async def work(job: RunningJob) -> JobOutcome:
    """Make the file of a crop."""
    wish = msgspec.convert(job.arguments, CropRequest, strict=False)
    async with job.means.store.reading() as connection:
        crops = await planned(connection, job.attempt.project_id, wish)
    dtypes = [await value_type(job.means.tiles, crop) for crop in crops]
    require_size(crops, wish.format, [dtype.itemsize for dtype in dtypes])
    path = job.folder / file_name(crops, wish)
    _require_room(path, crops, dtypes)
    if wish.format == "tiff":
        await _tiff(job, path, crops, common_type(dtypes))
    else:
        await _zarr(job, path, crops, dtypes)
    z, y, x = crops[0].box.shape
    titles = " and ".join(crop.grid.title for crop in crops)
    text = f"{x} x {y} x {z} voxels of {titles} at zoom {wish.zoom}, {_size(path)}"
    return JobOutcome(
        text=text, result={"stacks": [_described(crop) for crop in crops]}, file=path, address=_address(job, path)
    )


def _size(path: Path) -> str:
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"


def _address(job: RunningJob, path: Path) -> str:
    """As CATMAID gives crops."""
    return f"/crop/download/crop_{job.attempt.project_id}_{job.attempt.id}.{path.name.rpartition('.')[2]}/"


def file_name(crops: Sequence[StackCrop], wish: CropRequest) -> str:
    """Name of the file: the first stack, zoom, and the first voxel."""
    stem = re.sub(r"[^A-Za-z0-9._-]+", "_", crops[0].grid.title).strip("._")[:60] or "stack"
    box = crops[0].box
    ending = "tif" if wish.format == "tiff" else "ome.zarr.zip"
    return f"{stem}_zoom{wish.zoom}_x{box.x[0]}_y{box.y[0]}_z{box.z[0]}.{ending}"


def _require_room(path: Path, crops: Sequence[StackCrop], dtypes: _Types) -> None:
    needed = sum(math.prod(crop.box.shape) * dtype.itemsize for crop, dtype in zip(crops, dtypes, strict=True))
    free = shutil.disk_usage(path.parent).free
    if needed + _LEFT_FREE_BYTES > free:
        raise InvalidInput(
            f"The crop needs up to {needed / 1e9:.1f} GB, and the service's disk has {free / 1e9:.1f} GB free: take a "
            "smaller box or a coarser zoom, or have files removed there."
        )


async def _tiff(job: RunningJob, path: Path, crops: Sequence[StackCrop], dtype: np.dtype[Any]) -> None:
    require_page(crops[0], dtype)
    sections = range(*crops[0].box.z)

    async def pages() -> AsyncIterator[NDArray[Any]]:
        for number, _ in enumerate(sections):
            await job.tell(number, len(sections), "reads sections")
            for crop in crops:
                yield await read_page(job.means.tiles, crop, crop.box.z[0] + number, dtype)

    await write_tiff(path, crops, dtype, pages())


async def _zarr(job: RunningJob, path: Path, crops: Sequence[StackCrop], dtypes: _Types) -> None:
    total = sum(sum(1 for _ in chunk_places(crop.box.shape, CHUNK)) for crop in crops)
    done = 0
    with ZarrArchive(path, crops, dtypes) as archive:
        for image, (crop, dtype) in enumerate(zip(crops, dtypes, strict=True)):
            for place in chunk_places(crop.box.shape, CHUNK):
                await job.tell(done, total, "reads blocks")
                values = await read_block(job.means.tiles, crop, _chunk_box(crop, place), dtype)
                await ended_in_thread(archive.put_chunk, image, place, values)
                done += 1


def _chunk_box(crop: StackCrop, place: tuple[int, int, int]) -> VoxelBox:
    z, y, x = (
        (first + index * step, min(first + (index + 1) * step, end))
        for (first, end), index, step in zip((crop.box.z, crop.box.y, crop.box.x), place, CHUNK, strict=True)
    )
    return VoxelBox(crop.box.zoom, x, y, z)


def _described(crop: StackCrop) -> dict[str, Any]:
    z, y, x = crop.box.shape
    return {
        "stack_id": crop.stack.stack_id,
        "title": crop.grid.title,
        "voxels": [x, y, z],
        "resolution": list(crop.grid.resolution),
        "origin": list(crop.origin),
    }
