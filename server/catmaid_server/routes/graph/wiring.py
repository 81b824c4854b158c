"""Wiring diagrams, and graphs of groups of skeletons as old clients ask for them."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.graph import wiring
from catmaid_server.domain.graph.wiring import DiagramEdge, DiagramNode, NodeLinkDiagram, Synapse
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import bodies
from catmaid_server.http.catmaid.forms import split_ids
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class Diagram(msgspec.Struct):
    """What a wiring diagram shows."""

    lower_skeleton_count: int = 0
    """How many nodes a skeleton has at least."""


class SkeletonGroup(msgspec.Struct):
    """A group of skeletons."""

    skeleton_list: list[str] = msgspec.field(name="skeleton_list[]", default_factory=list)
    """Ids of skeletons: `skeleton_list[]=1&skeleton_list[]=2`."""


class Skeletons(msgspec.Struct):
    """Skeletons."""

    skeletonlist: list[str] = msgspec.field(name="skeletonlist[]", default_factory=list)
    """Ids of skeletons: `skeletonlist[]=1&skeletonlist[]=2`."""


class _Column(msgspec.Struct, omit_defaults=True):
    name: str
    type: str
    default: bool | None = msgspec.field(name="defValue", default=None)


class _Schema(msgspec.Struct):
    nodes: list[_Column]
    edges: list[_Column]


class _Data(msgspec.Struct):
    nodes: list[DiagramNode]
    edges: list[DiagramEdge]


class WiringDiagram(msgspec.Struct):
    """Nodes and edges, and what is known of each."""

    schema: _Schema = msgspec.field(name="dataSchema")
    data: _Data


_SCHEMA = _Schema(
    nodes=[_Column("id", "string"), _Column("label", "string"), _Column("node_count", "number")],
    edges=[
        _Column("id", "string"),
        _Column("number_of_connector", "number"),
        _Column("directed", "boolean", default=True),
    ],
)


def _bracketed(call: Call, name: str) -> list[int]:
    """Ids sent as `name[]=1&name[]=2`: these routes count every one of them, and know no other spelling."""
    body = bodies.posted(call.request)
    return split_ids(value for value in body.getall(f"{name}[]", ()) if isinstance(value, str))


class GroupedSkeleton(TypedDict):
    """A skeleton, and the name of its neuron. `group` is always 1."""

    group: int
    id: int
    name: str


class GroupedLink(TypedDict):
    """Synapses of one skeleton onto another."""

    id: str
    """`<presynaptic>_<postsynaptic>`."""
    source: int
    """Place of the presynaptic skeleton in `nodes`."""
    target: int
    """Place of the postsynaptic skeleton in `nodes`."""
    value: int
    """The number of synapses."""


class GroupMatrix(TypedDict):
    """A group of skeletons, and links that refer to them by their place."""

    nodes: list[GroupedSkeleton]
    links: list[GroupedLink]


@routes.any("/{project_id}/skeletongroup/adjacency_matrix", needs=Permission.BROWSE)
async def adjacency_matrix(call: Call, form: SkeletonGroup) -> GroupMatrix:
    """Give a group of skeletons as nodes and links, which refer to nodes by their place."""
    async with call.reading() as connection:
        found = await wiring.connections(connection, call.project_id, _bracketed(call, "skeleton_list"))
    place = {skeleton: number for number, skeleton in enumerate(found.neurons)}
    return {
        "nodes": [{"group": 1, "id": skeleton, "name": name} for skeleton, (name, _) in found.neurons.items()],
        "links": [
            {"id": f"{pre}_{post}", "source": place[pre], "target": place[post], "value": count}
            for pre, post, count, _ in found.edges
        ],
    }


class SubgraphNode(TypedDict):
    """A skeleton: ids and the number of its nodes as text."""

    id: str
    label: str
    skeletonid: str
    node_count: str


class SubgraphEdge(TypedDict):
    """Synapses of one skeleton onto another; ids are text. `weight`, and `label` as text, is their number."""

    id: str
    source: str
    target: str
    weight: int
    label: str
    directed: bool


class GroupSubgraph(TypedDict):
    """A group of skeletons with the synapses between them."""

    nodes: list[SubgraphNode]
    edges: list[SubgraphEdge]


@routes.any("/{project_id}/skeletongroup/skeletonlist_subgraph", needs=Permission.BROWSE)
async def group_subgraph(call: Call, form: SkeletonGroup) -> GroupSubgraph:
    """Give a group of skeletons as nodes and directed edges, all ids being text."""
    async with call.reading() as connection:
        found = await wiring.connections(connection, call.project_id, _bracketed(call, "skeleton_list"))
    return {
        "nodes": [
            {
                "id": str(skeleton),
                "label": f"{name} (SkeletonID: {skeleton})",
                "skeletonid": str(skeleton),
                "node_count": str(nodes),
            }
            for skeleton, (name, nodes) in found.neurons.items()
        ],
        "edges": [
            {
                "id": f"{pre}_{post}",
                "source": str(pre),
                "target": str(post),
                "weight": count,
                "label": str(count),
                "directed": True,
            }
            for pre, post, count, _ in found.edges
        ],
    }


@routes.any("/{project_id}/skeletongroup/all_shared_connectors", needs=Permission.BROWSE)
async def shared_connectors(call: Call, form: Skeletons) -> dict[int, None]:
    """List the connectors at which skeletons of a group synapse onto each other, as keys."""
    async with call.reading() as connection:
        found = await wiring.connections(connection, call.project_id, _bracketed(call, "skeletonlist"))
    return dict.fromkeys(connector for *_, connectors in found.edges for connector in connectors)


@routes.any("/{project_id}/connector/list/graphedge", needs=Permission.BROWSE)
async def synapses_of_edge(call: Call, form: Skeletons) -> list[Synapse]:
    """List the synapses from the first skeleton in `skeletonlist[]` onto the second."""
    skeleton_ids = _bracketed(call, "skeletonlist")
    if len(skeleton_ids) < 2:
        raise InvalidInput("Two skeletons are needed: skeletonlist[]=<presynaptic>&skeletonlist[]=<postsynaptic>.")
    async with call.reading() as connection:
        return await wiring.synapses(connection, call.project_id, skeleton_ids[0], skeleton_ids[1])


@routes.any("/{project_id}/wiringdiagram/json", needs=Permission.BROWSE)
async def wiring_diagram(call: Call, form: Diagram) -> WiringDiagram:
    """Give the wiring diagram of a project, with a description of its columns."""
    async with call.reading() as connection:
        nodes, edges = await wiring.diagram(connection, call.project_id, min_nodes=form.lower_skeleton_count)
    return WiringDiagram(_SCHEMA, _Data(nodes, edges))


@routes.any("/{project_id}/wiringdiagram/nx_json", needs=Permission.BROWSE)
async def wiring_diagram_as_node_link(call: Call, form: Diagram) -> NodeLinkDiagram:
    """Give the wiring diagram of a project as networkx reads it."""
    async with call.reading() as connection:
        return wiring.as_node_link(
            *await wiring.diagram(connection, call.project_id, min_nodes=form.lower_skeleton_count)
        )
