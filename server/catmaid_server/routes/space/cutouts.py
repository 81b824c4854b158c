"""Boxes of voxels of image stacks, as values."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Annotated

import msgspec
import numpy as np
from aiohttp import web
from numpy.typing import NDArray

from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.tiles.cutouts import VoxelBox, cutout
from catmaid_server.tiles.service import StackRevision

routes = Routes()

_NPY = "application/x-npy"


class CutOut(msgspec.Struct):
    """A box in voxels of a zoom level, z in sections."""

    zoom: int = 0
    """0 is full resolution; each level halves x and y."""
    x0: int = 0
    """First column."""
    x1: int = 1
    """The column after the last."""
    y0: int = 0
    """First row."""
    y1: int = 1
    """The row after the last."""
    z0: int = 0
    """First section."""
    z1: int = 1
    """The section after the last."""


@routes.get(
    r"/{project_id}/stack/{stack_id}/tiles/{revision:[0-9a-f]+}/cutout",
    needs=Permission.BROWSE,
)
async def read_cutout(call: Call, form: CutOut) -> Annotated[web.Response, Content(bytes, _NPY)]:
    """Give the values of a box, as the source has them, as a file of numpy (npy) with the axes z, y, x.

    At most 2^24 voxels; 0 where the stack has none.
    """
    stack = StackRevision(call.project_id, call.path["stack_id"], call.path["revision"])
    mirrors = await call.request.app[keys.TILES].mirrors(stack)
    box = VoxelBox(form.zoom, (form.x0, form.x1), (form.y0, form.y1), (form.z0, form.z1))
    values = await cutout(mirrors, box)
    return web.Response(body=await asyncio.to_thread(_as_npy, values), content_type=_NPY)


def _as_npy(values: NDArray[np.generic]) -> bytes:
    file = BytesIO()
    np.save(file, values, allow_pickle=False)
    return file.getvalue()
