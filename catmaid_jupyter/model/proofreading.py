"""Points of an arbor that a proofreader should look at, by rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.model.arbor import Parents, children_count, distance_to_root, edge_lengths
from catmaid_wire.special_nodes import CERTAIN, CLOSING

KINDS: Final = ("open end", "low confidence", "tag", "far jump", "missing twigs")
"""What points may be, in the order in which they are shown."""

_CLOSING: Final = re.compile(CLOSING, re.IGNORECASE)
_JUMP_MEDIANS: Final = 10
_TWIGLESS_MEDIANS: Final = 5
_LEAST_STRETCHES: Final = 5
"""Fewer unbranched stretches say nothing of how long they are in this arbor."""


@dataclass(frozen=True)
class ProofreadingRules:
    """What counts as a point to proofread.

    Attributes
    ----------
    confidence_below
        Edges to the parent of less confidence count; 1 for none.
    tags
        Tags that say that something is to be done, in any case.
    jump
        Edges count that are longer than this, nm; None for 10 times the median edge of the skeleton.
    twigless
        Cable without a branch counts that is longer than this, nm; None for 5 times the median length between two
        branches or ends, in arbors with five such stretches or more.
    """

    confidence_below: int = CERTAIN
    tags: Sequence[str] = ("TODO", "uncertain end", "uncertain continuation")
    jump: float | None = None
    twigless: float | None = None


class ProofreadingPoint(NamedTuple):
    """A point: row of its node, kind, what is there as a sentence, and a text that changes when that does."""

    row: int
    kind: str
    what: str
    mark: str


@dataclass(frozen=True)
class ReadArbor:
    """An arbor of n nodes as points are found in it.

    Attributes
    ----------
    parents : (n,) int64
        Row of each node's parent, -1 at the root.
    positions : (n, 3) float64
        nm.
    confidences : (n,) int
        1 to 5, that the edge to the parent is right.
    tags
        Row and tag, once for each tag.
    """

    parents: Parents
    positions: NDArray[np.float64]
    confidences: NDArray[np.int64]
    tags: Sequence[tuple[int, str]]


def points_to_proofread(arbor: ReadArbor, rules: ProofreadingRules) -> list[ProofreadingPoint]:
    """Points of an arbor, by kind and then by their distance from the root along it."""
    if not len(arbor.parents):
        return []
    distances = distance_to_root(arbor.parents, arbor.positions)
    found = [
        *_open_ends(arbor),
        *_uncertain(arbor, rules.confidence_below),
        *_tagged(arbor, rules.tags),
        *_jumps(arbor, rules.jump),
        *_twigless(arbor, distances, rules.twigless),
    ]
    return sorted(found, key=lambda point: (KINDS.index(point.kind), distances[point.row], point.row))


def _open_ends(arbor: ReadArbor) -> Iterator[ProofreadingPoint]:
    children = children_count(arbor.parents)
    is_end = (children == 0) | ((arbor.parents < 0) & (children == 1))
    closed = {row for row, tag in arbor.tags if _CLOSING.match(tag)}
    for row in np.flatnonzero(is_end).tolist():
        if row not in closed:
            where = "The root" if arbor.parents[row] < 0 else "This end"
            yield ProofreadingPoint(row, "open end", f"{where} has no tag that says that the neuron ends here.", "open")


def _uncertain(arbor: ReadArbor, below: int) -> Iterator[ProofreadingPoint]:
    for row in np.flatnonzero((arbor.confidences < below) & (arbor.parents >= 0)).tolist():
        level = int(arbor.confidences[row])
        yield ProofreadingPoint(
            row, "low confidence", f"The edge to the parent has confidence {level} of {CERTAIN}.", str(level)
        )


def _tagged(arbor: ReadArbor, tags: Sequence[str]) -> Iterator[ProofreadingPoint]:
    wanted = {tag.casefold() for tag in tags}
    for row, tag in arbor.tags:
        if tag.casefold() in wanted:
            yield ProofreadingPoint(row, "tag", f"The node has the tag “{tag}”.", tag)


def _jumps(arbor: ReadArbor, jump: float | None) -> Iterator[ProofreadingPoint]:
    lengths = edge_lengths(arbor.parents, arbor.positions)
    edges = lengths[arbor.parents >= 0]
    if not len(edges):
        return
    median = float(np.median(edges))
    limit = _JUMP_MEDIANS * median if jump is None else jump
    for row in np.flatnonzero((lengths > limit) & (arbor.parents >= 0)).tolist():
        often = f", {lengths[row] / median:.0f} times the median" if median > 0 else ""
        what = f"The edge to the parent is {_in_um(lengths[row])} long{often}."
        yield ProofreadingPoint(row, "far jump", what, f"{lengths[row]:.0f}")


def _twigless(arbor: ReadArbor, distances: NDArray[np.float64], twigless: float | None) -> Iterator[ProofreadingPoint]:
    """The middle nodes of long stretches between branches, ends and the root."""
    children = children_count(arbor.parents)
    above = np.where(arbor.parents < 0, np.arange(len(arbor.parents)), arbor.parents)
    is_stop = (children != 1) | (arbor.parents < 0)
    # Each node's nearest stop above it: after k rounds 2**k edges are passed, as far as there is no stop.
    top = above.copy()
    for _ in range(len(above).bit_length()):
        top = np.where(is_stop[top], top, top[top])
    lower = np.flatnonzero(is_stop & (arbor.parents >= 0))
    lengths = distances[lower] - distances[top[lower]]
    if twigless is None and len(lower) < _LEAST_STRETCHES:
        return
    limit = _TWIGLESS_MEDIANS * float(np.median(lengths)) if twigless is None else twigless
    for low, length in zip(lower[lengths > limit].tolist(), lengths[lengths > limit].tolist(), strict=True):
        row = low
        while distances[low] - distances[row] < length / 2 and arbor.parents[row] != top[low]:
            row = int(arbor.parents[row])
        what = f"{_in_um(length)} of cable have no branch: are twigs missing?"
        yield ProofreadingPoint(row, "missing twigs", what, f"{length:.0f}")


def _in_um(length: float) -> str:
    return f"{length / 1000:,.1f} µm"
