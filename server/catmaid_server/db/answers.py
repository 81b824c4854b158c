"""Answers to reads, remembered for as long as nothing was committed since.

PostgreSQL itself says whether anything was: two snapshots with the same text (`pg_current_snapshot()`) see the same
rows, whoever wrote them and from which process. So nothing has to be invalidated, and no answer is ever stale; what
a remembered answer costs is one short query.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeAlias

import psycopg

Produce: TypeAlias = Callable[[], Awaitable[bytes]]

ENTRY_BYTES = 512
"""What a remembered answer takes beside its own bytes, about."""

_SNAPSHOT = "SELECT pg_current_snapshot()::text"


class Answers:
    """Encoded answers by request, up to `capacity` bytes; the least recently used go first.

    A request is kept as it is given, so it should be small.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._size = 0
        self._known: OrderedDict[Hashable, tuple[str, bytes]] = OrderedDict()
        self._coming: dict[tuple[Hashable, str], asyncio.Future[bytes]] = {}

    async def find(self, connection: psycopg.AsyncConnection[Any], request: Hashable, produce: Produce) -> bytes:
        """The answer to a request; `produce` makes it if it is not known, once for all who wait for the same."""
        if not self._capacity:
            return await produce()
        before = await _snapshot(connection)
        known = self._known.get(request)
        if known is not None and known[0] == before:
            self._known.move_to_end(request)
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
                self._keep(request, before, answer)
            future.set_result(answer)
        except BaseException as error:
            future.set_exception(_Abandoned() if isinstance(error, asyncio.CancelledError) else error)
            future.exception()  # somebody may wait for it or not; either is fine
            raise
        else:
            return answer
        finally:
            del self._coming[request, before]

    def _keep(self, request: Hashable, snapshot: str, answer: bytes) -> None:
        self._forget(request)
        size = len(answer) + ENTRY_BYTES
        if size > self._capacity:
            return
        self._known[request] = (snapshot, answer)
        self._size += size
        while self._size > self._capacity:
            self._forget(next(iter(self._known)))

    def _forget(self, request: Hashable) -> None:
        _, dropped = self._known.pop(request, ("", None))
        if dropped is not None:
            self._size -= len(dropped) + ENTRY_BYTES


class _Abandoned(Exception):
    """The request that was to make this answer was broken off."""


async def _snapshot(connection: psycopg.AsyncConnection[Any]) -> str:
    cursor = await connection.execute(_SNAPSHOT)
    row = await cursor.fetchone()
    assert row is not None
    return str(row[0])
