"""Skeletons from files that clients send, and ids to order."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.skeletons import entity_ids
from catmaid_server.domain.skeletons.origins import SkeletonOrigin
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import bodies
from catmaid_server.http.catmaid.forms import wide_ids
from catmaid_server.http.catmaid.multipart import UploadedFile
from catmaid_server.http.routing import Files, Permission, Routes
from catmaid_server.transfer.importers import uploads
from catmaid_server.transfer.importers.uploads import Upload
from catmaid_wire.forest import TreeChoice

routes = Routes()

_ENDINGS = (".swc", ".eswc")


class ImportSkeleton(msgspec.Struct, kw_only=True):
    """Name, annotations and ids that the neuron gets, and where the file came from."""

    name: str | None = None
    annotations: list[str] = []
    neuron_id: int | None = None
    """The id that the neuron is to have; without it, the next free."""
    skeleton_id: int | None = None
    """The id that the skeleton is to have; without it, the next free."""
    auto_id: bool = True
    """Whether the next free id does where a wanted one is taken; else that is an error."""
    force: bool = False
    """Whether the skeleton takes the place of what has the wanted ids; the neuron's annotations stay."""
    replace_annotations: bool = False
    """Whether the annotations of a neuron that is replaced go."""
    source_id: str | None = None
    """The skeleton's id where it comes from; up to 2^63."""
    source_url: str | None = None
    """Address of the server that it comes from; with `source_project_id`, and both with `source_id`."""
    source_project_id: int | None = None
    source_type: str = "skeleton"
    """What it is there: `skeleton` or `segmentation`."""
    trees: TreeChoice = "refuse"
    """What becomes of a file of several trees: `refuse`, its `first`, or `all`, a neuron of each."""
    soma_label: bool = False
    """Whether nodes of type 1 get the label `soma`."""

    def origin(self) -> SkeletonOrigin | None:
        """Where the skeleton came from, if that is said; `InvalidInput` if it is said by halves."""
        parts = {
            "source_id": self.source_id,
            "source_url": self.source_url,
            "source_project_id": self.source_project_id,
        }
        missing = [name for name, value in parts.items() if value is None]
        if len(missing) == len(parts):
            return None
        if missing or self.source_id is None or self.source_url is None or self.source_project_id is None:
            raise InvalidInput(f"Of where the skeleton came from, this is missing: {', '.join(missing)}.")
        (source_id,) = wide_ids([self.source_id])
        return SkeletonOrigin(source_id, self.source_url, self.source_project_id)


class FurtherSkeleton(TypedDict):
    """The neuron and skeleton of another tree of a file."""

    neuron_id: int
    skeleton_id: int


class ImportedSkeleton(TypedDict):
    """What was made, and by id in the file the id here of each node.

    `more_skeletons`, if there are several trees; `notes`, if something of the file was skipped or left out.
    """

    neuron_id: int
    skeleton_id: int
    node_id_map: dict[int, int]
    more_skeletons: NotRequired[list[FurtherSkeleton]]
    notes: NotRequired[list[str]]


@routes.post(
    "/{project_id}/skeletons/import",
    needs=Permission.IMPORT,
    label="skeletons.import",
    files=Files("A skeleton, as .swc or .eswc file."),
)
async def import_skeleton(call: Call, form: ImportSkeleton) -> ImportedSkeleton:
    """Make a neuron of an SWC or eSWC file."""
    filename, content = _file(call)
    made = await uploads.import_upload(
        call.tx,
        call.user,
        call.project_id,
        Upload(
            filename,
            content,
            neuron_name=form.name,
            annotations=tuple(form.annotations) or (uploads.ANNOTATION,),
            replace_annotations=form.replace_annotations,
            neuron_id=form.neuron_id,
            skeleton_id=form.skeleton_id,
            replace=form.force,
            auto_id=form.auto_id,
            origin=form.origin(),
            trees=form.trees,
            soma_label=form.soma_label,
        ),
    )
    answer: ImportedSkeleton = {
        "neuron_id": made.neuron_id,
        "skeleton_id": made.skeleton_id,
        "node_id_map": made.node_ids,
    }
    if made.more:
        answer["more_skeletons"] = [
            {"neuron_id": neuron_id, "skeleton_id": skeleton_id} for neuron_id, skeleton_id in made.more
        ]
    if made.notes:
        answer["notes"] = list(made.notes)
    return answer


def _file(call: Call) -> tuple[str, bytes]:
    """Name and content of the one file that came along."""
    if call.request.content_type != "multipart/form-data":
        raise InvalidInput("Send one file.")
    files = [value for value in bodies.posted(call.request).values() if isinstance(value, UploadedFile)]
    if len(files) != 1:
        raise InvalidInput(f"Send one file, not {len(files)}.")
    name = files[0].filename
    if not name.lower().endswith(_ENDINGS):
        raise web.HTTPUnsupportedMediaType(text=f"{name!r} should end with .swc or .eswc.")
    return name, files[0].content


class ChangeIds(msgspec.Struct):
    """New ids of a skeleton and its neuron."""

    new_skeleton_id: int | None = None
    new_neuron_id: int | None = None


class IdsChanged(TypedDict):
    """The ids."""

    old_skeleton_id: int
    new_skeleton_id: int
    skeleton_updated: bool
    neuron_updated: bool


@routes.post("/{project_id}/skeletons/{skeleton_id}/id", needs=Permission.ADMINISTER, label="skeletons.update_id")
async def change_ids(call: Call, form: ChangeIds) -> IdsChanged:
    """Give a skeleton and its neuron other ids."""
    skeleton_id = call.path["skeleton_id"]
    changed = await entity_ids.change(
        call.tx, call.project_id, skeleton_id, new_skeleton_id=form.new_skeleton_id, new_neuron_id=form.new_neuron_id
    )
    return {
        "old_skeleton_id": skeleton_id,
        "new_skeleton_id": changed.skeleton_id,
        "skeleton_updated": changed.skeleton_updated,
        "neuron_updated": changed.neuron_updated,
    }
