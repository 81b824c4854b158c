"""Sets of points."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.space import point_sets
from catmaid_server.domain.space.point_sets import PointSet
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import Instant, milliseconds
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class ListPointSets(msgspec.Struct):
    """Which sets of points, and how much of each."""

    simple: bool = False
    """Whether only id and name are wanted."""
    pointset_ids: list[int] = []
    """Some sets; all of the project if none is given."""
    order_by: str = "id"


class PointSetParts(msgspec.Struct):
    """How much of a set of points is wanted."""

    simple: bool = False
    """Whether only id and name are wanted."""
    with_points: bool = False


class ListedPointSet(TypedDict, total=False):
    """A set of points; if `simple`, id and name alone."""

    id: int
    name: str
    description: str
    user_id: int
    creation_time: Instant
    edition_time: Instant
    project_id: int | str
    points: list[tuple[float, float, float]]
    """x, y and z in nm."""


@routes.any("/{project_id}/pointsets/", needs=Permission.BROWSE)
async def list_point_sets(call: Call, form: ListPointSets) -> list[ListedPointSet]:
    """List the sets of points of a project; in lists `project_id` is text."""
    async with call.reading() as connection:
        found = await point_sets.list_sets(
            connection, call.project_id, form.pointset_ids or None, by_name=form.order_by == "name"
        )
    listed = [_described(one, simple=form.simple) for one in found]
    return listed if form.simple else [{**one, "project_id": str(call.project_id)} for one in listed]


@routes.get("/{project_id}/pointsets/{point_set_id}/", needs=Permission.BROWSE)
async def describe_point_set(call: Call, form: PointSetParts) -> ListedPointSet:
    """Describe a set of points, and give these as x, y, z in nm if wanted."""
    point_set_id = call.path["point_set_id"]
    async with call.reading() as connection:
        found = await point_sets.one_set(connection, call.project_id, point_set_id)
        described = _described(found, simple=form.simple)
        if form.with_points:
            described["points"] = await point_sets.points(connection, call.project_id, point_set_id)
    return described


def _described(found: PointSet, *, simple: bool) -> ListedPointSet:
    if simple:
        return {"id": found.id, "name": found.name}
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "user_id": found.user_id,
        "creation_time": milliseconds(found.creation_time),
        "edition_time": milliseconds(found.edition_time),
        "project_id": found.project_id,
    }
