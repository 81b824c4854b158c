"""Many skeletons as a 3D viewer needs them: positions and parents, in few bytes."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import numpy as np
from aiohttp import web
from numpy.typing import NDArray

from catmaid_server.domain.skeletons import geometry, special_nodes
from catmaid_server.domain.skeletons.special_nodes import SpecialNodes
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.forms import wide_ids
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_wire import columns
from catmaid_wire.geometry import MEDIA_TYPE, encode

routes = Routes()


class GeometryOfSkeletons(msgspec.Struct, kw_only=True):
    """Which skeletons, and of which ones the client has the geometry already."""

    skeleton_ids: list[int] = []
    known: dict[int, str] = {}
    """By skeleton the version that the client has, as text; what did not change is not sent."""
    overview: bool = False
    """Send overviews of skeletons, unless all together are small."""

    @property
    def known_versions(self) -> dict[int, int]:
        """`known` as numbers; `InvalidInput` if they are none."""
        return dict(zip(self.known, wide_ids(self.known.values()), strict=True))


@routes.post("/{project_id}/skeletons/geometry", needs=Permission.BROWSE)
async def skeleton_geometry(
    call: Call, form: GeometryOfSkeletons
) -> Annotated[web.Response, Content(bytes, MEDIA_TYPE)]:
    """Read where the treenodes of skeletons are, for drawing them.

    Returns
    -------
    MessagePack: `format` 1; `origin`, the middle of all boxes, x, y, z in nm; for each skeleton that is sent
    `skeleton_id` and `rows` (the number of its treenodes), int32, `version` of its geometry, int64, `encoding`, uint8,
    `box`, six float64 (lowest and highest x, y, z in nm), and `size`, int32, the number of its bytes in `blobs`;
    `unchanged`, int32, the skeletons that have the known version; and `gone`, int32, those that do not exist. All are
    little-endian bytes. A version of -1 is an overview: some of the treenodes, each with the next one of them towards
    the root as its parent.

    A skeleton's part of `blobs` is packed by raw deflate. Its treenodes are in the order of their ids. Encoding 0: for
    each of x, y and z the low bytes, then the high bytes of uint16: the steps of 1/65535 of the box, minus those of the
    parent (modulo 65536). Encoding 1: float32 x of all treenodes, then y, then z, from the lowest place of the box.
    Encoding 2: as 0, with steps of 1 nm from the lowest place of the box. Then, in all, how many rows up the parent of
    each treenode is, 0 at a root, written as 2n for n and 2n - 1 for -n: the lowest bytes of the uint32 of all
    treenodes, then their second, third and fourth ones.
    """
    async with call.reading() as connection:
        answer = await geometry.skeleton_geometry(
            connection,
            call.store.geometry,
            call.project_id,
            form.skeleton_ids,
            form.known_versions,
            overview=form.overview,
        )
    return web.Response(body=encode(answer), content_type=MEDIA_TYPE)


@routes.post("/{project_id}/skeletons/geometry/node-ids", needs=Permission.BROWSE)
async def node_ids_of_geometry(
    call: Call, form: GeometryOfSkeletons
) -> Annotated[web.Response, Content(bytes, columns.MEDIA_TYPE)]:
    """Read the ids of the treenodes of skeletons, in the order of the rows of their geometry.

    Returns
    -------
    MessagePack: `skeletons`, a table of columns (skeleton_id, version of the geometry, rows); `nodes`, a table of one
    column, node_id, with the treenodes of one skeleton after the other; and `unchanged`, the skeletons that have the
    known version. Skeletons that do not exist are missing.
    """
    async with call.reading() as connection:
        found = await geometry.node_ids(connection, call.project_id, form.skeleton_ids, form.known_versions)
    skeletons = columns.table(
        list(zip(found.skeleton_id, found.version, found.rows, strict=True)), columns.GEOMETRY_SKELETONS
    )
    nodes = columns.columns({"node_id": found.node_id})
    body = columns.encode({"skeletons": skeletons, "nodes": nodes, "unchanged": found.unchanged})
    return web.Response(body=body, content_type=columns.MEDIA_TYPE)


class RadiiOfSkeletons(msgspec.Struct, kw_only=True):
    """Which skeletons."""

    skeleton_ids: list[int] = []


@routes.post("/{project_id}/skeletons/geometry/radii", needs=Permission.BROWSE)
async def radii_of_geometry(
    call: Call, form: RadiiOfSkeletons
) -> Annotated[web.Response, Content(bytes, columns.MEDIA_TYPE)]:
    """Read how thick skeletons are, in the order of the rows of their geometry.

    Returns
    -------
    MessagePack: `skeletons`, a table of columns (skeleton_id, version of the geometry, rows); `nodes`, a table of one
    column, radius (nm, float32, -1: unset), with the treenodes of one skeleton after the other. Skeletons that do not
    exist are missing, and those without any radius above 0.
    """
    async with call.reading() as connection:
        found = await geometry.radii(connection, call.project_id, form.skeleton_ids)
    skeletons = columns.table(
        list(zip(found.skeleton_id, found.version, found.rows, strict=True)), columns.GEOMETRY_SKELETONS
    )
    body = columns.encode({"skeletons": skeletons, "nodes": columns.columns({"radius": found.radius})})
    return web.Response(body=body, content_type=columns.MEDIA_TYPE)


class SpecialNodesOfSkeletons(msgspec.Struct, kw_only=True):
    """Which skeletons, and what a soma is."""

    skeleton_ids: list[int] = []
    soma_radius: float | None = None
    """If no treenode has the label soma, the thickest one is the soma if its radius is at least this, nm."""


@routes.post("/{project_id}/skeletons/geometry/special-nodes", needs=Permission.BROWSE)
async def special_nodes_of_geometry(
    call: Call, form: SpecialNodesOfSkeletons
) -> Annotated[web.Response, Content(bytes, columns.MEDIA_TYPE)]:
    """Read which treenodes of skeletons are open ends, uncertain, labelled, or somata.

    Returns
    -------
    MessagePack: `skeletons`, a table of columns (skeleton_id, version of the geometry, rows); `nodes`, a table of the
    special treenodes (skeleton_id, row in the geometry, treenode_id, kinds, confidence, radius in nm), where kinds is
    the sum of 1 at an open end, 2 for a confidence below 5, 4 with a label, and 8 at a soma; `tags`, a table
    (treenode_id, and label as an index in `labels`). Skeletons that do not exist are missing.
    """
    async with call.reading() as connection:
        found, labelled = await special_nodes.special_nodes(
            connection, call.project_id, form.skeleton_ids, form.soma_radius
        )
    labels = sorted({name for _, name in labelled})
    places = {name: place for place, name in enumerate(labels)}
    content = {
        "skeletons": columns.table(
            [(skeleton_id, one.version, one.nodes) for skeleton_id, one in found.items()], columns.GEOMETRY_SKELETONS
        ),
        "nodes": columns.columns(_special_columns(found)),
        "tags": columns.table([(node, places[name]) for node, name in labelled], columns.GEOMETRY_TAGS),
        "labels": labels,
    }
    return web.Response(body=columns.encode(content), content_type=columns.MEDIA_TYPE)


def _special_columns(found: dict[int, SpecialNodes]) -> dict[str, NDArray[Any]]:
    """As `columns.SPECIAL_NODES`."""
    parts: dict[str, list[NDArray[Any]]] = {
        "skeleton_id": [np.full(len(one.rows), skeleton_id) for skeleton_id, one in found.items()],
        "row": [one.rows for one in found.values()],
        "treenode_id": [one.treenode_ids for one in found.values()],
        "kinds": [one.kinds for one in found.values()],
        "confidence": [one.confidences for one in found.values()],
        "radius": [one.radii for one in found.values()],
    }
    return {
        name: np.concatenate([np.empty(0, dtype), *parts[name]]).astype(dtype)
        for name, dtype in columns.SPECIAL_NODES.items()
    }
