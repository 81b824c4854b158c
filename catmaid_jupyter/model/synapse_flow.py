"""Synapse flow centrality, and what it needs of an arbor; arrays as in `catmaid_jupyter.model.arbor`.

Everything here takes the nodes of one arbor or of many together, whose parents are indices into all of them.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catmaid_jupyter.model.arbor import Parents, children_count, from_root

FlowMode: TypeAlias = Literal["centrifugal", "centripetal", "sum"]


def tree_numbers(parents: Parents) -> NDArray[np.int64]:
    """(n,) int64 number of the tree, from 0, to which each node belongs."""
    from scipy.sparse import coo_array  # noqa: PLC0415  half a second that few need
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415  half a second that few need

    child = np.flatnonzero(parents >= 0)
    graph = coo_array((np.ones(len(child), np.int8), (child, parents[child])), shape=(len(parents), len(parents)))
    numbers: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return numbers


def subtree_sums(parents: Parents, values: ArrayLike) -> NDArray[np.float64]:
    """Sums over each node and all that is distal to it.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.
    values : (n,) or (n, k) float64
        What is added up; whole numbers below 2**53 exactly.

    Returns
    -------
    float64 array of the shape of `values`.
    """
    from scipy.sparse import csc_array  # noqa: PLC0415  half a second that few need
    from scipy.sparse.linalg import spsolve_triangular  # noqa: PLC0415  half a second that few need

    own = np.asarray(values, dtype=np.float64)
    if not len(parents):
        return own.copy()
    order = from_root(parents)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    above = parents[order]
    # Each sum minus those of the children is the node's own value: in this order, a triangular system. A column has
    # -1 in the row of the parent, if there is one, and 1 in its own.
    entries = np.column_stack([place[above], np.arange(len(order))]).ravel()
    coefficients = np.tile([-1.0, 1.0], len(order))
    is_there = np.column_stack([above >= 0, np.ones(len(order), np.bool_)]).ravel()
    starts = np.append(0, np.cumsum(1 + (above >= 0)))
    matrix: tuple[Any, Any, Any] = (coefficients[is_there], entries[is_there], starts)
    system = csc_array(matrix, shape=(len(order), len(order)))
    sums = np.empty_like(own)
    sums[order] = spsolve_triangular(system, own[order], lower=False)
    return sums


def synapse_flow_centrality(
    parents: Parents, presynapses: ArrayLike, postsynapses: ArrayLike, mode: FlowMode = "sum"
) -> NDArray[np.float64]:
    """How many paths from an input synapse to an output synapse of the same arbor lead through each node.

    As in Schneider-Mizell et al. (2016), Quantitative neuroanatomy for connectomics in Drosophila, eLife 5:e12059. A
    path counts at a node if it leads along the edge from the node to its parent; a synapse on the node itself is
    distal. A branch point has the highest number of its children.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.
    presynapses, postsynapses : (n,) int
        Number of outputs and of inputs on each node.
    mode
        `centrifugal` counts paths from proximal inputs to distal outputs, `centripetal` those from distal inputs to
        proximal outputs, `sum` both.

    Returns
    -------
    (n,) float64 whole numbers; 0 throughout in an arbor without inputs or without outputs.

    Raises
    ------
    ValueError
        For another mode.
    """
    if mode not in get_args(FlowMode):
        raise ValueError(f"A flow is one of {', '.join(get_args(FlowMode))}, not {mode!r:.60}.")
    synapses = np.stack([np.asarray(presynapses), np.asarray(postsynapses)], axis=1)
    outputs, inputs = subtree_sums(parents, synapses).T
    all_outputs, all_inputs = tree_totals(tree_numbers(parents), synapses).T
    flow = np.zeros(len(parents))
    if mode != "centripetal":
        flow += (all_inputs - inputs) * outputs
    if mode != "centrifugal":
        flow += inputs * (all_outputs - outputs)
    return _highest_of_children(parents, flow)


def tree_totals(trees: NDArray[np.int64], values: NDArray[Any]) -> NDArray[np.float64]:
    """(n, k) sums of (n, k) values over the whole tree of each node.

    trees : (n,) numbers of the nodes' trees.
    """
    return np.stack([np.bincount(trees, weights=column)[trees] for column in values.T], axis=1)


def _highest_of_children(parents: Parents, flow: NDArray[np.float64]) -> NDArray[np.float64]:
    """The flow with that of each branch point replaced by the highest of its children's."""
    forks = children_count(parents) >= 2
    child = np.flatnonzero(parents >= 0)
    child = child[forks[parents[child]]]
    found = np.where(forks, 0.0, flow)
    np.maximum.at(found, parents[child], flow[child])
    return found
