"""Measures of an arbor given as an array of parents: pure functions of numpy arrays.

`parents` is always (n,) int64: the index of each node's parent, -1 at roots, in any order. Several roots are fine.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.sparse import csgraph

Parents = NDArray[np.int64]


class NotInArbor(LookupError):
    """A node is not among the nodes of an arbor."""


class NotAnArbor(ValueError):
    """Parents that point nowhere, or around in a cycle."""


def parent_indices(ids: ArrayLike, parent_ids: ArrayLike) -> Parents:
    """Turn ids of parents into indices.

    Parameters
    ----------
    ids : (n,) int
        Id of each node, all different.
    parent_ids : (n,) int
        Id of each node's parent, -1 at roots.

    Returns
    -------
    (n,) int64

    Raises
    ------
    NotAnArbor
        If a parent is not among the nodes.
    """
    nodes = np.asarray(ids, dtype=np.int64)
    wanted = np.asarray(parent_ids, dtype=np.int64)
    parents = np.full(len(nodes), -1, dtype=np.int64)
    inner = wanted != -1
    if not inner.any():
        return parents
    order = np.argsort(nodes)
    place = np.minimum(np.searchsorted(nodes, wanted[inner], sorter=order), len(nodes) - 1)
    parents[inner] = order[place]
    lost = nodes[parents[inner]] != wanted[inner]
    if lost.any():
        raise NotAnArbor(f"Node {wanted[inner][lost][0]} is a parent but not a node of this arbor.")
    return parents


def cable_length(parents: Parents, xyz: NDArray[np.float64]) -> float:
    """Sum of the lengths of all edges, in the unit of `xyz`.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.
    xyz : (n, 3) float64
        Position of each node, nm.
    """
    child = parents >= 0
    return float(np.linalg.norm(xyz[child] - xyz[parents[child]], axis=1).sum())


def children_count(parents: Parents) -> NDArray[np.int64]:
    """(n,) number of children of each node."""
    return np.bincount(parents[parents >= 0], minlength=len(parents)).astype(np.int64)


def roots(parents: Parents) -> NDArray[np.int64]:
    """Indices of the nodes without parent, ascending."""
    return np.flatnonzero(parents < 0)


def branch_points(parents: Parents) -> NDArray[np.int64]:
    """Indices of the nodes with two or more children, ascending."""
    return np.flatnonzero(children_count(parents) >= 2)


def end_points(parents: Parents) -> NDArray[np.int64]:
    """Indices of the nodes without children that are not roots, ascending."""
    return np.flatnonzero((children_count(parents) == 0) & (parents >= 0))


def from_root(parents: Parents) -> NDArray[np.int64]:
    """All indices in an order in which every node comes after its parent.

    Raises
    ------
    NotAnArbor
        If nodes hang on each other in a cycle.
    """
    n = len(parents)
    order = csgraph.breadth_first_order(_downwards(parents), n, return_predecessors=False)
    if len(order) != n + 1:
        raise NotAnArbor("The nodes hang on each other in a cycle.")
    return order[1:].astype(np.int64)


def distal_to(parents: Parents, node: int) -> NDArray[np.bool_]:
    """Mark a node and everything distal to it.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.
    node
        Index of the most proximal node to mark.

    Returns
    -------
    (n,) bool

    Raises
    ------
    NotInArbor
        If `node` is not an index into `parents`.
    """
    if not 0 <= node < len(parents):
        raise NotInArbor(f"There is no node {node} among {len(parents)}.")
    marked = np.zeros(len(parents), dtype=np.bool_)
    marked[csgraph.breadth_first_order(_downwards(parents), node, return_predecessors=False)] = True
    return marked


def path_to_root(parents: Parents, node: int) -> NDArray[np.int64]:
    """Indices from a node, itself first, to its root.

    Raises
    ------
    NotInArbor
        If `node` is not an index into `parents`.
    NotAnArbor
        If the way leads around in a cycle.
    """
    if not 0 <= node < len(parents):
        raise NotInArbor(f"There is no node {node} among {len(parents)}.")
    path = [node]
    while (parent := int(parents[path[-1]])) >= 0:
        if len(path) == len(parents):
            raise NotAnArbor("The nodes hang on each other in a cycle.")
        path.append(parent)
    return np.array(path, dtype=np.int64)


def distance_to_root(parents: Parents, xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) length of the way along the arbor from each node to its root, in the unit of `xyz`."""
    distance = [0.0] * len(parents)
    parent_of = parents.tolist()
    child = parents >= 0
    step = np.zeros(len(parents))
    step[child] = np.linalg.norm(xyz[child] - xyz[parents[child]], axis=1)
    steps = step.tolist()
    for index in from_root(parents).tolist():
        parent = parent_of[index]
        if parent >= 0:
            distance[index] = distance[parent] + steps[index]
    return np.array(distance)


def strahler(parents: Parents) -> NDArray[np.int64]:
    """(n,) Strahler number of each node: 1 at ends; one more where two children of the same, highest number meet."""
    number = [1] * len(parents)
    highest = [0] * len(parents)
    how_many = [0] * len(parents)
    parent_of = parents.tolist()
    for index in from_root(parents)[::-1].tolist():
        if how_many[index]:
            number[index] = highest[index] + (how_many[index] > 1)
        parent = parent_of[index]
        if parent < 0:
            continue
        if number[index] > highest[parent]:
            highest[parent], how_many[parent] = number[index], 1
        elif number[index] == highest[parent]:
            how_many[parent] += 1
    return np.array(number, dtype=np.int64)


def _downwards(parents: Parents) -> sparse.csr_array:
    """Edges from each node to its children, and from one more node, n, to all roots."""
    n = len(parents)
    start = np.where(parents >= 0, parents, n)
    return sparse.csr_array((np.ones(n, dtype=np.int8), (start, np.arange(n))), shape=(n + 1, n + 1))
