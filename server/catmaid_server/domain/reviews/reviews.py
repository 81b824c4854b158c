"""Reviews: who looked at which treenode, and how much of a skeleton was looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.projects import log
from catmaid_server.domain.values import required

sql = load("reviews/reviews")


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


async def mark(tx: Connection, project_id: int, treenode_id: int, reviewer_id: int) -> datetime:
    """Note that a user reviewed a node now; a user has one review of a node, the latest.

    Raises `NotFound` if there is no such treenode.
    """
    skeleton_id = await fetch_value(tx, sql.skeleton_of, project_id=project_id, treenode_id=treenode_id)
    if skeleton_id is None:
        raise NotFound(f"There is no treenode {treenode_id}.")
    values = {"treenode_id": treenode_id, "reviewer_id": reviewer_id}
    renewed: datetime | None = await fetch_value(tx, sql.renew, **values)
    if renewed is not None:
        return renewed
    added: datetime = await fetch_value(tx, sql.add, project_id=project_id, skeleton_id=skeleton_id, **values)
    return added


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
