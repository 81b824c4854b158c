"""Who waits for whom: bounds of what one user, and all users together, have under way in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

_RETRY = {"Retry-After": "1"}


@dataclass
class _Asking:
    turns: asyncio.Semaphore
    count: int = field(default=0)


class UserTurns:
    """So many things at once by each user; more wait.

    Parameters
    ----------
    at_once
        How many one user has at the same time.
    things
        What they are, for messages.
    patience_s
        How long one waits for its turn.
    most_waiting
        How many of one user wait.
    """

    def __init__(self, at_once: int, *, things: str, patience_s: float = 30.0, most_waiting: int = 500) -> None:
        self._at_once = at_once
        self._things = things
        self._patience_s = patience_s
        self._most_waiting = most_waiting
        self._users: dict[int, _Asking] = {}

    @asynccontextmanager
    async def turn(self, user_id: int) -> AsyncIterator[None]:
        """A turn of this user for the time of the block.

        Raises
        ------
        web.HTTPTooManyRequests
            If it does not come in time, or too many wait already.
        """
        asking = self._users.get(user_id)
        if asking is None:
            asking = self._users[user_id] = _Asking(asyncio.Semaphore(self._at_once))
        if asking.count >= self._at_once + self._most_waiting:
            raise self._too_many()
        asking.count += 1
        try:
            try:
                async with asyncio.timeout(self._patience_s):
                    await asking.turns.acquire()
            except TimeoutError:
                raise self._too_many() from None
            try:
                yield
            finally:
                asking.turns.release()
        finally:
            asking.count -= 1
            if not asking.count:
                del self._users[user_id]

    def _too_many(self) -> web.HTTPTooManyRequests:
        return web.HTTPTooManyRequests(
            text=f"You have {self._at_once} {self._things} under way, and more wait; try again when some have ended.",
            headers=_RETRY,
        )


class MemoryBudget:
    """Bytes that may be in use at once; who wants more than are left waits, in the order of asking."""

    def __init__(self, size: int, *, patience_s: float = 60.0) -> None:
        self._size = size
        self._free = size
        self._patience_s = patience_s
        self._first = asyncio.Lock()
        self._given_back = asyncio.Event()

    @asynccontextmanager
    async def taken(self, size: int) -> AsyncIterator[None]:
        """`size` bytes for the time of the block; all, if it is more than there are.

        Raises
        ------
        web.HTTPServiceUnavailable
            If they are not free in time.
        """
        size = min(size, self._size)
        try:
            async with asyncio.timeout(self._patience_s), self._first:
                while self._free < size:
                    self._given_back.clear()
                    await self._given_back.wait()
                self._free -= size
        except TimeoutError:
            raise web.HTTPServiceUnavailable(
                text="The service works on other large requests; try again in a moment.", headers=_RETRY
            ) from None
        try:
            yield
        finally:
            self._free += size
            self._given_back.set()
