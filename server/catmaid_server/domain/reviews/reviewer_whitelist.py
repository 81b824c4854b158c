"""Whose reviews a user trusts, and from when on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection

sql = load("reviews/reviewer_whitelist")


async def trusted(connection: Connection, project_id: int, user_id: int) -> dict[int, datetime]:
    """The time from which on reviews count, by reviewer."""
    return dict(await fetch_all(connection, sql.list, project_id=project_id, user_id=user_id))


async def replace(tx: Connection, project_id: int, user_id: int, wanted: Mapping[int, datetime]) -> None:
    """Let a user trust exactly these reviewers."""
    values = {
        "project_id": project_id,
        "user_id": user_id,
        "reviewer_ids": list(wanted),
        "accept_after": list(wanted.values()),
    }
    await tx.execute(sql.delete_others, values)
    await tx.execute(sql.put, values)
