"""Grids: which cells a box needs, and which of them something lies in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.cells.bounds import rounded_down, rounded_up
from catmaid_server.domain.values import Box

_FARTHEST = 2.0**40
_SIDES = tuple(2.0**power for power in range(5, 39, 3))
_THINNESS = 32
"""The side of a cell is so many times its depth, as sections are looked at one by one."""
_MOST_LONGER = 4
_MOST_ACROSS = 5
"""A box has at most so many times the side of its cells."""
_MOST_CELLS = 64


class GridCell(NamedTuple):
    """Place of a cell in its grid."""

    i: int
    j: int
    k: int


@dataclass(frozen=True, slots=True)
class CellRange:
    """Cells from the lowest to the highest, both included."""

    low: GridCell
    high: GridCell

    @property
    def count(self) -> int:
        """How many there are."""
        return math.prod(last - first + 1 for first, last in zip(self.low, self.high, strict=True))

    def cells(self) -> Iterator[GridCell]:
        """One after the other."""
        ranges = (range(first, last + 1) for first, last in zip(self.low, self.high, strict=True))
        return (GridCell(*place) for place in product(*ranges))


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of one size, nm: square in x and y. Sizes are powers of two, so that borders are exact."""

    side: float
    depth: float

    def ranges(self, bounds: NDArray[np.float64]) -> NDArray[np.float64]:
        """The lowest and the highest place of the cells that boxes meet or touch.

        Parameters
        ----------
        bounds
            Lowest x, y, z, highest x, y, z, nm, shape (6, n).

        Returns
        -------
        i, j, k of the lowest, i, j, k of the highest, shape (6, n): whole numbers, of any size.
        """
        sizes = np.array([self.side, self.side, self.depth] * 2)
        found: NDArray[np.float64] = np.floor(as_in_index(bounds) / sizes[:, None])
        return found

    def span(self, box: Box) -> CellRange:
        """The cells that meet or touch a box."""
        y1, y2 = _y_in_index(box.low[1], box.high[1])
        side, depth = self.side, self.depth
        return CellRange(
            GridCell(math.floor(box.low[0] / side), math.floor(y1 / side), math.floor(box.low[2] / depth)),
            GridCell(math.floor(box.high[0] / side), math.floor(y2 / side), math.floor(box.high[2] / depth)),
        )

    def box(self, span: CellRange) -> Box:
        """The box of cells together."""
        (i, j, k), (i2, j2, k2) = span.low, span.high
        return Box(
            (i * self.side, j * self.side, k * self.depth),
            ((i2 + 1) * self.side, (j2 + 1) * self.side, (k2 + 1) * self.depth),
        )


def grids_for(box: Box) -> list[Grid]:
    """The finest grid in which few cells cover a box, and the next coarser one.

    There is none if it is no view: without width or height, long, or far away. Each grid has eight times the side of
    the next finer one, so that views of about one size, and of half and twice that, are made of the same cells.
    """
    (x1, y1, z1), (x2, y2, z2) = box.low, box.high
    if not all(abs(value) < _FARTHEST for value in (*box.low, *box.high)):
        return []
    width, height, depth = x2 - x1, y2 - y1, z2 - z1
    if min(width, height) <= 0 or depth < 0 or max(width, height) > _MOST_LONGER * min(width, height):
        return []
    for place, side in enumerate(_SIDES):
        if max(width, height) <= _MOST_ACROSS * side and Grid(side, side / _THINNESS).span(box).count <= _MOST_CELLS:
            return [Grid(one, one / _THINNESS) for one in _SIDES[place : place + 2]]
    return []


def as_in_index(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bounds, shape (6, n), with y as PostGIS's index has it: single precision, and never nearer."""
    rounded = bounds.copy()
    rounded[1], rounded[4] = rounded_down(bounds[1]), rounded_up(bounds[4])
    return rounded


def _y_in_index(low: float, high: float) -> tuple[float, float]:
    """As `as_in_index`, of one lowest and highest y."""
    return float(rounded_down(np.array(low))), float(rounded_up(np.array(high)))
