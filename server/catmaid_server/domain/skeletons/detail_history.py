"""One skeleton with all it ever was: the states of its rows now and before, those that are gone included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.skeletons import details
from catmaid_server.domain.skeletons.details import Parts

sql = load("skeletons/detail_history")

LinkRow = tuple[int, int, int, float, float, float, datetime, datetime, int]


@dataclass(frozen=True, slots=True)
class DetailHistory:
    """The states of one skeleton's rows; parts that were not wanted are empty. See `sql/skeletons/detail_history.sql`.

    Nodes are id, parent, user, x, y, z (nm), radius (nm), confidence, period and origin; connectors are treenode,
    connector, kind, x, y, z (nm), period and the user of the link; tags are name, treenode, time and user; reviews are
    treenode, review, reviewer and time; annotations are annotation, time and the user who made the skeleton.
    """

    nodes: list[tuple[Any, ...]]
    connectors: list[LinkRow]
    tags: list[tuple[str, int, datetime, int]]
    reviews: list[tuple[int, int, int, datetime]]
    annotations: list[tuple[int, datetime, int]]


async def skeleton_history(
    connection: Connection, project_id: int, skeleton_id: int, parts: Parts, *, merged: bool
) -> DetailHistory:
    """Read the states of a skeleton; `NotFound` if the project has and had none with this id.

    merged: also those of its nodes and links from when they belonged to other skeletons.
    """
    key: dict[str, Any] = {"project_id": project_id, "skeleton_id": skeleton_id}
    nodes = await fetch_all(connection, sql.nodes, **key, merged=merged)
    if not nodes and await fetch_value(connection, details.sql.known, **key) is None:
        raise NotFound("Not found.")
    annotations = await fetch_all(connection, sql.annotations, **key) if parts.annotations else []
    return DetailHistory(
        nodes,
        await fetch_all(connection, sql.connectors, **key, merged=merged) if parts.connectors else [],
        await fetch_all(connection, sql.tags, **key) if parts.tags else [],
        await fetch_all(connection, sql.reviews, **key) if parts.reviews else [],
        [(annotation_id, time, user_id) for annotation_id, time, user_id, _ in annotations],
    )
