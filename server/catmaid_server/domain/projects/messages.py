"""Messages to users, such as that a long computation is done."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("projects/messages")


async def unread_messages(connection: Connection, user_id: int) -> list[dict[str, Any]]:
    """What a user has not read, newest first."""
    return [
        {"id": message_id, "title": title, "action": action, "text": text, "time": str(time)}
        for message_id, title, action, text, time in await fetch_all(connection, sql.unread, user_id=user_id)
    ]


async def latest_unread_time(connection: Connection, user_id: int) -> datetime | None:
    """When the newest of the messages that a user has not read came."""
    found: datetime | None = await fetch_value(connection, sql.latest_unread, user_id=user_id)
    return found


async def mark_read(tx: Connection, user_id: int, message_id: int) -> str:
    """Note that a user has read a message; the address it is about, empty if none. `NotFound` if it is not theirs."""
    action = await fetch_value(tx, sql.mark_read, user_id=user_id, message_id=message_id)
    if action is None:
        raise NotFound(f"There is no message {message_id} for you.")
    return str(action)
