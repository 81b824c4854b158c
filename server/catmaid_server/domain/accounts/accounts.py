"""Accounts: logging in, who one is, what one may do."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import profiles
from catmaid_server.domain.accounts.memberships import PROJECT_PERMISSIONS
from catmaid_server.domain.accounts.site_permissions import SITE_PERMISSIONS
from catmaid_server.domain.accounts.users import ANONYMOUS, User
from catmaid_server.domain.errors import DomainError

sql = load("accounts/accounts")


class InvalidLogin(DomainError):
    """Unknown name or wrong password."""


class InactiveLogin(DomainError):
    """The right password of an account that was switched off."""

    def __init__(self, user: User) -> None:
        super().__init__(f"The account {user.username!r} is not active.")
        self.user = user


def require_login(user: User | None, *, password_matches: bool) -> User:
    """The user who may log in; raises `InvalidLogin` or, for who knows the password, `InactiveLogin`."""
    if user is None or not password_matches:
        raise InvalidLogin("Unknown user name or wrong password.")
    if not user.is_active:
        raise InactiveLogin(user)
    return user


async def note_login(tx: Connection, user: User, *, better_hash: str | None) -> str:
    """Note when a user logged in, and replace the password's hash if there is a better one; return what is stored."""
    stored = await fetch_value(tx, sql.note_login, user_id=user.id, checked=user.password, better=better_hash)
    return user.password if better_hash is None else str(stored)


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
            **await profiles.profile(connection, user.id),
            "primary_group_id": group,
        },
        "permissions": SITE_PERMISSIONS if user.is_superuser else (),
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
    return {
        permission: sorted(p for p, names in granted.items() if permission in names)
        for permission in PROJECT_PERMISSIONS
    }, groups
