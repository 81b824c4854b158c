"""Check that each zoom level of a folder of tiles is the one before, half as large."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.tiles.pyramid import TileAddress, padded
from catmaid_server.tiles.tile_folders import LevelTiles

ReadTile = Callable[[TileAddress], NDArray[np.uint8] | None]

Factor = tuple[Fraction, Fraction]
"""How many pixels of the level before, along x and y, become one."""

HALF: Final[Factor] = (Fraction(2), Fraction(2))
_STEPS: Final = tuple(Fraction(step) for step in ("1", "3/2", "2", "5/2", "3", "4", "5", "6", "8"))
_ALIKE: Final = 0.95
_BETTER: Final = 0.1
_SAME_IMAGE: Final = 0.2
_CONTRAST: Final = 2.0
_TILES_COMPARED: Final = 6
_PIXELS_COMPARED: Final = 512


def level_problem(
    read: ReadTile, finer: LevelTiles, coarser: LevelTiles, zoom: int, z: int, tile_size: tuple[int, int]
) -> str | None:
    """What is wrong with a zoom level that is not the one before, reduced by 2 in x and y; None: nothing.

    The images of section `z` are compared; where they have no contrast, the numbers of rows and columns.
    """
    missing = sorted(finer.sections - coarser.sections)
    if missing:
        return f"has no tiles in section {missing[0]}, where level {zoom - 1} has some"
    for row, col in _places(coarser):
        at = TileAddress(zoom, z, row, col)
        whole = read(at)
        tile = None if whole is None else whole[:_PIXELS_COMPARED, :_PIXELS_COMPARED]
        if tile is None or tile.std() < _CONTRAST:
            continue
        half = _likeness(tile, _shrunk(read, tile, at, HALF, tile_size))
        if half >= _ALIKE:
            return None
        others = {
            factor: _likeness(tile, _shrunk(read, tile, at, factor, tile_size))
            for factor in itertools.product(_STEPS, _STEPS)
        }
        best = max(others, key=lambda factor: others[factor])
        if others[best] > max(half + _BETTER, _BETTER):
            return _size_of(best, zoom)
        if _correlation(tile, _shrunk(read, tile, at, HALF, tile_size)) < _SAME_IMAGE:
            return f"does not show the same as level {zoom - 1}"
        return None
    factor = _factor_of_counts(finer, coarser)
    return None if factor is None else _size_of(factor, zoom)


def _size_of(factor: Factor, zoom: int) -> str:
    wide, high = (1 / part for part in factor)
    return f"has about {wide} of the width and {high} of the height of level {zoom - 1}"


def _places(level: LevelTiles) -> Iterator[tuple[int, int]]:
    """Rows and columns of some tiles: the middle first, where most images have contrast."""
    middle = (level.rows // 2, level.cols // 2)
    corners = [(0, 0), (level.rows // 4, level.cols // 4), (level.rows - 1, 0), (0, level.cols - 1)]
    return iter(list(dict.fromkeys([middle, *corners]))[:_TILES_COMPARED])


def _shrunk(
    read: ReadTile, tile: NDArray[np.uint8], at: TileAddress, factor: Factor, tile_size: tuple[int, int]
) -> NDArray[np.float64]:
    """The part of the level before that a tile would show, reduced to its size."""
    width, height = tile_size
    corner = (round(at.col * width * factor[0]), round(at.row * height * factor[1]))
    size = (round(tile.shape[1] * factor[0]), round(tile.shape[0] * factor[1]))
    region = Image.fromarray(_region(read, at, corner, size, tile_size))
    return np.asarray(region.resize((tile.shape[1], tile.shape[0]), resample=Image.Resampling.BOX), np.float64)


def _likeness(tile: NDArray[np.uint8], other: NDArray[np.float64]) -> float:
    """How much of the variance of a tile another image explains; 1: all."""
    return 1 - float(np.mean((other - tile) ** 2) / tile.var())


def _correlation(tile: NDArray[np.uint8], other: NDArray[np.float64]) -> float:
    """As `_likeness`, whatever the contrast of the images."""
    return 0.0 if other.std() == 0 else float(np.corrcoef(other.ravel(), tile.ravel())[0, 1])


def _region(
    read: ReadTile, at: TileAddress, corner: tuple[int, int], size: tuple[int, int], tile_size: tuple[int, int]
) -> NDArray[np.uint8]:
    """The pixels of the level before `at`, from a corner (x, y) on; black where there is no tile."""
    (left, top), (width, height) = corner, size
    across, down = tile_size
    rows = range(top // down, -(-(top + height) // down))
    cols = range(left // across, -(-(left + width) // across))
    image = np.zeros((len(rows) * down, len(cols) * across), np.uint8)
    for row, col in itertools.product(rows, cols):
        tile = read(TileAddress(at.zoom - 1, at.z, row, col))
        if tile is not None:
            y, x = (row - rows[0]) * down, (col - cols[0]) * across
            image[y : y + down, x : x + across] = padded(tile[:down, :across], across, down)
    y, x = top - rows[0] * down, left - cols[0] * across
    return np.ascontiguousarray(image[y : y + height, x : x + width])


def _factor_of_counts(finer: LevelTiles, coarser: LevelTiles) -> Factor | None:
    """About how much smaller a level is by its numbers of tiles, if that cannot be 2 by 2."""
    pairs = ((finer.cols, coarser.cols), (finer.rows, coarser.rows))
    if all(after == -(-before // 2) for before, after in pairs):
        return None
    x, y = (Fraction(before, after) for before, after in pairs)
    return x, y
