"""Pages of TIFF files as sections; truncated files are recognized."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import tifffile
from numpy.typing import NDArray

from catmaid_server.tiles.imports.grey import ValueRange, ValueType, to_grey, value_type
from catmaid_server.tiles.imports.pages import (
    PageHead,
    PageValues,
    PlaneChoice,
    check_deflated,
    check_jpeg,
    index_of,
    orientation_notes,
)
from catmaid_server.tiles.imports.tiff_axes import (
    PlaneAxes,
    channels_of,
    chosen_note,
    chosen_pages,
    plane_axes,
)

_MIN_MAX_TAGS: Final = ((340, 341), (280, 281))
"""SMinSampleValue and SMaxSampleValue, MinSampleValue and MaxSampleValue."""

_GREY: Final = (tifffile.PHOTOMETRIC.MINISBLACK, tifffile.PHOTOMETRIC.MINISWHITE, tifffile.PHOTOMETRIC.LINEAR_RAW)
_COLOURS: Final = (tifffile.PHOTOMETRIC.RGB, tifffile.PHOTOMETRIC.YCBCR)
_JPEG: Final = (6, 7, 33007, 34892)
_UNCOMPRESSED, _PACKBITS = 1, 32773
_DEFLATE: Final = (8, 32946)
_PLANES_NOTE: Final = (
    "The planes are red, green and blue by what the file says, and became one grey section; if they are sections, "
    "write the file anew as grey (tifffile: photometric='minisblack')."
)
"""Programs write three or four grey sections so by mistake."""


@dataclass(frozen=True, slots=True)
class TiffSurvey:
    """The pages of a file that are sections, what is wrong after the last one (None: nothing), what was decided."""

    pages: list[PageHead]
    problem: str | None
    notes: list[str]


def survey_pages(path: Path, choice: PlaneChoice | None = None) -> TiffSurvey:
    """Find the pages that are sections, of the channel and time point that is chosen.

    Reduced images such as thumbnails are not pages. Raises if not even the first page can be read.
    """
    choice = choice or PlaneChoice()
    with tifffile.TiffFile(path) as file:
        pages = _full_pages(file)
        if not pages:
            raise ValueError("it has no image")
        heads, problem = _heads(file, pages)
        planes = plane_axes(file) or PlaneAxes("Z", (len(heads),), list(heads))
        by_page = channels_of(planes) > 1
        wanted, notes = chosen_pages(planes, choice if by_page else PlaneChoice(time_point=choice.time_point))
        found = [heads[page] for page in wanted if page in heads]
        if problem is None and len(found) < len(wanted):
            problem = f"the file describes {len(wanted)} sections and has {len(found)}"
        samples = _channel_count(pages[0])
        if by_page and samples > 1 and pages[0].photometric in _GREY:
            raise ValueError(f"its axes {planes.axes}YXS are not section, channel and time point")
        if not by_page:
            channel, said = _chosen_sample(pages[0], samples, choice.channel)
            found = [replace(head, channel=channel) for head in found]
            notes += said
        display_range = _imagej_range(file, choice.channel or 1)
        found = [replace(head, display_range=head.display_range or display_range) for head in found]
        notes += orientation_notes(pages[0].tags.valueof("Orientation"))
        return TiffSurvey(found, problem, notes)


def _heads(file: tifffile.TiffFile, pages: list[Any]) -> tuple[dict[int, PageHead], str | None]:
    """The pages of a file by number, and what is wrong after the last one."""
    planes = _contiguous_planes(file)
    if planes is not None:
        return {index: _head(pages[0], index) for index in range(planes.shape[0])}, None
    return {page.index: _head(page, page.index) for page in pages}, _problem_after_last_page(file)


def read_page(path: Path, page: int) -> PageValues:
    """Decode one page of a file, counted from 0.

    Raises `ValueError`, or what tifffile raises, if it is truncated or of an unknown kind.
    """
    with tifffile.TiffFile(path) as file:
        first = file.pages.first
        planes = _contiguous_planes(file)
        if planes is not None:
            return _in_colours(first, planes[page].astype(planes.dtype.newbyteorder("=")))
        return _page_values(file.pages[page], file.filehandle.size)


def _full_pages(file: tifffile.TiffFile) -> list[Any]:
    pages: list[Any] = list(file.pages)
    return [page for page in pages if not page.is_reduced]


def _plane_count(file: tifffile.TiffFile) -> int:
    """How many planes a file has that describes only its first: ImageJ writes stacks beyond 4 GB so."""
    if len(file.pages) > 1:
        return 1
    if file.is_imagej:
        return int((file.imagej_metadata or {}).get("images", 1))
    first = file.pages.first
    if not file.is_shaped or first.axes != "YX":
        return 1
    return math.prod(file.series[0].shape[:-2])


def _contiguous_planes(file: tifffile.TiffFile) -> NDArray[Any] | None:
    """The planes of a file that describes only its first."""
    count = _plane_count(file)
    if count <= 1:
        return None
    first = file.pages.first
    if first.axes != "YX" or not first.is_contiguous or first.dtype is None:
        return None
    dtype = first.dtype.newbyteorder(file.byteorder)
    shape = (count, *first.shape)
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


def _head(page: Any, index: int) -> PageHead:
    # Pages without a dtype fail when they are decoded, with the decoder's reason.
    values = ValueType("uint8", 8) if page.dtype is None else value_type(page.dtype, page.bitspersample)
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE:
        values = ValueType("uint8", 8)
    return PageHead(index, (page.imagewidth, page.imagelength), values, _tag_range(page))


def _tag_range(page: Any) -> ValueRange | None:
    """The smallest and the largest value that the page's tags name."""
    for low_tag, high_tag in _MIN_MAX_TAGS:
        low, high = (page.tags.valueof(tag) for tag in (low_tag, high_tag))
        if low is not None and high is not None:
            lowest, highest = float(np.min(low)), float(np.max(high))
            if math.isfinite(lowest) and math.isfinite(highest) and lowest < highest:
                return lowest, highest
    return None


