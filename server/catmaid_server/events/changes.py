"""What versions of a project changed: ids, and boxes of the places before and after.

Read from tables and history after the commit, so that subscribers do not slow edits down.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.positions import Position

sql = load("service/events")

MOST_IDS = 300
"""The most ids of one kind that are listed for one version."""

Box: TypeAlias = tuple[Position, Position]
"""Lower and upper corner, nm."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a version changed: ids, each list None if there are more than `MOST_IDS`, and places.

    old_box, new_box : around the places of changed nodes, edges and links before and after; None if there are none.
    """

    treenode_ids: list[int] | None
    connector_ids: list[int] | None
    skeleton_ids: list[int] | None
    old_box: Box | None = None
    new_box: Box | None = None


NOTHING = Changes([], [], [])


@dataclass(frozen=True, slots=True)
class CommittedVersion:
    """A committed version: its label, user and time."""

    version: int
    label: str
    user_id: int | None
    username: str | None
    time: datetime


async def changes_of(connection: Connection, versions: Sequence[int]) -> dict[int, Changes]:
    """Changes of nodes, links and skeletons by version; versions without any are missing."""
    if not versions:
        return {}
    # Planned for these versions: that of an import has more rows than all others together.
    rows = await fetch_all(connection, sql.changes, prepare=False, versions=list(versions), most=MOST_IDS)
    return {
        version: Changes(_bounded(treenodes), _bounded(connectors), _bounded(skeletons), _box(old), _box(new))
        for version, treenodes, connectors, skeletons, old, new in rows
    }


def _bounded(ids: list[int]) -> list[int] | None:
    return ids if len(ids) <= MOST_IDS else None


def _box(rows: Any) -> Box | None:
    """The box in an array of one row of six numbers."""
    if rows is None:
        return None
    x1, y1, z1, x2, y2, z2 = rows[0]
    return (x1, y1, z1), (x2, y2, z2)
