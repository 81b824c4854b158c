"""The graph of some skeletons, for programs that read it with networkx."""

from __future__ import annotations

from typing import ClassVar, TypedDict

import msgspec

from catmaid_server.domain.graph import wiring
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class ExportGraph(msgspec.Struct):
    """Some skeletons, which are not divided into parts."""

    UNREAD: ClassVar[dict[str, str]] = {"confidence_threshold": "0", "bandwidth": "0", "risk": "0", "order": "0"}
    skeleton_ids: list[int] = msgspec.field(name="skeleton_list", default_factory=list)


class ExportedNode(TypedDict):
    """A skeleton; ids are text, `label` is the name of its neuron."""

    id: str
    skeleton_id: str
    label: str
    node_count: int


class ExportedLink(TypedDict):
    """Synapses of one skeleton onto another."""

    id: str
    """`<presynaptic>-<postsynaptic>`."""
    source: int
    """Place of the presynaptic skeleton in `nodes`."""
    target: int
    """Place of the postsynaptic skeleton in `nodes`."""
    weight: int
    """The number of synapses."""
    label: str
    """The same as text."""
    directed: bool


class NodeLinkGraph(TypedDict):
    """A graph in the node-link form of networkx 1, which clients turn into theirs."""

    directed: bool
    multigraph: bool
    graph: dict[str, str]
    """Always empty."""
    nodes: list[ExportedNode]
    links: list[ExportedLink]


@routes.any("/{project_id}/graphexport/json", needs=Permission.BROWSE)
async def export_graph(call: Call, form: ExportGraph) -> NodeLinkGraph:
    """Export the synapses between some skeletons as a graph."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        found = await wiring.connections(connection, call.project_id, ids)
    place = {skeleton: number for number, skeleton in enumerate(found.neurons)}
    return {
        "directed": True,
        "multigraph": False,
        "graph": {},
        "nodes": [
            {"id": str(skeleton), "skeleton_id": str(skeleton), "label": name, "node_count": nodes}
            for skeleton, (name, nodes) in found.neurons.items()
        ],
        "links": [
            {
                "id": f"{pre}-{post}",
                "source": place[pre],
                "target": place[post],
                "weight": count,
                "label": str(count),
                "directed": True,
            }
            for pre, post, count, _ in found.edges
        ],
    }
