"""What a page without a kernel needs to show a stack: tiles around what a viewer shows, in some sections and levels."""

from __future__ import annotations

import asyncio
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from PIL import Image, UnidentifiedImageError

from catmaid_jupyter.client.stack import turned
from catmaid_jupyter.widgets.rpc import Buffers
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedAnswer, SavedBox, SavedWidget, counted
from catmaid_jupyter.widgets.stack_images.stack_tiles import level_factors

_WIDTH_PX: Final = 1200
"""Of a viewer on a page."""
_AROUND: Final = 1.3
"""How much more than a viewer shows is saved to each side, so that one can pan."""
_AT_ONCE: Final = 16
_QUALITY: Final = 85
_KEPT_AS_THEY_ARE: Final = ("image/jpeg", "image/webp")


@dataclass(frozen=True)
class _Window:
    """What is saved: the finest level, its sections, and a rectangle (nm, in coordinates of the plane)."""

    level: int
    section: int
    sections: range
    center: tuple[float, float, float]
    width: float
    height: float


class StackWidget(Protocol):
    """A stack viewer, as far as it is saved."""

    project: Any
    stack: Any
    position: Any
    nm_per_pixel: Any
    height: Any
    _first_host: Any


async def saved_stack(viewer: StackWidget, scope: PageScope) -> SavedWidget:
    """The tiles, and the stack as the page has it: its finest level is that of the view, and it has some sections."""
    stack = viewer.stack
    window = _window(viewer, scope.sections)
    answers = [SavedAnswer.of("tile_access", {"direct": []}), SavedAnswer.of("user_keys", {})]
    state = {
        "stack": _coarser(stack, window),
        "snapshot": {},
        "status": "starting",
        "way": "",
        "user_keys": {},
        "keys_place": "",
    }
    if stack["is_grid"]:
        return SavedWidget(answers, state, "a grid")
    places = list(_places(stack, window))
    tiles, media_type = await _read(viewer, places)
    there = {place: at for at, place in enumerate(place for place in places if place in tiles)}
    found = {
        "media_type": media_type,
        "tile_width": stack["tile_width"],
        "tile_height": stack["tile_height"],
        "zoom_levels": stack["zoom_levels"] - window.level,
        "zoom_factors": _factors_from(stack, window.level),
        "tiles": {f"{zoom - window.level}/{z}/{row}/{col}": at for (zoom, z, row, col), at in there.items()},
    }
    answers.append(SavedAnswer.of("tiles", Buffers(found, [tiles[place] for place in there])))
    first, last = window.sections[0], window.sections[-1]
    left_out = [f"Images of {stack['title']!r} in other sections than {first} to {last}."]
    if window.level:
        left_out.append(f"Images of {stack['title']!r} in more detail than the viewer shows.")
    return SavedWidget(answers, state, counted(len(there), "tile"), left_out)


def saved_box(viewer: StackWidget, sections: int) -> SavedBox:
    """Which part of project space is saved of a stack viewer, nm."""
    stack, window = viewer.stack, _window(viewer, sections)
    x, y, _ = window.center
    depths = [stack["translation"][2] + section * stack["resolution"][2] for section in window.sections]
    half = stack["resolution"][2] / 2
    lower = (x - window.width / 2, y - window.height / 2, depths[0] - half)
    upper = (x + window.width / 2, y + window.height / 2, depths[-1] + half)
    return SavedBox(turned(stack["plane"], lower), turned(stack["plane"], upper), depths)


def _window(viewer: StackWidget, sections: int) -> _Window:
    stack = viewer.stack
    width_nm, height_nm = (stack["dimension"][axis] * stack["resolution"][axis] for axis in (0, 1))
    scale = viewer.nm_per_pixel or max(width_nm / _WIDTH_PX, height_nm / viewer.height)
    sizes = [min(_pixel_size(stack, level)) for level in range(stack["zoom_levels"])]
    level = max((level for level, size in enumerate(sizes) if size <= scale * (1 + 1e-6)), default=0)
    x, y, z = viewer.position
    center = turned(stack["plane"], (x, y, z))
    section = round((center[2] - stack["translation"][2]) / stack["resolution"][2])
    last = stack["dimension"][2] - 1
    first_saved = min(max(section - sections, 0), last)
    return _Window(
        level=level,
        section=section,
        sections=range(first_saved, max(min(section + sections, last), first_saved) + 1),
        center=center,
        width=_AROUND * _WIDTH_PX * scale,
        height=_AROUND * viewer.height * scale,
    )


