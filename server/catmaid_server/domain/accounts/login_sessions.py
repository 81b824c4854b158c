"""Login sessions as the store knows them: who logs out ends one for every process, whoever kept its cookie."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_value
from catmaid_server.db.store import Connection

sql = load("accounts/login_sessions")

LIFETIME: Final = timedelta(days=14)
MOST: Final = 100
"""Open sessions of one user; one more ends the oldest."""


async def begin_session(tx: Connection, user_id: int) -> UUID:
    """Begin a session of a user and return its id."""
    session_id: UUID = await fetch_value(tx, sql.begin_session, user_id=user_id, lifetime=LIFETIME)
    await tx.execute(sql.end_oldest_sessions, {"user_id": user_id, "most": MOST})
    return session_id


async def end_session(connection: Connection, session_id: UUID) -> None:
    """End a session, if it is open. Sessions are not versioned, so this needs no transaction of its own."""
    await connection.execute(sql.end_session, {"session_id": session_id})


async def end_sessions_of(tx: Connection, user_id: int) -> None:
    """End all sessions of a user."""
    await tx.execute(sql.end_sessions_of, {"user_id": user_id})


async def is_open(connection: Connection, session_id: UUID, user_id: int) -> bool:
    """Whether this session of this user has begun, and neither ended nor run out."""
    return bool(await fetch_value(connection, sql.is_open, session_id=session_id, user_id=user_id))


async def forget_expired(connection: Connection) -> None:
    """Delete the sessions that have run out."""
    await connection.execute(sql.forget_expired)
