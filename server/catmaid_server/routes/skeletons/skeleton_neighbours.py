"""Skeletons around a treenode."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.skeletons import skeleton_neighbours
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()

_SEVERAL, _SINGLE = 0, 1


class Around(msgspec.Struct):
    """Where to look for skeletons."""

    treenode_id: int
    distance: float = 0.0
    """How far from the treenode along each axis, nm; 0 finds nothing."""
    size_mode: int = _SEVERAL
    """Which skeletons: 0 those with several nodes there, 1 those with a single one, any other number both."""


class SkeletonsAround(TypedDict):
    """The skeletons, and whether there may be more."""

    skeletons: list[int]
    reached_limit: NotRequired[bool]


@routes.post("/{project_id}/skeletons/within-spatial-distance", needs=Permission.BROWSE)
async def find_skeletons_around(call: Call, form: Around) -> SkeletonsAround:
    """Find skeletons around a treenode."""
    if form.distance == 0:
        return {"skeletons": []}
    single = {_SEVERAL: False, _SINGLE: True}.get(form.size_mode)
    async with call.reading() as connection:
        found, more = await skeleton_neighbours.around(
            connection, call.project_id, form.treenode_id, form.distance, single=single
        )
    return {"skeletons": found, "reached_limit": more}
