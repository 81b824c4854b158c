"""Ends and labels of one skeleton by how far they are along it, and skeletons by where they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.arbor_walk import ArborWalk
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.patterns import matched
from catmaid_server.domain.positions import Position
from catmaid_server.domain.values import Box
from catmaid_wire.special_nodes import CLOSING

sql = load("skeletons/skeleton_ends")

END_LABELS = (
    "ends",
    "really ends",
    "uncertain end",
    "anterior end",
    "posterior end",
    "uncertain continuation",
    "not a branch",
    "soma",
    "out to nerve",
)
"""The labels of which an end bears one in a complete skeleton; spelled like this."""

ANCHORS = ("soma", "out to nerve")
"""Labels of which a neuron has at least one; what has none is a fragment of one."""


async def open_ends(
    connection: Connection, project_id: int, skeleton_id: int, treenode_id: int
) -> list[tuple[int, Position, int, datetime]]:
    """Ends without a label that closes them, nearest first.

    Each is (node, place, number of nodes on the way from `treenode_id`, both counted, creation time). The root is
    an end if it has at most one child. Raises `InvalidInput` if the node is not one of this skeleton.
    """
    arbor, places, created = await _arbor(connection, project_id, skeleton_id, treenode_id)
    rows = await fetch_all(connection, sql.closed, project_id=project_id, skeleton_id=skeleton_id, pattern=CLOSING)
    closed = {node for (node,) in rows}
    return [
        (node, places[node], edges + 1, created[node])
        for node, edges in arbor.distances(treenode_id).items()
        if arbor.is_end(node) and node not in closed
    ]


async def labelled(
    connection: Connection, project_id: int, skeleton_id: int, treenode_id: int, pattern: str, *, only_ends: bool
) -> list[tuple[int, Position, int, list[str]]]:
    """Nodes with a label that fits a regular expression, nearest first, as (node, place, nodes on the way, labels).

    Raises `InvalidInput` if the node is not one of this skeleton.
    """
    arbor, places, _ = await _arbor(connection, project_id, skeleton_id, treenode_id)
    async with matched(connection, pattern):
        labels: dict[int, list[str]] = dict(
            await fetch_all(connection, sql.labelled, project_id=project_id, skeleton_id=skeleton_id, pattern=pattern)
        )
    return [
        (node, places[node], edges + 1, labels[node])
        for node, edges in arbor.distances(treenode_id).items()
        if node in labels and (not only_ends or arbor.is_end(node))
    ]


async def _arbor(
    connection: Connection, project_id: int, skeleton_id: int, treenode_id: int
) -> tuple[ArborWalk, dict[int, Position], dict[int, datetime]]:
    rows = await fetch_all(connection, sql.arbor, project_id=project_id, skeleton_id=skeleton_id)
    arbor = ArborWalk({node: parent for node, parent, *_ in rows})
    if treenode_id not in arbor.parents:
        raise InvalidInput(f"Skeleton {skeleton_id} has no treenode {treenode_id}.")
    return arbor, {row[0]: (row[2], row[3], row[4]) for row in rows}, {row[0]: row[5] for row in rows}


async def skeletons_in_box(
    connection: Connection,
    project_id: int,
    box: Box,
    *,
    min_nodes: int = 0,
    min_cable: float = 0,
    skeleton_ids: Sequence[int] | None = None,
    most: int | None = None,
) -> list[int]:
    """Skeletons, of some or of all, of at least so many nodes and so much cable (nm) with an edge that meets a box.

    No more than `most`, if given.
    """
    (min_x, min_y, min_z), (max_x, max_y, max_z) = box.low, box.high
    rows = await fetch_all(
        connection,
        sql.in_box,
        project_id=project_id,
        min_nodes=min_nodes,
        min_cable=min_cable,
        skeleton_ids=None if skeleton_ids is None else list(skeleton_ids),
        most=most,
        min_x=min_x,
        min_y=min_y,
        min_z=min_z,
        max_x=max_x,
        max_y=max_y,
        max_z=max_z,
    )
    return [skeleton_id for (skeleton_id,) in rows]


@dataclass(frozen=True)
class Completeness:
    """What a complete skeleton has: few open ends, enough nodes and cable (nm), and an anchor.

    The share of open ends, of all, has to be below `max_open`; any share will do for 1.
    """

    max_open: float = 0.03
    min_nodes: int = 500
    min_cable: float = 0.0
    anchored: bool = True


async def completeness(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], wanted: Completeness
) -> list[tuple[int, bool]]:
    """Whether each skeleton is complete; unknown ids are left out."""
    rows = await fetch_all(
        connection,
        sql.completeness,
        project_id=project_id,
        skeleton_ids=list(skeleton_ids),
        end_labels=list(END_LABELS),
        anchors=list(ANCHORS),
    )
    return [
        (
            skeleton,
            nodes >= wanted.min_nodes
            and cable >= wanted.min_cable
            and (still_open < wanted.max_open * ends or wanted.max_open >= 1)
            and (anchored or not wanted.anchored),
        )
        for skeleton, nodes, cable, ends, still_open, anchored in rows
    ]


async def existing(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> set[int]:
    """Those of these ids that are skeletons of the project."""
    rows = await fetch_all(connection, sql.existing, project_id=project_id, skeleton_ids=list(skeleton_ids))
    return {skeleton_id for (skeleton_id,) in rows}
