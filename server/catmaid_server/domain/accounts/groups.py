"""Groups of users: made, deleted, and their members.

A group that is called like a user says who may edit this user's data, in all projects. It is deleted with nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one, fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("accounts/groups")

LONGEST_NAME: Final = 150


@dataclass(frozen=True, slots=True)
class GroupWithMembers:
    """A group.

    of_user
        Whether a user has the same name: members may edit the data of this user.
    members
        Names of users.
    """

    id: int
    name: str
    of_user: bool
    members: list[str]


async def list_groups(connection: Connection) -> list[GroupWithMembers]:
    """All groups, by name."""
    return await fetch_records(connection, sql.list_groups, GroupWithMembers)


async def require_group(connection: Connection, group: str | int) -> tuple[int, str]:
    """Id and name of a group, by name or id; `NotFound` if there is none."""
    if isinstance(group, int):
        found = await fetch_one(connection, sql.group_by_id, group_id=group)
    else:
        found = await fetch_one(connection, sql.group_by_name, name=group)
    if found is None:
        raise NotFound(f"There is no group {group!r}.")
    return found[0], found[1]


async def create_group(tx: Connection, name: str) -> int:
    """Make a group without members; return its id.

    Raises `InvalidInput` if the name is empty or too long, or if a user or a group has it: grants are made by name.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"A group needs a name of 1 to {LONGEST_NAME} characters.")
    if await fetch_value(tx, sql.taken, name=name):
        raise InvalidInput(f"There is already a user or a group {name!r}.")
    made: int = await fetch_value(tx, sql.create_group, name=name)
    return made


async def delete_group(tx: Connection, group: str | int) -> str:
    """Delete a group, its memberships and what it was granted; return its name.

    Raises `NotFound`, or `InvalidInput` for a group that is called like a user.
    """
    group_id, name = await require_group(tx, group)
    if await fetch_value(tx, sql.is_of_user, name=name):
        raise InvalidInput(
            f"Group {name!r} says who may edit the data of user {name!r}, and stays; remove its members instead."
        )
    for statement in (sql.forget_primary_group, sql.take_permissions, sql.remove_all_members, sql.delete_group):
        await tx.execute(statement, {"group_id": group_id})
    return name


async def add_member(tx: Connection, group: str | int, user_id: int) -> bool:
    """Make a user a member of a group; whether they were none. `NotFound` if there is no such group or user."""
    return await _change(tx, sql.add_member, group, user_id)


async def remove_member(tx: Connection, group: str | int, user_id: int) -> bool:
    """Remove a user from a group; whether they were a member. `NotFound` if there is no such group or user."""
    return await _change(tx, sql.remove_member, group, user_id)


async def _change(tx: Connection, statement: str, group: str | int, user_id: int) -> bool:
    group_id, _ = await require_group(tx, group)
    if await users.user_by_id(tx, user_id) is None:
        raise NotFound(f"There is no user {user_id}.")
    cursor = await tx.execute(statement, {"group_id": group_id, "user_id": user_id})
    return cursor.rowcount > 0
