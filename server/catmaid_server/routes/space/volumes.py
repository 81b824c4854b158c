"""Volumes: surfaces of triangles with a name."""

from __future__ import annotations

import asyncio
from typing import Annotated, ClassVar, TypedDict

import msgspec
import numpy as np
from aiohttp import web

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space import meshes, volumes
from catmaid_server.domain.space.meshes import Mesh, SurfaceMeasures
from catmaid_server.domain.space.volumes import InnervatedVolumes, UnknownFileType, VolumeRecord
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import bodies, forms
from catmaid_server.http.catmaid.multipart import UploadedFile
from catmaid_server.http.catmaid.times import Instant, milliseconds
from catmaid_server.http.routing import Content, Files, NoParameters, Permission, Routes

routes = Routes()

_COLUMNS = (
    "id",
    "name",
    "comment",
    "user_id",
    "editor_id",
    "project_id",
    "creation_time",
    "edition_time",
    "annotations",
    "area",
    "volume",
    "watertight",
    "meta_computed",
)
_MEDIA_TYPES = {"stl": ("model/stl", "model/x.stl-ascii"), "obj": ("model/obj",)}


class SomeVolumes(msgspec.Struct):
    """Volumes; all of the project if none is given."""

    volume_ids: list[int] | None = None


class Entities(msgspec.Struct):
    """Ids of the objects to which annotations of volumes are linked."""

    entity_ids: list[int] = []


class Innervations(msgspec.Struct):
    """Some skeletons, and which volumes count."""

    skeleton_ids: list[int] = []
    annotation: str | None = None
    """Name of an annotation of the volumes, or of a meta-annotation of their annotations."""
    min_nodes: int = 0
    min_cable: float = 0.0
    """Least length of cable of a skeleton, nm."""


class NewVolume(msgspec.Struct):
    """A `box` between two corners in nm, or a `trimesh`: [[[x, y, z], ...], [[i, j, k], ...]] in JSON."""

    title: str = ""
    type: str = ""
    comment: str | None = None
    mesh: forms.LongText = ""
    min_x: float | None = None
    min_y: float | None = None
    min_z: float | None = None
    max_x: float | None = None
    max_y: float | None = None
    max_z: float | None = None

    def surface(self) -> Mesh:
        """The surface that is described."""
        match self.type:
            case "box":
                return meshes.box(self._corner("min"), self._corner("max"))
            case "trimesh":
                return meshes.from_json(self.mesh)
            case other:
                raise InvalidInput(f"Volumes are of type box or trimesh, not {other!r}.")

    def _corner(self, end: str) -> list[float]:
        corner = [getattr(self, f"{end}_{axis}") for axis in "xyz"]
        if None in corner:
            raise InvalidInput("A box needs min_x, min_y, min_z, max_x, max_y and max_z, nm.")
        return corner


class ImportVolumes(msgspec.Struct):
    """A surface as text, instead of files."""

    UNREAD: ClassVar[dict[str, str]] = {"source_id": "", "source_project_id": "", "source_url": ""}
    format: str = ""
    """`stl`."""
    mesh: forms.LongText = ""
    """The surface in that format."""
    name: str = "Unnamed volume"


class EditVolume(msgspec.Struct):
    """What to change."""

    title: str | None = None
    comment: str | None = None


class VolumePoint(msgspec.Struct, kw_only=True):
    """A location in nm."""

    x: float
    y: float
    z: float


class VolumeTable(TypedDict):
    """Volumes as rows, and the names of the columns; area in square nm, volume in cubic nm."""

    columns: list[str]
    data: list[tuple[int, str, str | None, int, int, int, Instant, Instant, list[str] | None, float, float, bool, bool]]


@routes.any("/{project_id}/volumes/", needs=Permission.BROWSE)
async def list_volumes(call: Call, form: SomeVolumes) -> VolumeTable:
    """List volumes with their measures."""
    async with call.reading() as connection:
        listed = await volumes.list_volumes(connection, call.project_id, form.volume_ids)
    return {
        "columns": list(_COLUMNS),
        "data": [
            (
                volume.id,
                volume.name,
                volume.comment,
                volume.user_id,
                volume.editor_id,
                volume.project_id,
                milliseconds(volume.creation_time),
                milliseconds(volume.edition_time),
                volume.annotations,
                _single(volume.area),
                _single(volume.volume),
                volume.watertight,
                True,
            )
            for volume in listed
        ],
    }


class VolumeChanged(TypedDict):
    """The volume."""

    success: bool
    volume_id: int


@routes.post("/{project_id}/volumes/add", needs=Permission.ANNOTATE, label="volumes.create", takes_json=True)
async def add_volume(call: Call, form: NewVolume) -> VolumeChanged:
    """Make a volume, which may also be described in JSON."""
    volume_id = await volumes.create_volume(
        call.tx,
        call.user,
        call.project_id,
        name=form.title,
        comment=form.comment,
        mesh=await asyncio.to_thread(form.surface),
    )
    return {"success": True, "volume_id": volume_id}


@routes.post(
    "/{project_id}/volumes/import",
    needs=Permission.IMPORT,
    label="volumes.create",
    files=Files("Surfaces, as .stl or .obj files.", many=True),
)
async def import_volumes(call: Call, form: ImportVolumes) -> dict[str, int]:
    """Make volumes of uploaded STL and OBJ files, or of a text in STL; ids by file name, or by name."""
    made: dict[str, int] = {}
    for field in bodies.posted(call.request).values():
        if isinstance(field, UploadedFile):
            made[field.filename] = await volumes.import_volume(
                call.tx, call.user, call.project_id, field.filename, field.content
            )
    if not made:
        if form.format != "stl":
            raise InvalidInput("Send files, or a surface as mesh with the format stl.")
        made[form.name] = await volumes.import_volume(
            call.tx, call.user, call.project_id, f"{form.name}.stl", form.mesh.encode()
        )
    return made


