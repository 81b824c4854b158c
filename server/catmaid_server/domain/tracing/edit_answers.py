"""Answers to writes that came with a key: who lost an answer may ask again and write nothing twice."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import class_row

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_wire.edits import KEYS_KEPT_DAYS

sql = load("tracing/edit_answers")


@dataclass(frozen=True, slots=True)
class EditAnswer:
    """The body of an answer and its media type."""

    body: bytes
    content_type: str


async def find(connection: Connection, key: UUID) -> EditAnswer | None:
    """The answer to the edit with this key, if it was committed."""
    async with connection.cursor(row_factory=class_row(EditAnswer)) as cursor:
        await cursor.execute(sql.find, {"key": key})
        return await cursor.fetchone()


async def remember(tx: Connection, key: UUID, user_id: int, answer: EditAnswer) -> None:
    """Keep an answer with the edit that it answers.

    If the same edit is under way elsewhere this waits for its end, and raises `UniqueViolation` if it was committed.
    """
    await tx.execute(
        sql.remember, {"key": key, "user_id": user_id, "body": answer.body, "content_type": answer.content_type}
    )


async def forget_old(connection: Connection) -> None:
    """Delete answers that nobody will ask for any more."""
    await connection.execute(sql.forget_old, {"days": KEYS_KEPT_DAYS})
