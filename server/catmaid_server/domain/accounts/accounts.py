"""Accounts: logging in, the description of a client's own user, and the user's permissions by project."""

from __future__ import annotations

import hashlib
import hmac
from typing import TypedDict

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import api_tokens, profiles
from catmaid_server.domain.accounts.memberships import PROJECT_PERMISSIONS
from catmaid_server.domain.accounts.profiles import ToolProfile
from catmaid_server.domain.accounts.site_permissions import SITE_PERMISSIONS
from catmaid_server.domain.accounts.users import ANONYMOUS, User
from catmaid_server.domain.errors import DomainError

sql = load("accounts/accounts")

_EDITING = frozenset({"can_annotate", "can_annotate_with_token", "can_import"})


class AccountProfile(ToolProfile):
    """Which tools a user wants to see, their front page and their primary group."""

    primary_group_id: int | None


class DescribedAccount(TypedDict, total=False):
    """A user as their own client sees it."""

    userid: int
    username: str
    longname: str
    is_superuser: bool
    is_authenticated: bool
    userprofile: AccountProfile
    permissions: list[str]
    """What the user may do on the whole site."""
    domain: list[int]
    """Ids of users whose data the user may edit."""


class InvalidLogin(DomainError):
    """Unknown name or wrong password."""


class InactiveLogin(DomainError):
    """The right password of an account that was switched off."""

    def __init__(self, user: User, why: str = "") -> None:
        super().__init__(f"The account {user.username!r} is not active.{f' {why}' if why else ''}")
        self.user = user


def require_login(user: User | None, *, password_matches: bool) -> User:
    """The user, if they may log in; raises `InvalidLogin` or, if only the account is switched off, `InactiveLogin`."""
    if user is None or not password_matches:
        raise InvalidLogin("Unknown user name or wrong password.")
    if not user.is_active:
        raise InactiveLogin(user)
    return user


async def note_login(tx: Connection, user: User, *, better_hash: str | None) -> str:
    """Record the time of a login, and replace the password hash if there is a better one; return the stored hash."""
    stored = await fetch_value(tx, sql.note_login, user_id=user.id, checked=user.password, better=better_hash)
    return user.password if better_hash is None else str(stored)


async def describe_account(connection: Connection, user: User) -> DescribedAccount:
    """Name, profile and rights of a user, for the client that works for this user."""
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
        "permissions": list(SITE_PERMISSIONS) if user.is_superuser else [],
        "domain": [user_id for (user_id,) in domain],
    }


def anonymous_token(secret: bytes) -> str:
    """The one API token that stands for the anonymous visitor of a service."""
    return hmac.digest(secret, b"anonymous api token", hashlib.sha256).hex()[:40]


async def ensure_token(tx: Connection, user_id: int, token: str, name: str) -> None:
    """Store an API token unless it is stored already."""
    await tx.execute(sql.ensure_token, {"user_id": user_id, "digest": api_tokens.token_digest(token), "name": name})


async def permissions_by_project(
    connection: Connection, user: User, granted: dict[int, frozenset[str]], archived: frozenset[int]
) -> tuple[dict[str, list[int]], list[str]]:
    """For each permission the projects in which a user has it, and the names of the user's groups.

    The first is empty for a user who has nothing anywhere. Of archived projects it has no permission to edit.
    """
    groups = [name for (name,) in await fetch_all(connection, sql.group_names_of_user, user_id=user.id)]
    if user.is_superuser:
        everywhere = [project_id for (project_id,) in await fetch_all(connection, sql.project_ids)]
        granted = dict.fromkeys(everywhere, frozenset(PROJECT_PERMISSIONS))
    elif not granted:
        return {}, groups
    has = {
        project_id: _without_edits(names) if project_id in archived else names for project_id, names in granted.items()
    }
    return {
        permission: sorted(p for p, names in has.items() if permission in names) for permission in PROJECT_PERMISSIONS
    }, groups


def _without_edits(names: frozenset[str]) -> frozenset[str]:
    """What a user may do in an archived project: who might annotate may browse."""
    return names - _EDITING | ({"can_browse"} if names & _EDITING else frozenset())
