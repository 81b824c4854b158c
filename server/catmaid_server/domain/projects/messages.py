"""Messages to users, such as that a long computation is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("projects/messages")


@dataclass(frozen=True, slots=True)
class UnreadMessage:
    """A message that its user has not read; `action` is the address of the page it is about."""

    id: int
    title: str
    action: str
    text: str
    time: datetime


async def unread_messages(connection: Connection, user_id: int) -> list[UnreadMessage]:
    """The messages that a user has not read, newest first."""
    return [UnreadMessage(*row) for row in await fetch_all(connection, sql.unread, user_id=user_id)]


async def latest_unread_time(connection: Connection, user_id: int) -> datetime | None:
    """The time of the newest unread message of a user, None if there is none."""
    found: datetime | None = await fetch_value(connection, sql.latest_unread, user_id=user_id)
    return found


async def mark_read(tx: Connection, user_id: int, message_id: int) -> str:
    """Mark a message of a user as read; the address it is about, which may be empty. `NotFound` if it is not theirs."""
    action = await fetch_value(tx, sql.mark_read, user_id=user_id, message_id=message_id)
    if action is None:
        raise NotFound(f"There is no message {message_id} for you.")
    return str(action)


async def send_message(tx: Connection, user_id: int, *, title: str, text: str, action: str = "") -> int:
    """Write a message to a user and return its id; `action` is the address of the page it is about."""
    made: int = await fetch_value(tx, sql.send, user_id=user_id, title=title, text=text, action=action)
    return made
