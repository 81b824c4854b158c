"""Which points are inside a closed surface of triangles."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from catmaid_server.domain.space.meshes import Mesh

Points = npt.NDArray[np.float64]

_MOST_PAIRS = 4_000_000
_MOST_CELLS = 256
_SHIFT = (7.310585e-10, 3.172021e-10)
"""Part of the surface's extent by which rays are moved aside, so that they meet no edge of a triangle."""


def inside(mesh: Mesh, points: Points) -> npt.NDArray[np.bool_]:
    """Whether each point (n, 3; nm) is inside: a ray from it upwards in z meets the surface an odd number of times."""
    low, high = mesh.min(axis=(0, 1)), mesh.max(axis=(0, 1))
    found = np.zeros(len(points), dtype=bool)
    near = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    if not near.size:
        return found
    moved = points[near].copy()
    moved[:, :2] += (high - low)[:2] * _SHIFT
    cells = max(1, min(_MOST_CELLS, int(np.sqrt(len(mesh) / 2))))
    scale = cells / np.maximum((high - low)[:2], 1e-300)
    point_cells = _cells(moved[:, :2], low, scale, cells)
    triangles, triangle_cells = _triangles_by_cell(mesh, low, scale, cells)
    crossings = _crossings(mesh, triangles, triangle_cells, moved, point_cells[:, 0] * cells + point_cells[:, 1])
    found[near] = crossings % 2 == 1
    return found


def _cells(xy: Points, low: Any, scale: Any, cells: int) -> npt.NDArray[np.int64]:
    cell: npt.NDArray[np.int64] = np.clip(((xy - low[:2]) * scale).astype(np.int64), 0, cells - 1)
    return cell


def _triangles_by_cell(
    mesh: Mesh, low: Any, scale: Any, cells: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Triangles, each for every cell of a grid in x and y that it may cover, by cell; and these cells."""
    first = _cells(mesh[:, :, :2].min(axis=1), low, scale, cells)
    last = _cells(mesh[:, :, :2].max(axis=1), low, scale, cells)
    spans = last - first + 1
    counts = spans[:, 0] * spans[:, 1]
    triangles = np.repeat(np.arange(len(mesh)), counts)
    number = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    rows = spans[triangles, 1]
    cell = (first[triangles, 0] + number // rows) * cells + first[triangles, 1] + number % rows
    order = np.argsort(cell, kind="stable")
    return triangles[order], cell[order]


def _crossings(
    mesh: Mesh, triangles: Any, triangle_cells: Any, points: Points, point_cells: Any
) -> npt.NDArray[np.int64]:
    """How many triangles are above each point."""
    crossings = np.zeros(len(points), dtype=np.int64)
    begins = np.searchsorted(triangle_cells, point_cells)
    counts = np.searchsorted(triangle_cells, point_cells, side="right") - begins
    ends = np.cumsum(counts)
    start = 0
    while start < len(points):
        done = ends[start - 1] if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + _MOST_PAIRS, side="right")))
        part = counts[start:stop]
        which = np.repeat(np.arange(start, stop), part)
        number = np.arange(part.sum()) - np.repeat(np.cumsum(part) - part, part)
        hit = _is_above(mesh[triangles[begins[which] + number]], points[which])
        crossings += np.bincount(which[hit], minlength=len(points))
        start = stop
    return crossings


def _is_above(corners: Any, points: Points) -> npt.NDArray[np.bool_]:
    """Whether each triangle is above the point of the same number."""
    a, b, c = (corners[:, index] - points for index in range(3))
    areas = [p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0] for p, q in ((b, c), (c, a), (a, b))]
    total = areas[0] + areas[1] + areas[2]
    sign = np.sign(total)
    covers = (sign != 0) & np.logical_and.reduce([area * sign >= 0 for area in areas])
    height = (areas[0] * a[:, 2] + areas[1] * b[:, 2] + areas[2] * c[:, 2]) * sign
    result: npt.NDArray[np.bool_] = covers & (height > 0)
    return result
