"""By which connectors skeletons are partners, and by how many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.connector_types import BY_RELATION
from catmaid_server.domain.errors import InvalidInput

sql = load("partner_connectors")

SYNAPTIC = ("presynaptic_to", "postsynaptic_to")


async def connectors_between(
    connection: Connection,
    project_id: int,
    relation: str,
    source_ids: Sequence[int],
    *,
    partner_ids: Sequence[int] | None = None,
    connector_ids: Sequence[int] | None = None,
) -> dict[int, dict[int, list[int]]]:
    """Connectors by source and partner, one entry for each pair of links; the sources have `relation` to them.

    Raises `InvalidInput` for an unknown relation.
    """
    if relation not in BY_RELATION:
        raise InvalidInput(f"There is no relation {relation!r}.")
    rows = await fetch_all(
        connection, sql.connectors_between, project_id=project_id, mine=relation,
        theirs=BY_RELATION[relation].partner_relation, source_ids=list(source_ids),
        partner_ids=None if partner_ids is None else list(partner_ids),
        connector_ids=None if connector_ids is None else list(connector_ids))
    found: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for source, partner, connector in rows:
        found[source][partner].append(connector)
    return {source: dict(partners) for source, partners in found.items()}


async def places(connection: Connection, connector_ids: Sequence[int]) -> dict[int, list[float]]:
    """Where connectors are: [x, y, z] in nm by id."""
    return dict(await fetch_all(connection, sql.places, connector_ids=list(connector_ids)))


async def link_counts(
    connection: Connection,
    project_id: int,
    skeleton_ids: Sequence[int],
    *,
    source_relations: Sequence[str],
    target_relations: Sequence[str],
) -> tuple[dict[int, dict[int, int]], dict[int, str]]:
    """Numbers of partner links by skeleton and relation id, and the names of these relations."""
    rows: list[tuple[Any, ...]] = await fetch_all(
        connection, sql.link_counts, project_id=project_id, skeleton_ids=list(skeleton_ids),
        source_relations=list(source_relations), target_relations=list(target_relations))
    counts: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for skeleton, relation, _, count in rows:
        counts[skeleton][relation] = count
    return dict(counts), {relation: name for _, relation, name, _ in rows}
