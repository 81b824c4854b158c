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
from catmaid_server.domain.tracing.locks import OwnedNode, lock_links_of_nodes, lock_moving_connectors, lock_nodes
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
    # Children and links too, as their edges follow; in the one order of all edits.
    before = {
        "connectors": await lock_moving_connectors(tx, project_id, [place[0] for place in connectors]),
        "treenodes": await lock_nodes(tx, project_id, [place[0] for place in treenodes], with_children=True),
    }
    owned = {kind: await _owned(tx, user, project_id, nodes, places[kind], kind) for kind, nodes in before.items()}
    await lock_links_of_nodes(tx, project_id, list(owned["treenodes"]), list(owned["connectors"]))
    state.require_nodes({node.id: node.edition_time for nodes in owned.values() for node in nodes.values()})
    times = {
        "treenodes": await _update(tx, user, treenode_sql.move_treenodes, treenodes),
        "connectors": await _update(tx, user, connector_sql.move_connectors, connectors),
    }
    old = {
        kind: [(node_id, times[kind][node_id], *owned[kind][node_id][3:]) for node_id, *_ in places[kind]]
        for kind in places
    }
    return old["treenodes"], old["connectors"]


async def _owned(
    tx: Connection,
    user: User,
    project_id: int,
    locked: Sequence[OwnedNode],
    places: Sequence[NodePosition],
    kind: str,
) -> dict[int, OwnedNode]:
    """The nodes that are to move, by id, if all are there and the user may edit them."""
    wanted = {place[0] for place in places}
    nodes = {node.id: node for node in locked if node.id in wanted}
    missing = sorted(wanted - set(nodes))
    if missing:
        raise InvalidInput(f"Project {project_id} has no {kind} with the ids {missing}.")
    if nodes:
        await require_edit(tx, user, {node.user_id for node in nodes.values()}, f"all of these {len(nodes)} {kind}")
    return nodes


async def _update(tx: Connection, user: User, query: Any, places: Sequence[NodePosition]) -> dict[int, datetime]:
    if not places:
        return {}
    ids, xs, ys, zs = (list(column) for column in zip(*places, strict=True))
    cursor = await tx.execute(query, {"ids": ids, "xs": xs, "ys": ys, "zs": zs, "editor_id": user.id})
    return dict(await cursor.fetchall())
