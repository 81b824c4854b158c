"""Clouds of points in project space, such as detected somata."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("space/point_clouds")


@dataclass(frozen=True, slots=True)
class PointCloud:
    """A point cloud without its points."""

    id: int
    user_id: int
    creation_time: datetime
    edition_time: datetime
    project_id: int
    name: str
    description: str


class SpacePoint(NamedTuple):
    """A place in nm, of a cloud or of a landmark."""

    id: int
    user_id: int
    editor_id: int
    creation_time: datetime
    edition_time: datetime
    x: float
    y: float
    z: float


async def points_of_project(connection: Connection, project_id: int) -> list[SpacePoint]:
    """The points of all clouds and landmarks of a project, by id."""
    return [SpacePoint(*row) for row in await fetch_all(connection, sql.points, project_id=project_id)]


async def create_cloud(
    tx: Connection,
    user: User,
    project_id: int,
    *,
    name: str,
    description: str,
    source_path: str,
    points: Sequence[tuple[float, float, float]],
) -> PointCloud:
    """Keep points, x, y, z in nm, under a name; `InvalidInput` without either."""
    if not points:
        raise InvalidInput("A point cloud needs points.")
    if not name.strip():
        raise InvalidInput("A point cloud needs a name.")
    made = await fetch_one(
        tx,
        sql.create,
        project_id=project_id,
        user_id=user.id,
        name=name,
        description=description,
        source_path=source_path,
    )
    assert made is not None
    xs, ys, zs = (list(axis) for axis in zip(*points, strict=True))
    await tx.execute(sql.add_points, {"cloud_id": made[0], "xs": xs, "ys": ys, "zs": zs})
    return PointCloud(*made)


async def list_clouds(
    connection: Connection, project_id: int, cloud_ids: Sequence[int] | None, *, by_name: bool = False
) -> list[PointCloud]:
    """The clouds of a project: all, or those with the given ids; by id or by name."""
    rows = await fetch_all(connection, sql.clouds, project_id=project_id, cloud_ids=cloud_ids, by_name=by_name)
    return [PointCloud(*row) for row in rows]


async def describe_cloud(connection: Connection, project_id: int, cloud_id: int) -> PointCloud:
    """One cloud, or `NotFound`."""
    found = await list_clouds(connection, project_id, [cloud_id])
    if not found:
        raise NotFound(f"There is no point cloud {cloud_id} in project {project_id}.")
    return found[0]


async def points_of_cloud(
    connection: Connection, cloud_id: int, share: float | None
) -> list[tuple[int, float, float, float]]:
    """Id and x, y, z in nm of points of a cloud, in the order in which they were given.

    Of a share (0 to 1) these are always the same; without one, all of them.
    """
    if share is not None and not 0 <= share <= 1:
        raise InvalidInput(f"A share of the points is between 0 and 1, not {share}.")
    rows = await fetch_all(connection, sql.points_of_cloud, cloud_id=cloud_id, share=share)
    return [(point_id, x, y, z) for point_id, x, y, z in rows]


async def delete_cloud(tx: Connection, user: User, project_id: int, cloud_id: int) -> None:
    """Delete a cloud that the user may edit, with its points; `NotFound` or `NotAllowed`."""
    owner_id = await fetch_value(tx, sql.owner, project_id=project_id, cloud_id=cloud_id)
    if owner_id is None:
        raise NotFound(f"There is no point cloud {cloud_id} in project {project_id}.")
    await require_edit(tx, user, [owner_id], f"point cloud {cloud_id}")
    await tx.execute(sql.delete_points, {"cloud_id": cloud_id})
    await tx.execute(sql.delete, {"cloud_id": cloud_id})
