"""Skeletons as text, and where they came from."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.skeletons import skeleton_export
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class Swc(msgspec.Struct):
    """How nodes are written."""

    linearize_ids: bool = False
    """Whether ids count up from 1, parents before their children."""
    soma_markers: list[str] = []
    """How the one soma is found: `tag:soma`, `radius:<least radius in nm>`, and `root` where these find none; without
    markers every node with the label soma is one."""


class Eswc(msgspec.Struct):
    """How nodes are written."""

    soma_markers: list[str] = []
    """As in SWC."""


@routes.any("/{project_id}/skeleton/{skeleton_id}/swc", needs=Permission.BROWSE)
async def export_swc(call: Call, form: Swc) -> Annotated[web.Response, Content(str, "text/plain")]:
    """Give a skeleton as SWC."""
    async with call.reading() as connection:
        text = await skeleton_export.swc(
            connection,
            call.project_id,
            call.path["skeleton_id"],
            renumber=form.linearize_ids,
            soma_markers=form.soma_markers,
        )
    return web.Response(text=text, content_type="text/plain")


@routes.any("/{project_id}/skeleton/{skeleton_id}/eswc", needs=Permission.BROWSE)
async def export_eswc(call: Call, form: Eswc) -> Annotated[web.Response, Content(str, "text/plain")]:
    """Give a skeleton as SWC with authors, times and confidences."""
    async with call.reading() as connection:
        text = await skeleton_export.eswc(
            connection, call.project_id, call.path["skeleton_id"], soma_markers=form.soma_markers
        )
    return web.Response(text=text, content_type="text/plain")


@routes.any("/{project_id}/treenodes/{treenode_id}/importing-user", needs=Permission.BROWSE)
async def find_importing_user(call: Call, form: NoParameters) -> dict[str, int | None]:
    """Tell who imported a treenode."""
    async with call.reading() as connection:
        user_id = await skeleton_export.importing_user(connection, call.project_id, call.path["treenode_id"])
    return {"importing_user_id": user_id}
