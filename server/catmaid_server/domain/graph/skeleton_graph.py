"""Skeletons as a directed graph, whose edges are synapses: neighbourhoods, paths and counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_wire import relations

if TYPE_CHECKING:
    import networkx as nx

sql = load("graph/skeleton_graph")

_MOST_HOPS = 12
_MOST_PATHS = 100_000
_DOWN = (relations.PRESYNAPTIC, relations.POSTSYNAPTIC)
_UP = (relations.POSTSYNAPTIC, relations.PRESYNAPTIC)


async def circles(
    connection: Connection,
    project_id: int,
    skeleton_ids: Sequence[int],
    *,
    hops: int,
    min_pre: int,
    min_post: int,
    connector_ids: Sequence[int] | None = None,
) -> list[int]:
    """What is within some hops of skeletons, over any or only some connectors, them left out.

    A hop goes upstream where the partner makes at least `min_pre` synapses, and downstream where it receives at
    least `min_post`; a number below 0 closes the way. Raises `InvalidInput` if both ways are closed.
    """
    _require_hops(hops)
    if min_pre < 0 and min_post < 0:
        raise InvalidInput("At least one of min_pre and min_post is needed: else there is no way to go.")
    start = set(skeleton_ids)
    found = front = start
    for _ in range(hops):
        near: set[int] = set()
        for way, least in ((_UP, min_pre), (_DOWN, min_post)):
            if least >= 0 and front:
                near.update(*(await _partners(connection, project_id, front, way, least, connector_ids)).values())
        front = near - found
        found = found | near
    return list(found - start)


async def directed_paths(
    connection: Connection,
    project_id: int,
    sources: Sequence[int],
    targets: Sequence[int],
    *,
    path_length: int,
    min_synapses: int,
) -> list[list[int]]:
    """Every way downstream from a source to a target with at most `path_length` skeletons, none of them twice.

    Each hop has at least `min_synapses` synapses; a number below 0 allows none. Raises `InvalidInput` where there
    are too many ways.
    """
    import networkx as nx  # noqa: PLC0415 -- a tenth of a second that few requests need

    hops = path_length - 1
    if hops < 1 or min_synapses < 0:
        return []
    _require_hops(hops)
    graph = await _downstream(connection, project_id, sources, hops, min_synapses)
    below = nx.multi_source_dijkstra_path_length(graph, set(sources) & graph.nodes, hops) if graph else {}
    goals = set(targets) & graph.nodes
    above = nx.multi_source_dijkstra_path_length(graph.reverse(copy=False), goals, hops) if goals else {}
    useful = graph.subgraph([node for node in graph if below.get(node, hops) + above.get(node, hops + 1) <= hops])
    ways = (
        path
        for source in set(sources) & useful.nodes
        for target in set(targets) & useful.nodes
        for path in nx.all_simple_paths(useful, source, target, cutoff=hops)
    )
    found = list(islice(ways, _MOST_PATHS + 1))
    if len(found) > _MOST_PATHS:
        raise InvalidInput("There are too many paths: ask for shorter ones, or for more synapses each.")
    return found


async def _downstream(
    connection: Connection, project_id: int, sources: Sequence[int], hops: int, min_synapses: int
) -> nx.DiGraph[int]:
    """What can be reached from the sources, with all edges on the way."""
    import networkx as nx  # noqa: PLC0415 -- a tenth of a second that few requests need

    graph: nx.DiGraph[int] = nx.DiGraph()
    seen = front = set(sources)
    for _ in range(hops):
        reached = await _partners(connection, project_id, front, _DOWN, min_synapses) if front else {}
        graph.add_edges_from((one, other) for one, others in reached.items() for other in others)
        front = set().union(*reached.values()) - seen
        seen = seen | front
    return graph


async def skeletons_on_paths(
    connection: Connection,
    project_id: int,
    sources: Sequence[int],
    targets: Sequence[int],
    *,
    hops: int,
    min_synapses: int,
) -> list[int]:
    """Sources, targets, and what lies in between on ways of `hops` hops, of at least `min_synapses` each.

    Something lies in between where the shortest ways from the sources and to the targets have `hops` hops together.
    """
    _require_hops(hops)
    down = await _fronts(connection, project_id, sources, _DOWN, hops, min_synapses)
    up = await _fronts(connection, project_id, targets, _UP, hops, min_synapses)
    found = set(sources) | set(targets)
    for number in range(1, hops):
        found = found | (down[number] & up[hops - number])
    return list(found)


async def _fronts(
    connection: Connection, project_id: int, start: Sequence[int], way: tuple[str, str], hops: int, least: int
) -> list[set[int]]:
    """What is first reached in 0, 1, ... hops."""
    fronts = [set(start)]
    for _ in range(1, hops):
        reached = await _partners(connection, project_id, fronts[-1], way, least) if fronts[-1] and least >= 0 else {}
        fronts.append(set().union(*reached.values()).difference(*fronts))
    return fronts


def _require_hops(hops: int) -> None:
    if not 0 < hops <= _MOST_HOPS:
        raise InvalidInput(f"The number of hops is 1 to {_MOST_HOPS}, not {hops}.")


async def _partners(
    connection: Connection,
    project_id: int,
    skeleton_ids: Collection[int],
    way: tuple[str, str],
    least: int,
    connector_ids: Sequence[int] | None = None,
) -> dict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for skeleton, partner, count in await fetch_all(
        connection,
        sql.partners,
        project_id=project_id,
        mine=way[0],
        theirs=way[1],
        skeleton_ids=list(skeleton_ids),
        connector_ids=None if connector_ids is None else list(connector_ids),
    ):
        if count >= least:
            found[skeleton].add(partner)
    return found


async def link_counts(
    connection: Connection,
    project_id: int,
    skeleton_ids: Sequence[int],
    *,
    source_relations: Sequence[str],
    target_relations: Sequence[str],
    count_partners: bool,
) -> tuple[dict[int, dict[int, int]], dict[int, str]]:
    """Links by skeleton and relation id, and the relations' names.

    With `count_partners` not the links themselves count, but those on the other side, of the target relations.
    No relations mean all.
    """
    counts: defaultdict[int, dict[int, int]] = defaultdict(dict)
    relations: dict[int, str] = {}
    for skeleton, relation, name, count in await fetch_all(
        connection,
        sql.link_counts,
        project_id=project_id,
        skeleton_ids=list(skeleton_ids),
        source_relations=list(source_relations) or None,
        target_relations=list(target_relations) or None,
        count_partners=count_partners,
    ):
        counts[skeleton][relation] = count
        relations[relation] = name
    return dict(counts), relations
