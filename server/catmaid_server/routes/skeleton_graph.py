"""Skeletons as a graph: neighbourhoods, paths, subgraphs and counts of links."""

from __future__ import annotations

from typing import Any

import msgspec

from catmaid_server.domain import skeleton_graph, skeleton_info
from catmaid_server.domain.skeleton_info import required
from catmaid_server.routing import Call, Permission, Routes

routes = Routes()


class Circles(msgspec.Struct):
    """Where to start, how far to go, and how many synapses a hop takes up- and downstream (below 0: none is gone)."""

    skeleton_ids: list[int] = []
    n_circles: int = 1
    min_pre: int = -1
    min_post: int = -1


class Paths(msgspec.Struct):
    """From where to where, in how many hops of how many synapses."""

    sources: list[int] = []
    targets: list[int] = []
    path_length: int = 1
    min_synapses: int = 1


class Subgraph(msgspec.Struct):
    """Some skeletons, and below which confidence of an edge they are cut."""

    skeleton_ids: list[int] = []
    confidence_threshold: int = 0


class LinkCounts(msgspec.Struct):
    """Some skeletons, the relations that count, and whether the partners count instead of the links."""

    skeleton_ids: list[int] = []
    source_relations: list[str] = []
    target_relations: list[str] = []
    count_partners: bool = False


@routes.any("/{project_id}/graph/circlesofhell", needs=Permission.BROWSE)
async def find_circles(call: Call, form: Circles) -> tuple[list[int], dict[int, str]]:
    """Find what is within some hops of skeletons."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        found = await skeleton_graph.circles(connection, call.project_id, ids, hops=form.n_circles,
                                             min_pre=form.min_pre, min_post=form.min_post)
        return found, await skeleton_info.neuron_names(connection, call.project_id, found) if found else {}


@routes.any("/{project_id}/graph/directedpaths", needs=Permission.BROWSE)
async def find_paths(call: Call, form: Paths) -> list[list[int]]:
    """Find the ways downstream from some skeletons to others."""
    sources, targets = required(form.sources, "source"), required(form.targets, "target")
    async with call.reading() as connection:
        return await skeleton_graph.directed_paths(connection, call.project_id, sources, targets,
                                                   hops=form.path_length, min_synapses=form.min_synapses)


@routes.any("/{project_id}/graph/dps", needs=Permission.BROWSE)
async def find_skeletons_on_paths(call: Call, form: Paths) -> list[int]:
    """List the skeletons on the ways downstream from some to others."""
    return list(dict.fromkeys(skeleton for path in await find_paths(call, form) for skeleton in path))


@routes.any("/{project_id}/skeletons/confidence-compartment-subgraph", needs=Permission.BROWSE)
async def find_subgraph(call: Call, form: Subgraph) -> dict[str, Any]:
    """Give the synapses between skeletons, or between the parts that uncertain edges cut them into."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        if form.confidence_threshold <= 0:
            return {"edges": await skeleton_graph.subgraph(connection, call.project_id, ids)}
        names, edges = await skeleton_graph.compartments(connection, call.project_id, ids, form.confidence_threshold)
    return {"nodes": names, "edges": edges}


@routes.any("/{project_id}/skeletons/connectivity-counts", needs=Permission.BROWSE)
async def count_links(call: Call, form: LinkCounts) -> dict[str, Any]:
    """Count the links of skeletons, or their partners."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        counts, relations = await skeleton_graph.link_counts(
            connection, call.project_id, ids, source_relations=form.source_relations,
            target_relations=form.target_relations, count_partners=form.count_partners)
    return {"connectivity": counts, "relations": relations}
