"""Graphs of skeletons, or of the parts that uncertain edges and clusters of synapses divide them into."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from math import dist
from typing import TYPE_CHECKING, NotRequired, TypedDict

import numpy as np

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import projects
from catmaid_server.domain.tracing import connector_types

if TYPE_CHECKING:
    import networkx as nx

sql = load("graph/skeleton_graph")

_CONFIDENCES = 5
_SHORTEST_NM = 1e-9
"""What stands for no length, which a sparse matrix would take for no edge."""
SYNAPTIC = "synaptic-connector"

PartOfGraph = int | str
"""A whole skeleton by id, or a part by name: <skeleton id>_<number>."""
CompartmentEdge = tuple[PartOfGraph, PartOfGraph, list[int]]
"""From, to, and the number of synapses of confidence 1, 2, 3, 4 and 5."""
PlacedNodes = dict[int, tuple[int | None, int, tuple[float, float, float]]]
"""Parent, confidence and place in nm by treenode."""


class CompartmentGraph(TypedDict):
    """Synapses between skeletons or their parts. What is left out was not wanted, or nothing was divided."""

    edges: list[CompartmentEdge]
    """(source, target, how many synapses have confidence 1, 2, 3, 4 and 5)."""
    nodes: NotRequired[list[PartOfGraph]]
    """Ids of skeletons, and names of the parts of those that are divided: `<skeleton>_<part>`."""
    branch_nodes: NotRequired[list[str]]
    """Names of parts that lie between clusters of synapses."""
    intraedges: NotRequired[list[tuple[str, str]]]
    """Pairs of parts of one skeleton that are next to each other."""
    overall_counts: NotRequired[dict[int, dict[int, list[int]]]]
    """By skeleton and relation id how many links have confidence 1, 2, 3, 4 and 5, also to other skeletons."""
    relation_map: NotRequired[dict[str, int | None]]
    """Ids of relations by name."""


@dataclass(frozen=True)
class GraphQuery:
    """Which skeletons, and how they are divided.

    threshold
        Edges of less confidence than this are cut; 0 cuts none.
    bandwidth
        Width in nm of the kernel by which synapses of the skeletons in `expand` are clustered; 0 for no clusters.
    link_type
        Which connectors make the edges.
    connector_ids
        Only these of them; `None` for all.
    """

    skeleton_ids: Sequence[int]
    threshold: int = 0
    bandwidth: float = 0.0
    expand: Sequence[int] = ()
    link_type: str = SYNAPTIC
    with_overall_counts: bool = False
    connector_ids: Sequence[int] | None = None


@dataclass
class Division:
    """Names of parts, of branches between them, what is joined with what, and the part of each treenode."""

    names: list[PartOfGraph] = field(default_factory=list)
    branches: list[str] = field(default_factory=list)
    joints: list[tuple[str, str]] = field(default_factory=list)
    part_of: dict[int, PartOfGraph] = field(default_factory=dict)


async def graph(connection: Connection, project_id: int, query: GraphQuery) -> CompartmentGraph:
    """The synapses between skeletons as `edges` and, where these are divided, their parts.

    Divided by confidence there are `nodes`, too; divided by clusters of synapses also `branch_nodes`, which lie
    between clusters, and `intraedges` between parts of one skeleton. `overall_counts`, if wanted, are the links by
    skeleton, relation and confidence, to skeletons of the set and others.
    """
    pair = connector_types.pairs().get(query.link_type)
    if pair is None:
        raise InvalidInput(
            f"There is no type of link {query.link_type!r}; there are {', '.join(connector_types.pairs())}."
        )
    expand = list(query.expand) if query.bandwidth else []
    if expand:
        divided = await _divide(connection, project_id, query, expand)
        found: CompartmentGraph = {
            "nodes": divided.names,
            "edges": await _edges(connection, project_id, query, connector_types.pairs()[SYNAPTIC], divided.part_of),
            "branch_nodes": divided.branches,
            "intraedges": divided.joints,
        }
    elif query.threshold:
        divided = await _cut(connection, project_id, query.skeleton_ids, query.threshold)
        found = {"nodes": divided.names, "edges": await _edges(connection, project_id, query, pair, divided.part_of)}
    else:
        found = {"edges": await _edges(connection, project_id, query, pair, None)}
    if query.with_overall_counts:
        found["overall_counts"] = await _overall_counts(connection, project_id, query.skeleton_ids, pair)
        ids = await projects.relation_ids(connection, project_id)
        found["relation_map"] = {name: ids.get(name) for name in pair.values()}
    return found


async def _edges(
    connection: Connection,
    project_id: int,
    query: GraphQuery,
    pair: dict[str, str],
    part_of: dict[int, PartOfGraph] | None,
) -> list[CompartmentEdge]:
    """Between skeletons or, with `part_of`, between parts; links outside of every part make none."""
    counts: dict[tuple[PartOfGraph, PartOfGraph], list[int]] = {}
    for source, target, from_node, to_node, confidence in await fetch_all(
        connection,
        sql.edges,
        project_id=project_id,
        skeleton_ids=list(query.skeleton_ids),
        connector_ids=None if query.connector_ids is None else list(query.connector_ids),
        source=pair["source"],
        target=pair["target"],
    ):
        ends = (source, target) if part_of is None else (part_of.get(from_node), part_of.get(to_node))
        if ends[0] is not None and ends[1] is not None:
            counts.setdefault((ends[0], ends[1]), [0] * _CONFIDENCES)[max(confidence, 1) - 1] += 1
    return [(source, target, by_confidence) for (source, target), by_confidence in counts.items()]


async def _overall_counts(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], pair: dict[str, str]
) -> dict[int, dict[int, list[int]]]:
    counts: defaultdict[int, dict[int, list[int]]] = defaultdict(dict)
    for skeleton, relation, confidence, count in await fetch_all(
        connection,
        sql.overall_counts,
        project_id=project_id,
        skeleton_ids=list(skeleton_ids),
        relations=list(pair.values()),
    ):
        counts[skeleton].setdefault(relation, [0] * _CONFIDENCES)[max(confidence, 1) - 1] += count
    return dict(counts)


async def _arbors(connection: Connection, project_id: int, skeleton_ids: Iterable[int]) -> dict[int, PlacedNodes]:
    found: defaultdict[int, PlacedNodes] = defaultdict(dict)
    for skeleton, node, parent, confidence, *place in await fetch_all(
        connection, sql.arbors, project_id=project_id, skeleton_ids=list(skeleton_ids)
    ):
        found[skeleton][node] = (parent, confidence, tuple(place))
    return found


async def _cut(connection: Connection, project_id: int, skeleton_ids: Iterable[int], threshold: int) -> Division:
    divided = Division()
    for skeleton, nodes in (await _arbors(connection, project_id, skeleton_ids)).items():
        for name, _, part in _named(skeleton, parts(nodes, threshold)):
            divided.names.append(name)
            divided.part_of |= dict.fromkeys(part, name)
    return divided


async def _divide(connection: Connection, project_id: int, query: GraphQuery, expand: Sequence[int]) -> Division:
    others = set(query.skeleton_ids) - set(expand)
    if query.threshold:
        divided = await _cut(connection, project_id, others, query.threshold)
    else:
        divided = Division(names=list(others))
    sites: defaultdict[int, list[int]] = defaultdict(list)
    for skeleton, node in await fetch_all(
        connection, sql.synapse_nodes, project_id=project_id, skeleton_ids=list(query.skeleton_ids)
    ):
        sites[skeleton].append(node)
        if skeleton in others and not query.threshold:
            divided.part_of[node] = skeleton
    for skeleton, nodes in (await _arbors(connection, project_id, expand)).items():
        for name, number, part in _named(skeleton, parts(nodes, query.threshold)):
            _expand(divided, name, number, part, [node for node in sites[skeleton] if node in part], query.bandwidth)
    return divided


def _named(skeleton: int, found: Sequence[nx.Graph[int]]) -> Iterable[tuple[str, int, nx.Graph[int]]]:
    """Parts with name and number: all by themselves, or numbered from 1."""
    for number, part in enumerate(found, 1):
        yield f"{skeleton}_{number}" if len(found) > 1 else str(skeleton), number, part


def _expand(
    divided: Division, name: str, number: int, part: nx.Graph[int], sites: Sequence[int], bandwidth: float
) -> None:
    """Add the clusters of synapses in a part; those are numbered on from the part's own number."""
    clusters = synapse_clusters(part, sites, bandwidth) if sites else []
    if len(clusters) <= 1:
        divided.names.append(name)
        divided.part_of |= dict.fromkeys(sites, name)
        return
    anchors = {cluster[0]: f"{name}_{number + place}" for place, cluster in enumerate(clusters)}
    for cluster in clusters:
        divided.part_of |= dict.fromkeys(cluster, anchors[cluster[0]])
    between = joined(part, set(anchors))
    names = {node: anchors.get(node, f"{name}_{node}") for node in between}
    divided.names += [names[node] for node in between if node in anchors]
    divided.branches += [names[node] for node in between if node not in anchors]
    divided.joints += [(names[one], names[other]) for one, other in between.edges]


