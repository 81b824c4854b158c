"""Check that each zoom level of a folder of tiles is half as large as the one before."""

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
_CONTRAST: Final = 2.0
_TILES_COMPARED: Final = 6


def odd_factor(
    read: ReadTile, finer: LevelTiles, coarser: LevelTiles, zoom: int, z: int, tile_size: tuple[int, int]
) -> Factor | None:
    """By how much the tiles of a zoom level are smaller than those of the one before, if it is not 2 by 2.

    The images are compared; where they have no contrast, the numbers of rows and columns.
    """
    for row, col in _places(coarser):
        tile = read(TileAddress(zoom, z, row, col))
        if tile is None or tile.std() < _CONTRAST:
            continue
        compared = {HALF: _likeness(read, tile, TileAddress(zoom, z, row, col), HALF, tile_size)}
        if compared[HALF] >= _ALIKE:
            return None
        for factor in itertools.product(_STEPS, _STEPS):
            if factor not in compared:
                compared[factor] = _likeness(read, tile, TileAddress(zoom, z, row, col), factor, tile_size)
        best = max(compared, key=lambda factor: compared[factor])
        return best if compared[best] > compared[HALF] + _BETTER else None
    return _factor_of_counts(finer, coarser)


def _places(level: LevelTiles) -> Iterator[tuple[int, int]]:
    """Rows and columns of some tiles: the middle first, where most images have contrast."""
    middle = (level.rows // 2, level.cols // 2)
    corners = [(0, 0), (level.rows // 4, level.cols // 4), (level.rows - 1, 0), (0, level.cols - 1)]
    return iter(list(dict.fromkeys([middle, *corners]))[:_TILES_COMPARED])


def _likeness(
    read: ReadTile, tile: NDArray[np.uint8], at: TileAddress, factor: Factor, tile_size: tuple[int, int]
) -> float:
    """How much of the variance of a tile the part of the level before explains that it would show; 1: all."""
    width, height = tile_size
    left, top = at.col * width * factor[0], at.row * height * factor[1]
    region = _region(
        read,
        at,
        (round(left), round(top)),
        (round(tile.shape[1] * factor[0]), round(tile.shape[0] * factor[1])),
        tile_size,
    )
    shrunk = np.asarray(
        Image.fromarray(region).resize((tile.shape[1], tile.shape[0]), resample=Image.Resampling.BOX), np.float64
    )
    return 1 - float(np.mean((shrunk - tile) ** 2) / tile.var())


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
