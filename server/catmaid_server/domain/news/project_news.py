"""The news of a project, asked once for all who want to know at the same time, and told to those who keep things."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from catmaid_server.db.store import Connection, ConnectionLender
from catmaid_server.domain.news import changes
from catmaid_server.domain.news.changes import Committed, Heard

Listener = Callable[[int, Committed], None]
"""Told the id of the project and what changed in it; forgets what is not true any more."""


@dataclass(eq=False)
class Noted:
    """What is told while something is read: what was read of it may be older."""

    changed: list[Committed] = field(default_factory=list)


class ProjectNews:
    """What one process knows of a project's versions."""

    def __init__(self, project_id: int, listeners: list[Listener]) -> None:
        self.project_id = project_id
        self._listeners = listeners
        self._heard: Heard | None = None
        self._hearing = asyncio.Lock()
        self._begun = 0
        self._finished = 0
        self._noting: set[Noted] = set()

    async def heard_since_now(self, connections: ConnectionLender) -> Heard:
        """What is committed until now is told to the listeners before this returns; asked once for all who wait."""
        begun = self._begun
        async with self._hearing:
            if self._heard is not None and self._finished > begun:
                return self._heard
            async with connections.asking() as connection:
                return await self._hear(connection)

    async def heard_in(self, connection: Connection) -> Heard:
        """As `heard_since_now`, of the state that a transaction sees."""
        async with self._hearing:
            return await self._hear(connection)

    @contextmanager
    def noting(self) -> Iterator[Noted]:
        """Note what is told until the end: it is begun before something is read that is to be kept."""
        noted = Noted()
        self._noting.add(noted)
        try:
            yield noted
        finally:
            self._noting.discard(noted)

    async def _hear(self, connection: Connection) -> Heard:
        """Ask, and tell the listeners; one at a time, so that later ones know more."""
        self._begun += 1
        number = self._begun
        known = None if self._heard is None or self._heard.is_lost else self._heard
        heard, changed = await changes.hear(connection, self.project_id, known or await changes.begin(connection))
        if known is None:
            changed = changes.ANYTHING
        self._heard, self._finished = heard, number
        for listener in self._listeners:
            listener(self.project_id, changed)
        for noted in self._noting:
            noted.changed.append(changed)
        return heard


class News:
    """The news of all projects in one process."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._projects: dict[int, ProjectNews] = {}

    def listen(self, listener: Listener) -> None:
        """Tell someone who keeps things what changed."""
        self._listeners.append(listener)

    def of(self, project_id: int) -> ProjectNews:
        """The news of a project."""
        return self._projects.setdefault(project_id, ProjectNews(project_id, self._listeners))
