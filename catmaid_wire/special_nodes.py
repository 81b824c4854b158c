"""Treenodes that a viewer may mark: open ends, uncertain ones, labelled ones and somata."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.arbor import children_count
from catmaid_wire.swc import SOMA_LABEL

OPEN_END, LOW_CONFIDENCE, LABELLED, SOMA = 1, 2, 4, 8
"""What a treenode may be, to be added up."""

KINDS: Final = {"open_end": OPEN_END, "low_confidence": LOW_CONFIDENCE, "labelled": LABELLED, "soma": SOMA}

CERTAIN: Final = 5
"""The highest confidence."""

CLOSING: Final = r"^(uncertain continuation|not a branch|soma|(really|uncertain|anterior|posterior)?\s?ends?$)"
"""Labels, in any case, by which tracers say that there is nothing more to trace at an end; some may go on."""

_CLOSING: Final = re.compile(CLOSING, re.IGNORECASE)


def kinds_of_nodes(
    parents: NDArray[np.int64],
    confidences: NDArray[np.integer[Any]],
    radii: NDArray[np.floating[Any]],
    labels: Sequence[tuple[int, str]] = (),
    *,
    soma_radius: float | None = None,
) -> NDArray[np.uint8]:
    """What each treenode of a skeleton is.

    Parameters
    ----------
    parents : (n,) int64
        Row of each treenode's parent, -1 at the root.
    confidences : (n,) int
        1 to 5, that the edge to the parent is right.
    radii : (n,) float
        nm; -1 where unset.
    labels
        Row and label of each labelled treenode, once for each label.
    soma_radius
        If no treenode has the label soma, the one with the largest radius is the soma, if that is at least this, nm.

    Returns
    -------
    (n,) uint8
        The sum of `OPEN_END`, a root with at most one child and any other treenode without children that has no label
        by which tracers close ends; `LOW_CONFIDENCE`, below 5; `LABELLED`; and `SOMA`.
    """
    kinds = np.zeros(len(parents), np.uint8)
    children = children_count(parents)
    is_open = (children == 0) | ((parents < 0) & (children == 1))
    closed = [row for row, label in labels if _CLOSING.match(label)]
    somata = [row for row, label in labels if label == SOMA_LABEL]
    is_open[closed] = False
    kinds[is_open] |= OPEN_END
    kinds[confidences < CERTAIN] |= LOW_CONFIDENCE
    kinds[[row for row, _ in labels]] |= LABELLED
    if not somata and soma_radius is not None and len(radii) and radii.max() >= soma_radius:
        somata = [int(radii.argmax())]
    kinds[somata] |= SOMA
    return kinds
