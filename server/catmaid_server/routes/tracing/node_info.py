"""Where nodes are, who made them, what is near."""

from __future__ import annotations

from typing import Annotated, NamedTuple, TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.positions import NodePosition
from catmaid_server.domain.tracing import node_info
from catmaid_server.domain.tracing.node_info import MostRecentTreenode, NearestTreenode, TreenodeInfo
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import Instant
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class NodeIds(msgspec.Struct):
    """Some treenodes and connectors."""

    node_ids: list[int] = []


class OneNode(msgspec.Struct):
    """A treenode or connector."""

    tnid: int


class Upstream(msgspec.Struct):
    """How far to go towards the root."""

    alt: int
    """1: only to the first node with a label, a link or a confidence below 5; else the whole way."""


class NearestTo(msgspec.Struct):
    """A point (nm) and where to look."""

    x: float = 0
    y: float = 0
    z: float = 0
    skeleton_id: int | None = None
    neuron_id: int | None = None


class WhereEditedLast(msgspec.Struct):
    """Where to look."""

    skeleton_id: int | None = None
    user_id: int | None = None


class FindLabels(msgspec.Struct):
    """A point (nm) and what labels to look for."""

    x: float
    y: float
    z: float
    label_regex: str


class FindTreenodes(msgspec.Struct):
    """What wanted treenodes are, belong to, and bear."""

    treenode_ids: list[int] = []
    skeleton_ids: list[int] = []
    label_ids: list[int] = []
    label_names: list[str] = []


class Authors(TypedDict):
    """Who made, edited and reviewed a node."""

    user: int
    editor: int
    creation_time: Instant
    edition_time: Instant
    reviewers: list[int]
    review_times: list[Instant]


@routes.any("/{project_id}/node/user-info", needs=Permission.BROWSE)
async def user_info(call: Call, form: NodeIds) -> Annotated[msgspec.Raw, Content(dict[int, Authors])]:
    """Tell who made, edited and reviewed nodes."""
    async with call.reading() as connection:
        return await node_info.user_info(connection, call.project_id, form.node_ids)


@routes.any("/{project_id}/nodes/location", needs=Permission.BROWSE)
async def locate_nodes(call: Call, form: NodeIds) -> list[NodePosition]:
    """Tell where nodes are."""
    async with call.reading() as connection:
        return await node_info.locations(connection, call.project_id, form.node_ids)


@routes.any("/{project_id}/node/get_location", needs=Permission.BROWSE)
async def locate_node(call: Call, form: OneNode) -> NodePosition:
    """Tell where a node is."""
    async with call.reading() as connection:
        return await node_info.location(connection, call.project_id, form.tnid)


@routes.any("/{project_id}/nodes/nearest", needs=Permission.BROWSE)
async def find_nearest(call: Call, form: NearestTo) -> NearestTreenode:
    """Find the treenode nearest to a point."""
    if form.skeleton_id is not None and form.neuron_id is not None:
        raise InvalidInput("Send skeleton_id or neuron_id, not both.")
    async with call.reading() as connection:
        return await node_info.nearest(
            connection,
            call.project_id,
            (form.x, form.y, form.z),
            skeleton_id=form.skeleton_id,
            neuron_id=form.neuron_id,
        )


@routes.any("/{project_id}/nodes/most-recent", needs=Permission.BROWSE)
async def find_most_recent(call: Call, form: WhereEditedLast) -> MostRecentTreenode:
    """Find the treenode that was edited last."""
    async with call.reading() as connection:
        return await node_info.most_recent(
            connection, call.project_id, skeleton_id=form.skeleton_id, user_id=form.user_id
        )


@routes.any("/{project_id}/nodes/find-labels", needs=Permission.BROWSE)
async def find_labels(call: Call, form: FindLabels) -> list[tuple[int, list[float], float, list[str]]]:
    """Find the nodes nearest to a point whose label fits a regular expression."""
    async with call.reading() as connection:
        return await node_info.labelled_near(connection, call.project_id, (form.x, form.y, form.z), form.label_regex)


@routes.get("/{project_id}/treenodes/{treenode_id}/info", needs=Permission.BROWSE)
async def describe_treenode(call: Call, form: NoParameters) -> TreenodeInfo:
    """Name skeleton and neuron of a treenode."""
    async with call.reading() as connection:
        return await node_info.treenode_info(connection, call.project_id, call.path["treenode_id"])


class CompactTreenode(NamedTuple):
    """A treenode; nm, and seconds since 1970."""

    id: int
    parent_id: int | None
    x: float
    y: float
    z: float
    confidence: int
    radius: float
    skeleton_id: int
    edition_time: float
    user_id: int


@routes.get("/{project_id}/treenodes/{treenode_id}/compact-detail", needs=Permission.BROWSE)
async def compact_treenode(call: Call, form: NoParameters) -> Annotated[msgspec.Raw, Content(CompactTreenode)]:
    """Give one treenode as a row of `node/list`."""
    treenode_id = call.path["treenode_id"]
    async with call.reading() as connection:
        return await node_info.compact_treenode(connection, call.project_id, treenode_id)


@routes.post("/{project_id}/treenodes/compact-detail", needs=Permission.BROWSE)
async def compact_treenodes(call: Call, form: FindTreenodes) -> Annotated[msgspec.Raw, Content(list[CompactTreenode])]:
    """Give treenodes as rows of `node/list`."""
    async with call.reading() as connection:
        return await node_info.compact_treenodes(
            connection,
            call.project_id,
            treenode_ids=form.treenode_ids,
            skeleton_ids=form.skeleton_ids,
            label_ids=form.label_ids,
            label_names=form.label_names,
        )


@routes.any("/{project_id}/treenodes/{treenode_id}/children", needs=Permission.BROWSE)
async def list_children(call: Call, form: NoParameters) -> list[list[NodePosition]]:
    """Give the children of a treenode."""
    async with call.reading() as connection:
        return await node_info.children(connection, call.project_id, call.path["treenode_id"])


@routes.any("/{project_id}/treenodes/{treenode_id}/next-branch-or-end", needs=Permission.BROWSE)
async def find_next_branches(call: Call, form: NoParameters) -> list[tuple[NodePosition, NodePosition, NodePosition]]:
    """Find the way to the next branch or end in each direction away from the root.

    Of each: its first node, its first node with a label, a link or a confidence below 5 (or its last), its last.
    """
    async with call.reading() as connection:
        return await node_info.next_branches(connection, call.project_id, call.path["treenode_id"])


@routes.any("/{project_id}/treenodes/{treenode_id}/previous-branch-or-root", needs=Permission.BROWSE)
async def find_previous_branch(call: Call, form: Upstream) -> NodePosition:
    """Find the previous branch, or the root."""
    async with call.reading() as connection:
        return await node_info.previous_branch(
            connection, call.project_id, call.path["treenode_id"], only_to_noted=form.alt == 1
        )
