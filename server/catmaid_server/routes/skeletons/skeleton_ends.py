"""Ends and labels of one skeleton by how far they are along it, and skeletons by where they are."""

from __future__ import annotations

import msgspec

from catmaid_server.domain.positions import Position
from catmaid_server.domain.skeletons import skeleton_ends
from catmaid_server.domain.space import volumes
from catmaid_server.domain.values import Box, required
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import times
from catmaid_server.http.catmaid.boxes import Corners
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class FromNode(msgspec.Struct):
    """From where."""

    treenode_id: int


class FindLabelsOfSkeleton(msgspec.Struct):
    """From where, which labels, and whether on ends only."""

    treenode_id: int
    label_regex: str
    only_leaves: bool = False


class FindSkeletonsInBox(Corners):
    """A box, and which skeletons in it."""

    min_nodes: int = 0
    min_cable: float = 0
    """Least length of cable, nm."""
    volume_id: int | None = None
    """Take the box around this volume instead."""
    skeleton_ids: list[int] = msgspec.field(default_factory=list)
    """Look at these only; at all if none is given."""
    limit: int = 0
    """No more than so many; 0 for all."""


class CompletenessOfSkeletons(msgspec.Struct):
    """Some skeletons, and what makes them complete."""

    skeleton_ids: list[int] = []
    open_ends_percent: float = 0.03
    """Below which the share of ends has to be that are open; 1 if it does not matter."""
    min_nodes: int = 500
    min_cable: float = 0.0
    """Least length of cable, nm."""
    ignore_fragments: bool = True
    """Whether a skeleton needs a node labelled as soma or as out to nerve."""


class Validity(msgspec.Struct):
    """Some ids, and whether those that do not exist are wanted."""

    skeleton_ids: list[int] = []
    return_invalid: bool = False


@routes.post("/{project_id}/skeletons/{skeleton_id}/open-leaves", needs=Permission.BROWSE)
async def open_ends(call: Call, form: FromNode) -> list[tuple[int, Position, int, str]]:
    """List the ends at which tracing may go on."""
    async with call.reading() as connection:
        found = await skeleton_ends.open_ends(connection, call.project_id, call.path["skeleton_id"], form.treenode_id)
    return [(node, place, nodes, times.milliseconds(created)) for node, place, nodes, created in found]


@routes.post("/{project_id}/skeletons/{skeleton_id}/find-labels", needs=Permission.BROWSE)
async def find_labels(call: Call, form: FindLabelsOfSkeleton) -> list[tuple[int, Position, int, list[str]]]:
    """List nodes with a label that fits a regular expression."""
    async with call.reading() as connection:
        return await skeleton_ends.labelled(
            connection,
            call.project_id,
            call.path["skeleton_id"],
            form.treenode_id,
            form.label_regex,
            only_ends=form.only_leaves,
        )


@routes.any("/{project_id}/skeletons/in-bounding-box", needs=Permission.BROWSE)
async def skeletons_in_box(call: Call, form: FindSkeletonsInBox) -> list[int]:
    """List skeletons that cross a box."""
    async with call.reading() as connection:
        box = form.box
        if form.volume_id is not None:
            box = Box(*await volumes.box_of(connection, call.project_id, form.volume_id))
        return await skeleton_ends.skeletons_in_box(
            connection,
            call.project_id,
            box,
            min_nodes=form.min_nodes,
            min_cable=form.min_cable,
            skeleton_ids=form.skeleton_ids or None,
            most=form.limit if form.limit > 0 else None,
        )


@routes.any("/{project_id}/skeletons/completeness", needs=Permission.BROWSE)
async def check_completeness(call: Call, form: CompletenessOfSkeletons) -> list[tuple[int, bool]]:
    """Tell whether skeletons are traced completely."""
    wanted = skeleton_ends.Completeness(
        max_open=form.open_ends_percent,
        min_nodes=form.min_nodes,
        min_cable=form.min_cable,
        anchored=form.ignore_fragments,
    )
    async with call.reading() as connection:
        return await skeleton_ends.completeness(
            connection, call.project_id, required(form.skeleton_ids, "skeleton ID"), wanted
        )


@routes.any("/{project_id}/skeletons/validity", needs=Permission.BROWSE)
async def check_ids(call: Call, form: Validity) -> list[int]:
    """List which skeletons exist, or which do not."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        existing = await skeleton_ends.existing(connection, call.project_id, ids)
    return [skeleton_id for skeleton_id in ids if (skeleton_id in existing) != form.return_invalid]
