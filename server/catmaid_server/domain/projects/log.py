"""The log that people read: who made, split, joined or rerooted what, and where."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.positions import Position

sql = load("projects/log")


async def add(
    tx: Connection, project_id: int, user_id: int, operation: str, location: Position | None, text: str = ""
) -> None:
    """Write one entry; `location` in nm, if it has any."""
    x, y, z = location or (None, None, None)
    await tx.execute(
        sql.add,
        {"project_id": project_id, "user_id": user_id, "operation": operation, "x": x, "y": y, "z": z, "text": text},
    )
