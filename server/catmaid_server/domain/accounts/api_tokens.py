"""API tokens as administrators see them: owner and name, never the token itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("accounts/api_tokens")


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token that was given to a user; `name` says what for."""

    id: int
    username: str
    name: str
    creation_time: datetime


async def list_tokens(connection: Connection, *, user_id: int | None = None) -> list[ApiToken]:
    """The tokens of a user, or all; the oldest first."""
    async with connection.cursor(row_factory=class_row(ApiToken)) as cursor:
        await cursor.execute(sql.list_tokens, {"user_id": user_id})
        return await cursor.fetchall()


async def revoke_tokens(tx: Connection, token_ids: Sequence[int]) -> None:
    """Revoke tokens at once; `NotFound` if one does not exist."""
    cursor = await tx.execute(sql.revoke_tokens, {"ids": list(token_ids)})
    gone = {token_id for (token_id,) in await cursor.fetchall()}
    for token_id in token_ids:
        if token_id not in gone:
            raise NotFound(f"There is no API token {token_id}; `tokens list` shows those there are.")


async def revoke_tokens_of(tx: Connection, user_id: int) -> int:
    """Revoke all tokens of a user; returns how many they were."""
    cursor = await tx.execute(sql.revoke_tokens_of, {"user_id": user_id})
    return cursor.rowcount
