"""SWC, the text form of one arbor: a node a line, seven columns `id type x y z radius parent`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.arbor import Arbor, from_root

COLUMNS = ("id", "type", "x", "y", "z", "radius", "parent")

UNDEFINED, SOMA = 0, 1
"""Values of the column `type`: the structure that a node belongs to."""

SOMA_LABEL = "soma"
"""The label of a node of type `SOMA`."""

LARGEST = 1e30
"""Largest absolute value of a coordinate or radius: as in forms, so that what is computed from it stays finite."""

SMALLEST = 1e-100
"""nm; a coordinate nearer to 0 is 0. The area of a box of smaller edges is not a float, and PostgreSQL's index of boxes
would refuse whatever comes after it."""


class BadSwc(ValueError):
    """A text is not SWC, or not of as many trees as are wanted.

    Attributes
    ----------
    reason
        What is wrong, and what would be right.
    line
        Number of the first wrong line, from 1; None if no single line is wrong.
    """

    def __init__(self, reason: str, *, line: int | None = None) -> None:
        super().__init__(reason if line is None else f"line {line}: {reason}")
        self.reason = reason
        self.line = line


def without_tiny(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates with 0 in place of those nearer to 0 than `SMALLEST`."""
    return np.where(np.abs(coordinates) < SMALLEST, 0.0, coordinates)


def swc_text(arbor: Arbor, *, comments: Iterable[str], structures: NDArray[np.int64] | None = None) -> str:
    """Write an arbor as SWC: comments first, then its nodes, parents before their children.

    Each number is as short as it can be exactly; an unset radius is -1.

    Parameters
    ----------
    arbor
        The nodes.
    comments
        Lines of text for the beginning of the file.
    structures : (n,) int64
        The column `type` of each node; None: 0 for all.
    """
    lines = [f"# {' '.join(comment.split())}" for comment in comments]
    return "\n".join([*lines, *_node_lines(arbor, structures)]) + "\n"


def swc_line(
    node_id: int,
    xyz: tuple[float, float, float],
    radius: float | str,
    parent_id: int | None,
    *more: object,
    structure: int = UNDEFINED,
) -> str:
    """One line of SWC; `parent_id` is None at the root. `more` columns follow at the end."""
    return " ".join(map(str, (node_id, structure, *xyz, radius, -1 if parent_id is None else parent_id, *more)))


def _node_lines(arbor: Arbor, structures: NDArray[np.int64] | None) -> Iterator[str]:
    ids, parents = arbor.node_ids.tolist(), arbor.parents.tolist()
    types = [UNDEFINED] * len(arbor) if structures is None else structures.tolist()
    positions, radii = arbor.positions.tolist(), arbor.radii.tolist()
    for row in from_root(arbor.parents).tolist():
        radius = "-1" if radii[row] < 0 else radii[row]
        parent_id = ids[parents[row]] if parents[row] >= 0 else None
        yield swc_line(ids[row], positions[row], radius, parent_id, structure=types[row])
