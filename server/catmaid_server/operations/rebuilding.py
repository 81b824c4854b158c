"""Make derived data anew where they are wrong: skeletons of links and reviews, edges, summaries, counters."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection

sql = load("operations/rebuilding")

LABEL = "operations.rebuild"

_STEPS = (sql.link_skeletons, sql.review_skeletons, sql.edges, sql.past_edges, sql.summaries, sql.counters)


async def rebuild(tx: Connection) -> None:
    """Make all derived data anew, in the version of this transaction; what is right stays as it is."""
    for step in _STEPS:
        await tx.execute(step)
