"""Users and permissions, read from the store once and forgotten whenever they change there."""

from __future__ import annotations

import asyncio
import contextlib
import enum
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import psycopg

from catmaid_server.auth.token_uses import TokenUses
from catmaid_server.db.hearing import heard
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_value
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import api_tokens, login_sessions, passwords, users
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import DomainError

sql = load("accounts/users")

_REMEMBERED = 10_000


class Unauthenticated(DomainError):
    """The token is not one of ours."""


class Permission(enum.StrEnum):
    """What a route asks of the user."""

    NONE = "none"
    LOGIN = "login"
    BROWSE = "can_browse"
    ANNOTATE = "can_annotate"
    IMPORT = "can_import"
    FORK = "can_fork"
    ADMINISTER = "can_administer"
    SUPERUSER = "superuser"


TOKEN_PERMISSION = "can_annotate_with_token"  # noqa: S105 -- a permission's name


_OWNER_PERMISSION = "delete_project"
"""A user who forks a project gets this in the copy, as in CATMAID."""


def _sufficient(permission: str) -> set[str]:
    """The permissions that include `permission`: that of administrators includes all but writing with API tokens.

    The owner of a project may write there with API tokens without being granted that.
    """
    if permission == TOKEN_PERMISSION:
        return {permission, _OWNER_PERMISSION}
    more = {Permission.ANNOTATE.value} if permission == Permission.BROWSE else set()
    return {permission, Permission.ADMINISTER.value} | more


class _KnownToken(NamedTuple):
    id: int
    user: User
    expiry: datetime | None


