"""Check a database: statements that hold at any time, and the rows for which they do not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection

sql = load("operations/checks")

_MOST_ROWS = 1000
_REBUILD = "catmaid-jupyter rebuild"
_BY_HAND = (
    "no command mends this by itself: see who made it (project.log()), take that version back "
    "(project.revert(VERSION)), or restore a backup (catmaid-jupyter restore FILE)"
)


@dataclass(frozen=True, slots=True)
class Check:
    """A statement that holds in every database, and the query for where it does not."""

    name: str
    statement: str
    query: LiteralString
    remedy: str


CHECKS = (
    Check("roots", "Each skeleton has one root.", sql.roots, _BY_HAND),
    Check("cycles", "A way leads from a root to each treenode.", sql.cycles, _BY_HAND),
    Check("parents", "Parents are in the same skeleton and project.", sql.parents, _BY_HAND),
    Check("links", "Links have the skeleton and project of their treenode.", sql.links, _REBUILD),
    Check("reviews", "Reviews have the skeleton and project of their treenode.", sql.reviews, _REBUILD),
    Check("edges", "Edges of treenodes and links are where these are.", sql.edges, _REBUILD),
    Check("summaries", "Summaries of skeletons are what their treenodes add up to.", sql.summaries, _REBUILD),
    Check("history", "The states of each row follow each other.", sql.history, "catmaid-jupyter restore FILE"),
    Check("past_edges", "Edges in the past are where treenodes and links were.", sql.past_edges, _REBUILD),
    Check("counters", "No counter gives an id again.", sql.counters, _REBUILD),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found: the first rows for which its statement does not hold."""

    name: str
    statement: str
    holds: bool
    rows: list[tuple[Any, ...]]
    """Id, and more about it."""
    has_more: bool
    remedy: str | None
    """The command that repairs it; None if nothing is wrong."""


async def check(connection: Connection) -> list[Outcome]:
    """Check every statement. The connection sees one state; see `databases.one_snapshot`."""
    return [await _tried(connection, known) for known in CHECKS]


async def _tried(connection: Connection, known: Check) -> Outcome:
    walks = known.query is sql.cycles
    if walks:
        await connection.execute(sql.walk_by_index, {"enabled": "off"})
    rows = await (await connection.execute(known.query, {})).fetchmany(_MOST_ROWS + 1)
    if walks:
        await connection.execute(sql.walk_by_index, {"enabled": "on"})
    return Outcome(
        name=known.name,
        statement=known.statement,
        holds=not rows,
        rows=rows[:_MOST_ROWS],
        has_more=len(rows) > _MOST_ROWS,
        remedy=known.remedy if rows else None,
    )
