"""Inform subscribers of a project about each version committed there, and what it changed.

Processes of the service tell each other by NOTIFY in which projects they committed, after the commit and for many edits
at once: a NOTIFY inside each edit would make PostgreSQL commit edits one after the other. For what other programs
commit, the versions are polled while somebody listens.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

import psycopg

from catmaid_server.db.hearing import heard
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_records, fetch_value
from catmaid_server.db.store import Connection, Store
from catmaid_server.events.changes import NOTHING, Changes, CommittedVersion, changes_of

sql = load("service/events")

POLL_S = 0.4
_REST_S = 0.02
"""Pause after each reading, and after each NOTIFY: the changes of many edits are read together."""
_CHANNEL = "catmaid_committed"
_AWAY_S = 1.0
MOST_MISSED = 1000
"""The most versions that are sent one by one to a subscriber who was away or is too slow."""


@dataclass(frozen=True, slots=True)
class Event:
    """One committed version.

    settled : a subscriber who got this event has got all versions up to this one.
    """

    version: CommittedVersion
    changes: Changes
    settled: int


@dataclass(frozen=True, slots=True)
class Overrun:
    """More versions, up to `newest`, than are sent one by one."""

    newest: int
    settled: int


News: TypeAlias = Event | Overrun


class Subscription:
    """The events for one subscriber.

    newest, settled : the newest version when it began, and the newest settled one.
    """

    def __init__(self) -> None:
        self.newest = 0
        self.settled = 0
        self.has_begun = False
        self._waiting: asyncio.Queue[News] = asyncio.Queue(MOST_MISSED)

    async def next(self) -> News:
        """Wait for the next event and return it."""
        return await self._waiting.get()

    @property
    def is_empty(self) -> bool:
        """Whether no event is waiting."""
        return self._waiting.empty()

    def put(self, news: News) -> None:
        """Add an event; for a subscriber who is too slow, an `Overrun` replaces those that wait."""
        if self._waiting.full():
            while not self._waiting.empty():
                self._waiting.get_nowait()
            newest = news.newest if isinstance(news, Overrun) else news.version.version
            news = Overrun(newest, news.settled)
        self._waiting.put_nowait(news)


@dataclass(slots=True)
class _Followed:
    """A project with subscribers: all versions up to `settled` were sent, and these later ones."""

    subscriptions: set[Subscription] = field(default_factory=set)
    settled: int | None = None
    told: set[int] = field(default_factory=set)
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)


class Feed:
    """Versions as they are committed, by project."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._followed: dict[int, _Followed] = {}
        self._woken = asyncio.Event()
        self._process = uuid.uuid4().hex
        self._committed: set[int] = set()
        """Projects in which this process committed, which others are to be told."""
        self._has_committed = asyncio.Event()
        self._is_followed = asyncio.Event()
        store.committed.append(self._note_commit)

    def _note_commit(self, project_id: int) -> None:
        self._committed.add(project_id)
        self._has_committed.set()
        self._wake(project_id)

    def _wake(self, project_id: int) -> None:
        if project_id in self._followed:
            self._woken.set()

    @asynccontextmanager
    async def subscribed(self, project_id: int, *, since: int | None = None) -> AsyncIterator[Subscription]:
        """Follow a project: all that is committed after the block began, until it ends.

        since : a version; what was committed after it is told first.
        """
        followed = self._followed.setdefault(project_id, _Followed())
        subscription = Subscription()
        followed.subscriptions.add(subscription)
        try:
            await self._begin(project_id, followed, subscription, since)
            self._is_followed.set()
            self._woken.set()
            yield subscription
        finally:
            followed.subscriptions.discard(subscription)
            if not followed.subscriptions and self._followed.get(project_id) is followed:
                del self._followed[project_id]

    async def run(self) -> None:
        """Deliver events, and tell other processes of what is committed here, until cancelled."""
        await asyncio.gather(self._deliver(), self._tell_others(), self._hear_others())

    async def _tell_others(self) -> None:
        while True:
            await self._has_committed.wait()
            self._has_committed.clear()
            texts = [f"{self._process} {project_id}" for project_id in self._committed]
            self._committed.clear()
            with contextlib.suppress(psycopg.Error):
                async with self._store.reading() as connection:
                    await connection.execute(sql.tell, {"channel": _CHANNEL, "texts": texts})
            await asyncio.sleep(_REST_S)

    async def _hear_others(self) -> None:
        await self._is_followed.wait()
        while True:
            with contextlib.suppress(psycopg.Error):
                await self._listen()
            await asyncio.sleep(_AWAY_S)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._store.dsn, autocommit=True) as connection:
            await connection.execute(f"LISTEN {_CHANNEL}")
            async for text in heard(connection):
                process, _, project_id = text.partition(" ")
                if process != self._process and project_id.isdigit():
                    self._wake(int(project_id))

    async def _deliver(self) -> None:
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._woken.wait(), POLL_S if self._followed else None)
            self._woken.clear()
            await asyncio.gather(*(self._look_again(*entry) for entry in list(self._followed.items())))
            await asyncio.sleep(_REST_S)

    async def _look_again(self, project_id: int, followed: _Followed) -> None:
        with contextlib.suppress(psycopg.Error):
            async with followed.looking, self._store.reading() as connection:
                await _look(connection, project_id, followed)

    async def _begin(self, project_id: int, followed: _Followed, subscription: Subscription, since: int | None) -> None:
        async with followed.looking, self._store.reading() as connection:
            await _look(connection, project_id, followed)
            assert followed.settled is not None
            subscription.settled = followed.settled
            newest = await fetch_value(connection, sql.newest_version, project_id=project_id)
            subscription.newest = newest or 0
            if since is not None:
                for news in await _missed(connection, project_id, followed, since, subscription.newest):
                    subscription.put(news)
            # From here on: what is newer comes after what it missed.
            subscription.has_begun = True


