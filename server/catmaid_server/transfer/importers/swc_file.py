"""Read SWC files: one arbor each, seven columns `id type x y z radius parent`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catmaid_server.transfer.errors import BadFile
from catmaid_wire.arbor import LARGEST, Arbor, first_repeat, nodes_on_cycles, parent_indices

COLUMNS = ("id", "type", "x", "y", "z", "radius", "parent")
_INTEGERS = ("id", "type", "parent")


def parse_swc(path: Path, *, scale: float = 1.0) -> Arbor:
    """Read one SWC file.

    Parameters
    ----------
    path
        UTF-8 text; `#` starts a comment, empty lines are skipped. The root's parent is -1 (or any id below 0).
    scale
        nm per unit of the file, for positions and radii.

    Raises
    ------
    BadFile
        If it is not one tree of finite nodes; names the first offending line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(path, "this is not text (UTF-8); an SWC file is") from error
    except OSError as error:
        raise BadFile(path, f"cannot be read: {error.strerror}") from error
    return parse_swc_text(path, text, scale=scale)


def parse_swc_text(path: Path, text: str, *, scale: float = 1.0) -> Arbor:
    """As `parse_swc`, for the content of a file that may be elsewhere; `path` names it."""
    values, lines = _values_of(path, text)
    node_ids, parent_ids = values[:, 0].astype(np.int64), values[:, 6].astype(np.int64)
    parents = _checked_parents(path, node_ids, parent_ids, lines)
    radii = np.where(values[:, 5] < 0, -1.0, values[:, 5] * scale)
    return Arbor(path.stem, node_ids, parents, values[:, 2:5] * scale, radii)


def _values_of(path: Path, text: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """All rows as (n, 7) float64, and the line number of each."""
    rows: list[list[float]] = []
    lines: list[int] = []
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.partition("#")[0].split()
        if fields:
            rows.append(_numbers(path, number, fields))
            lines.append(number)
    if not rows:
        raise BadFile(path, f"there is no node in it; each line should be `{' '.join(COLUMNS)}`")
    return np.array(rows, np.float64), np.array(lines, np.int64)


def _numbers(path: Path, line: int, fields: list[str]) -> list[float]:
    if len(fields) != len(COLUMNS):
        raise BadFile(path, f"{len(fields)} columns, should be {len(COLUMNS)}: {' '.join(COLUMNS)}", line=line)
    try:
        values = [float(field) for field in fields]
    except ValueError:
        values = []
        name, field = next((n, f) for n, f in zip(COLUMNS, fields, strict=True) if not _is_number(f))
        raise BadFile(path, f"{name} is {field!r}, should be a number", line=line) from None
    for name, field, value in zip(COLUMNS, fields, values, strict=True):
        if not abs(value) <= LARGEST:  # which is so of nan, too
            raise BadFile(path, f"{name} is {field!r}, should be a finite number up to {LARGEST:g}", line=line)
        if name in _INTEGERS and not (value.is_integer() and abs(value) < 2**53):
            raise BadFile(path, f"{name} is {field!r}, should be a whole number", line=line)
    if values[0] < 0:
        raise BadFile(path, f"id is {fields[0]}, should be 0 or more", line=line)
    return values


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _checked_parents(
    path: Path, node_ids: NDArray[np.int64], parent_ids: NDArray[np.int64], lines: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Index of each node's parent, -1 at the one root; `BadFile` if this is not one tree."""
    if (repeat := first_repeat(node_ids)) is not None:
        again, before = repeat
        raise BadFile(
            path,
            f"node {node_ids[again]} is already in line {lines[before]}; ids should differ",
            line=int(lines[again]),
        )
    parents = parent_indices(node_ids, parent_ids)
    missing = np.flatnonzero(parents == -2)
    if len(missing):
        at = missing[0]
        raise BadFile(
            path,
            f"parent {parent_ids[at]} of node {node_ids[at]} is not in the file; "
            "it should be a node's id, or -1 at the root",
            line=int(lines[at]),
        )
    cycle = nodes_on_cycles(parents)
    if len(cycle):
        raise BadFile(
            path,
            f"node {node_ids[cycle[0]]} is its own ancestor (a cycle of nodes); parents should lead to the root",
            line=int(lines[cycle[0]]),
        )
    roots = np.flatnonzero(parents == -1)
    if len(roots) > 1:
        raise BadFile(
            path,
            f"a second root, node {node_ids[roots[1]]} (the first is in line {lines[roots[0]]}); "
            "a file should be one tree",
            line=int(lines[roots[1]]),
        )
    return parents
