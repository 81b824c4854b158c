"""Skeletons as a graph: neighbourhoods, paths, subgraphs and counts of links."""

from __future__ import annotations

from typing import ClassVar, TypedDict

import msgspec

from catmaid_server.domain.graph import compartments, skeleton_graph
from catmaid_server.domain.graph.compartments import SYNAPTIC, CompartmentGraph, GraphQuery
from catmaid_server.domain.skeletons import skeleton_info
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class Circles(msgspec.Struct):
    """Where to start, how far to go, and how many synapses a hop takes up- and downstream (below 0: none is gone)."""

    skeleton_ids: list[int] = []
    n_circles: int = 1
    min_pre: int = -1
    min_post: int = -1
    allowed_connector_ids: list[int] = []
    """Connectors over which a hop may go; none for all."""


class Paths(msgspec.Struct):
    """From where to where."""

    sources: list[int] = []
    targets: list[int] = []
    path_length: int = 2
    """How many skeletons a way has at most, both ends included."""
    min_synapses: int = -1
    """How many synapses each hop has at least; below 0 there is no way."""


class PathSkeletons(msgspec.Struct):
    """From where to where."""

    sources: list[int] = []
    targets: list[int] = []
    n_hops: int = 2
    min_synapses: int = -1
    """How many synapses each hop has at least; below 0 there is no way."""


class Subgraph(msgspec.Struct):
    """Some skeletons, and how they are divided into parts."""

    UNREAD: ClassVar[dict[str, str]] = {"risk": "0"}
    skeleton_ids: list[int] = []
    confidence_threshold: int = 0
    """Edges of less confidence are cut."""
    bandwidth: float = 0.0
    """Width of the kernel by which synapses are clustered, nm; 0 for no clusters."""
    expand: list[int] = []
    """Which of the skeletons are divided by clusters of synapses."""
    with_overall_counts: bool = False
    """Whether links to skeletons outside of the set are counted, too."""
    allowed_connector_ids: list[int] = []
    """Connectors that count; none for all."""
    link_types: list[str] = []
    """Types of connectors; one graph for each. Without any, the graph of synapses."""

    def query(self, skeleton_ids: list[int], link_type: str) -> GraphQuery:
        """The query that these parameters describe."""
        return GraphQuery(
            skeleton_ids,
            threshold=min(self.confidence_threshold, 5),
            bandwidth=self.bandwidth,
            expand=self.expand,
            link_type=link_type,
            with_overall_counts=self.with_overall_counts,
            connector_ids=self.allowed_connector_ids or None,
        )


class LinkCounts(msgspec.Struct):
    """Some skeletons, and what counts."""

    skeleton_ids: list[int] = []
    source_relations: list[str] = []
    """Relations of the skeletons to connectors; without any, all."""
    target_relations: list[str] = []
    """Relations of the partners to connectors; without any, all."""
    count_partner_links: bool = True
    """Whether the partners' links count instead of the skeletons' own."""


@routes.any("/{project_id}/graph/circlesofhell", needs=Permission.BROWSE)
async def find_circles(call: Call, form: Circles) -> tuple[list[int], dict[int, str]]:
    """Find what is within some hops of skeletons."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        found = await skeleton_graph.circles(
            connection,
            call.project_id,
            ids,
            hops=form.n_circles,
            min_pre=form.min_pre,
            min_post=form.min_post,
            connector_ids=form.allowed_connector_ids or None,
        )
        return found, await skeleton_info.neuron_names(connection, call.project_id, found) if found else {}


@routes.any("/{project_id}/graph/directedpaths", needs=Permission.BROWSE)
async def find_paths(call: Call, form: Paths) -> list[list[int]]:
    """Find the ways downstream from some skeletons to others."""
    sources, targets = required(form.sources, "source"), required(form.targets, "target")
    async with call.reading() as connection:
        return await skeleton_graph.directed_paths(
            connection, call.project_id, sources, targets, path_length=form.path_length, min_synapses=form.min_synapses
        )


@routes.any("/{project_id}/graph/dps", needs=Permission.BROWSE)
async def find_skeletons_on_paths(call: Call, form: PathSkeletons) -> list[int]:
    """List the skeletons on the ways downstream from some to others."""
    sources, targets = required(form.sources, "source"), required(form.targets, "target")
    async with call.reading() as connection:
        return await skeleton_graph.skeletons_on_paths(
            connection, call.project_id, sources, targets, hops=form.n_hops, min_synapses=form.min_synapses
        )


@routes.post("/{project_id}/skeletons/confidence-compartment-subgraph", needs=Permission.BROWSE)
async def find_subgraph(call: Call, form: Subgraph) -> CompartmentGraph | dict[str, CompartmentGraph]:
    """Give the synapses between skeletons, or between the parts that they are divided into.

    Returns
    -------
    One graph or, with `link_types`, one for each of them.
    """
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        graphs = {
            link_type: await compartments.graph(connection, call.project_id, form.query(ids, link_type))
            for link_type in form.link_types or (SYNAPTIC,)
        }
    return graphs if form.link_types else graphs[SYNAPTIC]


class LinkCounted(TypedDict):
    """By skeleton and relation id the number of links, and names of relations by id."""

    connectivity: dict[int, dict[int, int]]
    relations: dict[int, str]


@routes.any("/{project_id}/skeletons/connectivity-counts", needs=Permission.BROWSE)
async def count_links(call: Call, form: LinkCounts) -> LinkCounted:
    """Count the links of skeletons, or their partners."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        counts, relations = await skeleton_graph.link_counts(
            connection,
            call.project_id,
            ids,
            source_relations=form.source_relations,
            target_relations=form.target_relations,
            count_partners=form.count_partner_links,
        )
    return {"connectivity": counts, "relations": relations}
