"""A cache of values with a limit in bytes, and a single computation for all who ask for the same value."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ByteCache(Generic[Key]):
    """Least recently used byte strings, dropped when together they exceed `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self.hits = 0
        self.misses = 0
        self._values: OrderedDict[Key, bytes] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def find(self, key: Key) -> bytes | None:
        """The value, which thereby becomes the most recently used one."""
        value = self._values.get(key)
        if value is None:
            self.misses += 1
            return None
        self.hits += 1
        self._values.move_to_end(key)
        return value

    def put(self, key: Key, value: bytes) -> None:
        """Keep a value, unless it alone would fill the cache."""
        self._drop(key)
        if len(value) > self.limit:
            return
        self._values[key] = value
        self.size += len(value)
        while self.size > self.limit:
            self._drop(next(iter(self._values)))

    def _drop(self, key: Key) -> None:
        value = self._values.pop(key, None)
        if value is not None:
            self.size -= len(value)


class StillRunning(Exception):
    """A computation that has not ended in the time that somebody waits for it; it goes on."""


class SingleFlight(Generic[Key, Value]):
    """Share a computation between all who want its result while it runs."""

    def __init__(self) -> None:
        self._running: dict[Key, tuple[asyncio.Task[Value], float]] = {}

    def __len__(self) -> int:
        return len(self._running)

    async def do(self, key: Key, compute: Callable[[], Awaitable[Value]], wait: float | None = None) -> Value:
        """The result of `compute()`, or of the one already running for this key.

        Whoever stops waiting does not take the result from the others: the computation runs on. wait: `StillRunning`
        so many seconds after it began; None for as long as it takes.
        """
        task, began = self._running.get(key, (None, 0.0))
        if task is None:
            task, began = asyncio.ensure_future(_call(compute)), time.monotonic()
            self._running[key] = task, began
            task.add_done_callback(lambda done: self._finished(key, done))
        if wait is not None:
            await asyncio.wait((task,), timeout=max(0.0, began + wait - time.monotonic()))
            if not task.done():
                raise StillRunning
        return await asyncio.shield(task)

    def _finished(self, key: Key, task: asyncio.Task[Value]) -> None:
        del self._running[key]
        if not task.cancelled():
            task.exception()  # marks it as seen where every waiter has gone


async def _call(compute: Callable[[], Awaitable[Value]]) -> Value:
    return await compute()
