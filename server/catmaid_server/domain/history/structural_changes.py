"""Which versions changed the structure of skeletons, as for whoever has proofread them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.values import required

sql = load("history/structural_changes")


class StructuralChange(NamedTuple):
    """What a version changed in a skeleton; user and time are None where the log does not tell.

    nodes_made, nodes_gone : treenodes that the skeleton got and lost, also by a join or a split.
    edges_made : treenodes that were there already and hang on another one.
    links_made, links_gone : links to connectors that the skeleton got and lost.
    """

    skeleton_id: int
    version: int
    label: str
    user_id: int | None
    time: datetime | None
    nodes_made: int
    nodes_gone: int
    edges_made: int
    links_made: int
    links_gone: int


async def structural_changes(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], times: Sequence[datetime]
) -> list[StructuralChange]:
    """Versions that changed the structure of skeletons, of each from its time on, oldest first.

    What only moves treenodes, or changes confidences, radii, tags, names or the root, is no change of structure.
    """
    required(skeleton_ids, "skeleton ID")
    if len(times) != len(skeleton_ids):
        raise InvalidInput(f"Send a time for each skeleton: {len(skeleton_ids)}, not {len(times)}.")
    rows = await fetch_all(
        connection, sql.changes, project_id=project_id, skeleton_ids=list(skeleton_ids), times=list(times)
    )
    return [StructuralChange(*row) for row in rows]
