"""One neuron's tree as arrays: the arbor, what makes it a tree, and its measures, as pure functions of numpy arrays.

`parents` is always (n,) int64: the index of each node's parent, -1 at roots, in any order. Measures allow several
roots.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catmaid_wire.distinct import distinct

Parents = NDArray[np.int64]

UNKNOWN_PARENT = -2
"""Stands in `parent_rows` for a parent that is not among the nodes."""


class NotInArbor(LookupError):
    """A node is not among the nodes of an arbor."""


class NotAnArbor(ValueError):
    """A parent is not among the nodes, or nodes are their own ancestors."""


@dataclass(frozen=True)
class Arbor:
    """A tree of n nodes, in the order of its source.

    Attributes
    ----------
    name
        Name of the source, such as the file name without its suffix.
    node_ids : (n,) int64
        Ids in the source, all different.
    parents : (n,) int64
        Index of each node's parent; -1 at the root.
    positions : (n, 3) float64
        x, y, z in nm.
    radii : (n,) float64
        nm; -1 where unset.
    """

    name: str
    node_ids: NDArray[np.int64]
    parents: Parents
    positions: NDArray[np.float64]
    radii: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.node_ids)

    @property
    def cable_length(self) -> float:
        """Length of all edges, nm."""
        return cable_length(self.parents, self.positions)


def rows_of(ids: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Look up ids.

    Parameters
    ----------
    ids : (n,) int64
        Distinct, in any order.
    wanted : (m,) int64
        Ids to find.

    Returns
    -------
    (m,) int64
        Index of each wanted id in `ids`; -1 where it is not there.
    """
    if not len(ids):
        return np.full(len(wanted), -1)
    order = np.argsort(ids, kind="stable")
    found = np.searchsorted(ids, wanted, sorter=order)
    rows: NDArray[np.int64] = order[np.minimum(found, len(order) - 1)].astype(np.int64)
    rows[ids[rows] != wanted] = -1
    return rows


def first_repeat(ids: NDArray[np.int64]) -> tuple[int, int] | None:
    """Index of the first value that repeats an earlier one, and of that earlier one; None if no value repeats."""
    order = np.argsort(ids, kind="stable")
    again = np.flatnonzero(np.diff(ids[order]) == 0)
    if not len(again):
        return None
    at = again[np.argmin(order[again + 1])]
    return int(order[at + 1]), int(np.flatnonzero(ids == ids[order[at]])[0])


def parent_rows(node_ids: NDArray[np.int64], parent_ids: NDArray[np.int64]) -> Parents:
    """Look up each node's parent, and mark the parents that are missing.

    Parameters
    ----------
    node_ids : (n,) int64
        Distinct ids, none below 0, in any order.
    parent_ids : (n,) int64
        Id of each node's parent, below 0 at a root.

    Returns
    -------
    (n,) int64
        Index of the parent; -1 at a root, `UNKNOWN_PARENT` where no node has that id.
    """
    rows = rows_of(node_ids, parent_ids)
    rows[(rows < 0) & (parent_ids >= 0)] = UNKNOWN_PARENT
    return rows


def parent_indices(ids: ArrayLike, parent_ids: ArrayLike) -> Parents:
    """Turn ids of parents into indices.

    Parameters
    ----------
    ids : (n,) int
        Id of each node, all different.
    parent_ids : (n,) int
        Id of each node's parent, below 0 at roots.

    Returns
    -------
    (n,) int64

    Raises
    ------
    NotAnArbor
        If a parent is not among the nodes.
    """
    wanted = np.asarray(parent_ids, dtype=np.int64)
    parents = parent_rows(np.asarray(ids, dtype=np.int64), wanted)
    unknown = wanted[parents == UNKNOWN_PARENT]
    if len(unknown):
        raise NotAnArbor(f"Node {unknown[0]} is a parent but not a node of this arbor.")
    return parents


def nodes_on_cycles(parents: Parents) -> NDArray[np.int64]:
    """Indices of nodes that are their own ancestor, ascending.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots; any order.
    """
    above = _with_top(parents)
    for _ in range(len(parents).bit_length()):
        above = above[above]
    return distinct(above[above < len(parents)])


def cable_length(parents: Parents, xyz: NDArray[np.float64]) -> float:
    """Sum of the lengths of all edges, in the unit of `xyz`.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.
    xyz : (n, 3) float64
        Position of each node, nm.
    """
    return float(edge_lengths(parents, xyz)[parents >= 0].sum())


def edge_lengths(parents: Parents, xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) length of the edge from each node to its parent, in the unit of `xyz`; 0 at roots."""
    lengths = np.zeros(len(parents))
    child = parents >= 0
    lengths[child] = np.linalg.norm(xyz[child] - xyz[parents[child]], axis=1)
    return lengths


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
    """Order the nodes so that each comes after its parent.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.

    Returns
    -------
    (n,) int64
        Indices of the nodes: as they are if all parents come first already, else by the number of edges to the root.

    Raises
    ------
    NotAnArbor
        If nodes are their own ancestors.
    """
    count = len(parents)
    if (parents < np.arange(count)).all():
        return np.arange(count)
    # After k rounds `depths` counts up to 2**k ancestors, and `above` is the one above those.
    above = _with_top(parents)
    depths = (above < count).astype(np.int64)
    for _ in range(count.bit_length()):
        depths, above = depths + depths[above], above[above]
    if (above < count).any():
        raise NotAnArbor("The nodes hang on each other in a cycle.")
    return np.argsort(depths[:count], kind="stable")


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
    _require_node(parents, node)
    return distal_to_any(parents, np.arange(len(parents)) == node)


def distal_to_any(parents: Parents, proximal: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) bool: which nodes are in a mask, or distal to one that is."""
    # After k rounds those are marked from which up to 2**k - 1 edges lead to the mask.
    above = _with_top(parents)
    marked: NDArray[np.bool_] = np.append(proximal, False)
    for _ in range(len(parents).bit_length()):
        marked, above = marked | marked[above], above[above]
    return marked[:-1]


def path_to_root(parents: Parents, node: int) -> NDArray[np.int64]:
    """Indices from a node, itself first, to its root.

    Raises
    ------
    NotInArbor
        If `node` is not an index into `parents`.
    NotAnArbor
        If the path leads into a cycle.
    """
    _require_node(parents, node)
    path = [node]
    while (parent := int(parents[path[-1]])) >= 0:
        if len(path) == len(parents):
            raise NotAnArbor("The nodes hang on each other in a cycle.")
        path.append(parent)
    return np.array(path, dtype=np.int64)


def distance_to_root(parents: Parents, xyz: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) length of the path along the arbor from each node to its root, in the unit of `xyz`."""
    distance = [0.0] * len(parents)
    parent_of = parents.tolist()
    lengths = edge_lengths(parents, xyz).tolist()
    for index in from_root(parents).tolist():
        parent = parent_of[index]
        if parent >= 0:
            distance[index] = distance[parent] + lengths[index]
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


def _with_top(parents: Parents) -> Parents:
    """(n + 1,) parents, with one more node, n, above all roots that is its own parent: `above[above]` doubles steps."""
    count = len(parents)
    return np.append(np.where(parents < 0, count, parents), count)


def _require_node(parents: Parents, node: int) -> None:
    if not 0 <= node < len(parents):
        raise NotInArbor(f"There is no node {node} among {len(parents)}.")
