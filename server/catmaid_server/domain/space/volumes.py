"""Volumes of a project: surfaces of triangles with a name."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import Any, TypedDict, cast

from catmaid_server.db.float_arrays import FloatArray, from_binary, note_size
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import DomainError, InvalidInput, NotFound
from catmaid_server.domain.space import meshes
from catmaid_server.domain.space.meshes import Mesh, SurfaceMeasures
from catmaid_server.domain.times import ZonedTime
from catmaid_server.domain.values import required

sql = load("space/volumes")

Corner = tuple[float, float, float]
"""x, y, z in nm."""


@dataclass(frozen=True, slots=True)
class ListedVolume:
    """A volume of a list; area in square nm, volume in cubic nm, annotations by name."""

    id: int
    name: str
    comment: str | None
    user_id: int
    editor_id: int
    project_id: int
    creation_time: datetime
    edition_time: datetime
    annotations: list[str] | None
    area: float
    volume: float
    watertight: bool


class VolumeRecord(TypedDict):
    """A volume without its surface. The query `volume` gives its fields in this order."""

    id: int
    project_id: int
    name: str
    comment: str | None
    user_id: int
    editor_id: int
    creation_time: ZonedTime
    edition_time: ZonedTime


class InnervatedVolumes(TypedDict):
    """A skeleton, and the volumes that it may enter."""

    skeleton_id: int
    volume_ids: list[int]


class UnknownFileType(DomainError):
    """A file of a kind that is not read here."""


async def create_volume(
    tx: Connection, user: User, project_id: int, *, name: str, comment: str | None, mesh: Mesh
) -> int:
    """Keep a surface under a name; its id. `InvalidInput` for an empty name."""
    if not name.strip():
        raise InvalidInput("A volume needs a title.")
    measures = await asyncio.to_thread(meshes.measured, mesh)
    volume_id: int = await fetch_value(
        tx,
        sql.create,
        project_id=project_id,
        user_id=user.id,
        name=name,
        comment=comment,
        corners=FloatArray(mesh),
        area=measures.area,
        volume=measures.volume,
        watertight=measures.watertight,
    )
    return volume_id


async def import_volume(tx: Connection, user: User, project_id: int, filename: str, content: bytes) -> int:
    """Keep the surface of an STL or OBJ file under the file's name; its id."""
    path = PurePath(filename)
    match path.suffix.lower():
        case ".stl":
            mesh = await asyncio.to_thread(meshes.from_stl, content)
        case ".obj":
            mesh = await asyncio.to_thread(meshes.from_obj, content)
        case other:
            raise UnknownFileType(f"Files of type {other!r} are not read as volumes; stl and obj are.")
    return await create_volume(tx, user, project_id, name=path.stem, comment=None, mesh=mesh)


async def list_volumes(connection: Connection, project_id: int, volume_ids: Sequence[int] | None) -> list[ListedVolume]:
    """The volumes of a project: all, or those with the given ids."""
    wanted = None if volume_ids is None else list(volume_ids)
    return [ListedVolume(*row) for row in await fetch_all(connection, sql.list, project_id=project_id, ids=wanted)]


async def describe_volume(connection: Connection, project_id: int, volume_id: int) -> tuple[VolumeRecord, Mesh]:
    """What is known of a volume, and its surface; or `NotFound`."""
    found = await fetch_one(connection, sql.volume, project_id=project_id, volume_id=volume_id)
    if found is None:
        raise _no_volume(project_id, volume_id)
    *described, corners = found
    note_size(connection, len(corners))
    record = cast("VolumeRecord", dict(zip(VolumeRecord.__annotations__, described, strict=True)))
    return record, from_binary(corners).reshape(-1, 3, 3)


async def measures_of(connection: Connection, project_id: int, volume_id: int) -> SurfaceMeasures:
    """Area, volume and whether it is closed; or `NotFound`."""
    found = await fetch_one(connection, sql.meta, project_id=project_id, volume_id=volume_id)
    if found is None:
        raise _no_volume(project_id, volume_id)
    return SurfaceMeasures(*found)


