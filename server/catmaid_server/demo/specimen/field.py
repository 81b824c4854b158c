"""Which neurite is where: a weighted Voronoi diagram of capsules, seen through a smooth warp."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from catmaid_server.demo.specimen.growth import Cuts, Tissue
from catmaid_server.demo.specimen.spec import Floats, Ints, Singles, SpecimenSpec
from catmaid_server.demo.specimen.waves import WaveField

_FAR = np.float32(1e4)
_GLIA_USUAL = 46.0
_GLIA_MOST = 95.0
_GLIA_LEAST = -14.0
_MEMBRANE_REACH = 60.0


@dataclass(frozen=True, slots=True)
class Profiles:
    """A section on a grid; arrays are (y, x)."""

    cell: Ints
    """Cell at each grid point, 0 where glia is."""
    gap: Singles
    """Distance in nm to the nearest membrane, right to first order close to it."""


class TissueField:
    """Cells of a tissue at any point of any section; x and y in nm of project space."""

    def __init__(self, spec: SpecimenSpec, tissue: Tissue, rng: np.random.Generator) -> None:
        self.spec, self.tissue = spec, tissue
        octaves = [(450.0, 900.0, 32.0), (160.0, 320.0, 12.0), (70.0, 120.0, 2.6)]
        self._warp_x, self._warp_y = WaveField.random(rng, octaves), WaveField.random(rng, octaves)
        self._glia = WaveField.random(rng, [(900.0, 2200.0, 36.0), (160.0, 400.0, 8.0)])
        self.centres = [self._unwarped(cuts, section) for section, cuts in enumerate(tissue.cuts)]
        """For each section (n, 2): where the middle of each capsule comes to lie."""

    def _unwarped(self, cuts: Cuts, section: int) -> Floats:
        x, y = cuts.x.copy(), cuts.y.copy()
        for _ in range(16):
            miss_x = cuts.x - x - self._warp_x.at(x, y, section)
            miss_y = cuts.y - y - self._warp_y.at(x, y, section)
            x += 0.7 * miss_x
            y += 0.7 * miss_y
        return np.stack([x, y], axis=1)

    def _glia_level(self, values: Floats) -> Floats:
        """How far from the nearest capsule glia begins, in nm."""
        level: Floats = np.clip(_GLIA_USUAL + values, _GLIA_LEAST, _GLIA_MOST)
        return level

    def depths(self, x: Floats, y: Floats, section: int) -> tuple[Ints, Floats]:
        """How near points are to the cells around them.

        Parameters
        ----------
        x, y
            Points, (n,) each, in nm.
        section
            Index of the section.

        Returns
        -------
        (k,) int64
            Cells near the points, in ascending order; the first one is glia (0).
        (n, k) float64
            Distance in nm from each point to each cell's capsules. The point is in the cell with the lowest one.
        """
        warped_x = x + self._warp_x.at(x, y, section)
        warped_y = y + self._warp_y.at(x, y, section)
        cuts = _within_reach(self.tissue.cuts[section], warped_x, warped_y)
        distance = _capsule_distance(warped_x[:, None] - cuts.x, warped_y[:, None] - cuts.y, cuts) - cuts.width
        order = np.argsort(cuts.cell, kind="stable")
        cells, starts = np.unique(cuts.cell[order], return_index=True)
        nearest = np.minimum.reduceat(distance[:, order], starts, axis=1)
        glia = self._glia_level(self._glia.at(x, y, section))
        return np.concatenate([[0], cells]), np.column_stack([glia, nearest])

    def cells_at(self, x: Floats, y: Floats, section: int) -> tuple[Ints, Floats]:
        """The cell at each point, and the distance in nm (n,) by which it is the nearest one."""
        cells, depth = self.depths(x, y, section)
        two = np.partition(depth, 1, axis=1)
        return cells[np.argmin(depth, axis=1)], two[:, 1] - two[:, 0]

    def profiles(self, section: int, step: int) -> Profiles:
        """Evaluate a section at every `step`-th pixel in x and y, and one point beyond its border."""
        width, height = self.spec.size_px[:2]
        spacing = step * self.spec.pixel
        x = np.arange(-(-width // step) + 1) * spacing
        y = np.arange(-(-height // step) + 1) * spacing
        warped_x = self._warp_x.grid(x, y, section) + x.astype(np.float32)
        warped_y = self._warp_y.grid(x, y, section) + y.astype(np.float32)[:, None]
        nearest = np.clip(_GLIA_USUAL + self._glia.grid(x, y, section), _GLIA_LEAST, _GLIA_MOST).astype(np.float32)
        second = np.full_like(nearest, _FAR)
        cell = np.zeros(nearest.shape, np.int64)
        cuts = self.tissue.cuts[section]
        reach = 1.3 * (cuts.width + np.hypot(cuts.half_x, cuts.half_y) + _GLIA_MOST + _MEMBRANE_REACH)
        middle = self.centres[section]
        low = np.maximum(0, np.floor((middle - reach[:, None]) / spacing).astype(int))
        high = np.maximum(0, np.ceil((middle + reach[:, None]) / spacing).astype(int) + 1)
        for index in range(len(cuts.x)):
            window = np.s_[low[index, 1] : high[index, 1], low[index, 0] : high[index, 0]]
            _stamp(cuts, index, warped_x[window], warped_y[window], nearest[window], second[window], cell[window])
        return Profiles(cell, _boundary_distance(second - nearest, spacing))


def _within_reach(cuts: Cuts, x: Floats, y: Floats) -> Cuts:
    """The capsules that can be nearest or second to any of the points, and never none."""
    reach = cuts.width + np.hypot(cuts.half_x, cuts.half_y) + _GLIA_MOST + _MEMBRANE_REACH
    beyond_x = np.maximum(np.maximum(x.min() - cuts.x, cuts.x - x.max()), 0)
    beyond_y = np.maximum(np.maximum(y.min() - cuts.y, cuts.y - y.max()), 0)
    beyond = np.hypot(beyond_x, beyond_y) - reach
    near = beyond <= max(0.0, float(beyond.min()))
    return Cuts(*(getattr(cuts, column.name)[near] for column in fields(cuts)))


def _capsule_distance(x: Floats, y: Floats, cuts: Cuts) -> Floats:
    """Distance to the middle segments of all capsules, given offsets from their centres (n, k)."""
    along = (x * cuts.half_x + y * cuts.half_y) / (cuts.half_x**2 + cuts.half_y**2 + 1e-3)
    along = np.clip(along, -1, 1)
    distance: Floats = np.hypot(x - along * cuts.half_x, y - along * cuts.half_y)
    return distance


def _stamp(cuts: Cuts, index: int, x: Singles, y: Singles, nearest: Singles, second: Singles, cell: Ints) -> None:
    """Enter one capsule into the nearest and second nearest cell of a window, in place."""
    half_x, half_y = np.float32(cuts.half_x[index]), np.float32(cuts.half_y[index])
    off_x, off_y = x - np.float32(cuts.x[index]), y - np.float32(cuts.y[index])
    scale = 1 / (half_x**2 + half_y**2 + np.float32(1e-3))
    along = off_x * (half_x * scale)
    along += off_y * (half_y * scale)
    np.clip(along, -1, 1, out=along)
    off_x -= along * half_x
    off_y -= along * half_y
    off_x *= off_x
    off_y *= off_y
    off_x += off_y
    distance = np.sqrt(off_x, out=off_x)
    distance -= np.float32(cuts.width[index])
    own = cell == cuts.cell[index]
    closer = distance < nearest
    pushed = np.where(closer, nearest, distance)
    np.minimum(second, pushed, out=second, where=~own)
    np.minimum(nearest, distance, out=nearest)
    cell[closer] = cuts.cell[index]


def _boundary_distance(lead: Singles, spacing: float) -> Singles:
    """Turn the lead of the nearest cell over the second into a distance from the boundary in nm."""
    down, across = np.gradient(lead, np.float32(spacing))
    slope = np.sqrt(down * down + across * across)
    # At the ridge between two cells the lead has a kink, where differences say too little.
    gap: Singles = lead / np.clip(slope, 1.2, 3.2)
    return gap
