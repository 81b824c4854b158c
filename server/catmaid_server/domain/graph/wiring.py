"""Wiring diagrams: who synapses onto whom, and how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict, cast

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

if TYPE_CHECKING:
    import networkx as nx

sql = load("graph/wiring")


@dataclass(frozen=True)
class Connections:
    """Some skeletons: name of the neuron and number of nodes by id, and from, to, number of synapses, connectors."""

    neurons: dict[int, tuple[str, int]]
    edges: list[tuple[int, int, int, list[int]]]


class DiagramNode(TypedDict):
    """A skeleton of a wiring diagram; the id is text."""

    id: str
    label: str
    node_count: int


class DiagramEdge(TypedDict):
    """Synapses from one skeleton onto another; ids are text."""

    id: str
    source: str
    target: str
    number_of_connector: int


class NodeLinkEdge(TypedDict):
    """Synapses from one skeleton onto another, as networkx reads them; ids are text."""

    source: str
    target: str
    number_of_connector: int


class NodeLinkDiagram(TypedDict):
    """A wiring diagram as `networkx.node_link_graph` reads it, with `edges` for the edges."""

    directed: bool
    multigraph: bool
    graph: dict[str, str]
    """Always empty."""
    nodes: list[DiagramNode]
    edges: list[NodeLinkEdge]


class Synapse(TypedDict):
    """A connector between two skeletons; place in nm, author by name, and the node on each side."""

    connector_id: int
    x: float
    y: float
    z: float
    user: str
    pretreenode: int
    posttreenode: int


async def connections(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> Connections:
    """How skeletons are connected among each other; `NotFound` for one that does not exist."""
    wanted = list(dict.fromkeys(skeleton_ids))
    rows = await fetch_all(connection, sql.neurons, project_id=project_id, skeleton_ids=wanted)
    neurons = {skeleton: (name, nodes) for skeleton, name, nodes in rows}
    for skeleton in wanted:
        if skeleton not in neurons:
            raise NotFound(f"There is no skeleton {skeleton}.")
    edges: list[Any] = await fetch_all(connection, sql.connections, project_id=project_id, skeleton_ids=wanted)
    return Connections({skeleton: neurons[skeleton] for skeleton in wanted}, edges)


async def diagram(
    connection: Connection, project_id: int, *, min_nodes: int
) -> tuple[list[DiagramNode], list[DiagramEdge]]:
    """The wiring of a project, as far as skeletons have at least `min_nodes` nodes and a partner."""
    nodes: dict[int, int] = {}
    edges: list[DiagramEdge] = []
    for pre, post, pre_nodes, post_nodes, count in await fetch_all(
        connection, sql.diagram, project_id=project_id, min_nodes=min_nodes
    ):
        nodes |= {pre: pre_nodes, post: post_nodes}
        edges.append({"id": f"{pre}_{post}", "source": str(pre), "target": str(post), "number_of_connector": count})
    return [
        {"id": str(skeleton), "label": f"Skeleton {skeleton}", "node_count": count} for skeleton, count in nodes.items()
    ], edges


def as_node_link(nodes: Sequence[DiagramNode], edges: Sequence[DiagramEdge]) -> NodeLinkDiagram:
    """A wiring diagram in the form that networkx reads."""
    import networkx as nx  # noqa: PLC0415 -- a tenth of a second that few requests need

    graph: nx.DiGraph[str] = nx.DiGraph()
    for node in nodes:
        graph.add_node(node["id"], label=node["label"], node_count=node["node_count"])
    for edge in edges:
        graph.add_edge(edge["source"], edge["target"], number_of_connector=edge["number_of_connector"])
    return cast("NodeLinkDiagram", nx.node_link_data(graph, edges="edges"))


async def synapses(connection: Connection, project_id: int, pre: int, post: int) -> list[Synapse]:
    """The synapses from one skeleton onto another."""
    return [
        {
            "connector_id": connector,
            "x": x,
            "y": y,
            "z": z,
            "user": user,
            "pretreenode": pre_node,
            "posttreenode": post_node,
        }
        for connector, x, y, z, user, pre_node, post_node in await fetch_all(
            connection, sql.synapses, project_id=project_id, pre=pre, post=post
        )
    ]