def _coarser(stack: Mapping[str, Any], window: _Window) -> dict[str, Any]:
    """The stack without the levels that are not saved, at the same place, and without the address of its images."""
    fine, deep = stack["resolution"][:2], stack["resolution"][2]
    coarse = _pixel_size(stack, window.level)
    # An index times the resolution is the middle of a pixel: the corner, half a pixel before, stays where it is.
    moved = [at + (new - old) / 2 for at, old, new in zip(stack["translation"], fine, coarse, strict=False)]
    width, height, sections = stack["dimension"]
    scales = level_factors(stack, window.level)
    return {
        **stack,
        "dimension": [
            *map(math.ceil, (width / scales[0], height / scales[1])),
            sections,
        ],
        "resolution": [*coarse, deep],
        "translation": [*moved, stack["translation"][2]],
        "zoom_levels": stack["zoom_levels"] - window.level,
        "zoom_factors": _factors_from(stack, window.level),
        "revision": "",
        "saved_sections": [window.sections[0], window.sections[-1]],
    }


def _factors_from(stack: Mapping[str, Any], level: int) -> list[list[float]]:
    """The factors of a level and those that follow, to the first of them."""
    first = level_factors(stack, level)
    factors = (level_factors(stack, later) for later in range(level, stack["zoom_levels"]))
    return [[factor / one for factor, one in zip(pair, first, strict=True)] for pair in factors]


def _pixel_size(stack: Mapping[str, Any], level: int) -> tuple[float, float]:
    """Nm to the right and down of a pixel of a level."""
    across, down = level_factors(stack, level)
    return stack["resolution"][0] * across, stack["resolution"][1] * down


_Place = tuple[int, int, int, int]


def _places(stack: Mapping[str, Any], window: _Window) -> Iterator[_Place]:
    """Level, section, row and column: all levels of the section that is shown, the finest and coarsest of others."""
    coarsest = stack["zoom_levels"] - 1
    broken = set(stack["broken_sections"])
    for z in window.sections:
        levels = range(window.level, coarsest + 1) if z == window.section else {window.level, coarsest}
        if z in broken:
            continue
        for level in levels:
            rows, columns = _range(stack, window, level, 1), _range(stack, window, level, 0)
            yield from ((level, z, row, column) for row in rows for column in columns)


def _range(stack: Mapping[str, Any], window: _Window, level: int, axis: int) -> range:
    """Columns (axis 0) or rows (axis 1) of a level that are saved: as many pixels of each level."""
    resolution, scale = stack["resolution"][axis], level_factors(stack, level)[axis]
    tile = stack["tile_width" if axis == 0 else "tile_height"]
    extent = (window.width, window.height)[axis] * scale / level_factors(stack, window.level)[axis]
    middle = window.center[axis] - (stack["translation"][axis] - resolution / 2)
    count = math.ceil(math.ceil(stack["dimension"][axis] / scale) / tile)
    first, last = ((middle + side * extent / 2) / (tile * resolution * scale) for side in (-1, 1))
    return range(max(math.floor(first), 0), min(math.floor(last) + 1, count))


async def _read(viewer: StackWidget, places: Sequence[_Place]) -> tuple[dict[_Place, bytes], str]:
    """The tiles that there are, and their media type."""
    host, http = viewer._first_host(), viewer.project.instance.http
    turns = asyncio.Semaphore(_AT_ONCE)
    keeps = host.media_type in _KEPT_AS_THEY_ARE

    async def read(place: _Place) -> bytes | None:
        async with turns:
            body: bytes | None = await host.load(http, *place)
            return body if body is None or keeps else await asyncio.to_thread(_smaller, body)

    found = await asyncio.gather(*map(read, places))
    media_type = host.media_type if keeps else "image/webp"
    return {place: body for place, body in zip(places, found, strict=True) if body is not None}, media_type


def _smaller(body: bytes) -> bytes:
    """An image as WebP; as it is, if it cannot be read."""
    try:
        file = io.BytesIO()
        Image.open(io.BytesIO(body)).save(file, "WEBP", quality=_QUALITY)
    except (UnidentifiedImageError, OSError):
        return body
    return file.getvalue()
