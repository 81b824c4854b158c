"""The last change of a treenode or connector: who made it and when, and what remains where a node was deleted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("history/node_changes")


@dataclass(frozen=True, slots=True)
class RemainingAncestor:
    """The nearest ancestor of a deleted treenode that exists; nm."""

    id: int
    skeleton_id: int
    x: float
    y: float
    z: float


@dataclass(frozen=True, slots=True)
class LastChange:
    """The version that changed or deleted a node last: its label, user and time.

    ancestor : the nearest one of a deleted treenode that still exists; else None.
    """

    version: int
    label: str
    user_id: int | None
    username: str | None
    time: datetime | None
    is_deleted: bool
    ancestor: RemainingAncestor | None = None


async def last_change(connection: Connection, project_id: int, node_id: int) -> LastChange:
    """The last change of a treenode or connector; `NotFound` if the project never had it."""
    row = await fetch_one(connection, sql.last_change, project_id=project_id, node_id=node_id)
    if row is None:
        raise NotFound(f"Project {project_id} never had a treenode or connector {node_id}.")
    version, label, user_id, username, time, is_deleted = row
    ancestor = None
    if is_deleted:
        found = await fetch_one(connection, sql.remaining_ancestor, project_id=project_id, node_id=node_id)
        ancestor = None if found is None else RemainingAncestor(*found)
    return LastChange(version, label, user_id, username, time, is_deleted, ancestor)
