"""Users, groups, tokens and what they may do in a project."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from psycopg.rows import class_row

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import api_tokens, login_sessions, passwords
from catmaid_server.domain.accounts.memberships import PROJECT_PERMISSIONS
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("accounts/users")

ANONYMOUS = "AnonymousUser"
PERMISSIONS = (
    "can_browse",
    "can_annotate",
    "can_annotate_with_token",
    "can_import",
    "can_fork",
    "can_administer",
    "can_queue_compute_task",
)


@dataclass(frozen=True, slots=True)
class User:
    """Who asks."""

    id: int
    username: str
    is_superuser: bool
    is_active: bool
    first_name: str
    last_name: str
    password: str = field(repr=False)


async def find_user(connection: Connection, username: str) -> User | None:
    """The user of this name."""
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(sql.user_by_name, {"username": username})
        return await cursor.fetchone()


async def user_by_id(connection: Connection, user_id: int) -> User | None:
    """The user with this id."""
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(sql.user_by_id, {"user_id": user_id})
        return await cursor.fetchone()


async def user_by_token(connection: Connection, token: str) -> User | None:
    """The active user to whom this API token was given."""
    async with connection.cursor(row_factory=class_row(User)) as cursor:
        await cursor.execute(sql.user_by_token, {"digest": api_tokens.token_digest(token)})
        return await cursor.fetchone()


async def require_user(connection: Connection, username: str) -> User:
    """As `find_user`, or `NotFound`."""
    user = await find_user(connection, username)
    if user is None:
        raise NotFound(f"There is no user {username!r}.")
    return user


async def create_user(
    tx: Connection,
    username: str,
    *,
    password: str | None = None,
    password_hash: str | None = None,
    is_superuser: bool = False,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    user_id: int | None = None,
) -> int:
    """Make a user and the group of the same name, whose members may edit the user's data; return the user's id.

    Without a password, or the hash of one, the user can only use API tokens.
    Raises `InvalidInput` if the name is empty or taken by a user or a group.
    """
    if not username.strip():
        raise InvalidInput("A user needs a name.")
    if await find_user(tx, username) is not None:
        raise InvalidInput(f"There is already a user {username!r}.")
    if await _group_id(tx, username) is not None:
        raise InvalidInput(f"There is already a group {username!r}, whose members could edit the data of this user.")
    if password is not None:
        password_hash = passwords.hashed(password)
    cursor = await tx.execute(
        sql.create_user,
        {
            "id": user_id,
            "username": username,
            "is_superuser": is_superuser,
            "first_name": first_name,
            "last_name": last_name,
            "email": email,
            "password": passwords.UNUSABLE if password_hash is None else password_hash,
            "color": list(color_of(username)),
        },
    )
    row = await cursor.fetchone()
    assert row is not None
    await tx.execute(sql.create_own_group, {"username": username})
    return int(row[0])


async def set_password(tx: Connection, user_id: int, password: str) -> None:
    """Replace a user's password."""
    await set_password_hash(tx, user_id, passwords.hashed(password))


async def set_password_hash(tx: Connection, user_id: int, password_hash: str) -> None:
    """As `set_password`, for who has hashed the new one already. Ends the user's sessions."""
    await login_sessions.end_sessions_of(tx, user_id)
    await tx.execute(sql.set_password, {"user_id": user_id, "password": password_hash})


async def set_active(tx: Connection, user_id: int, *, active: bool) -> None:
    """Open an account, or close it: its sessions end, and its API tokens do nothing while it is closed."""
    if not active:
        await login_sessions.end_sessions_of(tx, user_id)
    await tx.execute(sql.forget_closing, {"user_id": user_id})
    await tx.execute(sql.set_active, {"user_id": user_id, "active": active})


async def issue_token(tx: Connection, user_id: int, name: str = "") -> str:
    """Make an API token that does not expire and return it; only its SHA-256 is kept."""
    return (await api_tokens.create_token(tx, user_id, name)).token


async def grant(tx: Connection, project_id: int, permission: str, *, to: str) -> None:
    """Give a user or, if there is no such user, a group a permission in a project.

    Raises `InvalidInput` for an unknown permission, `NotFound` for an unknown name.
    """
    await tx.execute(sql.grant, await _grant_values(tx, project_id, permission, to))


async def take_back(tx: Connection, project_id: int, permission: str, *, of: str) -> bool:
    """Undo `grant`, with the same errors; whether there was anything to take. What groups give stays."""
    cursor = await tx.execute(sql.take_back, await _grant_values(tx, project_id, permission, of))
    return cursor.rowcount > 0


async def _grant_values(tx: Connection, project_id: int, permission: str, holder: str) -> dict[str, Any]:
    if permission not in PROJECT_PERMISSIONS:
        raise InvalidInput(f"Unknown permission {permission!r}. Permissions: {', '.join(PROJECT_PERMISSIONS)}.")
    user = await find_user(tx, holder)
    group_id = await _group_id(tx, holder)
    if user is None and group_id is None:
        raise NotFound(f"There is no user or group {holder!r}.")
    return {
        "project_id": project_id,
        "permission": permission,
        "user_id": user.id if user else None,
        "group_id": None if user else group_id,
    }


async def _group_id(connection: Connection, name: str) -> int | None:
    group_id: int | None = await fetch_value(connection, sql.group_by_name, name=name)
    return group_id


async def bootstrap(tx: Connection) -> str | None:
    """On an empty store, make the anonymous visitor and the superuser `admin`; return admin's API token."""
    if await find_user(tx, "admin") is not None:
        return None
    if await find_user(tx, ANONYMOUS) is None:
        await create_user(tx, ANONYMOUS)
    admin_id = await create_user(tx, "admin", is_superuser=True, first_name="Admin")
    return await issue_token(tx, admin_id, "made at the first start")


def color_of(username: str) -> tuple[float, float, float, float]:
    """A stable, saturated colour for a name."""
    red, green, blue = hashlib.sha256(username.encode()).digest()[:3]
    top = max(red, green, blue, 1)
    return (round(red / top, 3), round(green / top, 3), round(blue / top, 3), 1.0)
