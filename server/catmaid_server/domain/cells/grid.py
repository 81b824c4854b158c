"""Grids: which cells a box needs, and which of them something lies in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.values import Box

_FARTHEST = 2.0**40
_SMALLEST = 2.0**4
_CELLS_ACROSS = 4
_THINNEST = 1 / 64
"""Depth of a cell as a part of its side, at least: less would be read again at each step of a section."""
_SECTIONS = 3
"""So many boxes lie within the depth of a cell."""
_MOST_CELLS = 256


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
        i, j, k, i2, j2, k2 = map(int, self.ranges(np.array([[*box.low, *box.high]]).T)[:, 0])
        return CellRange(GridCell(i, j, k), GridCell(i2, j2, k2))

    def box(self, span: CellRange) -> Box:
        """The box of cells together."""
        (i, j, k), (i2, j2, k2) = span.low, span.high
        return Box(
            (i * self.side, j * self.side, k * self.depth),
            ((i2 + 1) * self.side, (j2 + 1) * self.side, (k2 + 1) * self.depth),
        )


def grid_for(box: Box) -> Grid | None:
    """The grid in which a few cells cover a box; None if it is no view: without width or height, long, or far away."""
    (x1, y1, z1), (x2, y2, z2) = box.low, box.high
    if not all(abs(value) < _FARTHEST for value in (*box.low, *box.high)):
        return None
    width, height, depth = x2 - x1, y2 - y1, z2 - z1
    if min(width, height) <= 0 or depth < 0 or max(width, height) > _CELLS_ACROSS * min(width, height):
        return None
    side = max(_SMALLEST, _power_of_two(max(width, height) / _CELLS_ACROSS))
    return Grid(side, max(_power_of_two(_SECTIONS * depth), side * _THINNEST))


def needed_cells(grid: Grid, box: Box) -> CellRange | None:
    """The cells that hold all of a box; None if they are too many."""
    span = grid.span(box)
    return span if span.count <= _MOST_CELLS else None


def as_in_index(bounds: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bounds, shape (6, n), with y as PostGIS's index has it: single precision, and never nearer."""
    with np.errstate(over="ignore"):
        low, high = bounds[1].astype(np.float32), bounds[4].astype(np.float32)
    rounded = bounds.copy()
    rounded[1] = np.where(low > bounds[1], np.nextafter(low, np.float32(-np.inf)), low)
    rounded[4] = np.where(high < bounds[4], np.nextafter(high, np.float32(np.inf)), high)
    return rounded


def _power_of_two(value: float) -> float:
    """The smallest power of two that is not below a positive value; 0 for 0."""
    return 0.0 if value == 0 else 2.0 ** math.ceil(math.log2(value))
