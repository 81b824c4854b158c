"""Move treenodes and connectors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.positions import NodePosition
from catmaid_server.domain.tracing.states import State

treenode_sql = load("tracing/treenodes")
connector_sql = load("tracing/connectors")


OldPlace = tuple[int, datetime, float, float, float]
"""Id, edition time after the move, and x, y, z before it; nm."""


async def move(
    tx: Connection,
    user: User,
    project_id: int,
    state: State,
    treenodes: Sequence[NodePosition],
    connectors: Sequence[NodePosition],
) -> tuple[list[OldPlace], list[OldPlace]]:
    """Move nodes, if they are as the caller saw them; return where treenodes and connectors were."""
    places = {"treenodes": treenodes, "connectors": connectors}
    # Children too, as their edges follow; all at once and in order, so that two moves do not wait for each other.
    before = {
        "treenodes": await _lock(tx, user, project_id, treenode_sql.lock_with_children, treenodes, "treenodes"),
        "connectors": await _lock(tx, user, project_id, connector_sql.lock_owners, connectors, "connectors"),
    }
    state.require_nodes({node_id: row[2] for rows in before.values() for node_id, row in rows.items()})
    times = {
        "treenodes": await _update(tx, user, treenode_sql.move_treenodes, treenodes),
        "connectors": await _update(tx, user, connector_sql.move_connectors, connectors),
    }
    old = {
        kind: [(node_id, times[kind][node_id], *before[kind][node_id][3:6]) for node_id, *_ in places[kind]]
        for kind in places
    }
    return old["treenodes"], old["connectors"]


async def _lock(
    tx: Connection, user: User, project_id: int, query: Any, places: Sequence[NodePosition], kind: str
) -> dict[int, tuple[Any, ...]]:
    if not places:
        return {}
    wanted = {place[0] for place in places}
    cursor = await tx.execute(query, {"project_id": project_id, "ids": list(wanted)})
    rows = {row[0]: row for row in await cursor.fetchall() if row[0] in wanted}
    missing = sorted(wanted - set(rows))
    if missing:
        raise InvalidInput(f"Project {project_id} has no {kind} with the ids {missing}.")
    await require_edit(tx, user, {row[1] for row in rows.values()}, f"all of these {len(rows)} {kind}")
    return rows


async def _update(tx: Connection, user: User, query: Any, places: Sequence[NodePosition]) -> dict[int, datetime]:
    if not places:
        return {}
    ids, xs, ys, zs = (list(column) for column in zip(*places, strict=True))
    cursor = await tx.execute(query, {"ids": ids, "xs": xs, "ys": ys, "zs": zs, "editor_id": user.id})
    return dict(await cursor.fetchall())
