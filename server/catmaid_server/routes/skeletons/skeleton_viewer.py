"""Skeletons as viewers want them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import numpy as np
from aiohttp import web

from catmaid_server.domain.skeletons import skeleton_viewer
from catmaid_server.domain.skeletons.skeleton_viewer import Viewed
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import milliseconds
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()

_TIMES = 2
"""How many columns at the end of a node are times."""


class ViewSkeleton(msgspec.Struct):
    """How much of a skeleton is wanted; text that is not empty, whatever it is, means yes."""

    with_connectors: str = "true"
    lean: int = 0
    """Whether labels and links are left out: 0 or 1."""
    all_fields: str = ""
    """Whether with the times of nodes, connectors and reviews."""


@routes.any("/{project_id}/skeleton/{skeleton_id}/compact-json", needs=Permission.BROWSE)
async def view_skeleton(call: Call, form: ViewSkeleton) -> list[Any]:
    """Read one skeleton: name, nodes, nodes by label, links to connectors, reviews by node.

    Returns
    -------
    A list: the neuron's name; nodes as (id, parent or null, user, x, y, z, radius, confidence) and perhaps times of
    creation and edition, nm; nodes by label; links as (node, connector, kind, x, y, z, time or null); reviewers by
    node.
    """
    wanted = form if call.request.method == "POST" else ViewSkeleton()
    async with call.reading() as connection:
        found = await skeleton_viewer.view(
            connection,
            call.project_id,
            call.path["skeleton_id"],
            with_tags=not wanted.lean,
            with_links=not wanted.lean and bool(wanted.with_connectors),
        )
    return _listed(found, with_times=bool(wanted.all_fields))


@routes.any("/{project_id}/skeleton/{skeleton_id}/json", needs=Permission.BROWSE)
async def view_skeleton_with_times(call: Call, form: NoParameters) -> list[Any]:
    """Read one skeleton as compact-json does, with all times.

    Returns
    -------
    What `compact-json` answers, with all times.
    """
    async with call.reading() as connection:
        found = await skeleton_viewer.view(
            connection, call.project_id, call.path["skeleton_id"], with_tags=True, with_links=True
        )
    return _listed(found, with_times=True)


def _listed(found: Viewed, *, with_times: bool) -> list[Any]:
    nodes: list[tuple[Any, ...]] = [node[:-_TIMES] for node in found.nodes]
    if with_times:
        nodes = [
            (*row, milliseconds(node.creation_time), milliseconds(node.edition_time))
            for row, node in zip(nodes, found.nodes, strict=True)
        ]
    links = [(*link[:-1], milliseconds(link.creation_time) if with_times else None) for link in found.links]
    reviews = {
        node: [(reviewer, milliseconds(time)) if with_times else reviewer for reviewer, time in made]
        for node, made in found.reviews.items()
    }
    return [found.name, nodes, found.tags, links, reviews]


@routes.get("/{project_id}/skeletons/{skeleton_id}/neuroglancer", needs=Permission.BROWSE)
async def export_neuroglancer(
    call: Call, form: NoParameters
) -> Annotated[web.Response, Content(bytes, "application/octet-stream")]:
    """Give one skeleton in neuroglancer's binary form.

    All little-endian: how many vertices and edges there are (uint32), the vertices (float32, nm), and the pairs of
    vertices that edges join (uint32).
    """
    async with call.reading() as connection:
        vertices, edges = await skeleton_viewer.lines(connection, call.project_id, call.path["skeleton_id"])
    counts = np.array([len(vertices), len(edges)], dtype="<u4")
    return web.Response(
        body=counts.tobytes() + vertices.tobytes() + edges.tobytes(), content_type="application/octet-stream"
    )
