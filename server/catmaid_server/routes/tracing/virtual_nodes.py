"""Virtual nodes that reviewers skip."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.domain.tracing import virtual_nodes
from catmaid_server.domain.tracing.virtual_nodes import SuppressedNode
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import times
from catmaid_server.http.catmaid.times import Instant
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class Suppress(msgspec.Struct):
    """A section: how it is seen, and where it lies along that axis (nm)."""

    orientation: int
    location_coordinate: float


class Suppressed(TypedDict):
    """A section that reviewers skip; coordinate in nm."""

    id: int
    creation_time: Instant
    edition_time: Instant
    location_coordinate: float
    orientation: int
    user: int
    project: int | str
    child: int | str
    """The treenode above which it is."""


@routes.get("/{project_id}/treenodes/{treenode_id}/suppressed-virtual/", needs=Permission.BROWSE)
async def list_suppressed(call: Call, form: NoParameters) -> list[Suppressed]:
    """List the sections that reviewers skip above a treenode."""
    async with call.reading() as connection:
        found = await virtual_nodes.suppressed(connection, call.project_id, call.path["treenode_id"])
    return [_described(node) for node in found]


@routes.post(
    "/{project_id}/treenodes/{treenode_id}/suppressed-virtual/",
    needs=Permission.ANNOTATE,
    label="suppressed_virtual_treenodes.create",
)
async def suppress(call: Call, form: Suppress) -> Suppressed:
    """Let reviewers skip a section above a treenode."""
    made = await virtual_nodes.suppress(
        call.tx, call.project_id, call.user, call.path["treenode_id"], form.orientation, form.location_coordinate
    )
    # What was just made repeats project and treenode as they stand in the path: as text.
    return {**_described(made), "project": str(made.project_id), "child": str(made.child_id)}


@routes.delete(
    "/{project_id}/treenodes/{treenode_id}/suppressed-virtual/{suppressed_id}",
    needs=Permission.ANNOTATE,
    label="suppressed_virtual_treenodes.delete",
)
async def restore(call: Call, form: NoParameters) -> Annotated[web.Response, Content(None, "", 204)]:
    """Show reviewers a section again."""
    await virtual_nodes.restore(
        call.tx, call.project_id, call.user, call.path["treenode_id"], call.path["suppressed_id"]
    )
    return web.Response(status=204)


def _described(node: SuppressedNode) -> Suppressed:
    return {
        "id": node.id,
        "user": node.user_id,
        "project": node.project_id,
        "creation_time": times.utc(node.creation_time),
        "edition_time": times.utc(node.edition_time),
        "child": node.child_id,
        "location_coordinate": node.location_coordinate,
        "orientation": node.orientation,
    }
