"""Regions of interest: rectangles of an image stack that show a thing of an ontology, or a neuron."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import asdict, dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("space/regions")


@dataclass(frozen=True)
class Rectangle:
    """Where a region lies: centre and size in nm, turned clockwise by degrees, drawn at a zoom level."""

    x: float
    y: float
    z: float
    width: float
    height: float
    rotation_cw: float = 0.0
    zoom_level: int = 0

    @classmethod
    def between(
        cls, *, x_min: float, x_max: float, y_min: float, y_max: float, z: float, rotation_cw: float, zoom_level: int
    ) -> Rectangle:
        """The rectangle with these corners, nm, before it is turned."""
        return cls(
            (x_min + x_max) / 2, (y_min + y_max) / 2, z, abs(x_max - x_min), abs(y_max - y_min), rotation_cw, zoom_level
        )


@dataclass(frozen=True)
class Region:
    """A region of a stack."""

    id: int
    project_id: int
    stack_id: int
    place: Rectangle
    user_id: int


@dataclass(frozen=True)
class StackImages:
    """Images of a stack that this service has: size of a voxel and place of the first one in nm, tiles in pixels."""

    resolution: tuple[float, float, float]
    translation: tuple[float, float, float]
    revision: str
    tile_width: int
    tile_height: int
    zoom_levels: int


async def region(connection: Connection, project_id: int, region_id: int) -> Region:
    """A region of a project; `NotFound` if there is none with this id."""
    row = await fetch_one(connection, sql.region, id=region_id, project_id=project_id)
    if row is None:
        raise NotFound(f"There is no region of interest {region_id} in project {project_id}.")
    return Region(row[0], row[1], row[2], Rectangle(*row[3:10]), row[10])


async def images(connection: Connection, project_id: int, stack_id: int) -> StackImages:
    """The images of a stack; `NotFound` if this service has none, and viewers get them from another server."""
    row = await fetch_one(connection, sql.images, project_id=project_id, stack_id=stack_id)
    if row is None:
        raise NotFound(f"This service has no images of stack {stack_id} of project {project_id}.")
    return StackImages((row[0], row[1], row[2]), (row[3], row[4], row[5]), row[6], row[7], row[8], row[9])


async def create_region(tx: Connection, user: User, project_id: int, stack_id: int | None, place: Rectangle) -> int:
    """Make a region; its id.

    Raises `NotFound` if the project does not show the stack, `InvalidInput` if the zoom level is below 0.
    """
    if await fetch_value(tx, sql.stack_in_project, project_id=project_id, stack_id=stack_id) is None:
        raise NotFound(f"There is no stack {stack_id} in project {project_id}.")
    if place.zoom_level < 0:
        raise InvalidInput("A zoom level is 0 or more.")
    created: int = await fetch_value(
        tx, sql.create, project_id=project_id, stack_id=stack_id, user_id=user.id, **asdict(place)
    )
    return created


async def link_region(
    tx: Connection,
    user: User,
    project_id: int,
    region_id: int,
    *,
    relation_id: int,
    instance_id: int | None = None,
    neuron_id: int | None = None,
) -> int:
    """Link a region to a thing or a neuron, which the caller has checked; the id of the link."""
    link_id: int = await fetch_value(
        tx,
        sql.create_link,
        project_id=project_id,
        user_id=user.id,
        region_id=region_id,
        relation_id=relation_id,
        instance_id=instance_id,
        neuron_id=neuron_id,
    )
    return link_id


async def link_to_object(
    tx: Connection, user: User, project_id: int, region_id: int, *, relation_id: int, object_id: int
) -> int:
    """Link a region to the thing of an ontology or the neuron with an id; the id of the link.

    Raises `NotFound` if the project has neither.
    """
    instance_id = await fetch_value(tx, sql.instance, id=object_id, project_id=project_id)
    neuron_id = await fetch_value(tx, sql.neuron, id=object_id, project_id=project_id)
    if instance_id is None and neuron_id is None:
        raise NotFound(f"There is no object {object_id} in project {project_id} to link a region to.")
    return await link_region(
        tx, user, project_id, region_id, relation_id=relation_id, instance_id=instance_id, neuron_id=neuron_id
    )


async def remove_link(tx: Connection, user: User, project_id: int, link_id: int) -> bool:
    """Delete a link, and its region if nothing else is linked to it; whether the region is gone.

    Raises `NotFound` if there is no such link, `NotAllowed` if it is somebody else's.
    """
    row = await fetch_one(tx, sql.link, id=link_id, project_id=project_id)
    if row is None:
        raise NotFound(f"There is no link {link_id} to a region of interest in project {project_id}.")
    region_id, owner_id = row
    await require_edit(tx, user, {owner_id}, f"the link {link_id}")
    await tx.execute(sql.delete_links, {"ids": [link_id]})
    return bool(await fetch_all(tx, sql.delete_unlinked, ids=[region_id]))


async def links_of_things(connection: Connection, instance_ids: Collection[int]) -> dict[int, list[int]]:
    """The ids of the links to regions, by thing."""
    found: dict[int, list[int]] = defaultdict(list)
    for instance_id, link_id in await fetch_all(connection, sql.links_of_things, instance_ids=list(instance_ids)):
        found[instance_id].append(link_id)
    return found


async def forget_things(tx: Connection, instance_ids: Collection[int]) -> None:
    """Delete the links of things that are about to be deleted, and the regions that nothing else is linked to."""
    links = [link for linked in (await links_of_things(tx, instance_ids)).values() for link in linked]
    rows = await fetch_all(tx, sql.delete_links, ids=links)
    await fetch_all(tx, sql.delete_unlinked, ids=[region_id for (region_id,) in rows])
