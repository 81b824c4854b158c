"""What was committed since things were read: told by one statement, so that all of it is of one state.

Versions are no clock: one that began earlier may be committed later. So all up to the newest settled version are known
by that, and those after it one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.arrays import TEXT, Column, array_text, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one
from catmaid_server.db.store import Connection
from catmaid_wire import columns

sql = load("news/changes")

MOST_PLACES = 2000
"""Changes at more places are not told one by one."""

Places = NDArray[np.float64]
"""Boxes, nm: lowest x, y, z, highest x, y, z; shape (n, 6)."""

NOWHERE: Places = np.empty((0, 6))

_TABLES = {"node": columns.NODES, "link": columns.LINKS, "connector": columns.CONNECTORS}
_COLUMNS: dict[str, str | np.dtype[Any]] = {
    "facts": TEXT,
    "places": "<f8",
    "changed_nodes": "<i4",
    "changed_connectors": "<i4",
    "changed_links": "<i8",
    **{f"{table}_{name}": dtype for table, schema in _TABLES.items() for name, dtype in schema.items()},
}


class CommittedRows(NamedTuple):
    """What changed in viewports, by table, and how it is now.

    nodes, connectors, links : ids of all rows that changed, also of those that are no more; of nodes also the children
        of these.
    now : columns by table (`node`, `connector`, `link`) of those that there are, and of the ends of edges and links.
    """

    nodes: NDArray[np.int32]
    connectors: NDArray[np.int32]
    links: NDArray[np.int64]
    now: Mapping[str, Mapping[str, Column]]


class Committed(NamedTuple):
    """What changed.

    places : where, None for anywhere.
    skeleton_ids : of which skeletons treenodes, reviews, labels, or connectors linked to them changed, None for any.
    linked_ids : which skeletons may have got or lost links, or partners on their connectors, None for any.
    rows : what changed at the places, None for nothing or if there is no place to name.
    """

    places: Places | None
    skeleton_ids: frozenset[int] | None
    linked_ids: frozenset[int] | None
    rows: CommittedRows | None = None


NOTHING = Committed(NOWHERE, frozenset(), frozenset())
ANYTHING = Committed(None, None, None)


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a project's versions.

    snapshot : PostgreSQL's name of the state.
    settled : all versions up to this one are known.
    settling : all versions up to this one are seen by the next statement.
    known : versions after `settled` that are known.
    relations : names by id.
    newest : the newest version of all, and its time as text: a store that was put back to an earlier state has not this
        one, or another with its number.
    is_lost : whether the store was put back, so that versions that are known may be others by now.
    """

    snapshot: str
    settled: int
    settling: int
    known: frozenset[int] = frozenset()
    relations: Mapping[int, str] = field(default_factory=dict)
    newest: tuple[int, str] = (0, "")
    is_lost: bool = False


async def begin(connection: Connection) -> Heard:
    """What is known before anything was heard; the next statement must not be of an older state."""
    row = await fetch_one(connection, sql.settled)
    assert row is not None
    settled, newest, time = row
    return Heard("", settled, settled, newest=(newest, time))


async def hear(connection: Connection, project_id: int, before: Heard) -> tuple[Heard, Committed]:
    """What is known now, and what changed since `before`."""
    same = await fetch_one(connection, sql.is_same_state, snapshot=before.snapshot)
    if same is not None and same[0]:
        return before, NOTHING
    values = {
        "project_id": project_id,
        "settled": before.settled,
        "known": array_text(before.known),
        "most": MOST_PLACES,
        "newest": before.newest[0],
    }
    found = await fetch_columns(connection, sql.news, values, _COLUMNS)
    facts = json.loads(str(found["facts"]))
    known = before.known.union(facts["versions"])
    after = Heard(
        facts["snapshot"],
        before.settling,
        facts["settling"],
        frozenset(version for version in known if version > before.settling),
        {int(relation_id): name for relation_id, name in facts["relations"].items()},
        (facts["newest"][0], facts["newest"][1]) if facts["newest"] else (0, ""),
    )
    if facts["time"] != before.newest[1]:
        return replace(after, is_lost=True), ANYTHING
    # Of versions whose history was trimmed it is not known where they were.
    is_trimmed = facts["versions"] and facts["trimmed"] >= before.settled
    if facts["is_rebuilt"] or is_trimmed:
        return after, ANYTHING
    return after, Committed(
        None if facts["is_much"] else found["places"].reshape(-1, 6),
        _frozen(facts["skeleton_ids"]),
        None if after.relations != before.relations else _frozen(facts["linked_ids"]),
        _rows(found) if len(found["places"]) else None,
    )


def _frozen(ids: list[int] | None) -> frozenset[int] | None:
    return None if ids is None else frozenset(ids)


def _rows(found: Mapping[str, Column]) -> CommittedRows:
    now = {table: {name: found[f"{table}_{name}"] for name in schema} for table, schema in _TABLES.items()}
    return CommittedRows(found["changed_nodes"], found["changed_connectors"], found["changed_links"], now)