class Access:
    """Remembers users, sessions, tokens and permissions.

    This process knows its own writes when they return, since PostgreSQL notifies the writing connection with the
    commit; `watch` notices the writes of other processes.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.token_uses = TokenUses()
        self._by_token: dict[str, _KnownToken] = {}
        self._open_sessions: dict[UUID, int] = {}
        self._by_id: dict[int, User] = {}
        self._granted: dict[int, dict[int, frozenset[str]]] = {}
        self._projects: set[int] = set()
        self._archived: frozenset[int] | None = None
        self._anonymous: User | None = None
        self._changed = asyncio.Event()
        self._age = 0
        """Counts what was forgotten: what was read before must not be remembered after."""
        store.access_changed.append(self.forget)

    def forget(self) -> None:
        """Read everything anew at the next request."""
        self._age += 1
        self._by_token.clear()
        self._open_sessions.clear()
        self._by_id.clear()
        self._granted.clear()
        self._projects.clear()
        self._archived = None
        self._anonymous = None
        self._changed.set()
        self._changed = asyncio.Event()

    @property
    def age(self) -> int:
        """How often access has changed: what was decided at another age is to be decided anew."""
        return self._age

    @property
    def next_change(self) -> asyncio.Event:
        """An event that is set at the next change of access."""
        return self._changed

    async def user_of_token(self, token: str) -> User | None:
        """The active user of an API token that has not expired."""
        known = self._by_token.get(token)
        if known is None:
            age = self._age
            known = await self._find_token(token)
            if known is None:
                return None
            if age == self._age:
                if len(self._by_token) >= _REMEMBERED:
                    self._by_token.clear()
                self._by_token[token] = known
        if known.expiry is not None and known.expiry <= datetime.now(UTC):
            return None
        self.token_uses.note(known.id)
        return known.user

    async def _find_token(self, token: str) -> _KnownToken | None:
        async with self._store.reading() as connection:
            user = await users.user_by_token(connection, token)
            validity = None if user is None else await api_tokens.validity_of(connection, token)
        return None if user is None or validity is None else _KnownToken(validity.id, user, validity.expiry)

    async def is_open(self, session_id: UUID, user_id: int) -> bool:
        """Whether a login session of this user was begun and not ended."""
        known = self._open_sessions.get(session_id)
        if known is not None:
            return known == user_id
        age = self._age
        async with self._store.reading() as connection:
            found = await login_sessions.is_open(connection, session_id, user_id)
        if found and age == self._age:
            if len(self._open_sessions) >= _REMEMBERED:
                self._open_sessions.clear()
            self._open_sessions[session_id] = user_id
        return found

    async def user_of_id(self, user_id: int) -> User | None:
        """The user with this id, if active."""
        user = self._by_id.get(user_id)
        if user is None:
            age = self._age
            async with self._store.reading() as connection:
                user = await users.user_by_id(connection, user_id)
            if user is None or not user.is_active:
                return None
            if age == self._age:
                self._by_id[user_id] = user
        return user

    async def anonymous(self) -> User:
        """The user of requests without a login or token."""
        if self._anonymous is not None:
            return self._anonymous
        age = self._age
        async with self._store.reading() as connection:
            found = await users.find_user(connection, users.ANONYMOUS)
        visitor = found or User(
            id=-1,
            username=users.ANONYMOUS,
            is_superuser=False,
            is_active=True,
            first_name="",
            last_name="",
            password=passwords.UNUSABLE,
        )
        if age == self._age:
            self._anonymous = visitor
        return visitor

    async def granted(self, user: User) -> dict[int, frozenset[str]]:
        """Permissions of a user by project, without what being superuser implies."""
        known = self._granted.get(user.id)
        if known is None:
            age = self._age
            async with self._store.reading() as connection:
                cursor = await connection.execute(sql.permissions_of_user, {"user_id": user.id})
                known = {project: frozenset(names) for project, names in await cursor.fetchall()}
            if age == self._age:
                self._granted[user.id] = known
        return known

    async def allows(self, user: User, project_id: int, permission: str) -> bool:
        """Whether a user has a permission in a project, itself or in one that includes it."""
        if user.is_superuser:
            return True
        granted = (await self.granted(user)).get(project_id, frozenset())
        return not granted.isdisjoint(_sufficient(permission))

    async def refusal(self, user: User, project_id: int, permission: str, *, edits_by_token: bool) -> str | None:
        """Why a user may not do what needs a permission in a project, in a sentence; None if they may."""
        if not await self.allows(user, project_id, permission):
            return f"User {user.username!r} lacks the permission {permission} in project {project_id}."
        if edits_by_token and not await self.allows(user, project_id, TOKEN_PERMISSION):
            return (
                f"User {user.username!r} may not write with an API token in project {project_id}: "
                f"that needs the permission {TOKEN_PERMISSION}."
            )
        return None

    async def edits_by_token(self, user: User, project_id: int) -> bool:
        """Whether a user may edit with an API token, which needs one more permission, but not of anonymous users."""
        if project_id in await self.archived():
            return False
        return await self.allows(user, project_id, Permission.ANNOTATE) and (
            user.username == users.ANONYMOUS or await self.allows(user, project_id, TOKEN_PERMISSION)
        )

    async def allows_anywhere(self, user: User, permission: str) -> bool:
        """Whether a user has a permission in any project, as `allows` has it."""
        granted = (await self.granted(user)).values()
        return user.is_superuser or any(not names.isdisjoint(_sufficient(permission)) for names in granted)

    async def has_project(self, project_id: int) -> bool:
        """Whether a project exists; for users who may browse all projects."""
        if project_id in self._projects:
            return True
        age = self._age
        async with self._store.reading() as connection:
            found = bool(await fetch_value(connection, sql.has_project, project_id=project_id))
        if found and age == self._age:
            self._projects.add(project_id)
        return found

    async def archived(self) -> frozenset[int]:
        """Ids of the archived projects, which nobody edits."""
        known = self._archived
        if known is None:
            age = self._age
            async with self._store.reading() as connection:
                cursor = await connection.execute(sql.archived_projects)
                known = frozenset(project_id for (project_id,) in await cursor.fetchall())
            if age == self._age:
                self._archived = known
        return known

    async def watch(self) -> None:
        """Listen for changes of access until cancelled; reconnects when the store was away."""
        while True:
            with contextlib.suppress(psycopg.Error):
                await self._listen()
            self.forget()
            await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._store.dsn, autocommit=True)
        async with connection:
            await connection.execute("LISTEN access_changed")
            self.forget()
            async for _ in heard(connection):
                self.forget()