@routes.post("/{project_id}/volumes/entities/", needs=Permission.BROWSE)
async def list_entities(call: Call, form: SomeVolumes) -> dict[int, int]:
    """Give for each volume the id of the object to which its annotations are linked."""
    async with call.reading() as connection:
        return await volumes.entities_of(connection, call.project_id, form.volume_ids or [])


@routes.any("/{project_id}/volumes/from-entities", needs=Permission.BROWSE)
async def volumes_of_entities(call: Call, form: Entities) -> dict[int, int]:
    """Give for each object to which annotations are linked the id of its volume."""
    async with call.reading() as connection:
        return await volumes.volumes_of_entities(connection, call.project_id, form.entity_ids)


@routes.any("/{project_id}/volumes/from-origin", needs=Permission.BROWSE)
async def volumes_from_origin(call: Call, form: NoParameters) -> dict[str, int]:
    """Give the volumes that were copied from another service; always empty here."""
    return {}


@routes.any("/{project_id}/volumes/skeleton-innervations", needs=Permission.BROWSE)
async def list_innervations(call: Call, form: Innervations) -> list[InnervatedVolumes]:
    """List the volumes that skeletons may enter: those whose bounding box meets the box of an edge."""
    async with call.reading() as connection:
        return await volumes.innervations(
            connection,
            call.project_id,
            form.skeleton_ids,
            annotation=form.annotation,
            min_nodes=form.min_nodes,
            min_cable=form.min_cable,
        )


class DescribedVolume(VolumeRecord):
    """A volume; `bbox` has corners `min` and `max` by axis in nm, `mesh` is X3D."""

    bbox: dict[str, dict[str, float]]
    mesh: str


@routes.get("/{project_id}/volumes/{volume_id}/", needs=Permission.BROWSE)
async def describe_volume(call: Call, form: NoParameters) -> DescribedVolume:
    """Describe a volume, with its surface as X3D."""
    async with call.reading() as connection:
        described, mesh = await volumes.describe_volume(connection, call.project_id, call.path["volume_id"])
    low, high = (dict(zip("xyz", end.tolist(), strict=True)) for end in (mesh.min(axis=(0, 1)), mesh.max(axis=(0, 1))))
    return {**described, "bbox": {"min": low, "max": high}, "mesh": await asyncio.to_thread(meshes.as_x3d, mesh)}


@routes.post("/{project_id}/volumes/{volume_id}/", needs=Permission.ANNOTATE, label="volumes.update")
async def update_volume(call: Call, form: EditVolume) -> VolumeChanged:
    """Change a volume's title and comment."""
    volume_id = call.path["volume_id"]
    await volumes.update_volume(call.tx, call.user, call.project_id, volume_id, name=form.title, comment=form.comment)
    return {"success": True, "volume_id": volume_id}


class VolumeDeleted(TypedDict):
    """The volume that is gone."""

    success: bool
    volume_id: str


@routes.delete("/{project_id}/volumes/{volume_id}/", needs=Permission.ANNOTATE, label="volumes.delete")
async def delete_volume(call: Call, form: NoParameters) -> VolumeDeleted:
    """Delete a volume."""
    volume_id = call.path["volume_id"]
    await volumes.delete_volume(call.tx, call.user, call.project_id, volume_id)
    return {"success": True, "volume_id": str(volume_id)}


@routes.any("/{project_id}/volumes/{volume_id}/intersect", needs=Permission.BROWSE)
async def intersects(call: Call, form: VolumePoint) -> dict[str, bool]:
    """Whether a location is in the bounding box of a volume, or on it."""
    async with call.reading() as connection:
        return {
            "intersects": await volumes.box_holds(
                connection, call.project_id, call.path["volume_id"], (form.x, form.y, form.z)
            )
        }


@routes.get("/{project_id}/volumes/{volume_id}/update-meta-info", needs=Permission.BROWSE)
async def measure_volume(call: Call, form: NoParameters) -> SurfaceMeasures:
    """Give area in square nm, volume in cubic nm, and whether the surface is closed."""
    async with call.reading() as connection:
        return await volumes.measures_of(connection, call.project_id, call.path["volume_id"])


@routes.get("/{project_id}/volumes/{volume_id}/export.{extension}", needs=Permission.BROWSE)
async def export_volume(
    call: Call, form: NoParameters
) -> Annotated[web.Response, Content(str, "model/stl"), Content(str, "model/x.stl-ascii"), Content(str, "model/obj")]:
    """Give a volume as STL or OBJ to a client that names its media type in `Accept`."""
    extension = call.path["extension"]
    media_type = next((kind for kind in _MEDIA_TYPES.get(extension, ()) if call.accepts(kind)), None)
    if media_type is None:
        raise UnknownFileType(f"Accept one of {_MEDIA_TYPES} to export a volume.")
    async with call.reading() as connection:
        described, mesh = await volumes.describe_volume(connection, call.project_id, call.path["volume_id"])
    text = await asyncio.to_thread(meshes.as_stl if extension == "stl" else meshes.as_obj, mesh)
    response = web.Response(text=text, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="volume-{described["id"]}.{extension}"'
    return response


def _single(value: float) -> float:
    """A measure with the digits of single precision, as clients are used to."""
    return float(str(np.float32(value)))
