"""An arbor cut into short straight pieces, and how far points are from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.model.arbor import Parents, children_count, edge_lengths

Points = NDArray[np.float64]

_POINTS_AT_ONCE: Final = 20_000


@dataclass(frozen=True)
class CablePieces:
    """The edges of an arbor of n nodes, cut into m pieces of even length.

    A node without any edge is one piece of no length.

    Attributes
    ----------
    vertices : (v, 3) float64
        The n nodes, then the cuts between them, nm.
    node_count
        n.
    ends : (m, 2) int64
        The vertices at which each piece begins and ends.
    node : (m,) int64
        The node from which the edge of each piece leads to its parent.
    """

    vertices: Points
    node_count: int
    ends: NDArray[np.int64]
    node: NDArray[np.int64]

    @cached_property
    def starts(self) -> Points:
        """(m, 3) where pieces begin, nm."""
        return self.vertices[self.ends[:, 0]]

    @cached_property
    def vectors(self) -> Points:
        """(m, 3) from where pieces begin to where they end, nm."""
        return self.vertices[self.ends[:, 1]] - self.starts

    @cached_property
    def middles(self) -> Points:
        """(m, 3) nm."""
        return self.starts + self.vectors / 2

    @cached_property
    def lengths(self) -> NDArray[np.float64]:
        """(m,) nm."""
        return np.asarray(np.linalg.norm(self.vectors, axis=1))

    @cached_property
    def directions(self) -> Points:
        """(m, 3) of length 1; 0 for pieces of no length."""
        lengths = self.lengths[:, None]
        return np.asarray(np.divide(self.vectors, lengths, out=np.zeros_like(self.vectors), where=lengths > 0))

    @cached_property
    def tree(self) -> Any:
        """The middles by place."""
        from scipy.spatial import KDTree  # noqa: PLC0415  it takes long to import

        return KDTree(self.middles)

    @cached_property
    def nodes(self) -> Any:
        """The nodes by place."""
        from scipy.spatial import KDTree  # noqa: PLC0415  it takes long to import

        return KDTree(self.vertices[: self.node_count])

    def __len__(self) -> int:
        return len(self.ends)


def cut(parents: Parents, xyz: Points, step: float) -> CablePieces:
    """Cut each edge into as few even pieces as have at most the length `step`, nm."""
    children = np.flatnonzero(parents >= 0)
    heads = parents[children]
    counts = np.maximum(np.ceil(edge_lengths(parents, xyz)[children] / step).astype(np.int64), 1)
    edge = np.repeat(np.arange(len(children)), counts)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    first_cut = len(xyz) + np.cumsum(counts - 1) - (counts - 1)
    begins = np.where(within == 0, children[edge], first_cut[edge] + within - 1)
    ends = np.where(within == counts[edge] - 1, heads[edge], first_cut[edge] + within)
    inner = within > 0
    share = (within[inner] / counts[edge[inner]])[:, None]
    cuts = xyz[children[edge[inner]]] * (1 - share) + xyz[heads[edge[inner]]] * share
    alone = np.flatnonzero((parents < 0) & (children_count(parents) == 0))
    return CablePieces(
        np.concatenate([xyz, cuts]),
        len(xyz),
        np.concatenate([np.stack([begins, ends], axis=1), np.stack([alone, alone], axis=1)]),
        np.concatenate([children[edge], alone]),
    )


def are_near(pieces: CablePieces, others: CablePieces, tolerance: float, angle: float | None = None) -> NDArray[Any]:
    """Which pieces have their middle within a distance of others.

    tolerance : nm, to the nearest point of the other pieces.
    angle : only others count whose direction is so near, degrees from 0 to 90; None: whatever their direction.

    (m,) bool.
    """
    found = np.zeros(len(pieces), dtype=np.bool_)
    if not len(others):
        return found
    if angle is None:  # what is near a middle is near its piece: few are left, also where nodes are dense
        found = np.asarray(others.tree.query(pieces.middles, distance_upper_bound=tolerance)[0] <= tolerance)
    left = np.flatnonzero(~found)
    reach = tolerance + others.lengths.max() / 2
    for first in range(0, len(left), _POINTS_AT_ONCE):
        rows = left[first : first + _POINTS_AT_ONCE]
        within, other = pairs_within(pieces.middles[rows], others.tree, reach)
        row = rows[within]
        is_near = _distances(pieces.middles[row], others, other) <= tolerance
        if angle is not None:
            is_near &= _are_along(pieces, row, others, other, angle)
        found[row[is_near]] = True
    return found


def pairs_within(points: Points, tree: Any, reach: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of some points are within a distance of which points of a `KDTree`: the numbers of both, pair by pair."""
    from scipy.spatial import KDTree  # noqa: PLC0415  it takes long to import

    found = KDTree(points).sparse_distance_matrix(tree, reach, output_type="ndarray")
    return found["i"], found["j"]


def _distances(points: Points, others: CablePieces, other: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k,) distances of points from pieces, one of each."""
    vectors, squares = others.vectors[other], np.square(others.lengths[other])
    from_start = points - others.starts[other]
    along = np.einsum("ij,ij->i", from_start, vectors)
    share = np.clip(np.divide(along, squares, out=np.zeros_like(along), where=squares > 0), 0, 1)
    return np.asarray(np.linalg.norm(from_start - share[:, None] * vectors, axis=1))


def _are_along(
    pieces: CablePieces, row: NDArray[np.int64], others: CablePieces, other: NDArray[np.int64], angle: float
) -> NDArray[np.bool_]:
    """(k,) whether two pieces run in the same direction, or in opposite ones; those of no length do."""
    cosines = np.abs(np.einsum("ij,ij->i", pieces.directions[row], others.directions[other]))
    without = (pieces.lengths[row] == 0) | (others.lengths[other] == 0)
    return np.asarray((cosines >= np.cos(np.radians(angle)) - 1e-9) | without)
