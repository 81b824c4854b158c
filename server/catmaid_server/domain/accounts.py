"""Accounts: logging in, who one is, what one may do, who else there is."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_json, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain import data_views
from catmaid_server.domain.errors import DomainError
from catmaid_server.domain.users import ANONYMOUS, User

sql = load("accounts")

PROJECT_PERMISSIONS = (
    "add_project",
    "can_administer",
    "can_annotate",
    "can_annotate_with_token",
    "can_browse",
    "can_fork",
    "can_import",
    "can_queue_compute_task",
    "change_project",
    "delete_project",
    "view_project",
)


class InvalidLogin(DomainError):
    """Unknown name or wrong password."""

    type = "InvalidLoginError"


class InactiveLogin(DomainError):
    """The right password of an account that was switched off."""

    type = "InactiveLoginError"


def require_login(user: User | None, *, password_matches: bool) -> User:
    """The user who may log in; raises `InvalidLogin` or, for who knows the password, `InactiveLogin`."""
    if user is None or not password_matches:
        raise InvalidLogin("Unknown user name or wrong password.")
    if not user.is_active:
        raise InactiveLogin(f"The account {user.username!r} is not active.")
    return user


async def note_login(tx: Connection, user_id: int, *, better_hash: str | None) -> None:
    """Note when a user logged in, and replace the password's hash if there is a better one."""
    await tx.execute(sql.note_login, {"user_id": user_id, "password": better_hash})


async def profile(connection: Connection, user: User) -> dict[str, Any]:
    """What a client wants to know of the user it works for."""
    domain = await fetch_all(connection, sql.domain, user_id=user.id)
    group = await fetch_value(connection, sql.primary_group, user_id=user.id)
    return {
        "longname": f"{user.first_name} {user.last_name}".strip(),
        "userid": user.id,
        "username": user.username,
        "is_superuser": user.is_superuser,
        "is_authenticated": user.username != ANONYMOUS,
        "userprofile": {
            **await data_views.profile(connection, user.id),
            "primary_group_id": group,
        },
        "permissions": [],
        "domain": [user_id for (user_id,) in domain],
    }


def anonymous_token(secret: bytes) -> str:
    """The one API token that stands for the anonymous visitor of a service."""
    return hmac.digest(secret, b"anonymous api token", hashlib.sha256).hex()[:40]


async def ensure_token(tx: Connection, user_id: int, token: str, name: str) -> None:
    """Make a token known, if it is not."""
    digest = hashlib.sha256(token.encode()).digest()
    await tx.execute(sql.ensure_token, {"user_id": user_id, "digest": digest, "name": name})


async def permissions_by_project(
    connection: Connection, user: User, granted: dict[int, frozenset[str]]
) -> tuple[dict[str, list[int]], list[str]]:
    """For each permission the projects in which a user has it, and the names of the user's groups.

    The first is empty for a user who has nothing anywhere.
    """
    groups = [name for (name,) in await fetch_all(connection, sql.group_names_of_user, user_id=user.id)]
    if user.is_superuser:
        everywhere = [project_id for (project_id,) in await fetch_all(connection, sql.project_ids)]
        return dict.fromkeys(PROJECT_PERMISSIONS, everywhere), groups
    if not granted:
        return {}, groups
    return {permission: sorted(p for p, names in granted.items() if permission in names)
            for permission in PROJECT_PERMISSIONS}, groups


async def visible_users(connection: Connection, user: User, *, with_passwords: bool) -> msgspec.Raw:
    """All users as JSON; the anonymous visitor sees only themselves, password hashes only superusers."""
    only = user.id if user.username == ANONYMOUS else None
    return await fetch_json(connection, sql.user_list, only=only,
                            with_passwords=with_passwords and user.is_superuser)


async def user_names(connection: Connection) -> list[tuple[int, str]]:
    """Id and name of every user, last name first."""
    return [(user_id, name) for user_id, name in await fetch_all(connection, sql.user_names)]


async def groups(connection: Connection) -> list[dict[str, Any]]:
    """Every group."""
    return [{"id": group_id, "name": name} for group_id, name in await fetch_all(connection, sql.groups)]


async def grants_in_project(connection: Connection, project_id: int, *, to_groups: bool) -> msgspec.Raw:
    """What users, or groups, were granted in a project, as JSON by id."""
    query = sql.groups_with_permissions if to_groups else sql.users_with_permissions
    return await fetch_json(connection, query, project_id=project_id)
