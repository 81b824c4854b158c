"""Joins and splits of skeletons: where their treenodes came from, and where they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("history/lineage")

MOST_PASSAGES = 10_000

JOIN = "join"
SPLIT = "split"
RENUMBER = "renumber"


class _Move(NamedTuple):
    """Treenodes that went from one skeleton to another in a version."""

    version: int
    source: int
    target: int
    nodes: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Treenodes that went from one skeleton to another in a version.

    `kind` is `join` if the target existed before, `split` if it is new, `renumber` if all treenodes went to a new one;
    `nodes` counts the treenodes that the skeletons in question ever had.
    """

    version: int
    time: datetime
    user_id: int | None
    username: str | None
    label: str
    kind: str
    source: int
    target: int
    nodes: int


class Successor(NamedTuple):
    """A skeleton that now has treenodes of others; ids and name are None for treenodes that were deleted."""

    skeleton_id: int | None
    neuron_id: int | None
    name: str | None
    nodes: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """Joins and splits of treenodes that skeletons ever had, by version, and the skeletons that have them now."""

    became: list[Successor]
    passages: list[Passage]
    cut: str | None
    """A sentence that says what is left out; None if everything is included."""


async def lineage(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> Lineage:
    """Joins and splits of the treenodes that skeletons ever had, and the skeletons that have them now.

    Deleted skeletons may be given, too; `NotFound` for skeletons that the project never had.
    """
    wanted = sorted(set(skeleton_ids))
    known = {row[0] for row in await fetch_all(connection, sql.known, project_id=project_id, skeleton_ids=wanted)}
    missing = [skeleton_id for skeleton_id in wanted if skeleton_id not in known]
    if missing:
        raise NotFound(f"Project {project_id} never had skeleton {missing[0]}.")
    rows = await fetch_all(connection, sql.moves, prepare=False, skeleton_ids=wanted, most=MOST_PASSAGES + 1)
    moves = [_Move(*row) for row in rows[:MOST_PASSAGES]]
    cut = None
    if len(rows) > len(moves):
        cut = f"There are more than {MOST_PASSAGES:,} joins and splits: the newest {len(moves):,} are listed."
    became = [Successor(*row) for row in await fetch_all(connection, sql.became, prepare=False, skeleton_ids=wanted)]
    return Lineage(became, await _passages(connection, moves[::-1]), cut)


async def _passages(connection: Connection, moves: list[_Move]) -> list[Passage]:
    rows = await fetch_all(
        connection,
        sql.passages,
        versions=[move.version for move in moves],
        sources=[move.source for move in moves],
        targets=[move.target for move in moves],
    )
    found = []
    for place, was_there, is_left, time, user_id, username, label in rows:
        version, source, target, nodes = moves[place - 1]
        kind = JOIN if was_there else SPLIT if is_left else RENUMBER
        found.append(Passage(version, time, user_id, username, label, kind, source, target, nodes))
    return found
