"""Which images of a TIFF file are its sections, where it holds channels or time points, too."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import tifffile

from catmaid_server.tiles.imports.pages import PlaneChoice, index_of

_IMAGEJ_CHANNELS: Final = 7
"""ImageJ shows no more; a file with more "channels" was written by a program that called sections so."""

_MOST_IMAGES: Final = 10_000_000
"""No file or set of files has more."""

_AXIS_NAMES: Final = {"C": "channel", "T": "time point", "Z": "section"}


@dataclass(frozen=True, slots=True)
class PlaneAxes:
    """How the images of a file are arranged.

    axes: letters such as TZC, slowest first. extents: how many there are of each. pages: the page of each image in
    that order; None: in another file, or missing. notes: what was decided that the file does not say.
    """

    axes: str
    extents: tuple[int, ...]
    pages: Sequence[int | None]
    notes: tuple[str, ...] = ()


def plane_axes(file: tifffile.TiffFile) -> PlaneAxes | None:
    """What the file says of its axes; None if it says nothing: its pages are sections.

    Raises `ValueError` if it says something that does not fit together.
    """
    if file.is_imagej:
        return _imagej_axes(file.imagej_metadata or {})
    if file.is_ome:
        return _ome_axes(file)
    series = file.series
    if not series or series[0].kind in ("uniform", "generic"):
        return None
    described = [_series_axes(file, one) for one in series]
    if len(series) == 1:
        return described[0]
    if any(set(one.axes) - {"Z"} for one in described):
        raise ValueError(f"it holds {len(series)} images of several channels or time points")
    return None


def channels_of(planes: PlaneAxes | None) -> int:
    """How many channels the pages belong to."""
    if planes is None or "C" not in planes.axes:
        return 1
    return planes.extents[planes.axes.index("C")]


def chosen_pages(planes: PlaneAxes, choice: PlaneChoice) -> tuple[list[int], list[str]]:
    """The pages that are sections, in order along z, and what was decided that the file does not say.

    Raises `ValueError` if the file has no such channel or time point, or axes that are none of these.
    """
    extents = {axis: extent for axis, extent in zip(planes.axes, planes.extents, strict=True) if extent > 1}
    unknown = set(extents) - set(_AXIS_NAMES)
    if unknown or len(set(planes.axes)) < len(planes.axes):
        raise ValueError(f"its axes {planes.axes}YX are not section, channel and time point")
    wanted: dict[str, int] = {}
    notes = list(planes.notes)
    for axis, given in (("C", choice.channel), ("T", choice.time_point)):
        count = extents.get(axis, 1)
        if given is not None:
            wanted[axis] = index_of(_AXIS_NAMES[axis], given, count)
        elif count > 1 and axis == "T" and "Z" not in extents:
            notes.append(f"The {count} time points were imported as sections (--time-point N takes one of them).")
        elif count > 1:
            wanted[axis] = 0
            notes.append(chosen_note(_AXIS_NAMES[axis], count))
    return [page for page in _pages_at(planes, wanted) if page is not None], notes


def chosen_note(name: str, count: int) -> str:
    """What is said where the first of several was taken."""
    option = "--channel" if name == "channel" else "--time-point"
    return f"The first of {count} {name}s was imported ({option} N takes another)."


def _pages_at(planes: PlaneAxes, wanted: Mapping[str, int]) -> list[int | None]:
    """The pages at these places of some axes, in the order of the other axes."""
    indices = [0]
    for axis, extent in zip(planes.axes, planes.extents, strict=True):
        places = [wanted[axis]] if axis in wanted else range(extent)
        indices = [index * extent + place for index in indices for place in places]
    return [planes.pages[index] for index in indices]


def _imagej_axes(described: Mapping[str, Any]) -> PlaneAxes | None:
    """ImageJ's images have the order time point, section, channel, the last fastest."""
    images = int(described.get("images", 1))
    channels, slices, frames = (max(1, int(described.get(name, 1))) for name in ("channels", "slices", "frames"))
    if channels == slices == frames == 1:
        slices = images
    if channels > _IMAGEJ_CHANNELS and slices == frames == 1:
        note = (
            f"The {channels} channels were imported as sections: ImageJ has no more than {_IMAGEJ_CHANNELS} channels."
        )
        return PlaneAxes("Z", (channels,), range(_image_count((channels,))), (note,))
    if channels * slices * frames != images:
        raise ValueError(
            f"it says that it has {images} images, but also {channels} channels, {slices} sections and"
            f" {frames} time points"
        )
    return PlaneAxes("TZC", (frames, slices, channels), range(_image_count((images,))))


