"""Points, and clouds of them."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space import point_clouds
from catmaid_server.domain.space.point_clouds import PointCloud
from catmaid_server.domain.times import ZonedTime
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import bodies
from catmaid_server.http.catmaid.multipart import UploadedFile
from catmaid_server.http.catmaid.times import Instant, milliseconds
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class NewCloud(msgspec.Struct):
    """A cloud to make; points are x, y, z in nm. It has no images; all who may browse the project see it."""

    name: str = ""
    description: str = ""
    source_path: str = ""
    points: list[tuple[float, float, float]] = []
    group_id: int | None = None
    """Refused, since clouds cannot be kept to a group."""


class ListClouds(msgspec.Struct):
    """Which clouds, and how much of each; lists are without points whatever is asked for."""

    simple: bool = False
    """Whether only id and name are wanted."""
    pointcloud_ids: list[int] = []
    """Some clouds; all of the project if none is given."""
    with_images: bool = False
    order_by: str = "id"
    """`id` or `name`."""


class CloudParts(msgspec.Struct):
    """Which parts of a cloud to give."""

    simple: bool = False
    """Whether only id and name are wanted."""
    with_points: bool = False
    with_images: bool = False
    sample_ratio: float = 1.0
    """How large a share of the points, 0 to 1; the same ones each time."""


class DescribedPoint(TypedDict):
    """A place in nm, and the ids of who made and last edited it."""

    id: int
    user: int
    project: int
    creation_time: ZonedTime
    edition_time: ZonedTime
    editor: int
    location_x: float
    location_y: float
    location_z: float
    radius: float
    confidence: int


@routes.any("/{project_id}/points/", needs=Permission.BROWSE)
async def list_points(call: Call, form: NoParameters) -> list[DescribedPoint]:
    """List every point of point clouds and landmarks; radius is 0 and confidence 5 for all."""
    async with call.reading() as connection:
        points = await point_clouds.points_of_project(connection, call.project_id)
    return [
        {
            "id": point.id,
            "user": point.user_id,
            "project": call.project_id,
            "creation_time": point.creation_time,
            "edition_time": point.edition_time,
            "editor": point.editor_id,
            "location_x": point.x,
            "location_y": point.y,
            "location_z": point.z,
            "radius": 0.0,
            "confidence": 5,
        }
        for point in points
    ]


class DescribedCloud(TypedDict, total=False):
    """A point cloud; if `simple`, id and name alone. `points` as (id, x, y, z), nm; there are no images."""

    id: int
    name: str
    description: str
    user_id: int
    creation_time: Instant
    edition_time: Instant
    project_id: int | str
    points: list[tuple[int, float, float, float]]
    images: list[int]


@routes.any("/{project_id}/pointclouds/", needs=Permission.BROWSE)
async def list_clouds(call: Call, form: ListClouds) -> list[DescribedCloud]:
    """List the point clouds of a project."""
    async with call.reading() as connection:
        clouds = await point_clouds.list_clouds(
            connection, call.project_id, form.pointcloud_ids or None, by_name=form.order_by == "name"
        )
    if form.simple:
        return [_named(cloud) for cloud in clouds]
    listed = [_listed(cloud) for cloud in clouds]
    return [{**cloud, "images": []} for cloud in listed] if form.with_images else listed


@routes.put("/{project_id}/pointclouds/", needs=Permission.ANNOTATE, label="pointclouds.create")
async def create_cloud(call: Call, form: NewCloud) -> DescribedCloud:
    """Make a point cloud."""
    if form.group_id is not None:
        raise InvalidInput("A point cloud is seen by whoever may browse the project, and cannot be kept to a group.")
    if any(isinstance(field, UploadedFile) for field in bodies.posted(call.request).values()):
        raise InvalidInput("A point cloud has no images here: send its points without files.")
    return _listed(
        await point_clouds.create_cloud(
            call.tx,
            call.user,
            call.project_id,
            name=form.name,
            description=form.description,
            source_path=form.source_path,
            points=form.points,
        )
    )


@routes.get("/{project_id}/pointclouds/{cloud_id}/", needs=Permission.BROWSE)
async def describe_cloud(call: Call, form: CloudParts) -> DescribedCloud:
    """Describe a point cloud; clouds have no images here."""
    async with call.reading() as connection:
        cloud = await point_clouds.describe_cloud(connection, call.project_id, call.path["cloud_id"])
        described = _named(cloud) if form.simple else _described(cloud)
        if form.with_images:
            described["images"] = []
        if form.with_points:
            share = None if form.sample_ratio == 1 else form.sample_ratio
            described["points"] = await point_clouds.points_of_cloud(connection, cloud.id, share)
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


def _named(cloud: PointCloud) -> DescribedCloud:
    return {"id": cloud.id, "name": cloud.name}


def _described(cloud: PointCloud) -> DescribedCloud:
    return {
        "id": cloud.id,
        "user_id": cloud.user_id,
        "creation_time": milliseconds(cloud.creation_time),
        "edition_time": milliseconds(cloud.edition_time),
        "project_id": cloud.project_id,
        "name": cloud.name,
        "description": cloud.description,
    }


def _listed(cloud: PointCloud) -> DescribedCloud:
    """A cloud of a list, where the project's id is text."""
    return {**_described(cloud), "project_id": str(cloud.project_id)}
