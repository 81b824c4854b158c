"""The values of a crop, block after block: no more of it is in memory than one block."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.crops.plan import StackCrop
from catmaid_server.tiles.cutouts import VoxelBox, cutout
from catmaid_server.tiles.service import TileService

MOST_BLOCK_VOXELS: Final = 2**23
MOST_PAGE_BYTES: Final = 2**29
"""A page of a TIFF is put together in memory."""


def parts(span: tuple[int, int], step: int, *, aligned: bool = False) -> list[tuple[int, int]]:
    """A span in parts of `step`; `aligned` to multiples of it, as tiles are."""
    begin, end = span
    edges = [begin, *range((begin // step + 1) * step if aligned else begin + step, end, step), end]
    return list(itertools.pairwise(edges))


async def value_type(tiles: TileService, crop: StackCrop) -> np.dtype[Any]:
    """The type of the values, by some voxels of the crop: where there is no image, nothing says it."""
    mirrors, box = await tiles.mirrors(crop.stack), crop.box
    found = []
    for part in ((0, 1), (1, 2), (3, 4), (7, 8)):
        at = [
            (a + (b - a) * part[0] // part[1], a + (b - a) * part[0] // part[1] + 1) for a, b in (box.x, box.y, box.z)
        ]
        found.append((await cutout(mirrors, VoxelBox(box.zoom, at[0], at[1], at[2]))).dtype)
    return max(found, key=lambda dtype: (dtype.itemsize, dtype.kind == "f"))


async def read_block(tiles: TileService, crop: StackCrop, box: VoxelBox, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The (z, y, x) values of a part of a crop. Raises `InvalidInput` if they are of a larger type than others."""
    values = await cutout(await tiles.mirrors(crop.stack), box)
    if not np.can_cast(values.dtype, dtype):
        raise InvalidInput(
            f"{crop.grid.title!r} has values of {dtype} and of {values.dtype}, which no file has together."
        )
    return values.astype(dtype, copy=False)


async def read_page(tiles: TileService, crop: StackCrop, z: int, dtype: np.dtype[Any]) -> NDArray[Any]:
    """One section of a crop, (y, x)."""
    box = crop.box
    rows = max(1, MOST_BLOCK_VOXELS // (box.x[1] - box.x[0]))
    page = np.zeros(box.shape[1:], dtype)
    for span in parts(box.y, max(512, rows - rows % 512), aligned=True):
        values = await read_block(tiles, crop, VoxelBox(box.zoom, box.x, span, (z, z + 1)), dtype)
        page[span[0] - box.y[0] : span[1] - box.y[0]] = values[0]
    return page


def require_page(crop: StackCrop, dtype: np.dtype[Any]) -> None:
    """Raise `InvalidInput` if a section of a crop is too large for a page."""
    _, height, width = crop.box.shape
    if height * width * dtype.itemsize > MOST_PAGE_BYTES:
        raise InvalidInput(
            f"A section of {width} x {height} voxels is too large for a page of a TIFF, which has at most "
            f"{MOST_PAGE_BYTES / 1e6:.0f} MB: take format='zarr', a smaller box or a coarser zoom."
        )


def chunk_places(shape: tuple[int, int, int], chunk: tuple[int, int, int]) -> Iterator[tuple[int, int, int]]:
    """Indices (z, y, x) of the chunks of an array."""
    yield from itertools.product(*(range(-(-extent // step)) for extent, step in zip(shape, chunk, strict=True)))