async def update_volume(
    tx: Connection, user: User, project_id: int, volume_id: int, *, name: str | None, comment: str | None
) -> None:
    """Change name and comment, or `NotFound`; the surface stays."""
    if name is not None and not name.strip():
        raise InvalidInput("A volume needs a title.")
    changed = await fetch_value(
        tx, sql.update, project_id=project_id, volume_id=volume_id, user_id=user.id, name=name, comment=comment
    )
    if changed is None:
        raise _no_volume(project_id, volume_id)


async def delete_volume(tx: Connection, user: User, project_id: int, volume_id: int) -> None:
    """Delete a volume that the user may edit; `NotFound` or `NotAllowed`."""
    owner_id = await fetch_value(tx, sql.owner, project_id=project_id, volume_id=volume_id)
    if owner_id is None:
        raise _no_volume(project_id, volume_id)
    await require_edit(tx, user, [owner_id], f"volume {volume_id}")
    for statement in (sql.delete_annotations, sql.delete):
        await tx.execute(statement, {"volume_id": volume_id})


async def entities_of(connection: Connection, project_id: int, volume_ids: Sequence[int]) -> dict[int, int]:
    """By volume the id of the object to which its annotations are linked."""
    rows: list[Any] = await fetch_all(connection, sql.entities, project_id=project_id, ids=list(volume_ids))
    return dict(rows)


async def volumes_of_entities(connection: Connection, project_id: int, entity_ids: Sequence[int]) -> dict[int, int]:
    """By id of an object to which annotations are linked, the volume; the opposite of `entities_of`."""
    rows: list[Any] = await fetch_all(connection, sql.of_entities, project_id=project_id, ids=list(entity_ids))
    return dict(rows)


async def box_of(connection: Connection, project_id: int, volume_id: int) -> tuple[Corner, Corner]:
    """Lowest and highest corner of the box around a volume, nm; or `NotFound`."""
    box = await fetch_value(connection, sql.box, project_id=project_id, volume_id=volume_id)
    if box is None:
        raise _no_volume(project_id, volume_id)
    return (box[0], box[1], box[2]), (box[3], box[4], box[5])


async def box_holds(connection: Connection, project_id: int, volume_id: int, point: Corner) -> bool:
    """Whether a point (nm) lies in the box around a volume, or on it; `NotFound` if there is no such volume."""
    low, high = await box_of(connection, project_id, volume_id)
    return all(a <= b <= c for a, b, c in zip(low, point, high, strict=True))


async def innervations(
    connection: Connection,
    project_id: int,
    skeleton_ids: Sequence[int],
    *,
    annotation: str | None,
    min_nodes: int = 0,
    min_cable: float = 0.0,
) -> list[InnervatedVolumes]:
    """For each skeleton the volumes that it may enter.

    It may enter those whose bounding box meets the box of one of its edges. Skeletons of fewer nodes or less cable (nm)
    are left out, and with `annotation` all volumes without this annotation or meta-annotation. Raises `InvalidInput`
    without skeletons and for an unknown annotation.
    """
    ids = required(skeleton_ids, "skeleton ID")
    annotated: list[int] | None = None
    if annotation is not None:
        annotated = await fetch_value(connection, sql.annotated, project_id=project_id, name=annotation)
        if annotated is None:
            raise InvalidInput(f"There is no annotation {annotation!r}.")
    rows = await fetch_all(
        connection,
        sql.innervations,
        project_id=project_id,
        skeleton_ids=ids,
        volume_ids=annotated,
        min_nodes=min_nodes,
        min_cable=min_cable,
    )
    return [{"skeleton_id": skeleton_id, "volume_ids": volume_ids} for skeleton_id, volume_ids in rows]


def _no_volume(project_id: int, volume_id: int) -> NotFound:
    return NotFound(f"There is no volume {volume_id} in project {project_id}.")
