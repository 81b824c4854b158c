"""Which skeletons are partners of which, by how many links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.tracing.connector_types import LINK_TYPES
from catmaid_server.domain.values import required

sql = load("graph/connectivity")

RELATIONS = {link_type.partner_reference: (link_type.relation, link_type.partner_relation) for link_type in LINK_TYPES}
"""What a direction means: the relation of the sources to a connector, and that of their partners."""

DIRECTIONS = ("outgoing", "incoming")
CONFIDENCES = 5


@dataclass(frozen=True)
class PartnerQuery:
    """Whose partners are wanted, in which directions, whether common to all sources, and whether with each link."""

    skeleton_ids: Sequence[int]
    directions: Sequence[str] = DIRECTIONS
    common: bool = False
    with_links: bool = False


class PartnerSkeleton(TypedDict):
    """A skeleton that is linked to the sources."""

    num_nodes: int
    skids: dict[int, list[int]]
    """By source how many links have confidence 1, 2, 3, 4 and 5."""
    links: NotRequired[list[tuple[int, int, int, int]]]
    """(source node, partner node, source skeleton, connector), if they are wanted."""


Partners = dict[str, dict[int, PartnerSkeleton] | list[int]]
"""By direction the partners by skeleton id; by `<direction>_reviewers` the users who reviewed any of them."""


async def partners(connection: Connection, project_id: int, query: PartnerQuery) -> Partners:
    """The partners of skeletons, and who reviewed them, for each direction asked for.

    Unknown directions are left out. Raises `InvalidInput` without sources.
    """
    required(query.skeleton_ids, "source skeleton ID")
    found: Partners = {}
    for direction in query.directions:
        if direction in RELATIONS:
            connected = await _partners_in(connection, project_id, query, direction)
            found[direction] = connected
            found[f"{direction}_reviewers"] = await _reviewers(connection, connected)
    return found


async def _partners_in(
    connection: Connection, project_id: int, query: PartnerQuery, direction: str
) -> dict[int, PartnerSkeleton]:
    counts: defaultdict[int, dict[int, list[int]]] = defaultdict(dict)
    rows = await partner_counts(connection, project_id, query.skeleton_ids, direction)
    for partner_id, source, confidence, count in rows:
        by_confidence = counts[partner_id].setdefault(source, [0] * CONFIDENCES)
        by_confidence[confidence - 1] += count
    least = len(set(query.skeleton_ids)) if query.common else 1
    nodes = dict(await fetch_all(connection, sql.node_counts, skeleton_ids=list(counts)))
    found: dict[int, PartnerSkeleton] = {
        partner: {"num_nodes": nodes.get(partner, 0), "skids": sources}
        for partner, sources in counts.items()
        if len(sources) >= least
    }
    if query.with_links:
        for partner in found.values():
            partner["links"] = []
        values = _values(project_id, query.skeleton_ids, direction)
        for partner_id, *link in await fetch_all(connection, sql.partner_links, **values):
            if partner_id in found:
                found[partner_id]["links"].append((link[0], link[1], link[2], link[3]))
    return found


async def partner_counts(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], direction: str
) -> list[tuple[int, int, int, int]]:
    """Pairs of links of skeletons and their partners: partner, source, the lower confidence, number of pairs."""
    mine, theirs = RELATIONS[direction]
    statement = sql.symmetric_partner_counts if mine == theirs else sql.partner_counts
    return await fetch_all(connection, statement, **_values(project_id, skeleton_ids, direction))


def _values(project_id: int, skeleton_ids: Sequence[int], direction: str) -> dict[str, Any]:
    mine, theirs = RELATIONS[direction]
    return {"project_id": project_id, "skeleton_ids": list(skeleton_ids), "mine": mine, "theirs": theirs}


async def _reviewers(connection: Connection, partner_ids: Collection[int]) -> list[int]:
    rows = await fetch_all(connection, sql.reviewers, skeleton_ids=list(partner_ids))
    return sorted(reviewer for (reviewer,) in rows)
