"""Values of image stacks: boxes of voxels, read at once or when they are needed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.model.units import format_length
from catmaid_wire.voxels import Box, NoSuchBox, VoxelGrid, corners_of

if TYPE_CHECKING:
    from xarray import DataArray

LAZY_FROM: Final = 2**28
"""Cut-outs of more voxels are read when they are needed."""
_BLOCK: Final = (16, 1024, 1024)
_AT_ONCE: Final = 4
_PACKAGES: Final = "pip install 'catmaid-jupyter[images]'"


def spans_of(grid: VoxelGrid, box: Box) -> list[tuple[int, int]]:
    """As `VoxelGrid.spans`. Raises `InvalidInput` for a box outside of the stack."""
    try:
        return grid.spans(box)
    except NoSuchBox as error:
        raise InvalidInput(str(error)) from None


def corners(box: Box) -> tuple[list[float], list[float]]:
    """Lower and upper corner of a box in nm. Raises `InvalidInput` if it is none."""
    try:
        return corners_of(box)
    except NoSuchBox as error:
        raise InvalidInput(str(error)) from None


def read_voxels(place: Place, grid: VoxelGrid, spans: Sequence[tuple[int, int]]) -> NDArray[Any]:
    """The (z, y, x) values between these indices of x, y, z, all at once."""
    return loop.run(_read(place, grid, spans))


def cutout(place: Place, grid: VoxelGrid, box: Box, *, lazy: bool | None) -> DataArray:
    """The values of a box as `Stack.cutout` gives them."""
    try:
        import xarray  # noqa: PLC0415  an extra
    except ImportError:
        raise InvalidInput(f"Cut-outs with coordinates need xarray: {_PACKAGES}") from None
    spans = spans_of(grid, box)
    count = math.prod(end - first for first, end in spans)
    values = (
        _lazy(place, grid, spans) if lazy or (lazy is None and count > LAZY_FROM) else read_voxels(place, grid, spans)
    )
    found = xarray.DataArray(
        values,
        dims=("z", "y", "x"),
        coords=grid.coordinates(spans),
        name=grid.title,
        attrs={"zoom": grid.zoom, "resolution": grid.resolution},
    )
    for name in "xyz":
        found[name].attrs["units"] = "nm"
    return found


async def _read(place: Place, grid: VoxelGrid, spans: Sequence[tuple[int, int]]) -> NDArray[Any]:
    blocks = list(_blocks(spans))
    first = await _read_block(place, grid, blocks[0])
    shape = tuple(end - start for start, end in reversed(spans))
    if len(blocks) == 1:
        return first
    values = np.zeros(shape, first.dtype)

    def put(block: Sequence[tuple[int, int]], read: NDArray[Any]) -> None:
        x, y, z = (slice(a - start, b - start) for (a, b), (start, _) in zip(block, spans, strict=True))
        values[z, y, x] = read

    put(blocks[0], first)
    for begin in range(1, len(blocks), _AT_ONCE):
        part = blocks[begin : begin + _AT_ONCE]
        for block, read in zip(part, await loop.gather(*(_read_block(place, grid, b) for b in part)), strict=True):
            put(block, read)
    return values


async def _read_block(place: Place, grid: VoxelGrid, spans: Sequence[tuple[int, int]]) -> NDArray[Any]:
    (x0, x1), (y0, y1), (z0, z1) = spans
    box = {"x0": x0, "x1": x1, "y0": y0, "y1": y1, "z0": z0, "z1": z1}
    answer = await place.http.request("GET", grid.path, params={"zoom": grid.zoom, **box})
    values: NDArray[Any] = np.load(BytesIO(answer.body), allow_pickle=False)
    return values


def _blocks(spans: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
    """Parts that are read with one request each, as spans of x, y, z."""
    parts = [
        [(start, min(start + size, end)) for start in range(first, end, size)]
        for (first, end), size in zip(spans, reversed(_BLOCK), strict=True)
    ]
    return [[x, y, z] for z, y, x in itertools.product(parts[2], parts[1], parts[0])]


def _lazy(place: Place, grid: VoxelGrid, spans: Sequence[tuple[int, int]]) -> Any:
    """A dask array that is read block by block when it is computed."""
    try:
        import dask.array as da  # noqa: PLC0415  an extra
    except ImportError:
        size = " x ".join(str(end - first) for first, end in spans)
        raise InvalidInput(
            f"A cut-out of {size} voxels is read in parts, which needs dask: {_PACKAGES}; or take a coarser zoom."
        ) from None
    dtype = read_voxels(place, grid, [(first, first + 1) for first, _ in spans]).dtype
    sizes = [end - first for first, end in reversed(spans)]
    starts = [first for first, _ in reversed(spans)]
    chunks = tuple(
        tuple(min(block, size - begin) for begin in range(0, size, block))
        for size, block in zip(sizes, _BLOCK, strict=True)
    )

    def block(block_info: Any = None) -> NDArray[Any]:
        places = block_info[None]["array-location"]
        wanted = [(start + a, start + b) for start, (a, b) in zip(starts, places, strict=True)]
        return read_voxels(place, grid, wanted[::-1])

    mapped: Any = da.map_blocks
    return mapped(block, chunks=chunks, dtype=dtype, meta=np.zeros((0, 0, 0), dtype))


def scale_bar(width: float) -> tuple[float, str]:
    """A round length (nm) of about a fifth of a width, and its text."""
    power = 10.0 ** math.floor(math.log10(width / 5))
    length = max(factor * power for factor in (1, 2, 5) if factor * power <= width / 5 * 1.0001)
    return length, format_length(length)
