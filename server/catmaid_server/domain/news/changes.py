"""What was committed since things were read: asked in one statement, so that all of it is of one state.

Versions are no clock: one that began earlier may be committed later. So all up to the newest settled version are known
by that, and those after it one by one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one
from catmaid_server.db.store import Connection

sql = load("news/changes")

MOST_PLACES = 2000
"""Changes at more places are not told one by one."""

Places = NDArray[np.float64]
"""Boxes, nm: lowest x, y, z, highest x, y, z; shape (n, 6)."""

NOWHERE: Places = np.empty((0, 6))


class Committed(NamedTuple):
    """What changed.

    places : where, None for anywhere.
    skeleton_ids : of which skeletons treenodes, reviews, labels, or connectors linked to them changed, None for any.
    linked_ids : which skeletons may have got or lost links, or partners on their connectors, None for any.
    """

    places: Places | None
    skeleton_ids: frozenset[int] | None
    linked_ids: frozenset[int] | None


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
    """

    snapshot: str
    settled: int
    settling: int
    known: frozenset[int] = frozenset()
    relations: Mapping[int, str] = field(default_factory=dict)
    newest: tuple[int, str] = (0, "")


async def begin(connection: Connection) -> Heard:
    """What is known before anything was heard; the next statement must not be of an older state."""
    row = await fetch_one(connection, sql.settled)
    assert row is not None
    settled, newest, time = row
    return Heard("", settled, settled, newest=(newest, time))


async def hear(connection: Connection, project_id: int, before: Heard) -> tuple[Heard, Committed]:
    """What is known now, and what changed since `before`."""
    row = await fetch_one(
        connection,
        sql.news,
        project_id=project_id,
        snapshot=before.snapshot,
        settled=before.settled,
        known=list(before.known),
        most=MOST_PLACES,
        newest=before.newest[0],
    )
    if row is None:
        return before, NOTHING
    snapshot, versions, is_rebuilt, numbers, skeleton_ids, linked_ids, trimmed, settling, relations, time, newest = row
    known = before.known.union(versions)
    after = Heard(
        snapshot,
        before.settling,
        settling,
        frozenset(version for version in known if version > before.settling),
        {int(relation_id): name for relation_id, name in json.loads(relations).items()},
        (int(newest[0]), newest[1]) if newest else (0, ""),
    )
    # Of versions whose history was trimmed it is not known where they were.
    is_unsure = is_rebuilt or (versions and trimmed >= before.settled) or time != before.newest[1]
    if is_unsure:
        return after, ANYTHING
    return after, Committed(
        None if numbers is None else np.array(numbers, dtype=np.float64).reshape(-1, 6),
        None if skeleton_ids is None else frozenset(skeleton_ids),
        None if linked_ids is None or after.relations != before.relations else frozenset(linked_ids),
    )
