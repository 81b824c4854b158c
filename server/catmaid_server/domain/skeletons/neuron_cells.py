"""Skeletons as cells of a simulation: frusta from node to node, in cables without branches, and synapses on them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("skeletons/neuron_cells")

_UNKNOWN_RADIUS = 20.0
"""nm, of nodes without a radius."""


class CellNode(NamedTuple):
    """A treenode; x, y, z and radius in nm, the radius negative if it is not known."""

    id: int
    parent_id: int | None
    x: float
    y: float
    z: float
    radius: float


class Segment(NamedTuple):
    """From one node to the next; has the id of its far node, and the places of both and the diameter in nm."""

    id: int
    parent_id: int | None
    cable: int
    starts_cable: bool
    start: tuple[float, float, float]
    end: tuple[float, float, float]
    diameter: float


class CellSynapse(NamedTuple):
    """Skeleton and treenode on both sides."""

    pre: int
    pre_node: int
    post: int
    post_node: int


@dataclass(frozen=True)
class Cell:
    """A skeleton with the name of its neuron; segments are in an order in which parents come first.

    The first segment has no length: it is the root, and a cable of its own, numbered 0.
    """

    skeleton_id: int
    name: str
    segments: list[Segment]


async def cells(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> list[Cell]:
    """Cells of skeletons; `NotFound` if one does not exist or has no nodes."""
    wanted = list(dict.fromkeys(skeleton_ids))
    names: dict[int, str] = dict(await fetch_all(connection, sql.neurons, project_id=project_id, skeleton_ids=wanted))
    nodes: dict[int, list[CellNode]] = defaultdict(list)
    for skeleton_id, *node in await fetch_all(connection, sql.nodes, project_id=project_id, skeleton_ids=wanted):
        nodes[skeleton_id].append(CellNode(*node))
    for skeleton_id in wanted:
        if skeleton_id not in nodes:
            raise NotFound(f"There is no skeleton {skeleton_id} with nodes in project {project_id}.")
    return [Cell(skeleton_id, names[skeleton_id], segments(nodes[skeleton_id])) for skeleton_id in wanted]


async def synapses_among(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> list[CellSynapse]:
    """Synapses that these skeletons make on each other."""
    return await _synapses(connection, project_id, skeleton_ids, skeleton_ids)


async def synapses_onto(
    connection: Connection, project_id: int, skeleton_id: int, sources: Sequence[int] | None
) -> list[CellSynapse]:
    """Synapses on a skeleton, of any others or of some."""
    return await _synapses(connection, project_id, [skeleton_id], sources)


async def _synapses(
    connection: Connection, project_id: int, onto: Sequence[int], sources: Sequence[int] | None
) -> list[CellSynapse]:
    rows = await fetch_all(
        connection,
        sql.synapses,
        project_id=project_id,
        onto=list(onto),
        sources=None if sources is None else list(sources),
    )
    return [CellSynapse(*row) for row in rows]


def segments(nodes: Sequence[CellNode]) -> list[Segment]:
    """Segments of a skeleton with one root."""
    import networkx as nx  # noqa: PLC0415 -- a tenth of a second that few requests need

    by_id = {node.id: node for node in nodes}
    arbor = nx.DiGraph()
    arbor.add_nodes_from(by_id)
    arbor.add_edges_from((node.parent_id, node.id) for node in nodes if node.parent_id is not None)
    root = next(node for node in nodes if node.parent_id is None)
    cables, last_cable = {root.id: 0}, 0
    found = [Segment(root.id, None, 0, True, root[2:5], root[2:5], _diameter(root))]
    for parent_id, node_id in nx.dfs_edges(arbor, root.id):
        node, parent = by_id[node_id], by_id[parent_id]
        goes_on = parent is not root and arbor.out_degree(parent_id) == 1
        last_cable += not goes_on
        cables[node_id] = cables[parent_id] if goes_on else last_cable
        found.append(Segment(node_id, parent_id, cables[node_id], not goes_on, parent[2:5], node[2:5], _diameter(node)))
    return found


def _diameter(node: CellNode) -> float:
    return 2 * (node.radius if node.radius >= 0 else _UNKNOWN_RADIUS)
