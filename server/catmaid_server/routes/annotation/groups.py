"""Groups of neurons: what a skeleton belongs to, and all of it as a graph."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.annotation import groups
from catmaid_server.domain.annotation.groups import Thing
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()

Ancestor = TypedDict("Ancestor", {"name": str, "id": int, "class": str})
GraphNode = TypedDict("GraphNode", {"class": str, "id": int, "name": str})


class GraphEdge(TypedDict):
    """From a parent to what is part of it, or a model of it."""

    edge_type: str
    source: int
    target: int


class GroupGraph(TypedDict):
    """A graph as networkx writes it (`node_link_data`)."""

    directed: bool
    multigraph: bool
    graph: dict[str, str]
    nodes: list[GraphNode]
    edges: list[GraphEdge]


class OneSkeleton(msgspec.Struct):
    """A skeleton."""

    skeleton_id: int


@routes.post("/{project_id}/skeleton/ancestry", needs=Permission.BROWSE)
async def skeleton_ancestry(call: Call, form: OneSkeleton) -> list[Ancestor]:
    """Name the neuron of a skeleton, its group, and so on up to the root."""
    async with call.reading() as connection:
        found = await groups.ancestry(connection, call.project_id, form.skeleton_id)
    return [{"name": thing.name, "id": thing.id, "class": thing.class_name} for thing in found]


@routes.any("/{project_id}/annotationdiagram/nx_json", needs=Permission.BROWSE)
async def group_graph(call: Call, form: NoParameters) -> GroupGraph:
    """Give groups, neurons and skeletons as a graph for networkx."""
    async with call.reading() as connection:
        edges = await groups.edges(connection, call.project_id)
    things: dict[int, Thing] = {}
    for edge in edges:
        things |= {edge.parent.id: edge.parent, edge.child.id: edge.child}
    return {
        "directed": True,
        "multigraph": False,
        "graph": {},
        "nodes": [{"class": thing.class_name, "id": thing.id, "name": thing.name} for thing in things.values()],
        "edges": [{"edge_type": edge.relation, "source": edge.parent.id, "target": edge.child.id} for edge in edges],
    }
