"""The projects that users like best."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection

sql = load("annotation/favorites")


async def add(tx: Connection, project_id: int, user_id: int) -> bool:
    """Count a project among a user's favourites; False if it was one."""
    cursor = await tx.execute(sql.add, {"project_id": project_id, "user_id": user_id})
    return cursor.rowcount == 1


async def remove(tx: Connection, project_id: int, user_id: int) -> int:
    """Take a project from a user's favourites; how many were taken, 1 or 0."""
    cursor = await tx.execute(sql.remove, {"project_id": project_id, "user_id": user_id})
    return cursor.rowcount
