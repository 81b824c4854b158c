"""SWC, the text form of one arbor: a node a line, seven columns `id type x y z radius parent`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.arbor import UNKNOWN_PARENT, Arbor, Parents, first_repeat, from_root, nodes_on_cycles, parent_rows

COLUMNS = ("id", "type", "x", "y", "z", "radius", "parent")

UNDEFINED, SOMA = 0, 1
"""Values of the column `type`: the structure that a node belongs to."""

LARGEST = 1e30
"""Largest absolute value of a coordinate or radius: as in forms, so that what is computed from it stays finite."""

_INTEGERS = ("id", "type", "parent")


class BadSwc(ValueError):
    """A text is not the SWC of one tree.

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


def parse_swc(text: str, *, name: str, scale: float = 1.0) -> Arbor:
    """Read the SWC text of one tree.

    Parameters
    ----------
    text
        `#` starts a comment, empty lines are skipped. The root's parent is -1 (or any id below 0), and so is a radius
        that is unset.
    name
        Name of the arbor.
    scale
        nm per unit of the text, for positions and radii.

    Raises
    ------
    BadSwc
        If it is not one tree of finite nodes; names the first wrong line.
    """
    values, lines = _values_of(text)
    node_ids, parent_ids = values[:, 0].astype(np.int64), values[:, 6].astype(np.int64)
    parents = _checked_parents(node_ids, parent_ids, lines)
    radii = np.where(values[:, 5] < 0, -1.0, values[:, 5] * scale)
    return Arbor(name, node_ids, parents, values[:, 2:5] * scale, radii)


def swc_text(arbor: Arbor, *, comments: Iterable[str]) -> str:
    """Write an arbor as SWC: comments first, then its nodes, parents before their children.

    Each number is as short as it can be exactly; an unset radius is -1.
    """
    lines = [f"# {' '.join(comment.split())}" for comment in comments]
    return "\n".join([*lines, *_node_lines(arbor)]) + "\n"


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


def _node_lines(arbor: Arbor) -> Iterator[str]:
    ids, parents = arbor.node_ids.tolist(), arbor.parents.tolist()
    positions, radii = arbor.positions.tolist(), arbor.radii.tolist()
    for row in from_root(arbor.parents).tolist():
        radius = "-1" if radii[row] < 0 else radii[row]
        yield swc_line(ids[row], positions[row], radius, ids[parents[row]] if parents[row] >= 0 else None)


def _values_of(text: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """All rows as (n, 7) float64, and the line number of each."""
    rows: list[list[float]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.partition("#")[0].split()
        if fields:
            rows.append(_numbers(number, fields))
            lines.append(number)
    if not rows:
        raise BadSwc(f"there is no node in it; each line should be `{' '.join(COLUMNS)}`")
    return np.array(rows, np.float64), np.array(lines, np.int64)


def _numbers(line: int, fields: list[str]) -> list[float]:
    if len(fields) != len(COLUMNS):
        raise BadSwc(f"{len(fields)} columns, should be {len(COLUMNS)}: {' '.join(COLUMNS)}", line=line)
    values = [_number(name, field, line) for name, field in zip(COLUMNS, fields, strict=True)]
    for name, field, value in zip(COLUMNS, fields, values, strict=True):
        if not abs(value) <= LARGEST:  # true of nan, too
            raise BadSwc(f"{name} is {field!r}, should be a finite number up to {LARGEST:g}", line=line)
        if name in _INTEGERS and not (value.is_integer() and abs(value) < 2**53):
            raise BadSwc(f"{name} is {field!r}, should be a whole number", line=line)
    if values[0] < 0:
        raise BadSwc(f"id is {fields[0]}, should be 0 or more", line=line)
    return values


def _number(name: str, field: str, line: int) -> float:
    try:
        return float(field)
    except ValueError:
        raise BadSwc(f"{name} is {field!r}, should be a number", line=line) from None


def _checked_parents(node_ids: NDArray[np.int64], parent_ids: NDArray[np.int64], lines: NDArray[np.int64]) -> Parents:
    """Index of each node's parent, -1 at the one root; `BadSwc` if this is not one tree."""
    if (repeat := first_repeat(node_ids)) is not None:
        again, before = repeat
        raise BadSwc(
            f"node {node_ids[again]} is already in line {lines[before]}; ids should differ", line=int(lines[again])
        )
    parents = parent_rows(node_ids, parent_ids)
    missing = np.flatnonzero(parents == UNKNOWN_PARENT)
    if len(missing):
        at = missing[0]
        raise BadSwc(
            f"parent {parent_ids[at]} of node {node_ids[at]} is not in the file; "
            "it should be a node's id, or -1 at the root",
            line=int(lines[at]),
        )
    cycle = nodes_on_cycles(parents)
    if len(cycle):
        raise BadSwc(
            f"node {node_ids[cycle[0]]} is its own ancestor (a cycle of nodes); parents should lead to the root",
            line=int(lines[cycle[0]]),
        )
    roots = np.flatnonzero(parents == -1)
    if len(roots) > 1:
        raise BadSwc(
            f"a second root, node {node_ids[roots[1]]} (the first is in line {lines[roots[0]]}); "
            "a file should be one tree",
            line=int(lines[roots[1]]),
        )
    return parents