async def _look(connection: Connection, project_id: int, followed: _Followed) -> None:
    """Send the new versions of a project; the first reading only finds out which versions are old."""
    before = followed.settled
    if before is not None and not await _new(connection, project_id, followed, before, most=1):
        return
    # All versions up to this one are in what is read after it.
    settled = int(await fetch_value(connection, sql.settled))
    if before is None:
        found, news = await _new(connection, project_id, followed, settled), []
    else:
        found = await _new(connection, project_id, followed, before, most=MOST_MISSED + 1)
        news = await _news(connection, found, before, settled)
    followed.settled = settled
    followed.told = {version for version in followed.told | {row.version for row in found} if version > settled}
    for one in news:
        for subscription in followed.subscriptions:
            if subscription.has_begun:
                subscription.put(one)


async def _new(
    connection: Connection, project_id: int, followed: _Followed, above: int, *, most: int | None = None
) -> list[CommittedVersion]:
    """Versions above one that were not sent yet, oldest first."""
    told = sorted(followed.told)
    return await fetch_records(
        connection, sql.new_versions, CommittedVersion, project_id=project_id, above=above, told=told, most=most
    )


async def _news(connection: Connection, versions: Sequence[CommittedVersion], before: int, settled: int) -> list[News]:
    """The events of versions, oldest first; only the last one tells that all versions up to `settled` were sent."""
    if len(versions) > MOST_MISSED:
        return [Overrun(max(version.version for version in versions), settled)]
    changes = await changes_of(connection, [version.version for version in versions])
    last = len(versions) - 1
    return [
        Event(version, changes.get(version.version, NOTHING), settled if index == last else before)
        for index, version in enumerate(versions)
    ]


async def _missed(connection: Connection, project_id: int, followed: _Followed, since: int, newest: int) -> list[News]:
    assert followed.settled is not None
    found = await fetch_records(
        connection,
        sql.missed_versions,
        CommittedVersion,
        project_id=project_id,
        above=since,
        settled=followed.settled,
        told=sorted(followed.told),
        most=MOST_MISSED + 1,
    )
    if len(found) > MOST_MISSED:
        return [Overrun(newest, followed.settled)]
    return await _news(connection, found, since, followed.settled)
