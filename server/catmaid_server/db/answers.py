"""Answers to reads, remembered for as long as the state that they tell is the one that is asked for.

PostgreSQL itself says whether anything was: two snapshots with the same text (`pg_current_snapshot()`) see the same
rows, whoever wrote them and from which process. So nothing has to be invalidated, and no answer is ever stale; what
a remembered answer costs is one short query. Answers about a settled version of the past hold whatever is committed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeAlias

import psycopg

from catmaid_server.db.recently_used import RecentlyUsed

Produce: TypeAlias = Callable[[], Awaitable[bytes]]
StateOf: TypeAlias = Callable[[psycopg.AsyncConnection[Any]], Awaitable[str]]
"""Names the state that a connection reads: two that have the same name have the same rows."""

_SNAPSHOT = "SELECT pg_current_snapshot()::text"


async def snapshot(connection: psycopg.AsyncConnection[Any]) -> str:
    """Names the newest committed state."""
    cursor = await connection.execute(_SNAPSHOT)
    row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


class Answers:
    """Encoded answers by request, up to `capacity` bytes; the least recently used go first.

    A request is kept as it is given, so it should be small.
    """

    def __init__(self, capacity: int) -> None:
        self._known: RecentlyUsed[Hashable, tuple[str, bytes]] = RecentlyUsed(capacity)
        self._coming: dict[tuple[Hashable, str], asyncio.Future[bytes]] = {}

    async def find(
        self,
        connection: psycopg.AsyncConnection[Any],
        request: Hashable,
        produce: Produce,
        state_of: StateOf = snapshot,
    ) -> bytes:
        """The answer to a request; `produce` makes it if it is not known, once for all who wait for the same."""
        if not self._known.capacity:
            return await produce()
        before = await state_of(connection)
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
