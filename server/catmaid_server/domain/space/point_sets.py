"""Sets of points in project space, without ids of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("space/point_sets")


@dataclass(frozen=True, slots=True)
class PointSet:
    """A set of points without its points."""

    id: int
    name: str
    description: str
    user_id: int
    creation_time: datetime
    edition_time: datetime
    project_id: int


async def list_sets(
    connection: Connection, project_id: int, point_set_ids: Sequence[int] | None = None, *, by_name: bool = False
) -> list[PointSet]:
    """The point sets of a project, all or some, ordered by id or by name."""
    rows = await fetch_all(
        connection,
        sql.sets,
        project_id=project_id,
        ids=None if point_set_ids is None else list(point_set_ids),
        by_name=by_name,
    )
    return [PointSet(*row) for row in rows]


async def one_set(connection: Connection, project_id: int, point_set_id: int) -> PointSet:
    """One set, or `NotFound`."""
    found = await list_sets(connection, project_id, [point_set_id])
    if not found:
        raise NotFound(f"There is no point set {point_set_id} in project {project_id}.")
    return found[0]


async def points(connection: Connection, project_id: int, point_set_id: int) -> list[tuple[float, float, float]]:
    """Where the points of a set are: x, y, z in nm."""
    flat = await fetch_value(connection, sql.coordinates, project_id=project_id, point_set_id=point_set_id) or []
    return list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
