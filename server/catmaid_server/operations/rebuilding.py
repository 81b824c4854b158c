"""Compute wrong derived data again: skeletons of links and reviews, edges, summaries, counters."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection

sql = load("operations/rebuilding")

LABEL = "operations.rebuild"

_STEPS = (
    sql.link_skeletons,
    sql.review_skeletons,
    sql.edges,
    sql.past_edges,
    sql.summaries,
    sql.packed_skeletons,
    sql.counters,
)


async def rebuild(tx: Connection) -> None:
    """Compute all derived data again, in the version of this transaction; rows that are right are not touched."""
    for step in _STEPS:
        await tx.execute(step)
