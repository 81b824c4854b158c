"""A crop as a TIFF of pages, one for each section and stack, as ImageJ and what reads OME-TIFF take it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import tifffile
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.crops.plan import StackCrop

_IMAGEJ: Final = {"uint8", "uint16", "float32"}
_OME: Final = _IMAGEJ | {"int8", "int16", "int32", "uint32", "float64"}


def common_type(dtypes: Sequence[np.dtype[Any]]) -> np.dtype[Any]:
    """The type of the values of all pages. Raises `InvalidInput` if a TIFF has none that holds them."""
    found = np.result_type(*dtypes)
    if found.name not in _OME:
        raise InvalidInput(f"Values of {found.name} have no place in a TIFF that others read: take format='zarr'.")
    return found


async def write_tiff(
    path: Path, crops: Sequence[StackCrop], dtype: np.dtype[Any], pages: AsyncIterator[NDArray[Any]]
) -> None:
    """Write pages as they come: for each section, one of each stack. What is cancelled leaves an unfinished file."""
    pulling = _Pages(pages, asyncio.get_running_loop())
    writing = asyncio.ensure_future(asyncio.to_thread(_write, path, crops, dtype, pulling))
    try:
        await asyncio.shield(writing)
    except BaseException:
        pulling.stop()  # the page that is being made comes yet
        await asyncio.gather(writing, return_exceptions=True)
        raise


class _Pages(Iterator[NDArray[Any]]):
    """Pages for a thread, which are made in the event loop."""

    def __init__(self, pages: AsyncIterator[NDArray[Any]], loop: asyncio.AbstractEventLoop) -> None:
        self._pages = pages
        self._loop = loop
        self._is_stopped = False

    def stop(self) -> None:
        """Give no more: what writes them ends with an error."""
        self._is_stopped = True

    def __next__(self) -> NDArray[Any]:
        if self._is_stopped:
            raise InterruptedError
        page = asyncio.run_coroutine_threadsafe(self._next(), self._loop).result()
        if page is None:
            raise StopIteration
        return page

    async def _next(self) -> NDArray[Any] | None:
        return await anext(self._pages, None)


def _write(path: Path, crops: Sequence[StackCrop], dtype: np.dtype[Any], pages: Iterator[NDArray[Any]]) -> None:
    sections, height, width = crops[0].box.shape
    x, y, z = crops[0].grid.resolution
    for_imagej = dtype.name in _IMAGEJ
    options: dict[str, Any] = {"imagej": True} if for_imagej else {"ome": True}
    with tifffile.TiffWriter(path, **options) as file:
        file.write(
            pages,
            shape=(sections, len(crops), height, width),
            dtype=dtype,
            photometric="minisblack",
            resolution=(1000 / x, 1000 / y),  # pixels for each micrometre
            resolutionunit="NONE" if for_imagej else "MICROMETER",
            metadata=_imagej(crops, z) if for_imagej else _ome(crops, (x, y, z)),
            software="catmaid_jupyter",
        )


def _imagej(crops: Sequence[StackCrop], spacing: float) -> dict[str, Any]:
    titles = [crop.grid.title for crop in crops]
    sections = range(*crops[0].box.z)
    return {
        "axes": "ZCYX",
        "unit": "um",
        "spacing": spacing / 1000,
        "mode": "grayscale" if len(crops) == 1 else "composite",
        "Info": _told(crops),
        "Labels": [f"{title} section {z}" for z in sections for title in titles],
    }


def _ome(crops: Sequence[StackCrop], nm: tuple[float, float, float]) -> dict[str, Any]:
    sizes = {f"PhysicalSize{axis}": size for axis, size in zip("XYZ", nm, strict=True)}
    units = {f"PhysicalSize{axis}Unit": "nm" for axis in "XYZ"}
    names = [crop.grid.title for crop in crops]
    return {"axes": "ZCYX", **sizes, **units, "Channel": {"Name": names}, "Description": _told(crops)}


def _told(crops: Sequence[StackCrop]) -> str:
    lines = []
    for crop in crops:
        origin = ", ".join(f"{value:g}" for value in crop.origin)
        size = " x ".join(f"{value:g}" for value in crop.grid.resolution)
        lines.append(
            f"{crop.grid.title} (stack {crop.stack.stack_id}), zoom {crop.grid.zoom}: voxels of {size} nm, the centre "
            f"of the first at {origin} nm (x, y, z)"
        )
    return "\n".join(lines)
