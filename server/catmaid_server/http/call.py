"""One request, as handlers see it: who asks, for which project, and the ways to the store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from catmaid_server.auth.access import Access
from catmaid_server.auth.viewers import is_viewer, token_of
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts.users import ANONYMOUS, User
from catmaid_server.domain.errors import NotAllowed
from catmaid_server.http import keys
from catmaid_server.http.routing import Route


@dataclass
class Call:
    """One request: who asks, for which project, and the ways to the store."""

    request: web.Request
    asker: User
    path: dict[str, Any]
    route: Route
    connection: Connection | None = None
    as_of: int | None = None
    """The version as of which a read is answered; None for the present."""
    version: int | None = None
    """The version that a route with a label writes."""
    has_read: bool = False
    """Whether the store was read."""
    knows_user: bool = False
    """Whether the handler looked at who asks, so that the answer may depend on it."""
    _turns_taken: int = 0

    def begin(self, version: int) -> None:
        """Note the version that this request writes."""
        self.version = version

    @property
    def user(self) -> User:
        """Who asks."""
        self.knows_user = True
        return self.asker

    @property
    def project_id(self) -> int:
        """The project in the path."""
        return int(self.path["project_id"])

    @property
    def store(self) -> Store:
        """The store behind this service."""
        return self.request.app[keys.STORE]

    @property
    def access(self) -> Access:
        """What users may do."""
        return self.request.app[keys.ACCESS]

    @property
    def tx(self) -> Connection:
        """The transaction of a route that writes."""
        assert self.connection is not None, "only routes with a label have a transaction"
        return self.connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection to read with: the present, or what there was as of a version."""
        self.has_read = True
        async with self.turn(), self.store.reading(as_of=self.as_of) as connection:
            yield connection

    def asking(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for a short statement about the present, for which nobody needs a turn."""
        self.has_read = True
        return self.store.asking()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """The user's turn to use the database; once for one request, however many connections it uses."""
        self._turns_taken += 1
        turn = self.request.app[keys.DATABASE_TURNS].turn(self.asker.id) if self._turns_taken == 1 else nullcontext()
        try:
            async with turn:
                yield
        finally:
            self._turns_taken -= 1

    @property
    def from_viewer(self) -> bool:
        """Whether a page that edits with an API token sent this (see `auth.viewers`)."""
        self.knows_user = True
        return is_viewer(self.request.headers)

    async def why_not(self, permission: str) -> str | None:
        """Why this user may not edit what needs a permission, by the way that they ask; None if they may."""
        with_token = token_of(self.request.headers) is not None and self.user.username != ANONYMOUS
        return await self.access.refusal(self.user, self.project_id, permission, edits_by_token=with_token)

    def require_name(self) -> None:
        """Raise `NotAllowed` for visitors: all of them are one user, who keeps nothing of their own."""
        if self.user.username == ANONYMOUS:
            raise NotAllowed("Visitors keep nothing here; log in first.")

    def accepts(self, media_type: str) -> bool:
        """Whether the client named this media type in `Accept`."""
        return media_type in self.request.headers.get("Accept", "")
