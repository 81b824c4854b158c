"""Distances along an arbor, and the order of its branches; arrays as in `catmaid_jupyter.model.arbor`."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catmaid_jupyter.model.arbor import NotInArbor, Parents, children_count, edge_lengths, from_root

_SHORTEST: float = np.finfo(np.float64).tiny
"""Stands for an edge of length 0, which a sparse matrix would take for none."""


def geodesic_distances(parents: Parents, xyz: NDArray[np.float64], sources: ArrayLike) -> NDArray[np.float64]:
    """Lengths of the paths along an arbor from some nodes to all.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.
    xyz : (n, 3) float64
        Position of each node, nm.
    sources : (m,) int
        Indices of nodes.

    Returns
    -------
    (m, n) float64
        In the unit of `xyz`; inf where no path leads.

    Raises
    ------
    NotInArbor
        If a source is not an index into `parents`.
    """
    from scipy.sparse import coo_array  # noqa: PLC0415  half a second that few need
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415  half a second that few need

    wanted = np.atleast_1d(np.asarray(sources, dtype=np.int64))
    if ((wanted < 0) | (wanted >= len(parents))).any():
        raise NotInArbor(f"There is no node {wanted[(wanted < 0) | (wanted >= len(parents))][0]} among {len(parents)}.")
    children = np.flatnonzero(parents >= 0)
    lengths = np.maximum(edge_lengths(parents, xyz)[children], _SHORTEST)
    graph = coo_array((lengths, (children, parents[children])), shape=(len(parents), len(parents))).tocsr()
    distances: NDArray[np.float64] = np.atleast_2d(dijkstra(graph, directed=False, indices=wanted))
    return distances


def branch_order(parents: Parents) -> NDArray[np.int64]:
    """(n,) int64 number of branch points on the path from each node to its root, the node itself not counted."""
    forks = children_count(parents) >= 2
    order = [0] * len(parents)
    parent_of = parents.tolist()
    for index in from_root(parents).tolist():
        parent = parent_of[index]
        if parent >= 0:
            order[index] = order[parent] + int(forks[parent])
    return np.array(order, dtype=np.int64)


def segments(parents: Parents) -> list[NDArray[np.int64]]:
    """The unbranched paths of an arbor: indices from an end or branch point up to the next branch point or the root.

    Every edge is in exactly one of them. In the order of their first nodes.
    """
    count = children_count(parents)
    critical = (count != 1) | (parents < 0)
    critical_nodes = set(np.flatnonzero(critical).tolist())
    parent_of = parents.tolist()
    found = []
    for start in np.flatnonzero(critical & (parents >= 0)).tolist():
        path = [start, parent_of[start]]
        while path[-1] not in critical_nodes:
            path.append(parent_of[path[-1]])
        found.append(np.array(path, dtype=np.int64))
    return found
