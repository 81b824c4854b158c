"""Axon, dendrite and the linker between them, told apart by the flow from inputs to outputs.

Arrays are as in `catmaid_jupyter.model.arbor`; the nodes may be those of many arbors together.
"""

from __future__ import annotations

import enum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catmaid_jupyter.model.arbor import Parents
from catmaid_jupyter.model.synapse_flow import subtree_sums, synapse_flow_centrality, tree_numbers, tree_totals

FLOW_THRESHOLD: Final = 0.9
"""What has at least this part of an arbor's highest flow may be the linker."""

_SMALLEST_SHARE: Final = 0.01
"""A piece with a smaller share of the arbor's inputs and of its outputs says nothing about what it is."""


class Compartment(enum.IntEnum):
    """Part of a neuron to which a node belongs."""

    UNKNOWN = 0
    AXON = 1
    DENDRITE = 2
    LINKER = 3


def axon_dendrite(
    parents: Parents, presynapses: ArrayLike, postsynapses: ArrayLike, *, flow_threshold: float = FLOW_THRESHOLD
) -> NDArray[np.uint8]:
    """Split arbors into axon, dendrite and linker.

    Nodes with at least `flow_threshold` of the arbor's highest synapse flow centrality (both directions; see
    `synapse_flow_centrality`) cut the arbor into pieces. A piece that has at least 1 % of the outputs or of the inputs
    is axon if its share of the outputs is as large as that of the inputs, or larger, else dendrite. The axon also has
    all that is between its pieces; so has the dendrite, where the axon is not. What remains is the linker if it
    touches both or nothing, else it belongs to what it touches: side branches with few synapses.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.
    presynapses, postsynapses : (n,) int
        Number of outputs and of inputs on each node.
    flow_threshold
        Above 0, at most 1.

    Returns
    -------
    (n,) uint8 values of `Compartment`; unknown throughout in an arbor without inputs or without outputs.

    Raises
    ------
    ValueError
        If `flow_threshold` is not in that range.
    """
    if not 0 < flow_threshold <= 1:
        raise ValueError(f"The part of the highest flow is above 0 and at most 1, not {flow_threshold!r:.60}.")
    synapses = np.stack([np.asarray(presynapses), np.asarray(postsynapses)], axis=1)
    trees = tree_numbers(parents)
    flow = synapse_flow_centrality(parents, *synapses.T)
    highest = np.zeros(trees.max(initial=-1) + 1)
    np.maximum.at(highest, trees, flow)
    known = highest[trees] > 0
    is_cut = flow >= flow_threshold * highest[trees]
    shares = synapses / np.maximum(tree_totals(trees, synapses), 1)
    is_axon, is_dendrite = _typical_pieces(parents, is_cut, shares)
    axon = _with_connections(parents, is_axon & known)
    dendrite = _with_connections(_parts(parents, axon), is_dendrite & ~axon & known)
    found = np.select([axon, dendrite], [Compartment.AXON, Compartment.DENDRITE], Compartment.LINKER)
    found = _with_side_branches(parents, found.astype(np.uint8))
    return np.where(known, found, np.uint8(Compartment.UNKNOWN))


def _typical_pieces(
    parents: Parents, is_cut: NDArray[np.bool_], shares: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which nodes are in pieces of axon, and which in pieces of dendrite."""
    pieces = tree_numbers(_parts(parents, is_cut))
    outputs, inputs = tree_totals(pieces, shares).T
    typical = ~is_cut & (np.maximum(outputs, inputs) >= _SMALLEST_SHARE)
    return typical & (outputs >= inputs), typical & (outputs < inputs)


def _parts(parents: Parents, mask: NDArray[np.bool_]) -> Parents:
    """Parents without the edges between nodes that are in a mask and nodes that are not."""
    return np.where((parents >= 0) & (mask == mask[parents]), parents, -1)


def _with_connections(parents: Parents, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """A mask with the nodes on paths between two nodes of it."""
    distal = subtree_sums(parents, mask)
    proximal = tree_totals(tree_numbers(parents), mask[:, None])[:, 0] - distal
    child = np.flatnonzero(parents >= 0)
    directions = np.bincount(parents[child], weights=distal[child] > 0, minlength=len(parents)) + (proximal > 0)
    return mask | (directions >= 2)


def _with_side_branches(parents: Parents, found: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What is taken for the linker but touches only axon, or only dendrite, becomes that."""
    is_rest = found == Compartment.LINKER
    pieces = tree_numbers(_parts(parents, is_rest))
    child = np.flatnonzero((parents >= 0) & (is_rest != is_rest[parents]))
    ends = np.stack([child, parents[child]])
    inner, outer = np.where(is_rest[child], ends, ends[::-1])
    touches = np.zeros((len(Compartment), pieces.max(initial=-1) + 1), np.bool_)
    touches[found[outer], pieces[inner]] = True
    axon, dendrite = touches[Compartment.AXON][pieces], touches[Compartment.DENDRITE][pieces]
    side = np.select([axon & ~dendrite, dendrite & ~axon], [Compartment.AXON, Compartment.DENDRITE], Compartment.LINKER)
    return np.where(is_rest, side, found).astype(np.uint8)
