"""Pages of TIFF files as sections; truncated files are recognized."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from catmaid_server.tiles.grey import to_grey


def survey_pages(path: Path) -> tuple[list[tuple[int, int]], str | None]:
    """Width and height of each page, and what is wrong after the last one (None: nothing).

    Reduced images such as thumbnails are not pages. Raises if not even the first page can be read.
    """
    with tifffile.TiffFile(path) as file:
        planes = _contiguous_planes(file)
        if planes is not None:
            return [(planes.shape[2], planes.shape[1])] * planes.shape[0], None
        sizes = [(page.imagewidth, page.imagelength) for page in _full_pages(file)]
        if not sizes:
            raise ValueError("it has no image")
        return sizes, _problem_after_last_page(file)


def read_page(path: Path, page: int, value_range: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Decode one page, counted as `survey_pages` does, to 8 bit grey.

    Raises `ValueError`, or what tifffile raises, if it is truncated or of an unknown kind.
    """
    with tifffile.TiffFile(path) as file:
        planes = _contiguous_planes(file)
        if planes is not None:
            return to_grey(planes[page].astype(planes.dtype.newbyteorder("=")), value_range)
        return _grey_page(_full_pages(file)[page], file.filehandle.size, value_range)


def _full_pages(file: tifffile.TiffFile) -> list[Any]:
    pages: list[Any] = list(file.pages)
    return [page for page in pages if not page.is_reduced]


def _contiguous_planes(file: tifffile.TiffFile) -> NDArray[Any] | None:
    """The planes of a file that describes only its first: ImageJ writes stacks beyond 4 GB so."""
    count = (file.imagej_metadata or {}).get("images", 1)
    if count <= 1 or len(file.pages) > 1:
        return None
    first = file.pages.first
    if first.axes != "YX" or not first.is_contiguous or first.dtype is None:
        return None
    dtype = first.dtype.newbyteorder(file.byteorder)
    shape = (int(count), *first.shape)
    offset = first.dataoffsets[0]
    if offset + math.prod(shape) * dtype.itemsize > file.filehandle.size:
        raise ValueError("the file is truncated")
    return np.memmap(file.filehandle.path, dtype=dtype, mode="r", offset=offset, shape=shape)


def _problem_after_last_page(file: tifffile.TiffFile) -> str | None:
    """Look where the next page would be: tifffile ends the list quietly if that is outside of the file."""
    position = file.pages.next_page_offset
    if position is None or position + file.tiff.offsetsize > file.filehandle.size:
        return "the file is truncated"
    file.filehandle.seek(position)
    following = file.filehandle.read(file.tiff.offsetsize)
    return "the file is truncated" if any(following) else None


def _grey_page(page: Any, file_size: int, value_range: tuple[int, int] | None) -> NDArray[np.uint8]:
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        if count == 0 or offset + count > file_size:
            raise ValueError("the file is truncated")
    if page.imagedepth > 1:
        raise ValueError("it is a volume, not a section")
    image = page.asarray()
    if page.axes == "SYX":
        image = np.moveaxis(image, 0, 2)
    if image.ndim not in (2, 3):
        raise ValueError(f"its axes are {page.axes}, not those of one image")
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE:
        image = page.colormap.T[image]
        return to_grey(image)
    if page.photometric == tifffile.PHOTOMETRIC.SEPARATED:
        raise ValueError("its colours are for print (CMYK)")
    grey = to_grey(image, value_range)
    return np.invert(grey) if page.photometric == tifffile.PHOTOMETRIC.MINISWHITE else grey
