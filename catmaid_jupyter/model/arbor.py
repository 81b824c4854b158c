"""Measures of an arbor given as an array of parents: those of `catmaid_wire.arbor`, for notebooks."""

from __future__ import annotations

from catmaid_wire.arbor import (
    Arbor,
    NotAnArbor,
    NotInArbor,
    Parents,
    branch_points,
    cable_length,
    children_count,
    distal_to,
    distal_to_any,
    distance_to_root,
    edge_lengths,
    end_points,
    from_root,
    parent_indices,
    path_to_root,
    roots,
    strahler,
)

__all__ = [
    "Arbor",
    "NotAnArbor",
    "NotInArbor",
    "Parents",
    "branch_points",
    "cable_length",
    "children_count",
    "distal_to",
    "distal_to_any",
    "distance_to_root",
    "edge_lengths",
    "end_points",
    "from_root",
    "parent_indices",
    "path_to_root",
    "roots",
    "strahler",
]
