"""The outline of a surface of triangles in a section: polygons with holes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_NUDGE: Final = 1e-9
"""Part of a surface's depth by which a section is moved that would hit a corner."""


@dataclass(frozen=True)
class Outline:
    """Where a surface meets a section.

    rings : (k, 2) float64 each, x and y; the first point is not repeated.
    gaps : number of gaps in rings, which are closed by straight lines: the surface has holes there.
    """

    rings: list[NDArray[np.float64]]
    gaps: int = 0

    @property
    def area(self) -> Any:
        """A shapely Polygon or MultiPolygon of what is inside an odd number of rings."""
        import shapely  # noqa: PLC0415  it takes long to import

        lines = [shapely.linearrings(ring) for ring in self.rings if len(ring) >= 3]
        return shapely.build_area(shapely.node(shapely.geometrycollections(lines)))


def outline(vertices: NDArray[np.float64], faces: NDArray[np.int64], z: float) -> Outline:
    """Cut a surface by the section at a depth.

    Parameters
    ----------
    vertices : (n, 3) float64
        Corners.
    faces : (m, 3) int64
        Indices of the corners of each triangle.
    z
        Depth of the section. If a corner of the surface is exactly there, that of what is next to it inside.
    """
    depths = vertices[:, 2]
    low, high = depths.min(), depths.max()
    if not low <= z <= high:
        return Outline([])
    if (depths == z).any():
        step = _NUDGE * (high - low)
        z += step if z <= (low + high) / 2 else -step
    above = depths > z
    cut = faces[(above[faces].any(axis=1)) & ~above[faces].all(axis=1)]
    if not len(cut):
        return Outline([])
    # Each cut face has two edges that cross the section; an edge that two faces share is one point of the outline.
    edges = np.sort(np.stack([cut, np.roll(cut, -1, axis=1)], axis=2), axis=2)
    crossing = above[edges[..., 0]] != above[edges[..., 1]]
    keys, numbers = np.unique(edges[crossing], axis=0, return_inverse=True)
    ends = vertices[keys]
    share = (z - ends[:, 0, 2]) / (ends[:, 1, 2] - ends[:, 0, 2])
    points = ends[:, 0, :2] + share[:, None] * (ends[:, 1, :2] - ends[:, 0, :2])
    return _ringed(points, numbers.reshape(-1, 2))


def _ringed(points: NDArray[np.float64], pieces: NDArray[np.int64]) -> Outline:
    """Join pieces of lines (pairs of points) to rings; those that are not closed are closed by a straight line."""
    neighbors: list[list[int]] = [[] for _ in range(len(points))]
    for one, other in pieces.tolist():
        neighbors[one].append(other)
        neighbors[other].append(one)
    ends = [node for node, near in enumerate(neighbors) if len(near) % 2]
    rings = []
    # From loose ends first: what is left are rings. Each piece of a line is used once.
    for start in [*ends, *range(len(points))]:
        while neighbors[start]:
            ring, node = [start], start
            while neighbors[node]:
                following = neighbors[node].pop()
                neighbors[following].remove(node)
                ring.append(following)
                node = following
                if node == start:
                    break
            rings.append(points[ring[:-1] if ring[-1] == start else ring])
    return Outline(rings, len(ends) // 2)
