"""One skeleton as an arbor with its synapses."""

from __future__ import annotations

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_json
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("skeletons/compact_arbors")

_NO_ROWS = msgspec.Raw(b"[]")
_NO_KEYS = msgspec.Raw(b"{}")


async def nodes(connection: Connection, project_id: int, skeleton_id: int, *, with_times: bool) -> msgspec.Raw:
    """Rows of id, parent, user, x, y, z, radius, confidence and perhaps creation and edition time (s since 1970)."""
    return await fetch_json(
        connection, sql.timed_nodes if with_times else sql.nodes, project_id=project_id, skeleton_id=skeleton_id
    )


async def compact_arbor(
    connection: Connection,
    project_id: int,
    skeleton_id: int,
    *,
    with_nodes: bool,
    with_synapses: bool,
    with_tags: bool,
    with_times: bool = False,
    with_half_links: bool = False,
) -> list[msgspec.Raw]:
    """Nodes, synapses (with both ends, see sql/skeletons/compact_arbors.sql) and treenodes by label, each as JSON.

    What is not wanted is empty. `NotFound` if nodes are wanted of a skeleton that has none or does not exist.
    """
    key = {"project_id": project_id, "skeleton_id": skeleton_id}
    found = await nodes(connection, with_times=with_times, **key) if with_nodes else _NO_ROWS
    if with_nodes and found == _NO_ROWS:
        raise NotFound(f"There is no skeleton {skeleton_id} with nodes in project {project_id}.")
    return [
        found,
        await fetch_json(connection, sql.synapses, half=with_half_links, **key) if with_synapses else _NO_ROWS,
        await fetch_json(connection, sql.tags, **key) if with_tags else _NO_KEYS,
    ]


async def minutes(connection: Connection, project_id: int, skeleton_id: int) -> msgspec.Raw:
    """Treenodes by the minute (since 1970) in which they were made, as JSON."""
    return await fetch_json(connection, sql.minutes, project_id=project_id, skeleton_id=skeleton_id)
