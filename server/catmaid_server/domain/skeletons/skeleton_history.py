"""Which skeletons treenodes belonged to over time, as splits and joins have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection

sql = load("skeletons/skeleton_history")


@dataclass(frozen=True)
class HistoryQuery:
    """Where to begin: treenodes in states of some skeletons, by some user, edited in some period; `None` is any."""

    skeleton_ids: Sequence[int] | None = None
    user_id: int | None = None
    after: datetime | None = None
    before: datetime | None = None


class SkeletonPath(NamedTuple):
    """The skeletons that treenodes belonged to, in order: one entry for each state of a node.

    `stage` is -1 where nothing followed the first state, 0 where what followed is past, 1 where it is present.
    """

    skeleton_ids: list[int]
    treenodes: int
    stage: int
    editor_id: int


async def skeleton_paths(connection: Connection, project_id: int, query: HistoryQuery) -> list[SkeletonPath]:
    """The different paths through skeletons that treenodes took, the most trodden first."""
    rows = await fetch_all(
        connection,
        sql.paths,
        project_id=project_id,
        user_id=query.user_id,
        after=query.after,
        before=query.before,
        skeleton_ids=None if query.skeleton_ids is None else list(query.skeleton_ids),
    )
    return [SkeletonPath(*row) for row in rows]
