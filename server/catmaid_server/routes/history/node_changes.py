"""Who changed or deleted a node last, and when."""

from __future__ import annotations

from typing import TypedDict

from catmaid_server.domain.history import node_changes
from catmaid_server.domain.times import ZonedTime
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class AncestorThatRemains(TypedDict):
    """A treenode and its place, nm."""

    id: int
    skeleton_id: int
    x: float
    y: float
    z: float


class LastNodeChange(TypedDict):
    """The version that a node is of, or that deleted it."""

    version: int
    label: str
    user_id: int | None
    username: str | None
    time: ZonedTime | None
    is_deleted: bool
    ancestor: AncestorThatRemains | None
    """Of a deleted treenode: the nearest of those above it that exists."""


@routes.get("/{project_id}/nodes/{node_id}/last-change", needs=Permission.BROWSE)
async def last_node_change(call: Call, form: NoParameters) -> LastNodeChange:
    """Tell who changed a treenode or connector last, or deleted it, and when."""
    async with call.reading() as connection:
        change = await node_changes.last_change(connection, call.project_id, call.path["node_id"])
    above = change.ancestor
    return {
        "version": change.version,
        "label": change.label,
        "user_id": change.user_id,
        "username": change.username,
        "time": change.time,
        "is_deleted": change.is_deleted,
        "ancestor": None
        if above is None
        else {"id": above.id, "skeleton_id": above.skeleton_id, "x": above.x, "y": above.y, "z": above.z},
    }
