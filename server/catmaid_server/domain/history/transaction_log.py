"""The log of a project's versions: by user, label, time, neuron and place, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, LiteralString

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.values import Box

sql = load("history/transaction_log")

MOST_ENTRIES = 10_000
NEWEST = 2**62
_FEW_STATES = 200_000
"""If no more states than these changed in a span of versions, all of them are read; else those in the box."""
_FEW_EDGES = 50_000
"""If a box has no more edges than these, now and before, all of them are read; else spans of versions, newest first."""
_FIRST_SPAN = 100
"""Versions of the first span; each further one is twice as long."""
_MOST_STATES = 2_000_000
"""After so many states a page ends, full or not."""


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which versions are wanted; a condition that is not given does not restrict."""

    user_id: int | None = None
    label: str | None = None
    """A label, or the part of labels before a dot."""
    above: int = 0
    """Only versions after this one."""
    up_to: int = NEWEST
    """Only this version and those before it."""
    neuron_ids: Sequence[int] | None = None
    """Only versions that wrote these neurons, their annotations, or skeletons that were ever theirs."""
    skeleton_ids: Sequence[int] | None = None
    """Only versions that wrote these skeletons, their treenodes, or links, labels or reviews of these."""
    box: Box | None = None
    """Only versions that wrote treenodes or connectors that were in this box before or after."""


@dataclass(frozen=True, slots=True)
class LoggedVersion:
    """A version: who wrote it, when, what for, and the versions that it took back."""

    version: int
    time: datetime
    user_id: int | None
    username: str | None
    label: str
    note: str | None
    reverts: list[int]


@dataclass(frozen=True, slots=True)
class VersionPage:
    """Versions, newest first, and the version to go on from: `up_to` of the next page, None if this is the last."""

    entries: list[LoggedVersion]
    next: int | None


async def page(connection: Connection, project_id: int, wanted: LogFilter, *, length: int) -> VersionPage:
    """One page of the log; `InvalidInput` for a length that is out of range.

    Where a large box is asked for, a page may have fewer versions than wanted, and more may follow.
    """
    if not 0 < length <= MOST_ENTRIES:
        raise InvalidInput(f"limit is a number of versions from 1 to {MOST_ENTRIES}, not {length}.")
    by_place = False
    if wanted.box is not None and await _states(connection, wanted, _FEW_STATES + 1) > _FEW_STATES:
        edges = await fetch_value(connection, sql.edges, **_corners(wanted.box), most=_FEW_EDGES + 1)
        by_place = edges <= _FEW_EDGES
        if not by_place:
            return await _page_by_spans(connection, project_id, wanted, length)
    found = await _entries(connection, project_id, wanted, length + 1, by_place=by_place)
    return VersionPage(found[:length], found[length].version if len(found) > length else None)


async def _entries(
    connection: Connection, project_id: int, wanted: LogFilter, most: int, *, by_place: bool
) -> list[LoggedVersion]:
    """`by_place`: whether what is in the box is looked at, rather than all that changed in the span."""
    return await fetch_records(
        connection,
        sql.page,
        LoggedVersion,
        project_id=project_id,
        above=wanted.above,
        up_to=wanted.up_to,
        user_id=wanted.user_id,
        label=wanted.label,
        versions=await _fitting(connection, project_id, wanted, by_place=by_place),
        most=most,
    )


async def _page_by_spans(connection: Connection, project_id: int, wanted: LogFilter, length: int) -> VersionPage:
    """A page of what changed in a large box: of so much, most versions changed something there."""
    found: list[LoggedVersion] = []
    left, size, up_to = _MOST_STATES, _FIRST_SPAN, wanted.up_to
    while left > 0:
        above = await fetch_value(
            connection, sql.version_before, project_id=project_id, above=wanted.above, up_to=up_to, skipped=size
        )
        span = replace(wanted, above=wanted.above if above is None else above, up_to=up_to)
        left -= await _states(connection, span, left)
        found += await _entries(connection, project_id, span, length + 1 - len(found), by_place=False)
        if len(found) > length:
            return VersionPage(found[:length], found[length].version)
        if above is None:
            return VersionPage(found, None)
        up_to, size = above, 2 * size
    return VersionPage(found, up_to)


async def _states(connection: Connection, span: LogFilter, most: int) -> int:
    return int(await fetch_value(connection, sql.states, above=span.above, up_to=span.up_to, most=most))


def _corners(box: Box) -> dict[str, float]:
    (x0, y0, z0), (x1, y1, z1) = box.low, box.high
    return {"x0": x0, "y0": y0, "z0": z0, "x1": x1, "y1": y1, "z1": z1}


async def author_named(connection: Connection, project_id: int, username: str) -> int:
    """The id of a user who wrote versions of a project; `NotFound` if nobody of this name did."""
    user_id = await fetch_value(connection, sql.author, project_id=project_id, username=username)
    if user_id is None:
        raise NotFound(f"Nobody called {username!r} wrote a version of this project.")
    return int(user_id)


async def _fitting(connection: Connection, project_id: int, wanted: LogFilter, *, by_place: bool) -> list[int] | None:
    """The versions that fit neurons, skeletons and box, of all projects; None if none of these is given."""
    span = {"above": wanted.above, "up_to": wanted.up_to}

    async def versions(query: LiteralString, **values: Any) -> set[int]:
        return {row[0] for row in await fetch_all(connection, query, prepare=False, **span, **values)}

    sets: list[set[int]] = []
    if wanted.neuron_ids is not None:
        neuron_ids = list(wanted.neuron_ids)
        rows = await fetch_all(connection, sql.skeletons_of_neurons, project_id=project_id, neuron_ids=neuron_ids)
        sets.append(
            await versions(sql.versions_of_skeletons, skeleton_ids=[skeleton_id for (skeleton_id,) in rows])
            | await versions(sql.versions_of_neurons, neuron_ids=neuron_ids)
        )
    if wanted.skeleton_ids is not None:
        sets.append(await versions(sql.versions_of_skeletons, skeleton_ids=list(wanted.skeleton_ids)))
    if wanted.box is not None:
        query = sql.versions_in_box if by_place else sql.versions_of_span_in_box
        sets.append(await versions(query, project_id=project_id, **_corners(wanted.box)))
    return sorted(set.intersection(*sets)) if sets else None
