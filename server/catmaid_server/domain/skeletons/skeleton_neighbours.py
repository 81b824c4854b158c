"""Skeletons around a treenode."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("skeletons/skeleton_neighbours")

MOST = 100


async def around(
    connection: Connection, project_id: int, treenode_id: int, distance: float, *, single: bool | None
) -> tuple[list[int], bool]:
    """Skeletons that pass a treenode inside of a cube of half width `distance` (nm).

    Those with one node there (`single`), with more, or (`None`) both; at most `MOST`, and whether there are so many.
    Raises `NotFound` if there is no such treenode, `InvalidInput` for a distance below 0.
    """
    if distance < 0:
        raise InvalidInput(f"The distance is {distance} nm, should be 0 or more.")
    if not await fetch_value(connection, sql.treenode_exists, project_id=project_id, treenode_id=treenode_id):
        raise NotFound(f"There is no treenode {treenode_id}.")
    rows = await fetch_all(
        connection,
        sql.around,
        project_id=project_id,
        treenode_id=treenode_id,
        distance=distance,
        single=single,
        count=MOST,
    )
    return [skeleton_id for (skeleton_id,) in rows], len(rows) == MOST
