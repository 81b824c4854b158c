"""The rules that a version which took others back must keep, though each of its rows is as it once was.

Rows that belong together may come from different times: what others did in between went on from what is taken back. So
the rules are asked of the rows that were written and of those beside them, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any, LiteralString, NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.history.conflicts import MOST_CONFLICTS, LaterChange
from catmaid_server.domain.tracing.links import why_no_more

sql = load("history/rules")

_TREES = frozenset({"treenode", "connector_link", "connector", "review", "skeleton"})
_SAMPLED = frozenset({"treenode", "sampler"})
_RULES: tuple[tuple[frozenset[str], LiteralString], ...] = (
    (_TREES, sql.misplaced),
    (frozenset({"treenode"}), sql.roots),
    (frozenset({"treenode", "skeleton"}), sql.empty_skeletons),
    (frozenset({"skeleton", "neuron"}), sql.bare_neurons),
)
"""Queries for what breaks a rule, each with the tables of whose rows it asks."""
_RULES_OF_SAMPLERS = (sql.misplaced_samples, sql.turned_samples)


class _Broken(NamedTuple):
    """A row that breaks a rule, the version that made it so, and why in words."""

    table: str
    id: int
    made_by: int
    reason: str


async def broken_rules(tx: Connection, versions: Sequence[int], touched: Iterable[str]) -> list[LaterChange]:
    """What breaks a rule after `versions` were taken back in this transaction, the newest first; empty if nothing does.

    `touched` are the tables that they changed.
    """
    tables = frozenset(touched)
    broken: list[_Broken] = []
    for about, query in _RULES:
        if tables & about:
            broken += await _rows(tx, query, versions)
    if tables & _SAMPLED and await fetch_value(tx, sql.has_samplers):
        for query in _RULES_OF_SAMPLERS:
            broken += await _rows(tx, query, versions)
    if "treenode" in tables:
        broken += await _loops(tx, versions)
    if "connector_link" in tables:
        broken += await _crowded_connectors(tx, versions)
    return await _told(tx, sorted(broken, key=lambda one: -one.made_by)[:MOST_CONFLICTS])


async def _rows(tx: Connection, query: LiteralString, versions: Sequence[int], **values: Any) -> list[_Broken]:
    rows = await fetch_all(tx, query, versions=list(versions), most=MOST_CONFLICTS, **values)
    return [_Broken(*row) for row in rows]


async def _loops(tx: Connection, versions: Sequence[int]) -> list[_Broken]:
    parents = dict(await fetch_all(tx, sql.ancestors))
    looped = _in_loops(parents)
    return await _rows(tx, sql.in_a_loop, versions, ids=sorted(looped)) if looped else []


def _in_loops(parents: dict[int, int]) -> set[int]:
    """The nodes that are their own ancestors. `parents` has 0 for roots, and a parent for each node that is none."""
    done: set[int] = set()
    looped: set[int] = set()
    for start in parents:
        path: list[int] = []
        node = start
        while node and node not in done:
            done.add(node)
            path.append(node)
            node = parents[node]
        if node in path:
            looped.update(path[path.index(node) :])
    return looped


async def _crowded_connectors(tx: Connection, versions: Sequence[int]) -> list[_Broken]:
    """Links, made since, that a connector could not have got beside those that came back, or the other way round."""
    found: list[_Broken] = []
    rows = await fetch_all(tx, sql.links_of_connectors, versions=list(versions))
    for connector_id, links in groupby(rows, key=lambda row: int(row[0])):
        there: list[str] = []
        came_back = False
        for _, link_id, relation, made_by, is_back in sorted(links, key=lambda row: (row[3], row[1])):
            refusal = why_no_more(connector_id, relation, there)
            came_back = came_back or is_back
            if refusal is not None and came_back and made_by > min(versions):
                found.append(_Broken("connector_link", link_id, made_by, f"would not fit: {refusal.rstrip('.')}"))
            there.append(relation)
    return found


async def _told(tx: Connection, broken: Sequence[_Broken]) -> list[LaterChange]:
    """With who did it and when."""
    if not broken:
        return []
    rows = await fetch_all(tx, sql.people, versions=sorted({one.made_by for one in broken}))
    people = {version: (username, time) for version, username, time in rows}
    return [
        LaterChange(one.table, {"id": one.id}, one.made_by, one.reason, *people.get(one.made_by, ("nobody", None)))
        for one in broken
    ]
