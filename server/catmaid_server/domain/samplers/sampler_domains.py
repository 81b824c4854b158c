"""Domains of samplers, which are parts of a skeleton, their intervals, and connectors on these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.sampler_kinds import (
    CONNECTOR_STATES,
    DOMAIN_TYPES,
    INTERVAL_STATES,
    UNTOUCHED,
    require_kind,
)
from catmaid_server.domain.samplers import sampler_boundaries
from catmaid_server.domain.samplers.sampler_boundaries import Boundary
from catmaid_server.domain.samplers.samplers import lock_sampler

sql = load("samplers/samplers")


@dataclass(frozen=True, slots=True)
class NewDomain:
    """A domain to make: the start node and all distal to it, up to the end nodes."""

    type_id: int
    start_node_id: int
    end_node_ids: Sequence[int]
    parent_interval_id: int | None = None
    """The interval of another domain of the sampler from which this one leaves."""


@dataclass(frozen=True, slots=True)
class Domain:
    """A part of a skeleton; `ends` are ids of ends and of their treenodes."""

    id: int
    sampler_id: int
    type_id: int
    parent_interval_id: int | None
    start_node_id: int
    user_id: int
    project_id: int
    creation_time: datetime
    edition_time: datetime
    ends: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a domain from one treenode to a distal one."""

    id: int
    domain_id: int
    state_id: int
    start_node_id: int
    end_node_id: int
    user_id: int
    project_id: int
    creation_time: datetime
    edition_time: datetime


async def list_domains(
    connection: Connection, project_id: int, sampler_ids: Sequence[int] | None = None
) -> dict[int, list[Domain]]:
    """Domains by sampler, of all samplers of the project or of some; samplers without any are left out."""
    found: dict[int, list[Domain]] = defaultdict(list)
    for domain in await _domains(connection, project_id, sampler_ids=sampler_ids):
        found[domain.sampler_id].append(domain)
    return found


async def describe_domain(connection: Connection, project_id: int, domain_id: int) -> Domain:
    """One domain, or `NotFound`."""
    found = await _domains(connection, project_id, domain_id=domain_id)
    if not found:
        raise NotFound(f"There is no domain {domain_id} of samplers in project {project_id}.")
    return found[0]


async def create_domains(
    tx: Connection, user: User, project_id: int, sampler_id: int, wanted: Sequence[NewDomain]
) -> list[Domain]:
    """Add domains to a sampler.

    Raises `NotFound` if there is no such sampler, `InvalidInput` if a treenode is not of its skeleton, or a domain is
    without end or of unknown type.
    """
    for new in wanted:
        if not new.end_node_ids:
            raise InvalidInput("A domain needs at least one end node.")
        require_kind(DOMAIN_TYPES, new.type_id, "type of domains")
    sampler = await lock_sampler(tx, project_id, sampler_id)
    for new in wanted:
        if (
            new.parent_interval_id is not None
            and await fetch_value(
                tx, sql.interval_of_sampler, interval_id=new.parent_interval_id, sampler_id=sampler_id
            )
            is None
        ):
            raise InvalidInput(f"Sampler {sampler_id} has no interval {new.parent_interval_id}.")
    nodes = {node for new in wanted for node in (new.start_node_id, *new.end_node_ids)}
    await sampler_boundaries.places_of(tx, sampler.skeleton_id, sorted(nodes))
    return [await _create(tx, user, project_id, sampler_id, new) for new in wanted]


async def _create(tx: Connection, user: User, project_id: int, sampler_id: int, new: NewDomain) -> Domain:
    domain_id: int = await fetch_value(
        tx,
        sql.create_domain,
        project_id=project_id,
        sampler_id=sampler_id,
        type_id=new.type_id,
        start_node_id=new.start_node_id,
        parent_interval_id=new.parent_interval_id,
        user_id=user.id,
    )
    await tx.execute(sql.create_ends, {"domain_id": domain_id, "node_ids": list(new.end_node_ids)})
    return await describe_domain(tx, project_id, domain_id)


async def list_intervals(
    connection: Connection, project_id: int, domain_ids: Sequence[int]
) -> dict[int, list[Interval]]:
    """Intervals by domain; what was not changed for longest comes first, domains without any are left out."""
    found: dict[int, list[Interval]] = defaultdict(list)
    for row in await fetch_all(
        connection, sql.intervals, project_id=project_id, domain_ids=list(domain_ids), interval_id=None
    ):
        interval = Interval(*row)
        found[interval.domain_id].append(interval)
    return found