def _imagej_range(file: tifffile.TiffFile, channel: int) -> ValueRange | None:
    """The display range of ImageJ, of one channel where there are several."""
    described = file.imagej_metadata or {}
    of_channels = described.get("Ranges") or ()
    if len(of_channels) >= 2 * channel:
        low, high = of_channels[2 * channel - 2 : 2 * channel]
    elif int(described.get("channels", 1)) > 1:
        return None
    else:
        low, high = described.get("min"), described.get("max")
    if not isinstance(low, int | float) or not isinstance(high, int | float) or not low < high:
        return None
    return float(low), float(high)


def _channel_count(page: Any) -> int:
    """How many samples of a pixel are channels or colours, without transparency."""
    if page.photometric in _COLOURS:
        return 3
    return int(page.samplesperpixel) - sum(extra in (1, 2) for extra in page.extrasamples)


def _chosen_sample(page: Any, count: int, channel: int | None) -> tuple[int | None, list[str]]:
    """The sample that is wanted, from 0 (None: the only one, or luma), and what is said of it."""
    if channel is not None:
        index = index_of("channel", channel, count)
        return (index if count > 1 else None), []
    if page.photometric in _GREY and count > 1:
        return 0, [chosen_note("channel", count)]
    if page.photometric == tifffile.PHOTOMETRIC.RGB and page.planarconfig == tifffile.PLANARCONFIG.SEPARATE:
        return None, [_PLANES_NOTE]
    return None, []


def _page_values(page: Any, file_size: int) -> PageValues:
    _check_size(page, file_size)
    if page.imagedepth > 1:
        raise ValueError("it is a volume, not a section")
    if page.photometric == tifffile.PHOTOMETRIC.SEPARATED:
        raise ValueError("its colours are for print (CMYK)")
    is_decoded = page.photometric != tifffile.PHOTOMETRIC.YCBCR or page.compression in _JPEG
    if page.photometric not in (*_GREY, *_COLOURS, tifffile.PHOTOMETRIC.PALETTE) or not is_decoded:
        name = getattr(page.photometric, "name", page.photometric)
        raise ValueError(f"its colours are {name}, not grey, RGB or a palette")
    image = page.asarray()
    if page.axes == "SYX":
        image = np.moveaxis(image, 0, 2)
    if image.ndim not in (2, 3):
        raise ValueError(f"its axes are {page.axes}, not those of one image")
    return _in_colours(page, image)


def _check_size(page: Any, file_size: int) -> None:
    """Refuse pages whose bytes are not in the file, or too few for so many pixels."""
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=True):
        if count == 0 or offset + count > file_size:
            raise ValueError("the file is truncated")
    stored = sum(page.databytecounts)
    if page.compression in (*_DEFLATE, _PACKBITS):
        check_deflated(page.nbytes, stored)
    elif page.compression in _JPEG:
        check_jpeg(page.imagewidth * page.imagelength, stored)
    elif page.compression == _UNCOMPRESSED and page.nbytes > 8 * stored:  # a value has a bit at least
        raise ValueError(f"its {stored} bytes cannot hold that many pixels")


def _in_colours(page: Any, image: NDArray[Any]) -> PageValues:
    """Values with their meaning: colours of the palette if there is one, white for 0 if it is so."""
    if page.photometric == tifffile.PHOTOMETRIC.PALETTE:
        return PageValues(_coloured(page, image))
    return PageValues(image, page.bitspersample, page.photometric == tifffile.PHOTOMETRIC.MINISWHITE)


def _coloured(page: Any, image: NDArray[Any]) -> NDArray[np.uint8]:
    """Colours of a palette, (h, w, 3) uint8; some programs write it with 8 bits, not 16."""
    colours = np.asarray(page.colormap.T)
    if colours.max() > 255:
        colours = to_grey(np.ascontiguousarray(colours.astype(np.uint16)))
    if image.ndim == 3:
        image = image[:, :, 0]
    return np.asarray(colours[image].astype(np.uint8))
