"""Many skeletons as a 3D viewer needs them: positions and parents, in few bytes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.skeletons import geometry
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.forms import wide_ids
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_wire.geometry import MEDIA_TYPE, encode

routes = Routes()


class GeometryOfSkeletons(msgspec.Struct, kw_only=True):
    """Which skeletons, and of which ones the client has the geometry already."""

    skeleton_ids: list[int] = []
    known: dict[int, str] = {}
    """By skeleton the version of the geometry that the client has, as text; what did not change is not sent."""


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
    little-endian bytes.

    A skeleton's part of `blobs` is packed by raw deflate. Its treenodes are in the order of their ids. Encoding 0: for
    each of x, y and z the low bytes, then the high bytes of uint16: the steps of 1/65535 of the box, minus those of the
    parent (modulo 65536). Encoding 1: float32 x of all treenodes, then y, then z, from the lowest place of the box.
    Then, in both, how many rows up the parent of each treenode is, 0 at a root, written as 2n for n and 2n - 1 for -n:
    the lowest bytes of the uint32 of all treenodes, then their second, third and fourth ones.
    """
    known = dict(zip(form.known, wide_ids(form.known.values()), strict=True))
    async with call.reading() as connection:
        answer = await geometry.skeleton_geometry(
            connection, call.store.geometry, call.project_id, form.skeleton_ids, known
        )
    return web.Response(body=encode(answer), content_type=MEDIA_TYPE)
