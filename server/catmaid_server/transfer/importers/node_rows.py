"""Nodes as files of other formats than SWC give them, and the trees that they are."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.source_trees import NodeAuthorship, SourceTree
from catmaid_wire.arbor import Arbor
from catmaid_wire.forest import BadForest, TreeChoice, checked_parents, chosen_trees, subarbor
from catmaid_wire.swc import LARGEST, SOMA, SOMA_LABEL, UNDEFINED, without_tiny

_LARGEST_ID = 2**63 - 1


@dataclass
class NodeRows:
    """Nodes of a file, one after the other.

    Attributes
    ----------
    name
        Name of the neuron.
    places
        Where each node is in the file, for errors.
    parent_ids
        -1 at roots.
    positions, radii
        nm; -1 where a radius is unset.
    confidences
        Of the edges; empty if the file does not say.
    labels
        Ids of the nodes that bear each label.
    annotations
        Of the neuron.
    lost_types
        Types of nodes, as in SWC, that are not kept.
    """

    name: str
    places: list[str] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    parent_ids: list[int] = field(default_factory=list)
    positions: list[tuple[float, float, float]] = field(default_factory=list)
    radii: list[float] = field(default_factory=list)
    confidences: list[int] = field(default_factory=list)
    labels: dict[str, list[int]] = field(default_factory=dict)
    annotations: tuple[str, ...] = ()
    lost_types: set[str] = field(default_factory=set)

    def add(
        self, place: str, node_id: int, parent_id: int, position: tuple[float, float, float], radius: float
    ) -> None:
        """Add a node."""
        self.places.append(place)
        self.ids.append(node_id)
        self.parent_ids.append(parent_id)
        self.positions.append(position)
        self.radii.append(radius)

    def add_type(self, node_id: int, kind: object, *, soma_label: bool) -> None:
        """Say the type of a node; that of a soma becomes a label if `soma_label`, others are not kept."""
        kind = "" if kind is None else str(kind)
        if kind == str(SOMA) and soma_label:
            self.labels.setdefault(SOMA_LABEL, []).append(node_id)
        elif kind not in ("", str(UNDEFINED)):
            self.lost_types.add(kind)


def trees_of(path: Path, rows: NodeRows, trees: TreeChoice) -> tuple[list[SourceTree], int]:
    """The trees of nodes, and how many are left out. Raises `BadFile` if they are none, or more than are wanted."""
    ids = np.array(rows.ids, np.int64)
    try:
        parents = checked_parents(ids, np.array(rows.parent_ids, np.int64), rows.places.__getitem__)
        chosen, left_out = chosen_trees(parents, ids, rows.places.__getitem__, trees)
    except BadForest as error:
        raise BadFile(path, f"{rows.places[error.row]}: {error.reason}") from None
    positions, radii = without_tiny(np.array(rows.positions, np.float64)), np.array(rows.radii, np.float64)
    far = np.flatnonzero(~((np.abs(positions) <= LARGEST).all(axis=1) & (np.abs(radii) <= LARGEST)))
    if len(far):
        raise BadFile(path, f"{rows.places[far[0]]}: positions and radii should be up to {LARGEST:g} nm")
    forest = Arbor(rows.name, ids, parents, positions, radii)
    made: list[SourceTree] = []
    for nodes in chosen:
        arbor = subarbor(forest, nodes)
        authors = tuple(NodeAuthorship("", "", rows.confidences[node]) for node in nodes.tolist() if rows.confidences)
        made.append(SourceTree(arbor, _labels(arbor, rows.labels), authors, rows.annotations))
    return made, left_out


def _labels(
    arbor: Arbor, labels: Mapping[str, Collection[int]]
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    found = {name: np.flatnonzero(np.isin(arbor.node_ids, list(node_ids))) for name, node_ids in labels.items()}
    return {name: rows for name, rows in found.items() if len(rows)}


def stray_labels(labels: Mapping[str, Collection[int]], node_ids: Collection[int]) -> int:
    """How often labels are on nodes that are not among `node_ids`."""
    known = set(node_ids)
    return sum(node_id not in known for ids in labels.values() for node_id in ids)


def types_note(lost_types: Collection[str]) -> str:
    """A sentence on types of nodes that are not kept; empty if there are none."""
    way_out = "; --soma-label keeps type 1 as the label soma" if str(SOMA) in lost_types else ""
    return f"types of nodes are not kept (here {', '.join(sorted(lost_types))}){way_out}" if lost_types else ""


def number(path: Path, value: object, what: str) -> float:
    """A finite number, also if it is written as text in ASCII; else `BadFile`."""
    found = _as_float(value)
    if not abs(found) <= LARGEST:  # true of nan, too
        raise BadFile(path, f"{what} is {value!r}, should be a finite number up to {LARGEST:g}")
    return found


def radius(path: Path, value: object, what: str) -> float:
    """A radius; -1 where it is missing, negative, nan or infinite."""
    if value is None or value == "":
        return -1.0
    found = _as_float(value)
    if math.isnan(found) and not (isinstance(value, float) or str(value).lower() in ("nan", "-nan")):
        raise BadFile(path, f"{what} is {value!r}, should be a number")
    return found if math.isfinite(found) and found >= 0 else -1.0


def whole(path: Path, value: object, what: str) -> int:
    """A whole number from 0 to 2^63 - 1; else `BadFile`."""
    if (isinstance(value, str) and value.isascii() and value.strip().isdigit()) or (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value == int(value)
    ):
        found = int(value)
    else:
        found = -1
    if not 0 <= found <= _LARGEST_ID:
        raise BadFile(path, f"{what} is {value!r}, should be a whole number from 0 to {_LARGEST_ID}")
    return found


def _as_float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    if isinstance(value, str) and (not value.isascii() or "_" in value):
        return math.nan
    try:
        return float(value)
    except (ValueError, OverflowError):
        return math.nan
