"""Tubes around arbors, as surfaces of triangles."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.model.solids import Surface

_SIDES: Final = 8
_LEAST_COSINE: Final = 0.5
"""Of half the angle between two pieces that meet: a sharper turn has no common ring, which would be a spike."""


def tube_around(parents: NDArray[np.int64], xyz: NDArray[np.float64], radius: float) -> Surface:
    """A tube of one radius around each edge of an arbor; where two edges meet they share a ring. Ends are open.

    parents : (n,) index of each node's parent, -1 at roots. xyz : (n, 3) nm. radius : nm.
    """
    edges = np.flatnonzero(parents >= 0)
    steps = xyz[edges] - xyz[parents[edges]]
    lengths = np.linalg.norm(steps, axis=1)
    edges, directions = edges[lengths > 0], steps[lengths > 0] / lengths[lengths > 0, None]
    around = _circles(directions) * radius
    rings = [
        _ring(around, directions, _turns(parents, edges, directions, ends), xyz[ends])
        for ends in (parents[edges], edges)
    ]
    vertices = np.stack(rings, axis=1).reshape(-1, 3)
    first = np.arange(_SIDES)
    second = (first + 1) % _SIDES
    quads = np.concatenate(
        [
            np.stack([first, second, first + _SIDES], axis=1),
            np.stack([second, second + _SIDES, first + _SIDES], axis=1),
        ]
    )
    faces = np.arange(len(edges))[:, None, None] * 2 * _SIDES + quads
    return vertices, faces.reshape(-1, 3).astype(np.int64)


def _circles(directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m, sides, 3) points of a circle of radius 1 across each direction."""
    least = np.eye(3)[np.abs(directions).argmin(axis=1)]
    across = np.cross(directions, least)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    angles = 2 * np.pi * np.arange(_SIDES)[None, :, None] / _SIDES
    points: NDArray[np.float64] = (
        np.cos(angles) * across[:, None] + np.sin(angles) * np.cross(directions, across)[:, None]
    )
    return points


def _turns(
    parents: NDArray[np.int64], edges: NDArray[np.int64], directions: NDArray[np.float64], ends: NDArray[np.int64]
) -> NDArray[np.float64]:
    """(m, 3) what the ring at one end of each edge lies across: between both edges where two meet, else the edge."""
    count = len(parents)
    degree = np.bincount(edges, minlength=count) + np.bincount(parents[edges], minlength=count)
    sums = np.zeros((count, 3))
    np.add.at(sums, edges, directions)
    np.add.at(sums, parents[edges], directions)
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    between = np.divide(sums, norms, out=np.zeros_like(sums), where=norms > 0)[ends]
    cosines = np.einsum("ij,ij->i", between, directions)
    is_joint = (degree[ends] == 2) & (cosines > _LEAST_COSINE)
    return np.where(is_joint[:, None], between, directions)


def _ring(
    around: NDArray[np.float64],
    directions: NDArray[np.float64],
    turns: NDArray[np.float64],
    places: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Points of circles, moved along their edges into the plane across `turns`."""
    slopes = np.einsum("mki,mi->mk", around, turns) / np.einsum("mi,mi->m", directions, turns)[:, None]
    moved: NDArray[np.float64] = places[:, None] + around - slopes[..., None] * directions[:, None]
    return moved
