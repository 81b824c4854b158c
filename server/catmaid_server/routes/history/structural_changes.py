"""What changed the structure of skeletons since a time."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.history import structural_changes
from catmaid_server.domain.times import ZonedTime, parse_time
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class SkeletonsSince(msgspec.Struct):
    """Skeletons, and of each since when."""

    skeleton_ids: list[int] = []
    times: list[str] = []
    """A time for each skeleton, ISO 8601; changes at that time count, too."""


class StructuralChanges(TypedDict):
    """What versions changed in skeletons, as columns of the same length."""

    skeleton_id: list[int]
    version: list[int]
    label: list[str]
    user_id: list[int | None]
    time: list[ZonedTime | None]
    nodes_made: list[int]
    nodes_gone: list[int]
    edges_made: list[int]
    """Treenodes that were there already and hang on another one."""
    links_made: list[int]
    links_gone: list[int]


@routes.post("/{project_id}/skeletons/structural-changes", needs=Permission.BROWSE)
async def list_structural_changes(call: Call, form: SkeletonsSince) -> StructuralChanges:
    """List the versions that changed treenodes, edges or links of skeletons since a time, oldest first.

    What was made and taken back since that time is left out, with what took it back.
    """
    times = [parse_time(time) for time in form.times]
    async with call.reading() as connection:
        found = await structural_changes.structural_changes(connection, call.project_id, form.skeleton_ids, times)
    return {
        "skeleton_id": [row.skeleton_id for row in found],
        "version": [row.version for row in found],
        "label": [row.label for row in found],
        "user_id": [row.user_id for row in found],
        "time": [row.time for row in found],
        "nodes_made": [row.nodes_made for row in found],
        "nodes_gone": [row.nodes_gone for row in found],
        "edges_made": [row.edges_made for row in found],
        "links_made": [row.links_made for row in found],
        "links_gone": [row.links_gone for row in found],
    }
