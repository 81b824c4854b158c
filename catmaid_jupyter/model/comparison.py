"""How much of one arbor is in another: matched cable, branches of one alone, and synapses at the same places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.model.cable_pieces import CablePieces, Points, are_near, pairs_within


@dataclass(frozen=True)
class UnmatchedBranch:
    """Cable of one arbor that hangs together and is not in the other.

    Attributes
    ----------
    length
        nm.
    place
        Where it leaves what is in both; where it is nearest to the other arbor if nothing of it is. nm.
    end
        Of its ends the one that is farthest from there, nm.
    node, nearest
        Indices of nodes: of this arbor at the place, and of the other one nearest to it; -1 if that has none.
    """

    length: float
    place: NDArray[np.float64]
    end: NDArray[np.float64]
    node: int
    nearest: int


@dataclass(frozen=True)
class CableMatch:
    """Which pieces of an arbor are in another one, and the branches that are not.

    Attributes
    ----------
    pieces
        Of the arbor.
    is_matched : (m,) bool
        Which of them are within the tolerance of the other arbor.
    branches
        What is not, the longest first.
    """

    pieces: CablePieces
    is_matched: NDArray[np.bool_]
    branches: list[UnmatchedBranch]

    @property
    def cable(self) -> float:
        """Length of the whole arbor, nm."""
        return float(self.pieces.lengths.sum())

    @property
    def matched(self) -> float:
        """Length of what is in the other arbor, nm."""
        return float(self.pieces.lengths[self.is_matched].sum())


def match_cable(
    pieces: CablePieces, others: CablePieces, tolerance: float, *, angle: float | None = None, min_length: float = 0.0
) -> CableMatch:
    """Find what of an arbor is in another one.

    Parameters
    ----------
    pieces, others
        The two arbors.
    tolerance, angle
        As of `are_near`. The first stretch of a branch that is missing still counts as matched, as far as it is within
        the tolerance of the arbor that it leaves.
    min_length
        Branches of less are not listed, nm; their cable is not matched all the same.
    """
    is_matched = are_near(pieces, others, tolerance, angle)
    return CableMatch(pieces, is_matched, _branches(pieces, others, is_matched, min_length))


def match_places(places: Points, others: Points, tolerance: float) -> NDArray[np.int64]:
    """Make as many pairs of places as can be, each in one at most, with no more than the tolerance between two.

    places, others : (n, 3) and (m, 3), nm.

    Returns (n,) the index of each place's partner; -1: none.
    """
    from scipy.sparse import csr_array  # noqa: PLC0415  half a second that few need
    from scipy.sparse.csgraph import maximum_bipartite_matching  # noqa: PLC0415  the same
    from scipy.spatial import KDTree  # noqa: PLC0415  the same

    alone = np.full(len(places), -1, np.int64)
    if not len(places) or not len(others):
        return alone
    rows, columns = pairs_within(places, KDTree(others), tolerance)
    if not len(rows):
        return alone
    pairs = csr_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(len(places), len(others)))
    return np.asarray(maximum_bipartite_matching(pairs, perm_type="column"), np.int64)


def _branches(
    pieces: CablePieces, others: CablePieces, is_matched: NDArray[np.bool_], min_length: float
) -> list[UnmatchedBranch]:
    from scipy.sparse import coo_array  # noqa: PLC0415  half a second that few need
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415  the same

    rows = np.flatnonzero(~is_matched & (pieces.lengths > 0))
    if not len(rows):
        return []
    count = len(pieces.vertices)
    links = coo_array((np.ones(len(rows), np.int8), pieces.ends[rows].T), shape=(count, count))
    _, of_vertex = connected_components(links, directed=False)
    of_row = of_vertex[pieces.ends[rows, 0]]
    touched = np.zeros(count, dtype=np.bool_)
    touched[pieces.ends[is_matched].ravel()] = True
    order = np.argsort(of_row, kind="stable")
    groups = np.split(rows[order], np.flatnonzero(np.diff(of_row[order])) + 1)
    found = [_branch(pieces, others, group, touched) for group in groups]
    long_ones = [one for one in found if one.length >= min_length]
    return sorted(long_ones, key=lambda one: (-one.length, *one.place))


def _branch(
    pieces: CablePieces, others: CablePieces, rows: NDArray[np.int64], touched: NDArray[np.bool_]
) -> UnmatchedBranch:
    vertices = np.unique(pieces.ends[rows])
    exits = vertices[touched[vertices]]
    candidates = exits if len(exits) else vertices
    points = pieces.vertices[candidates]
    distances = others.tree.query(points)[0] if len(others) else np.zeros(len(points))
    # The first in space of those that are equally near, so that another root changes nothing.
    best = int(np.lexsort((points[:, 2], points[:, 1], points[:, 0], np.round(distances, 6)))[0])
    place = points[best]
    away = np.linalg.norm(pieces.vertices[vertices] - place, axis=1)
    at: Any = rows[np.argmin(np.linalg.norm(pieces.middles[rows] - place, axis=1))]
    return UnmatchedBranch(
        length=float(pieces.lengths[rows].sum()),
        place=place,
        end=pieces.vertices[vertices[int(np.argmax(away))]],
        node=int(pieces.node[at]),
        nearest=int(others.nodes.query(place)[1]) if len(others) else -1,
    )
