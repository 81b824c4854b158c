"""An arbor with nodes at even distances; arrays as in `catmaid_jupyter.model.arbor`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.model.arbor import Parents, children_count, edge_lengths
from catmaid_jupyter.model.geodesics import segments


@dataclass(frozen=True)
class Resampled:
    """An arbor of m nodes that follows one of n nodes.

    Attributes
    ----------
    parents : (m,) int64
        Index of each node's parent, -1 at roots.
    xyz : (m, 3) float64
        Positions, nm.
    radii : (m,) float64
        nm, -1 where unset.
    origin : (m,) int64
        Index of the node that was there, or was nearest along the arbor.
    is_old : (m,) bool
        Roots, branch points and end points, which are where they were.
    nearest : (n,) int64
        For each node of the old arbor, the index of the new one that is nearest along the arbor.
    """

    parents: Parents
    xyz: NDArray[np.float64]
    radii: NDArray[np.float64]
    origin: NDArray[np.int64]
    is_old: NDArray[np.bool_]
    nearest: NDArray[np.int64]


def resample(parents: Parents, xyz: NDArray[np.float64], radii: NDArray[np.float64], step: float) -> Resampled:
    """Replace the nodes between roots, branch points and end points by nodes at even distances.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.
    xyz : (n, 3) float64
        Position of each node, nm.
    radii : (n,) float64
        nm, -1 where unset. New ones are interpolated; where a neighbour's is unset, that of the nearest node is taken.
    step
        Distance of nodes along the arbor, more than 0, nm. The path between two nodes that stay is divided into as many
        equal parts as come nearest to it.
    """
    lengths = edge_lengths(parents, xyz)
    old = np.flatnonzero((children_count(parents) != 1) | (parents < 0))
    place = np.full(len(parents), -1)
    place[old] = np.arange(len(old))
    nearest = place.copy()
    new_parents, origin = [np.full(len(old), -1)], [old]
    new_xyz, new_radii = [xyz[old]], [radii[old]]
    count = len(old)
    for path in segments(parents):
        along = np.concatenate([[0.0], np.cumsum(lengths[path[:-1]])])
        parts = max(1, round(along[-1] / step))
        inner = along[-1] * np.arange(1, parts) / parts
        numbers = np.concatenate([[place[path[0]]], count + np.arange(parts - 1), [place[path[-1]]]])
        stops = np.concatenate([[0.0], inner, [along[-1]]])
        new_parents[0][numbers[0]] = numbers[1]
        new_parents.append(numbers[2:])
        origin.append(path[_nearest(along, inner)])
        new_xyz.append(np.column_stack([np.interp(inner, along, xyz[path, axis]) for axis in range(3)]))
        new_radii.append(_radii(along, radii[path], inner))
        nearest[path[1:-1]] = numbers[_nearest(stops, along[1:-1])]
        count += parts - 1
    return Resampled(
        np.concatenate(new_parents),
        np.concatenate(new_xyz),
        np.concatenate(new_radii),
        np.concatenate(origin),
        np.arange(count) < len(old),
        nearest,
    )


def _nearest(stops: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Index of the stop that is nearest to each value; the first one of two that are equally near. Stops ascend."""
    after = np.clip(np.searchsorted(stops, values), 1, len(stops) - 1)
    found: NDArray[np.int64] = after - (values - stops[after - 1] <= stops[after] - values)
    return found


def _radii(along: NDArray[np.float64], radii: NDArray[np.float64], inner: NDArray[np.float64]) -> NDArray[np.float64]:
    after = np.clip(np.searchsorted(along, inner), 1, len(along) - 1)
    known = (radii[after] >= 0) & (radii[after - 1] >= 0)
    return np.where(known, np.interp(inner, along, radii), radii[_nearest(along, inner)])
