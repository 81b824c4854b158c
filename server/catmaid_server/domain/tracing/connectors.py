"""Connectors (synapses and other contacts) and their links to treenodes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import projects
from catmaid_server.domain.tracing.links import NewConnectorLink, add_link
from catmaid_server.domain.tracing.locks import lock_node, lock_nodes
from catmaid_server.domain.tracing.states import State
from catmaid_server.domain.tracing.treenodes import edition_times

sql = load("tracing/connectors")


@dataclass(frozen=True, slots=True)
class LockedConnector:
    """One connector, locked for the rest of the transaction."""

    id: int
    x: float
    y: float
    z: float
    confidence: int
    user_id: int
    edition_time: datetime


@dataclass(frozen=True, slots=True)
class Partner:
    """A link of a connector, seen from it."""

    link_id: int
    treenode_id: int
    treenode_edition_time: datetime
    relation_id: int
    relation: str
    confidence: int
    edition_time: datetime


async def create_connector(
    tx: Connection, user: User, project_id: int, *, x: float, y: float, z: float, confidence: int = 5
) -> tuple[int, datetime]:
    """Make a connector at a place in nm; return id and edition time."""
    cursor = await tx.execute(
        sql.create_connector,
        {"project_id": project_id, "user_id": user.id, "x": x, "y": y, "z": z, "confidence": confidence},
    )
    row = await cursor.fetchone()
    assert row is not None
    return row[0], row[1]


async def lock_connector(tx: Connection, project_id: int, connector_id: int) -> LockedConnector:
    """Lock a connector; `InvalidInput` if there is none with this id."""
    async with tx.cursor(row_factory=class_row(LockedConnector)) as cursor:
        await cursor.execute(sql.lock_connector, {"project_id": project_id, "connector_id": connector_id})
        connector = await cursor.fetchone()
    if connector is None:
        raise InvalidInput(f"There is no connector {connector_id} in project {project_id}.")
    return connector


async def delete_connector(
    tx: Connection, user: User, project_id: int, connector_id: int, state_text: str | None
) -> tuple[LockedConnector, list[Partner]]:
    """Delete a connector with its links and labels; return all that an undo needs."""
    connector = await lock_connector(tx, project_id, connector_id)
    await require_edit(tx, user, [connector.user_id], f"connector {connector_id}")
    partners = await _partners(tx, connector_id)
    state = State(state_text)
    state.require_connector(connector.edition_time, [(p.link_id, p.edition_time) for p in partners])
    for query in (sql.delete_links_of_connector, sql.delete_labels, sql.delete_connector):
        await tx.execute(query, {"connector_id": connector_id})
    return connector, partners


async def create_links(
    tx: Connection, user: User, project_id: int, connector_id: int, links: Sequence[tuple[int, int, int]]
) -> list[NewConnectorLink]:
    """Link treenodes to a connector that this transaction made, each by relation and confidence.

    Raises `InvalidInput` as `create_link` does.
    """
    await lock_nodes(tx, project_id, [treenode_id for treenode_id, *_ in links])
    made = []
    for treenode_id, relation_id, confidence in links:
        node = await lock_node(tx, project_id, treenode_id)
        made.append(
            await add_link(
                tx,
                user,
                project_id,
                treenode_id=treenode_id,
                skeleton_id=node.skeleton_id,
                connector_id=connector_id,
                relation_id=relation_id,
                confidence=confidence,
            )
        )
    return made


async def create_link(
    tx: Connection,
    user: User,
    project_id: int,
    treenode_id: int,
    connector_id: int,
    relation: str,
    state: State,
    *,
    confidence: int = 5,
) -> tuple[NewConnectorLink, int]:
    """Link a treenode to a connector; return the link and its relation's id.

    Raises `InvalidInput` if there is no such relation, and as `add_link` does.
    """
    relation_id = (await projects.link_relation_ids(tx, project_id)).get(relation)
    if relation_id is None:
        raise InvalidInput(
            f"There is no relation {relation!r} in project {project_id}. "
            f"Relations: {', '.join(projects.CONNECTOR_RELATIONS)}."
        )
    await lock_connector(tx, project_id, connector_id)
    node = await lock_node(tx, project_id, treenode_id)
    if not state.off:
        state.require_nodes(await edition_times(tx, project_id, state.node_ids()))
    link = await add_link(
        tx,
        user,
        project_id,
        treenode_id=treenode_id,
        skeleton_id=node.skeleton_id,
        connector_id=connector_id,
        relation_id=relation_id,
        confidence=confidence,
    )
    return link, relation_id


async def delete_link(
    tx: Connection,
    user: User,
    project_id: int,
    connector_id: int,
    treenode_id: int,
    state: State,
    *,
    relation: str | None = None,
) -> tuple[int, int, str]:
    """Remove the link between a connector and a treenode; return its id, relation id and relation."""
    cursor = await tx.execute(
        sql.lock_link,
        {"project_id": project_id, "connector_id": connector_id, "treenode_id": treenode_id, "relation": relation},
    )
    row = await cursor.fetchone()
    if row is None:
        raise InvalidInput(f"There is no link between connector {connector_id} and treenode {treenode_id}.")
    link_id, relation_id, name, owner_id = row
    if not state.off:
        state.require_nodes(await edition_times(tx, project_id, state.node_ids()))
    await require_edit(tx, user, [owner_id], f"link {link_id}")
    await tx.execute(sql.delete_link, {"link_id": link_id})
    return link_id, relation_id, name


async def _partners(tx: Connection, connector_id: int) -> list[Partner]:
    async with tx.cursor(row_factory=class_row(Partner)) as cursor:
        await cursor.execute(sql.lock_partners, {"connector_id": connector_id})
        return await cursor.fetchall()
