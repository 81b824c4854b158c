"""Which nodes of an arbor are kept when it is pruned; arrays as in `catmaid_jupyter.model.arbor`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.model.arbor import Parents, children_count, edge_lengths, strahler
from catmaid_jupyter.model.geodesics import segments


def above_strahler(parents: Parents, number: int) -> NDArray[np.bool_]:
    """(n,) bool: nodes whose Strahler number is more than `number`; what is left of a tree hangs together."""
    kept: NDArray[np.bool_] = strahler(parents) > number
    return kept


def without_twigs(parents: Parents, xyz: NDArray[np.float64], length: float) -> NDArray[np.bool_]:
    """(n,) bool: nodes that are not on a short twig.

    A twig is the path from an end point to the next branch point, which is not part of it; the edge to it is. Twigs of
    at most `length` (in the unit of `xyz`) are dropped, all at once: what becomes an end point by that stays.
    """
    kept = np.ones(len(parents), dtype=np.bool_)
    lengths = edge_lengths(parents, xyz)
    count = children_count(parents)
    for path in segments(parents):
        if count[path[0]] == 0 and count[path[-1]] >= 2 and lengths[path[:-1]].sum() <= length:
            kept[path[:-1]] = False
    return kept


def subset(parents: Parents, kept: NDArray[np.bool_]) -> Parents:
    """Parents of the kept nodes as indices among these; -1 also where the parent is dropped.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots.
    kept : (n,) bool
        Which nodes are kept.

    Returns
    -------
    (m,) int64
        For each kept node.
    """
    places = np.append(np.where(kept, np.cumsum(kept) - 1, -1), -1)
    left: Parents = places[parents[kept]].astype(np.int64)
    return left
