"""Small pictures of projects: the middle section of a stack."""

from __future__ import annotations

import asyncio
import io
import math
from collections.abc import Mapping
from typing import Any, Final

from PIL import Image, UnidentifiedImageError

from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client.stack import Stack
from catmaid_jupyter.widgets.stack_images.stack_tiles import level_factors, stack_state
from catmaid_jupyter.widgets.stack_images.tile_hosts import tile_hosts

_LARGEST: Final = (240, 180)
_MOST_ACROSS: Final = 3
"""Tiles in a row or column; of more at the coarsest level those in the middle are shown."""
_QUALITY: Final = 80


async def project_picture(http: Http, project_id: int, stack_id: int) -> bytes:
    """JPEG of the middle section of a stack. `NotFound` where there is no image, `Unreachable` from silent hosts."""
    info = await http.read_json("GET", f"{project_id}/stack/{stack_id}/info")
    stack = Stack.from_info(info)
    hosts = tile_hosts(info, http.url)
    if not hosts:
        raise NotFound("Its images are of a kind that is not shown here.")
    state = stack_state(stack, hosts)
    level = int(state["zoom_levels"]) - 1
    section = _middle_section(stack)
    (left, columns), (top, rows) = _middle_tiles(state, level)
    places = [(row, column) for row in range(top, top + rows) for column in range(left, left + columns)]
    tiles = await asyncio.gather(*(hosts[0].load(http, level, section, row, column) for row, column in places))
    found = {(row - top, column - left): tile for (row, column), tile in zip(places, tiles, strict=True) if tile}
    if not found:
        raise NotFound("It has no image in its middle section.")
    return await asyncio.to_thread(_joined, found, _covered(state, level, (left, columns), (top, rows)), state)


def _middle_section(stack: Stack) -> int:
    """The section nearest to the middle that has an image."""
    middle, broken = stack.dimension[2] // 2, set(stack.broken_sections)
    return min((z for z in range(stack.dimension[2]) if z not in broken), key=lambda z: abs(z - middle), default=middle)


def _middle_tiles(state: Mapping[str, Any], level: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """First column and number of columns, first row and number of rows."""
    counts = [
        math.ceil(state["dimension"][axis] / factor / state[side])
        for axis, (factor, side) in enumerate(
            zip(level_factors(state, level), ("tile_width", "tile_height"), strict=True)
        )
    ]
    across, down = (((count - min(count, _MOST_ACROSS)) // 2, min(count, _MOST_ACROSS)) for count in counts)
    return across, down


def _covered(state: Mapping[str, Any], level: int, columns: tuple[int, int], rows: tuple[int, int]) -> tuple[int, int]:
    """Pixels of these tiles that the stack has, to the right and down."""
    wide, high = (
        min(count * state[side], math.ceil(state["dimension"][axis] / factor) - first * state[side])
        for axis, (factor, side, (first, count)) in enumerate(
            zip(level_factors(state, level), ("tile_width", "tile_height"), (columns, rows), strict=True)
        )
    )
    return max(1, wide), max(1, high)


def _joined(tiles: Mapping[tuple[int, int], bytes], size: tuple[int, int], state: Mapping[str, Any]) -> bytes:
    whole = Image.new("RGB", size)
    try:
        for (row, column), tile in tiles.items():
            with Image.open(io.BytesIO(tile)) as image:
                whole.paste(image.convert("RGB"), (column * state["tile_width"], row * state["tile_height"]))
    except (UnidentifiedImageError, OSError):
        raise NotFound("Its images cannot be read here.") from None
    whole.thumbnail(_LARGEST, Image.Resampling.LANCZOS)
    file = io.BytesIO()
    whole.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
