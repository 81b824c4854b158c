"""Answers to reads, remembered for as long as nothing was committed since.

PostgreSQL itself says whether anything was: two snapshots with the same text (`pg_current_snapshot()`) see the same
rows, whoever wrote them and from which process. So nothing has to be invalidated, and no answer is ever stale; what
a remembered answer costs is one short query.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeAlias

import psycopg

from catmaid_server.db.recently_used import RecentlyUsed

Produce: TypeAlias = Callable[[], Awaitable[bytes]]

_SNAPSHOT = "SELECT pg_current_snapshot()::text"


class Answers:
    """Encoded answers by request, up to `capacity` bytes; the least recently used go first.

    A request is kept as it is given, so it should be small.
    """

    def __init__(self, capacity: int) -> None:
        self._known: RecentlyUsed[Hashable, tuple[str, bytes]] = RecentlyUsed(capacity)
        self._coming: dict[tuple[Hashable, str], asyncio.Future[bytes]] = {}

    async def find(self, connection: psycopg.AsyncConnection[Any], request: Hashable, produce: Produce) -> bytes:
        """The answer to a request; `produce` makes it if it is not known, once for all who wait for the same."""
        if not self._known.capacity:
            return await produce()
        before = await _snapshot(connection)
        known = self._known.find(request)
        if known is not None and known[0] == before:
            return known[1]
        if (coming := self._coming.get((request, before))) is not None:
            try:
                return await asyncio.shield(coming)
            except _Abandoned:
                return await produce()
        return await self._make(connection, request, before, produce)

    async def _make(
        self, connection: psycopg.AsyncConnection[Any], request: Hashable, before: str, produce: Produce
    ) -> bytes:
        future = self._coming[request, before] = asyncio.get_running_loop().create_future()
        try:
            answer = await produce()
            if await _snapshot(connection) == before:
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


async def _snapshot(connection: psycopg.AsyncConnection[Any]) -> str:
    cursor = await connection.execute(_SNAPSHOT)
    row = await cursor.fetchone()
    assert row is not None
    return str(row[0])
