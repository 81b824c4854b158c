"""The log that people read: who made, split, joined or rerooted what, and where."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection

sql = load("projects/log")


async def add(
    tx: Connection, project_id: int, user_id: int, operation: str, location: tuple[float, float, float], text: str = ""
) -> None:
    """Write one entry; `location` in nm."""
    x, y, z = location
    await tx.execute(
        sql.add,
        {"project_id": project_id, "user_id": user_id, "operation": operation, "x": x, "y": y, "z": z, "text": text},
    )
