"""One neuron's tree as arrays, and the laws that make it a tree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LARGEST = 1e30
"""Largest coordinate or radius: as in forms, so that what is computed of it stays finite."""


@dataclass(frozen=True)
class Arbor:
    """A tree of n nodes, in the order of its source.

    Attributes
    ----------
    name
        Name of the source, such as the file without its ending.
    node_ids : (n,) int64
        Ids in the source, each once.
    parents : (n,) int64
        Index of each node's parent; -1 at the root.
    positions : (n, 3) float64
        x, y, z in nm.
    radii : (n,) float64
        nm; -1 where unset.
    """

    name: str
    node_ids: NDArray[np.int64]
    parents: NDArray[np.int64]
    positions: NDArray[np.float64]
    radii: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.node_ids)

    @property
    def cable_length(self) -> float:
        """Length of all edges, nm."""
        child = np.flatnonzero(self.parents >= 0)
        steps = self.positions[child] - self.positions[self.parents[child]]
        return float(np.sqrt((steps**2).sum(axis=1)).sum())


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


def parent_indices(node_ids: NDArray[np.int64], parent_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Look up each parent's row.

    Parameters
    ----------
    node_ids : (n,) int64
        Distinct ids, none below 0, in any order.
    parent_ids : (n,) int64
        Id of each node's parent, below 0 at a root.

    Returns
    -------
    (n,) int64
        Index of the parent; -1 at a root, -2 where no node has that id.
    """
    rows = rows_of(node_ids, parent_ids)
    rows[(rows < 0) & (parent_ids >= 0)] = -2
    return rows


def first_repeat(ids: NDArray[np.int64]) -> tuple[int, int] | None:
    """Indices of the first value that stood before, and of where it stood; None if all differ."""
    order = np.argsort(ids, kind="stable")
    again = np.flatnonzero(np.diff(ids[order]) == 0)
    if not len(again):
        return None
    at = again[np.argmin(order[again + 1])]
    return int(order[at + 1]), int(np.flatnonzero(ids == ids[order[at]])[0])


def nodes_on_cycles(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Indices of nodes that are their own ancestor, ascending.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots; any order.
    """
    count = len(parents)
    # Doubling: after k rounds `above` is the ancestor 2**k steps up; the extra last row stands for "above a root".
    above = np.append(np.where(parents < 0, count, parents), count)
    for _ in range(int(count).bit_length()):
        above = above[above]
    return np.unique(above[above < count])
