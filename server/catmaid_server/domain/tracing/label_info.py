"""Labels: which there are, and on what; and how those that nobody uses go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput

sql = load("tracing/label_info")


class Label(TypedDict):
    """A label."""

    id: int
    name: str


async def names(connection: Connection, project_id: int) -> list[str]:
    """The names of all labels, used or not, in order."""
    return [name for (name,) in await fetch_all(connection, sql.names, project_id=project_id)]


async def details(connection: Connection, project_id: int) -> list[Label]:
    """Id and name of all labels, by name."""
    rows = await fetch_all(connection, sql.details, project_id=project_id)
    return [{"id": label_id, "name": name} for label_id, name in rows]


async def uses(connection: Connection, project_id: int) -> list[tuple[int, str, int, int]]:
    """Each label on a treenode: label id, name, skeleton id, treenode id."""
    rows = await fetch_all(connection, sql.uses, project_id=project_id)
    return [(label_id, name, skeleton_id, treenode_id) for label_id, name, skeleton_id, treenode_id in rows]


async def of_treenode(connection: Connection, project_id: int, treenode_id: int) -> list[str]:
    """Labels of a treenode, oldest first."""
    return [
        name for (name,) in await fetch_all(connection, sql.of_treenode, project_id=project_id, node_id=treenode_id)
    ]


async def of_connector(connection: Connection, project_id: int, connector_id: int) -> list[str]:
    """Labels of a connector, oldest first."""
    return [
        name for (name,) in await fetch_all(connection, sql.of_connector, project_id=project_id, node_id=connector_id)
    ]


async def of_nodes(
    connection: Connection, project_id: int, *, treenode_ids: Sequence[int], connector_ids: Sequence[int]
) -> dict[int, list[str]]:
    """Labels by node; nodes without any are left out."""
    return dict(
        await fetch_all(
            connection,
            sql.of_nodes,
            project_id=project_id,
            treenode_ids=list(treenode_ids),
            connector_ids=list(connector_ids),
        )
    )


async def remove_unused(tx: Connection, project_id: int, label_ids: Sequence[int]) -> list[int]:
    """Delete labels, also from connectors.

    Raises `InvalidInput` if one does not exist or is on a treenode; then none is deleted.
    """
    known: dict[int, bool] = dict(await fetch_all(tx, sql.lock, project_id=project_id, label_ids=list(label_ids)))
    for label_id in label_ids:
        if label_id not in known:
            raise InvalidInput(f"There is no label {label_id}.")
        if known[label_id]:
            raise InvalidInput(f"Label {label_id} is on a treenode: only unused labels can be removed.")
    await tx.execute(sql.delete_links, {"label_ids": list(label_ids)})
    await tx.execute(sql.delete, {"label_ids": list(label_ids)})
    return list(label_ids)
