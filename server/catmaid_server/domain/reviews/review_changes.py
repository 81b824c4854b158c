"""What changed after it was reviewed: who did it, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.values import required

sql = load("reviews/review_changes")


class ReviewedChange(NamedTuple):
    """A treenode that was changed after a review of it.

    change : `moved`, `connector moved` and `linked` ended the review; `edited` (confidence or radius) and `parent` (it
        hangs on another treenode) did not.
    user_id, time : who changed it, and when; the user is None where the log does not tell.
    """

    skeleton_id: int
    treenode_id: int
    reviewer_id: int
    review_time: datetime
    change: str
    user_id: int | None
    time: datetime


async def review_changes(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> list[ReviewedChange]:
    """Changes of treenodes of skeletons since each reviewer last reviewed them, oldest first.

    A treenode that the reviewer has reviewed again is not among them. What an older history told is not known any more
    once that is trimmed.
    """
    rows = await fetch_all(
        connection, sql.changes, project_id=project_id, skeleton_ids=required(skeleton_ids, "skeleton ID")
    )
    return [ReviewedChange(*row) for row in rows]
