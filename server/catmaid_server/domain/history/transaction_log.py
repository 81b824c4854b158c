"""The log of a project's versions: by user, label, time, neuron and place, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    """One page of the log; `InvalidInput` for a length that is out of range."""
    if not 0 < length <= MOST_ENTRIES:
        raise InvalidInput(f"limit is a number of versions from 1 to {MOST_ENTRIES}, not {length}.")
    versions = await _fitting(connection, project_id, wanted)
    found = await fetch_records(
        connection,
        sql.page,
        LoggedVersion,
        project_id=project_id,
        above=wanted.above,
        up_to=wanted.up_to,
        user_id=wanted.user_id,
        label=wanted.label,
        versions=versions,
        most=length + 1,
    )
    entries = found[:length]
    return VersionPage(entries, found[length].version if len(found) > length else None)


async def author_named(connection: Connection, project_id: int, username: str) -> int:
    """The id of a user who wrote versions of a project; `NotFound` if nobody of this name did."""
    user_id = await fetch_value(connection, sql.author, project_id=project_id, username=username)
    if user_id is None:
        raise NotFound(f"Nobody called {username!r} wrote a version of this project.")
    return int(user_id)


async def _fitting(connection: Connection, project_id: int, wanted: LogFilter) -> list[int] | None:
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
        (x0, y0, z0), (x1, y1, z1) = wanted.box.low, wanted.box.high
        corners = {"x0": x0, "y0": y0, "z0": z0, "x1": x1, "y1": y1, "z1": z1}
        states = await fetch_value(connection, sql.states, **span, most=_FEW_STATES + 1)
        query = sql.versions_of_span_in_box if states <= _FEW_STATES else sql.versions_in_box
        sets.append(await versions(query, project_id=project_id, **corners))
    return sorted(set.intersection(*sets)) if sets else None