def parts(nodes: PlacedNodes, threshold: int) -> list[nx.Graph[int]]:
    """What is left of an arbor without its edges of less confidence than `threshold`, the smallest part first.

    Edges have their length in nm as `weight`. Nodes without any edge belong to no part.
    """
    import networkx as nx  # noqa: PLC0415 -- a tenth of a second that few requests need

    kept: nx.Graph[int] = nx.Graph()
    for node, (parent, confidence, place) in nodes.items():
        if parent is not None and confidence >= threshold:
            kept.add_edge(parent, node, weight=max(dist(place, nodes[parent][2]), _SHORTEST_NM))
    return [kept.subgraph(members) for members in sorted(nx.connected_components(kept), key=len)]


def synapse_clusters(part: nx.Graph[int], sites: Sequence[int], bandwidth: float) -> list[list[int]]:
    """The nodes with synapses, grouped by the densest place that one comes to by climbing from them.

    The density at a node is the sum over all nodes with synapses of exp(-(d / bandwidth)²), d being the way along
    the cable; each step of the climb goes to the densest neighbour.
    """
    import networkx as nx  # noqa: PLC0415 -- a tenth of a second that few requests need
    from scipy.sparse.csgraph import dijkstra  # noqa: PLC0415 -- likewise

    order = list(part)
    matrix = nx.to_scipy_sparse_array(part, order, weight="weight")
    marked = set(sites)
    ways = dijkstra(matrix, directed=False, indices=[index for index, node in enumerate(order) if node in marked])
    heights = np.exp(-((ways / bandwidth) ** 2)).sum(axis=0)
    density: dict[int, float] = dict(zip(order, heights.tolist(), strict=True))
    summits = {node: _summit(part, node, density) for node in marked}
    groups: dict[int, list[int]] = {summit: [] for summit in set(summits.values())}
    for node in sites:
        groups[summits[node]].append(node)
    return list(groups.values())


def _summit(part: nx.Graph[int], node: int, density: dict[int, float]) -> int:
    while density[higher := max(part[node], key=density.__getitem__)] > density[node]:
        node = higher
    return node


def joined(part: nx.Graph[int], anchors: Collection[int]) -> nx.Graph[int]:
    """The smallest tree in a part that joins some nodes, reduced to these and the branches between them."""
    import networkx as nx  # noqa: PLC0415 -- a tenth of a second that few requests need

    tree = nx.Graph(part)
    while useless := [node for node, degree in tree.degree if degree <= 1 and node not in anchors]:
        tree.remove_nodes_from(useless)
    for node in [node for node, degree in tree.degree if degree == 2 and node not in anchors]:
        tree.add_edge(*tree[node])
        tree.remove_node(node)
    reduced: nx.Graph[int] = nx.Graph()
    reduced.add_nodes_from(anchors)
    reduced.add_edges_from(tree.edges)
    return reduced