def _image_count(extents: Sequence[int]) -> int:
    """How many images there are of these extents. `ValueError` if that cannot be."""
    count = math.prod(extents)
    if not 1 <= count <= _MOST_IMAGES:
        raise ValueError(f"it claims to have {count} images")
    return count


def _ome_axes(file: tifffile.TiffFile) -> PlaneAxes:
    """Axes of an OME-TIFF file, and which of the images of its set are in this file.

    tifffile opens all files of the set for that, and we ask for each of them.
    """
    described = tifffile.xml2dict(file.ome_metadata or "")["OME"]
    if "BinaryOnly" in described:
        raise ValueError("the description of its axes is in another file; save it with its own")
    images = _listed(described.get("Image"))
    if len(images) != 1:
        raise ValueError(f"it holds {len(images)} images (series); export the one that is wanted to a file of its own")
    pixels = images[0]["Pixels"]
    axes = str(pixels["DimensionOrder"])[:1:-1]
    channels = _listed(pixels.get("Channel"))
    samples = int(channels[0].get("SamplesPerPixel", 1)) if channels else 1
    extents = tuple(int(pixels[f"Size{axis}"]) // (samples if axis == "C" else 1) for axis in axes)
    pages: list[int | None] = [None] * _image_count(extents)
    blocks = _listed(pixels.get("TiffData")) or [{}]
    for block in blocks:
        if not _is_here(block, described, file):
            continue
        first = 0
        for axis, extent in zip(axes, extents, strict=True):
            first = first * extent + int(block.get(f"First{axis}", 0))
        page = int(block.get("IFD", 0))
        count = int(block.get("PlaneCount", 1 if "IFD" in block else len(file.pages)))
        for index in range(min(count, len(pages) - first)):
            pages[first + index] = page + index
    return PlaneAxes(axes, extents, pages)


def _is_here(block: Mapping[str, Any], described: Mapping[str, Any], file: tifffile.TiffFile) -> bool:
    """Whether images of an OME-TIFF set are in this file."""
    uuid = block.get("UUID")
    if uuid is None:
        return True
    if not isinstance(uuid, Mapping):
        return bool(uuid == described.get("UUID"))
    name = str(uuid.get("FileName", "")).casefold()
    own = described.get("UUID")
    return (own is not None and uuid.get("value") == own) or name == str(file.filename).casefold()


def _listed(value: Any) -> list[Any]:
    """The elements of an XML document under a name, of which there may be none or one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _series_axes(file: tifffile.TiffFile, series: Any) -> PlaneAxes:
    """The axes before those of a page."""
    within: str = series.keyframe.axes
    if not series.axes.endswith(within):
        raise ValueError(f"its axes are {series.axes}, but those of a page {within}")
    leading = series.axes.removesuffix(within)
    extents = tuple(int(extent) for extent in series.shape[: len(leading)])
    if leading.count("Q") + leading.count("I") == 1 and "Z" not in leading:
        leading = leading.replace("Q", "Z").replace("I", "Z")
    pages = [page.index if page is not None and page.parent is file else None for page in series.pages]
    if len(pages) == 1:
        pages = list(range(_image_count(extents)))
    if len(pages) != math.prod(extents):
        raise ValueError(f"it describes {math.prod(extents)} images and has {len(pages)}")
    return PlaneAxes(leading, extents, pages)
