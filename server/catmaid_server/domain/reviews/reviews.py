"""Reviews: who looked at which treenode, and how much of a skeleton was looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.projects import log
from catmaid_server.domain.values import required

sql = load("reviews/reviews")


class Marked(NamedTuple):
    """When treenodes were reviewed, and which: those that exist, by id."""

    time: datetime
    treenode_ids: list[int]


class ReviewerShare(NamedTuple):
    """How many treenodes of a skeleton a user has reviewed, and when last."""

    reviewer_id: int
    nodes: int
    last: datetime


class ReviewSummary(NamedTuple):
    """Segments of a skeleton, and who has reviewed it."""

    segments: int
    reviewers: list[ReviewerShare]


async def status(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], reviewer_ids: Sequence[int] | None = None
) -> dict[int, tuple[int, int]]:
    """Nodes, and nodes reviewed by any of these users (None: by anybody), by skeleton; unknown ids are left out."""
    rows = await fetch_all(
        connection,
        sql.status,
        project_id=project_id,
        skeleton_ids=required(skeleton_ids, "skeleton ID"),
        reviewer_ids=None if reviewer_ids is None else list(reviewer_ids),
    )
    return {skeleton_id: (nodes, reviewed) for skeleton_id, nodes, reviewed in rows}


async def trusted_status(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], user_id: int
) -> dict[int, tuple[int, int]]:
    """As `status`, counting only reviews that a user trusts (see `reviewer_whitelist`)."""
    rows = await fetch_all(
        connection,
        sql.trusted_status,
        project_id=project_id,
        user_id=user_id,
        skeleton_ids=required(skeleton_ids, "skeleton ID"),
    )
    return {skeleton_id: (nodes, reviewed) for skeleton_id, nodes, reviewed in rows}


async def mark(tx: Connection, project_id: int, treenode_ids: Sequence[int], reviewer_id: int) -> Marked:
    """Note that a user reviewed treenodes now; a user has one review of a treenode, the latest.

    Those that do not exist are left out.
    """
    wanted = list(treenode_ids)
    found = await fetch_all(tx, sql.lock_treenodes, project_id=project_id, treenode_ids=wanted)
    skeletons: dict[int, int] = dict(found)
    own = await fetch_all(tx, sql.renew, treenode_ids=wanted, reviewer_id=reviewer_id)
    renewed = {treenode_id for (treenode_id,) in own}
    new = {treenode_id: skeleton_id for treenode_id, skeleton_id in skeletons.items() if treenode_id not in renewed}
    places = {"treenode_ids": list(new), "skeleton_ids": list(new.values())}
    await tx.execute(sql.add, {"project_id": project_id, "reviewer_id": reviewer_id, **places})
    return Marked(await fetch_value(tx, sql.now), list(skeletons))


async def summaries(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> dict[int, ReviewSummary]:
    """Segments and reviewers by skeleton; unknown ids are left out."""
    wanted = required(skeleton_ids, "skeleton ID")
    counted = await fetch_all(connection, sql.segments, project_id=project_id, skeleton_ids=wanted)
    shares = await fetch_all(connection, sql.reviewers, project_id=project_id, skeleton_ids=wanted)
    found = {skeleton_id: ReviewSummary(count, []) for skeleton_id, count in counted}
    for skeleton_id, reviewer_id, nodes, last in shares:
        if skeleton_id in found:  # it may have been made after the first statement
            found[skeleton_id].reviewers.append(ReviewerShare(reviewer_id, nodes, last))
    return found


async def of_skeleton(
    connection: Connection, project_id: int, skeleton_id: int
) -> dict[int, list[tuple[int, datetime]]]:
    """Reviewer and time of every review of a skeleton's nodes, by node, oldest first."""
    found: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for node, reviewer, time in await fetch_all(
        connection, sql.of_skeleton, project_id=project_id, skeleton_id=skeleton_id
    ):
        found[node].append((reviewer, time))
    return dict(found)


async def delete_own(tx: Connection, project_id: int, skeleton_id: int, reviewer_id: int) -> None:
    """Take back all reviews by a user of a skeleton."""
    await tx.execute(sql.delete_own, {"project_id": project_id, "skeleton_id": skeleton_id, "reviewer_id": reviewer_id})
    await log.add(tx, project_id, reviewer_id, "reset_reviews", None, f"Reset reviews for skeleton {skeleton_id}")
