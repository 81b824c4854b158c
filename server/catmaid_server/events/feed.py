"""Tell subscribers of a project about each version committed there.

Polling the versions while somebody listens, woken at once by this process's own commits: a NOTIFY inside
each edit would make PostgreSQL commit edits one after the other.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from catmaid_server.db.queries import load
from catmaid_server.db.store import Store

sql = load("service/events")

POLL_S = 0.25
_QUEUE_LIMIT = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """One committed version."""

    version: int
    label: str
    user_id: int | None
    time: datetime


class Feed:
    """Versions as they are committed, by project."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._queues: dict[int, set[asyncio.Queue[Event]]] = defaultdict(set)
        self._seen: dict[int, set[int]] = {}
        self._looking = asyncio.Lock()
        self._woken = asyncio.Event()
        store.committed.append(self._wake)

    def _wake(self, project_id: int) -> None:
        if self._queues.get(project_id):
            self._woken.set()

    @asynccontextmanager
    async def subscribed(self, project_id: int) -> AsyncIterator[asyncio.Queue[Event]]:
        """A queue of the events of a project: of all that is committed after the block began, until it ends."""
        queue: asyncio.Queue[Event] = asyncio.Queue(_QUEUE_LIMIT)
        self._queues[project_id].add(queue)
        try:
            await self._deliver(project_id)
            self._woken.set()
            yield queue
        finally:
            self._queues[project_id].discard(queue)
            if not self._queues[project_id]:
                del self._queues[project_id]
                self._seen.pop(project_id, None)

    async def newest(self, project_id: int) -> int:
        """The newest version of a project; 0 if it has none."""
        async with self._store.reading() as connection:
            cursor = await connection.execute(sql.newest_version, {"project_id": project_id})
            row = await cursor.fetchone()
        return 0 if row is None or row[0] is None else int(row[0])

    async def run(self) -> None:
        """Deliver events until cancelled."""
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._woken.wait(), POLL_S if self._queues else None)
            self._woken.clear()
            for project_id in list(self._queues):
                with contextlib.suppress(psycopg.Error):
                    await self._deliver(project_id)

    async def _deliver(self, project_id: int) -> None:
        """Look what is new in a project; the first look only tells what is not."""
        async with self._looking:
            recent = await self._recent(project_id)
            if project_id not in self._queues:  # the last one left while we looked
                return
            seen = self._seen.get(project_id)
            self._seen[project_id] = {event.version for event in recent}
            for event in recent:
                if seen is not None and event.version not in seen:
                    for queue in self._queues[project_id]:
                        _put(queue, event)

    async def _recent(self, project_id: int) -> list[Event]:
        async with self._store.reading() as connection, connection.cursor(row_factory=class_row(Event)) as cursor:
            await cursor.execute(sql.recent_versions, {"project_id": project_id})
            return await cursor.fetchall()


def _put(queue: asyncio.Queue[Event], event: Event) -> None:
    """Drop the oldest when a subscriber does not keep up: each event only says "look again"."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(event)
