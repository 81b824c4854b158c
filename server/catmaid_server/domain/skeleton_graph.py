"""Skeletons as a directed graph, whose edges are synapses: neighbourhoods, paths and subgraphs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.arbors import Arbor
from catmaid_server.domain.errors import InvalidInput

sql = load("skeleton_graph")

_CONFIDENCES = 5
_MOST_HOPS = 12
_MOST_PATHS = 100_000
_OUT = ("presynaptic_to", "postsynaptic_to")
_IN = ("postsynaptic_to", "presynaptic_to")

Edge = tuple[int | str, int | str, list[int]]
"""From, to, and the number of synapses of confidence 1, 2, 3, 4 and 5."""


async def circles(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], *, hops: int, min_pre: int, min_post: int
) -> list[int]:
    """What is within some hops of skeletons, them left out, by id.

    A hop goes upstream where the partner makes at least `min_pre` synapses, and downstream where it receives at
    least `min_post`; a number below 0 closes the way.
    """
    _require_hops(hops)
    found = front = set(skeleton_ids)
    for _ in range(hops):
        near: set[int] = set()
        for way, least in ((_IN, min_pre), (_OUT, min_post)):
            if least >= 0 and front:
                partners = await _partners(connection, project_id, front, way, max(least, 1))
                near.update(*partners.values())
        front = near - found
        found = found | front
    return sorted(found - set(skeleton_ids))


async def directed_paths(
    connection: Connection, project_id: int, sources: Sequence[int], targets: Sequence[int], *, hops: int,
    min_synapses: int,
) -> list[list[int]]:
    """Every way downstream from a source to a target, of at most so many hops, through no skeleton twice.

    Each hop has at least `min_synapses` synapses. Raises `InvalidInput` where there are too many ways.
    """
    _require_hops(hops)
    goals = set(targets)
    paths = [[source] for source in dict.fromkeys(sources)]
    found: list[list[int]] = []
    for _ in range(hops):
        ends = {path[-1] for path in paths}
        below = await _partners(connection, project_id, ends, _OUT, max(min_synapses, 1)) if ends else {}
        longer = [[*path, partner] for path in paths for partner in sorted(below.get(path[-1], ()))
                  if partner not in path]
        if len(longer) > _MOST_PATHS:
            raise InvalidInput("There are too many paths: ask for fewer hops, or for more synapses each.")
        found += [path for path in longer if path[-1] in goals]
        paths = [path for path in longer if path[-1] not in goals]
    return found


def _require_hops(hops: int) -> None:
    if not 0 < hops <= _MOST_HOPS:
        raise InvalidInput(f"The number of hops is 1 to {_MOST_HOPS}, not {hops}.")


async def _partners(
    connection: Connection, project_id: int, skeleton_ids: Collection[int], way: tuple[str, str], least: int
) -> dict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for skeleton, partner, count in await fetch_all(connection, sql.partners, project_id=project_id, mine=way[0],
                                                    theirs=way[1], skeleton_ids=list(skeleton_ids)):
        if count >= least:
            found[skeleton].add(partner)
    return found


async def subgraph(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> list[Edge]:
    """Synapses between skeletons of a set."""
    counts: dict[tuple[int | str, int | str], list[int]] = {}
    for source, target, _, _, confidence in await fetch_all(connection, sql.edges, project_id=project_id,
                                                            skeleton_ids=list(skeleton_ids)):
        _count(counts, source, target, confidence)
    return [(source, target, by_confidence) for (source, target), by_confidence in sorted(counts.items(), key=str)]


async def compartments(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], threshold: int
) -> tuple[list[str], list[Edge]]:
    """Parts of skeletons, cut at edges of less confidence than `threshold`, and the synapses between them.

    A skeleton that was cut is named `<id>_<number>`, from the smallest part on.
    """
    arbors: defaultdict[int, dict[int, tuple[int | None, int]]] = defaultdict(dict)
    for skeleton, node, parent, confidence in await fetch_all(connection, sql.arbors, project_id=project_id,
                                                              skeleton_ids=list(skeleton_ids)):
        arbors[skeleton][node] = (parent, confidence)
    names: list[str] = []
    part_of: dict[int, str] = {}
    for skeleton in skeleton_ids:
        parts = cut(arbors.get(skeleton, {}), threshold)
        for number, part in enumerate(parts, 1):
            names.append(f"{skeleton}_{number}" if len(parts) > 1 else str(skeleton))
            part_of |= dict.fromkeys(part, names[-1])
    counts: dict[tuple[int | str, int | str], list[int]] = {}
    for _, _, source, target, confidence in await fetch_all(connection, sql.edges, project_id=project_id,
                                                            skeleton_ids=list(skeleton_ids)):
        _count(counts, part_of[source], part_of[target], confidence)
    return names, [(source, target, by_confidence) for (source, target), by_confidence in counts.items()]


def cut(nodes: dict[int, tuple[int | None, int]], threshold: int) -> list[list[int]]:
    """The parts of an arbor without its less certain edges; (parent, confidence) by node."""
    kept = Arbor({node: parent if confidence >= threshold else None for node, (parent, confidence) in nodes.items()})
    roots = [node for node, parent in kept.parents.items() if parent is None]
    return sorted((kept.subarbor(root) for root in roots), key=len)


def _count(
    counts: dict[tuple[int | str, int | str], list[int]], source: int | str, target: int | str, confidence: int
) -> None:
    by_confidence = counts.setdefault((source, target), [0] * _CONFIDENCES)
    by_confidence[max(confidence, 1) - 1] += 1


async def link_counts(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], *, source_relations: Sequence[str],
    target_relations: Sequence[str], count_partners: bool,
) -> tuple[dict[int, dict[int, int]], dict[int, str]]:
    """Links by skeleton and relation id, and the relations' names.

    With `count_partners` not the links themselves count, but those on the other side, of the target relations.
    No relations mean all.
    """
    counts: defaultdict[int, dict[int, int]] = defaultdict(dict)
    relations: dict[int, str] = {}
    for skeleton, relation, name, count in await fetch_all(
            connection, sql.link_counts, project_id=project_id, skeleton_ids=list(skeleton_ids),
            source_relations=list(source_relations) or None, target_relations=list(target_relations) or None,
            count_partners=count_partners):
        counts[skeleton][relation] = count
        relations[relation] = name
    return dict(counts), relations
