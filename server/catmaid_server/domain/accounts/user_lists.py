"""Lists of users and of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_json
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import ANONYMOUS, User, user_by_id
from catmaid_server.domain.errors import InvalidInput, NotAllowed, NotFound

sql = load("accounts/user_lists")

PAGE: Final = 2000
COLUMNS: Final = ("username", "first_name", "last_name", "id")


@dataclass(frozen=True, slots=True)
class UserGroup:
    """A group of users."""

    id: int
    name: str


async def visible_users(connection: Connection, user: User, *, with_passwords: bool) -> msgspec.Raw:
    """All users as JSON, by last and first name; the anonymous visitor sees only themselves.

    Raises `NotAllowed` if anybody but a superuser wants the password hashes.
    """
    if with_passwords and not user.is_superuser:
        raise NotAllowed("Only superusers are shown the hashes of passwords.")
    only = user.id if user.username == ANONYMOUS else None
    return await fetch_json(connection, sql.user_list, only=only, with_passwords=with_passwords)


async def user_names(connection: Connection) -> list[tuple[int, str]]:
    """Id and name of every user, last name first."""
    return [(user_id, name) for user_id, name in await fetch_all(connection, sql.user_names)]


async def user_page(
    connection: Connection,
    viewer: User,
    *,
    start: int = 0,
    length: int = PAGE,
    order: Sequence[tuple[str, bool]] = (),
    annotations: Sequence[str] = (),
    neuron_id: int | None = None,
) -> tuple[int, list[tuple[str, str, str, int]]]:
    """One page of the users who annotated as wanted: how many there are, and name, first name, last name, id of each.

    Only annotations in projects count that the viewer may see.

    Sorted by columns of `COLUMNS`, each with whether it descends, the first weighs most; by id in the end. A negative
    length stands for the usual one. `annotations`: only users who used each of these; `neuron_id`: and annotated this.
    """
    if start < 0:
        raise InvalidInput(f"The first row is 0 or more, not {start}.")
    found = await fetch_all(
        connection,
        sql.annotators,
        annotations=list(annotations),
        neuron_id=neuron_id,
        viewer_id=None if viewer.is_superuser else viewer.id,
    )
    rows: list[tuple[str, str, str, int]] = [(name, first, last, user_id) for name, first, last, user_id in found]
    for column, descends in reversed(order):
        place = COLUMNS.index(column)
        rows.sort(key=lambda row: row[place], reverse=descends)
    return len(rows), rows[start : start + (PAGE if length < 0 else length)]


async def groups(connection: Connection, *, member_id: int | None = None) -> list[UserGroup]:
    """Every group, or those of which a user is a member; `NotFound` if there is no such user."""
    if member_id is not None and await user_by_id(connection, member_id) is None:
        raise NotFound(f"There is no user {member_id}.")
    return [UserGroup(*row) for row in await fetch_all(connection, sql.groups, member_id=member_id)]
