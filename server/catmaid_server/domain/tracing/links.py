"""Link treenodes to connectors, within what a connector allows."""

from __future__ import annotations

from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_wire import relations

sql = load("tracing/connectors")

MOST_LINKS = {relations.PRESYNAPTIC: 1, relations.GAP_JUNCTION: 2}


async def add_link(
    tx: Connection,
    user: User,
    project_id: int,
    *,
    treenode_id: int,
    skeleton_id: int,
    connector_id: int,
    relation_id: int,
    confidence: int,
) -> tuple[int, datetime]:
    """Link a treenode, locked by the caller, to a connector of the same project; return link id and edition time.

    Raises `InvalidInput` if there is no such connector or relation, or if the connector has as many links of this
    kind as it may, or this one already.
    """
    ends = {"project_id": project_id, "connector_id": connector_id, "relation_id": relation_id}
    cursor = await tx.execute(sql.lock_for_link, ends)
    found = await cursor.fetchone()
    if found is None:
        raise InvalidInput(f"Project {project_id} lacks the connector {connector_id} or the relation {relation_id}.")
    relation: str = found[0]
    cursor = await tx.execute(sql.links_of_kind, ends)
    linked = [row[0] for row in await cursor.fetchall()]
    if treenode_id in linked:
        raise InvalidInput(f"Treenode {treenode_id} is {relation} connector {connector_id} already.")
    if len(linked) >= MOST_LINKS.get(relation, len(linked) + 1):
        raise InvalidInput(f"Connector {connector_id} has {len(linked)} {relation} link(s), more are not possible.")
    cursor = await tx.execute(
        sql.create_link,
        {**ends, "treenode_id": treenode_id, "skeleton_id": skeleton_id, "user_id": user.id, "confidence": confidence},
    )
    row = await cursor.fetchone()
    assert row is not None
    return row[0], row[1]