async def describe_interval(connection: Connection, project_id: int, interval_id: int) -> Interval:
    """One interval, or `NotFound`."""
    rows = await fetch_all(connection, sql.intervals, project_id=project_id, domain_ids=None, interval_id=interval_id)
    if not rows:
        raise NotFound(f"There is no interval {interval_id} of samplers in project {project_id}.")
    return Interval(*rows[0])


async def create_intervals(
    tx: Connection,
    user: User,
    project_id: int,
    domain_id: int,
    ends: Sequence[tuple[int, int]],
    boundaries: Sequence[Boundary] = (),
) -> list[Interval]:
    """Divide a domain into intervals, each given by its first and last treenode, and make treenodes for that.

    Intervals name new treenodes as `boundaries` do. Raises `NotFound` if there is no such domain, `InvalidInput` if a
    treenode is not of the skeleton, or a new one is at no end of an interval.
    """
    domain = await describe_domain(tx, project_id, domain_id)
    sampler = await lock_sampler(tx, project_id, domain.sampler_id, whole_skeleton=bool(boundaries))
    named = {node for interval in ends for node in interval}
    if idle := sorted({boundary.id for boundary in boundaries} - named):
        raise InvalidInput(f"No interval begins or ends at the new treenodes {idle}.")
    made = await sampler_boundaries.insert(tx, user, project_id, sampler.skeleton_id, boundaries)
    starts, stops = ([made.get(interval[side], interval[side]) for interval in ends] for side in (0, 1))
    await sampler_boundaries.places_of(tx, sampler.skeleton_id, sorted({*starts, *stops}))
    rows = await fetch_all(
        tx,
        sql.create_intervals,
        project_id=project_id,
        domain_id=domain_id,
        state_id=UNTOUCHED,
        starts=starts,
        ends=stops,
        user_id=user.id,
    )
    return [Interval(*row) for row in rows]


async def set_interval_state(tx: Connection, project_id: int, interval_id: int, state_id: int) -> None:
    """Say how far work on an interval has come; `NotFound`, or `InvalidInput` for an unknown state."""
    require_kind(INTERVAL_STATES, state_id, "state of intervals")
    if (
        await fetch_value(tx, sql.set_interval_state, project_id=project_id, interval_id=interval_id, state_id=state_id)
        is None
    ):
        raise NotFound(f"There is no interval {interval_id} of samplers in project {project_id}.")


async def list_connectors(
    connection: Connection,
    project_id: int,
    *,
    interval_id: int | None = None,
    connector_id: int | None = None,
    state_id: int | None = None,
) -> list[tuple[int, int, int, int]]:
    """Connectors that were worked on: id, interval, connector and state of each, of all that is given."""
    return [
        (row[0], row[1], row[2], row[3])
        for row in await fetch_all(
            connection,
            sql.connectors,
            project_id=project_id,
            interval_id=interval_id,
            connector_id=connector_id,
            state_id=state_id,
        )
    ]


async def set_connector_state(
    tx: Connection, user: User, project_id: int, interval_id: int, connector_id: int, state_id: int
) -> int:
    """Say how far work on a connector in an interval has come; the id of what keeps that.

    Raises `NotFound` if there is no such interval or connector, `InvalidInput` for an unknown state.
    """
    require_kind(CONNECTOR_STATES, state_id, "state of connectors")
    await describe_interval(tx, project_id, interval_id)
    if await fetch_value(tx, sql.connector_exists, project_id=project_id, connector_id=connector_id) is None:
        raise NotFound(f"There is no connector {connector_id} in project {project_id}.")
    kept: int = await fetch_value(
        tx,
        sql.set_connector_state,
        project_id=project_id,
        interval_id=interval_id,
        connector_id=connector_id,
        state_id=state_id,
        user_id=user.id,
    )
    return kept


async def _domains(
    connection: Connection, project_id: int, *, sampler_ids: Sequence[int] | None = None, domain_id: int | None = None
) -> list[Domain]:
    rows = await fetch_all(
        connection,
        sql.domains,
        project_id=project_id,
        domain_id=domain_id,
        sampler_ids=None if sampler_ids is None else list(sampler_ids),
    )
    return [Domain(*(*fields, list(zip(end_ids, nodes, strict=True)))) for *fields, end_ids, nodes in rows]
