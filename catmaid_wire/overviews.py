"""Some nodes of each skeleton, which show how it runs: for a first picture of many skeletons."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.geometry import PackedSkeleton, Positions, deflated, pack_many

STEP: Final = 32
"""Nodes between two that are kept on an unbranched run; twigs of fewer nodes are left out."""

LEAST_NODES: Final = 4 * STEP
"""Smaller skeletons are sent as they are."""


class PackedForms(NamedTuple):
    """A packed skeleton, and its overview; None if that is not much smaller.

    is_raw : the whole is not deflated yet (see `deflated_whole`); there is an overview then.
    """

    whole: PackedSkeleton
    overview: PackedSkeleton | None
    is_raw: bool = False

    @property
    def size(self) -> int:
        """Bytes."""
        return len(self.whole.blob) + (0 if self.overview is None else len(self.overview.blob))


def deflated_whole(forms: PackedForms) -> PackedForms:
    """The same, with the whole as it is sent."""
    return PackedForms(deflated(forms.whole), forms.overview) if forms.is_raw else forms


def pack_forms(
    positions: Positions,
    parents: NDArray[np.integer[Any]],
    rows: NDArray[np.integer[Any]],
    *,
    overviews_first: bool = False,
) -> list[PackedForms]:
    """Pack the nodes of many skeletons, and their overviews; parameters and errors as of `pack_many`.

    overviews_first : the wholes of those that have an overview are left raw.
    """
    wholes = list(pack_many(positions, parents, rows, is_deflated=False))
    owners = np.repeat(np.arange(len(rows)), rows)
    starts = np.cumsum(rows) - rows
    kept, above = overview_nodes(np.where(parents < 0, -1, parents + starts[owners]))
    kept_rows = np.bincount(owners[kept], minlength=len(rows))
    above = np.where(above < 0, -1, above - np.repeat(np.cumsum(kept_rows) - kept_rows, kept_rows))
    # Packing is most of the work, so only those are packed that are sent.
    is_wanted = (rows >= LEAST_NODES) & (kept_rows > 1) & (kept_rows <= rows / 4)
    is_packed = is_wanted[owners[kept]]
    overviews = pack_many(positions[kept[is_packed]], above[is_packed], kept_rows[is_wanted])
    return [
        PackedForms(whole, next(overviews), is_raw=True)
        if wanted and overviews_first
        else PackedForms(deflated(whole), next(overviews) if wanted else None)
        for whole, wanted in zip(wholes, is_wanted.tolist(), strict=True)
    ]


def overview_nodes(parents: NDArray[np.int64], step: int = STEP) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose nodes that show how skeletons run.

    The height of a node is the number of nodes below it on the longest way to an end. Kept are roots, every `step`-th
    height, branch points of at least two branches that are higher than that, and the ends of all such branches: at
    most three nodes for each `step`, and no way to the next kept node is longer.

    Parameters
    ----------
    parents : (n,) int64
        Row of each node's parent, -1 at roots; of one skeleton or many.
    step
        Nodes between two that are kept.

    Returns
    -------
    kept : (k,) int64
        Rows, ascending.
    parents : (k,) int64
        Index in `kept` of the next kept node towards the root, -1 at roots. Nodes that are their own ancestors are
        left out.
    """
    if not parents.size:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    height, tip = _heights(parents)
    inner = parents >= 0
    high_branches = np.bincount(parents[inner & (height >= step)], minlength=len(parents))
    is_kept = (height >= 0) & (~inner | ((height % step == 0) & (height > 0)) | (high_branches > 1))
    is_kept[tip[height == step]] = True
    kept = np.flatnonzero(is_kept)
    above = parents[kept]
    for _ in range(step):
        passed = np.flatnonzero((above >= 0) & ~is_kept[above])
        if not passed.size:
            break
        above[passed] = parents[above[passed]]
    place = np.full(len(parents) + 1, -1)
    place[kept] = np.arange(len(kept))
    return kept, place[above]


def _heights(parents: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(n,) height of each node, -1 on and above a circle, and (n,) the row of an end that is so far below it."""
    rows = np.arange(len(parents))
    children = np.bincount(parents[parents >= 0], minlength=len(parents))
    # Rows that follow each other on an unbranched way are one run; only its last row can have other children.
    goes_on = (parents == rows - 1) & (children[rows - 1] == 1)
    goes_on[:1] = False
    run = np.cumsum(~goes_on) - 1
    first = np.flatnonzero(~goes_on)
    last = np.append(first[1:], len(parents)) - 1
    above = np.where(parents[first] < 0, -1, run[parents[first]])
    heights, tips = _climb(above.tolist(), (last - first + 1).tolist(), last.tolist())
    is_done = heights[run] >= 0
    return np.where(is_done, heights[run] + last[run] - rows, -1), tips[run]


def _climb(above: list[int], lengths: list[int], last: list[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Height of the last node of each run, -1 on and above a circle, and the row of an end that is so far below it."""
    waiting = [0] * len(above)
    for parent in above:
        if parent >= 0:
            waiting[parent] += 1
    found, tips = [0] * len(above), last.copy()
    heights = [-1] * len(above)
    ready = [run for run, children in enumerate(waiting) if children == 0]
    while ready:
        run = ready.pop()
        heights[run] = found[run]
        parent = above[run]
        if parent < 0:
            continue
        height = found[run] + lengths[run]
        if height > found[parent]:
            found[parent], tips[parent] = height, tips[run]
        waiting[parent] -= 1
        if waiting[parent] == 0:
            ready.append(parent)
    return np.array(heights, np.int64), np.array(tips, np.int64)
