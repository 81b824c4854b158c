"""The life of neurons and skeletons: how they begin and end."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_value
from catmaid_server.db.store import Connection

sql = load("tracing/lifecycle")


async def create_neuron(
    tx: Connection, project_id: int, user_id: int, *, name: str | None = None, prefix: str = "neuron"
) -> int:
    """Make a neuron and return its id; without a name it is called by `prefix` and id."""
    created: int = await fetch_value(
        tx, sql.create_neuron, project_id=project_id, user_id=user_id, name=name or None, prefix=prefix
    )
    return created


async def create_skeleton(
    tx: Connection, project_id: int, neuron_id: int, user_id: int, *, prefix: str = "skeleton"
) -> int:
    """Make an empty skeleton that models a neuron; it is called by `prefix` and id."""
    created: int = await fetch_value(
        tx, sql.create_skeleton, project_id=project_id, neuron_id=neuron_id, user_id=user_id, prefix=prefix
    )
    return created


async def delete_skeleton(tx: Connection, skeleton_id: int) -> bool:
    """Delete a skeleton that has no nodes any more, and its neuron if this was its only one.

    Returns whether the neuron is gone, too.
    """
    values = {"neuron_id": await fetch_value(tx, sql.delete_skeleton, skeleton_id=skeleton_id)}
    cursor = await tx.execute(sql.has_skeletons, values)
    if await cursor.fetchone() is not None:
        return False
    await tx.execute(sql.delete_annotation_links, values)
    await tx.execute(sql.delete_neuron, values)
    return True
