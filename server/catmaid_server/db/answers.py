"""Answers to reads, remembered for as long as the state that they tell is the one that is asked for.

PostgreSQL itself says whether anything was: two snapshots with the same text (`pg_current_snapshot()`) see the same
rows, whoever wrote them and from which process. So nothing has to be invalidated, and no answer is ever stale; what
a remembered answer costs is one short query. Answers about a settled version of the past hold whatever is committed.

While people edit all the time no answer would be asked for again before it is out of date, and asking costs as much as
many answers do: then nothing is remembered, and it is only looked now and then whether that is still so.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeAlias

import psycopg

from catmaid_server.db.recently_used import RecentlyUsed

Produce: TypeAlias = Callable[[], Awaitable[bytes]]
StateOf: TypeAlias = Callable[[psycopg.AsyncConnection[Any]], Awaitable[str]]
"""Names the state that a connection reads: two that have the same name have the same rows."""

_RESTLESS_S = 1.0
"""Changes that follow each other in less than this are too many to remember anything."""
_PAUSE_S = 0.5
"""How long nothing is remembered then, until it is looked again; shorter than the above."""

_SNAPSHOT = "SELECT pg_current_snapshot()::text"


async def snapshot(connection: psycopg.AsyncConnection[Any]) -> str:
    """Names the newest committed state."""
    cursor = await connection.execute(_SNAPSHOT)
    row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


class _Unrest:
    """Whether the newest state changes so often that it does not help to know its name."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._state = ""
        self._changed = self._until = float("-inf")

    def lasts(self) -> bool:
        """Whether it need not be looked yet."""
        return self._clock() < self._until

    def look(self, state: str) -> None:
        """Note what the state is now."""
        if state == self._state:
            return
        now = self._clock()
        if now - self._changed < _RESTLESS_S:
            self._until = now + _PAUSE_S
        self._state, self._changed = state, now


class Answers:
    """Encoded answers by request, up to `capacity` bytes; the least recently used go first.

    A request is kept as it is given, so it should be small.
    """

    def __init__(self, capacity: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._known: RecentlyUsed[Hashable, tuple[str, bytes]] = RecentlyUsed(capacity)
        self._unrest = _Unrest(clock)
        self._coming: dict[tuple[Hashable, str], asyncio.Future[bytes]] = {}

    async def find(
        self,
        connection: psycopg.AsyncConnection[Any],
        request: Hashable,
        produce: Produce,
        state_of: StateOf = snapshot,
    ) -> bytes:
        """The answer to a request; `produce` makes it if it is not known, once for all who wait for the same."""
        is_newest = state_of is snapshot
        if not self._known.capacity or (is_newest and self._unrest.lasts()):
            return await produce()
        before = await state_of(connection)
        if is_newest:
            self._unrest.look(before)
        known = self._known.find(request)
        if known is not None and known[0] == before:
            return known[1]
        if (coming := self._coming.get((request, before))) is not None:
            try:
                return await asyncio.shield(coming)
            except _Abandoned:
                return await produce()
        return await self._make(connection, request, before, produce, state_of)

    async def _make(
        self,
        connection: psycopg.AsyncConnection[Any],
        request: Hashable,
        before: str,
        produce: Produce,
        state_of: StateOf,
    ) -> bytes:
        future = self._coming[request, before] = asyncio.get_running_loop().create_future()
        try:
            answer = await produce()
            if await state_of(connection) == before:
                self._known.keep(request, (before, answer), len(answer))
            future.set_result(answer)
        except BaseException as error:
            future.set_exception(_Abandoned() if isinstance(error, asyncio.CancelledError) else error)
            future.exception()  # somebody may wait for it or not; either is fine
            raise
        else:
            return answer
        finally:
            del self._coming[request, before]


class _Abandoned(Exception):
    """The request that was to make this answer was broken off."""
