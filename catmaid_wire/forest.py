"""Trees from a table of nodes: what makes the nodes of a file trees, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.arbor import UNKNOWN_PARENT, Arbor, Parents, first_repeat, nodes_on_cycles, parent_rows

TreeChoice = Literal["refuse", "first", "all"]
"""What becomes of a file of several trees."""


class BadForest(ValueError):
    """The nodes of a file are not trees, or more trees than are wanted.

    Attributes
    ----------
    reason
        What is wrong, and what would be right.
    row
        Index of the node.
    """

    def __init__(self, reason: str, *, row: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.row = row


def checked_parents(node_ids: NDArray[np.int64], parent_ids: NDArray[np.int64], place: Callable[[int], str]) -> Parents:
    """Index of each node's parent, -1 at roots; `BadForest`, with the `place` of a row in the file, if not trees."""
    if (repeat := first_repeat(node_ids)) is not None:
        again, before = repeat
        raise BadForest(f"node {node_ids[again]} is already in {place(int(before))}; ids should differ", row=again)
    if not (node_ids == 0).any():
        parent_ids = np.where(parent_ids == 0, -1, parent_ids)
    parents = parent_rows(node_ids, parent_ids)
    missing = np.flatnonzero(parents == UNKNOWN_PARENT)
    if len(missing):
        at = missing[0]
        raise BadForest(
            f"parent {parent_ids[at]} of node {node_ids[at]} is not in the file; "
            "it should be a node's id, or -1 at the root",
            row=int(at),
        )
    cycle = nodes_on_cycles(parents)
    if len(cycle):
        raise BadForest(
            f"node {node_ids[cycle[0]]} is its own ancestor (a cycle of nodes); parents should lead to the root",
            row=int(cycle[0]),
        )
    return parents


def chosen_trees(
    parents: Parents, node_ids: NDArray[np.int64], place: Callable[[int], str], trees: TreeChoice
) -> tuple[list[NDArray[np.int64]], int]:
    """The rows of each tree that is wanted, and how many trees are not; `BadForest` if there should be but one."""
    roots = np.flatnonzero(parents == -1)
    if len(roots) == 1:
        return [np.arange(len(parents))], 0
    if trees == "refuse":
        raise BadForest(
            f"a second root, node {node_ids[roots[1]]} (the first is in {place(int(roots[0]))}); "
            f"a file should be one tree, this has {len(roots)}: --trees first takes the first, "
            "--trees all makes a neuron of each",
            row=int(roots[1]),
        )
    root_of = np.where(parents < 0, np.arange(len(parents)), parents)
    for _ in range(len(parents).bit_length()):
        root_of = root_of[root_of]
    if trees == "first":
        return [np.flatnonzero(root_of == roots[0])], len(roots) - 1
    order = np.argsort(root_of, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(root_of[order])) + 1), 0


def subarbor(forest: Arbor, nodes: NDArray[np.int64]) -> Arbor:
    """One tree of several that are given as one arbor; `nodes` : (m,) int64 are its rows, ascending."""
    above = forest.parents[nodes]
    return Arbor(
        forest.name,
        forest.node_ids[nodes],
        np.where(above < 0, -1, np.searchsorted(nodes, above)),
        np.ascontiguousarray(forest.positions[nodes]),
        forest.radii[nodes],
    )
