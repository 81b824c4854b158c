"""Points, and clouds of them."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

import msgspec

from catmaid_server.compat.times import Instant, milliseconds
from catmaid_server.domain import point_clouds
from catmaid_server.routing import Call, Content, NoParameters, Permission, Routes

routes = Routes()


class NewCloud(msgspec.Struct):
    """A cloud to make; points are x, y, z in nm."""

    name: str = ""
    description: str = ""
    source_path: str = ""
    points: list[tuple[float, float, float]] = []


class Parts(msgspec.Struct):
    """Which parts of a cloud to give."""

    with_points: bool = False
    with_images: bool = False


@routes.any("/{project_id}/points/", needs=Permission.BROWSE)
async def list_points(call: Call, form: NoParameters) -> list[tuple[Any, ...]]:
    """List id and x, y, z in nm of every point.

    Returns
    -------
    Rows (id, x, y, z), nm.
    """
    async with call.reading() as connection:
        return await point_clouds.points_of_project(connection, call.project_id)


class Cloud(TypedDict):
    """A point cloud; `points` as (id, x, y, z), nm."""

    id: int
    name: str
    description: str
    user_id: int
    creation_time: Instant
    edition_time: Instant
    project_id: int | str
    points: NotRequired[list[tuple[int, float, float, float]]]
    images: NotRequired[list[int]]


@routes.any("/{project_id}/pointclouds/", needs=Permission.BROWSE)
async def list_clouds(call: Call, form: NoParameters) -> Annotated[list[dict[str, Any]], Content(list[Cloud])]:
    """List the point clouds of a project."""
    async with call.reading() as connection:
        clouds = await point_clouds.list_clouds(connection, call.project_id)
    return [_listed(cloud) for cloud in clouds]


@routes.put("/{project_id}/pointclouds/", needs=Permission.ANNOTATE, label="pointclouds.create")
async def create_cloud(call: Call, form: NewCloud) -> Annotated[dict[str, Any], Content(Cloud)]:
    """Make a point cloud."""
    return _listed(await point_clouds.create_cloud(
        call.tx, call.user, call.project_id, name=form.name, description=form.description,
        source_path=form.source_path, points=form.points))


@routes.get("/{project_id}/pointclouds/{cloud_id}/", needs=Permission.BROWSE)
async def describe_cloud(call: Call, form: Parts) -> Annotated[dict[str, Any], Content(Cloud)]:
    """Describe a point cloud; clouds have no images here."""
    async with call.reading() as connection:
        described = _timed(await point_clouds.describe_cloud(connection, call.project_id, call.path["cloud_id"]))
        if form.with_images:
            described["images"] = []
        if form.with_points:
            described["points"] = await point_clouds.points_of_cloud(connection, described["id"])
    return described


class CloudDeleted(TypedDict):
    """The cloud that is gone."""

    deleted: bool
    pointcloud_id: int


@routes.delete("/{project_id}/pointclouds/{cloud_id}/", needs=Permission.ANNOTATE, label="pointclouds.delete")
async def delete_cloud(call: Call, form: NoParameters) -> CloudDeleted:
    """Delete a point cloud and its points."""
    cloud_id = call.path["cloud_id"]
    await point_clouds.delete_cloud(call.tx, call.user, call.project_id, cloud_id)
    return {"deleted": True, "pointcloud_id": cloud_id}


def _timed(cloud: dict[str, Any]) -> dict[str, Any]:
    return {**cloud, "creation_time": milliseconds(cloud["creation_time"]),
            "edition_time": milliseconds(cloud["edition_time"])}


def _listed(cloud: dict[str, Any]) -> dict[str, Any]:
    """As clients know it from lists, where the project's id is text."""
    return {**_timed(cloud), "project_id": str(cloud["project_id"])}
