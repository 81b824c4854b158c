"""The list of users for administrators."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.rows import class_row

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection

sql = load("accounts/members")


@dataclass(frozen=True, slots=True)
class Member:
    """A user, as an administrator sees it. `groups`: names, without the user's own group."""

    id: int
    username: str
    full_name: str
    is_superuser: bool
    is_active: bool
    groups: list[str]


async def list_members(connection: Connection) -> list[Member]:
    """All users, in the order of their ids."""
    async with connection.cursor(row_factory=class_row(Member)) as cursor:
        await cursor.execute(sql.list_members)
        return await cursor.fetchall()
