"""By which connectors skeletons are partners, and by how many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.tracing.connector_types import BY_RELATION
from catmaid_wire import relations

sql = load("tracing/partner_connectors")

SYNAPTIC = (relations.PRESYNAPTIC, relations.POSTSYNAPTIC)


async def connectors_between(
    connection: Connection,
    project_id: int,
    relation: str,
    source_ids: Sequence[int],
    *,
    partner_relation: str | None = None,
    partner_ids: Sequence[int] | None = None,
    connector_ids: Sequence[int] | None = None,
) -> dict[int, dict[int, list[int]]]:
    """Connectors by source and partner, one entry for each pair of links; the sources have `relation` to them.

    partner_relation
        How partners are linked; as `relation` asks for if it is not given.

    Raises `InvalidInput` for an unknown relation.
    """
    for name in (relation, partner_relation):
        if name is not None and name not in BY_RELATION:
            raise InvalidInput(f"There is no relation {name!r}; there are {', '.join(BY_RELATION)}.")
    rows = await fetch_all(
        connection,
        sql.connectors_between,
        project_id=project_id,
        mine=relation,
        theirs=partner_relation or BY_RELATION[relation].partner_relation,
        source_ids=list(source_ids),
        partner_ids=None if partner_ids is None else list(partner_ids),
        connector_ids=None if connector_ids is None else list(connector_ids),
    )
    found: defaultdict[int, defaultdict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for source, partner, connector in rows:
        found[source][partner].append(connector)
    return {source: dict(partners) for source, partners in found.items()}


async def places(connection: Connection, connector_ids: Sequence[int]) -> dict[int, list[float]]:
    """Where connectors are: [x, y, z] in nm by id."""
    return dict(await fetch_all(connection, sql.places, connector_ids=list(connector_ids)))


async def partners_at(
    connection: Connection,
    project_id: int,
    skeleton_id: int,
    connector_ids: Sequence[int],
    *,
    relation: str | None,
    single: bool | None,
) -> list[int]:
    """Other skeletons at connectors of one, on the other side: with some relation, of one node or more, or any."""
    rows = await fetch_all(
        connection,
        sql.partners_at,
        project_id=project_id,
        skeleton_id=skeleton_id,
        connector_ids=list(connector_ids),
        theirs=relation,
        single=single,
    )
    return [partner for (partner,) in rows]


async def polyadicity(
    connection: Connection,
    project_id: int,
    skeleton_ids: Sequence[int],
    *,
    connector_ids: Sequence[int] | None,
    relation: str | None,
    partner_relation: str | None,
) -> dict[int, dict[str, dict[int, int]]]:
    """Number of other links by skeleton, its relation, and connector; connectors without any are left out."""
    found: dict[int, dict[str, dict[int, int]]] = {}
    for skeleton, name, connector, count in await fetch_all(
        connection,
        sql.polyadicity,
        project_id=project_id,
        skeleton_ids=list(skeleton_ids),
        mine=relation,
        theirs=partner_relation,
        connector_ids=None if connector_ids is None else list(connector_ids),
    ):
        found.setdefault(skeleton, {}).setdefault(name, {})[connector] = count
    return found
