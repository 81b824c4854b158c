"""Skeletons around a treenode."""

from __future__ import annotations

from typing import Any

import msgspec

from catmaid_server.domain import skeleton_neighbours
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.routing import Call, Permission, Routes

routes = Routes()

_SEVERAL, _SINGLE = 0, 1


class Around(msgspec.Struct):
    """A treenode, how far around it (nm), and which skeletons: 0 with several nodes there, 1 with a single one."""

    treenode_id: int
    distance: float
    size_mode: int = _SEVERAL


@routes.any("/{project_id}/skeletons/within-spatial-distance", needs=Permission.BROWSE)
async def find_skeletons_around(call: Call, form: Around) -> dict[str, Any]:
    """Find skeletons around a treenode."""
    if form.size_mode not in (_SEVERAL, _SINGLE):
        raise InvalidInput(f"Parameter size_mode is 0 or 1, not {form.size_mode}.")
    async with call.reading() as connection:
        found, more = await skeleton_neighbours.around(connection, call.project_id, form.treenode_id, form.distance,
                                                       single=form.size_mode == _SINGLE)
    return {"skeletons": found, "reached_limit": more}
