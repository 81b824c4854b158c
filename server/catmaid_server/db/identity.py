"""What tells a database from others."""

from __future__ import annotations

from uuid import UUID

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_value
from catmaid_server.db.store import Connection

sql = load("service/identity")


async def database_id(connection: Connection) -> UUID:
    """The id that the database got when it was made; a backup has that of what it was taken from."""
    found: UUID = await fetch_value(connection, sql.database_id)
    return found
