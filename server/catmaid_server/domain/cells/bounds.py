"""Bounds of lines in single precision: a first look that tells of most of them whether they come near a viewport."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.values import Box

Records = NDArray[Any]
"""An array of `NODE`, `LINK` or `CONNECTOR`, or of a part of these (see `cell`)."""

Rows = NDArray[np.intp]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]
Bounds = NDArray[np.float32]
"""Lowest x, y, z and highest x, y, z of lines, rounded away from each other, shape (6, n)."""


@dataclass(frozen=True, slots=True, eq=False)
class Sieve:
    """Tells of most lines by their bounds whether these overlap a box, as `nearness` does, and which lie inside.

    below, above : the box's corners and its centre, shape (3, 3), rounded down and up.
    """

    below: NDArray[np.float32]
    above: NDArray[np.float32]

    @classmethod
    def of(cls, box: Box) -> Sieve:
        """The one of a box."""
        (x1, y1, z1), (x2, y2, z2) = box.low, box.high
        places = np.array([box.low, box.high, ((x1 + x2) / 2, (y1 + y2) / 2, (z1 + z2) / 2)])
        return cls(rounded_down(places), rounded_up(places))

    def overlap(self, bounds: Bounds) -> tuple[Rows, Flags]:
        """Rows of lines whose bounds may overlap the box, and for which of these that is sure.

        Where it is not, the bounds touch the box, for all that their single precision tells. y is told like that.
        """
        (_, y1, _), (x2, _, z2) = self.below[:2]
        (x1, _, z1), (_, y2, _) = self.above[:2]
        rows = np.flatnonzero((bounds[2] <= z2) & (bounds[5] >= z1))
        low_x, low_y, low_z, high_x, high_y, high_z = bounds if len(rows) == bounds.shape[1] else bounds[:, rows]
        may = (low_x <= x2) & (high_x >= x1) & (low_y <= y2) & (high_y >= y1)
        sure = (low_x < x2) & (high_x > x1) & (low_z < z2) & (high_z > z1)
        return (rows, sure) if may.all() else (rows[may], sure[may])

    def inside(self, bounds: Bounds) -> Flags:
        """Which lines surely lie in the box, and not where its centre may be."""
        (x1, y1, z1), (x2, y2, z2) = self.above[0], self.below[1]
        low_x, low_y, low_z, high_x, high_y, high_z = bounds
        inside: Flags = (low_z >= z1) & (high_z <= z2) & (low_x >= x1) & (high_x <= x2) & (low_y >= y1) & (high_y <= y2)
        below, above = self.below[2][:, None], self.above[2][:, None]
        inside &= ((bounds[:3] > above) | (bounds[3:] < below)).any(axis=0)
        return inside


def extents(one: Records, other: Records) -> Numbers:
    """Lowest x, y, z, highest x, y, z of straight lines between two places, shape (6, n)."""
    bounds = np.empty((6, len(one)))
    for axis, name in enumerate("xyz"):
        np.minimum(one[name], other[name], out=bounds[axis])
        np.maximum(one[name], other[name], out=bounds[axis + 3])
    return bounds


def bounds_of(one: Records, one_rows: NDArray[Any] | slice, other: Records, other_rows: NDArray[Any]) -> Bounds:
    """The bounds of lines, given the rows of their ends in two tables."""
    found = np.empty((6, len(other_rows)), np.float32)
    for axis, name in enumerate("xyz"):
        start, end = one[name][one_rows], other[name][other_rows]
        found[axis] = rounded_down(np.minimum(start, end))
        found[axis + 3] = rounded_up(np.maximum(start, end))
    return found


def rounded_down(values: Numbers) -> NDArray[np.float32]:
    """The next numbers of single precision that are not above."""
    return _rounded(values, np.greater, -np.inf)


def rounded_up(values: Numbers) -> NDArray[np.float32]:
    """The next numbers of single precision that are not below."""
    return _rounded(values, np.less, np.inf)


def _rounded(values: Numbers, is_wrong: np.ufunc, towards: float) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):
        rounded = values.astype(np.float32)
    wrong = is_wrong(rounded, values)
    if wrong.any():
        np.nextafter(rounded, np.float32(towards), out=rounded, where=wrong)
    return rounded
