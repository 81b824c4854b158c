"""Neurites that are known, and in which of them a point is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_POINTS_AT_ONCE = 256


@dataclass(frozen=True)
class KnownNeurites:
    """Edges of all neurites of a piece of tissue, nm.

    Attributes
    ----------
    starts, ends : (m, 3) float64
        The two ends of each edge; the same at a root.
    radii : (m,) float64
        How thick the neurite is there.
    neurites : (m,) int64
        Which neurite the edge is of.
    """

    starts: NDArray[np.float64]
    ends: NDArray[np.float64]
    radii: NDArray[np.float64]
    neurites: NDArray[np.int64]

    def at(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """The neurite that each point is in: the one whose edge is nearest, counted from its surface.

        Parameters
        ----------
        points : (n, 3) float64
            nm.

        Returns
        -------
        (n,) int64
        """
        parts = [points[at : at + _POINTS_AT_ONCE] for at in range(0, len(points), _POINTS_AT_ONCE)]
        rows = [self._beyond_surface(part).argmin(axis=1) for part in parts]
        return self.neurites[np.concatenate(rows)] if rows else np.empty(0, np.int64)

    def _beyond_surface(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, m) distance of points from the surface around edges, below 0 inside."""
        along = self.ends - self.starts
        squared = np.maximum((along**2).sum(axis=1), 1e-9)
        away = points[:, None, :] - self.starts[None]
        share = np.clip((away * along[None]).sum(axis=2) / squared, 0, 1)
        nearest = away - share[:, :, None] * along[None]
        distances: NDArray[np.float64] = np.sqrt((nearest**2).sum(axis=2)) - self.radii
        return distances
