"""Checking passwords is slow by design: a few at once, beside the event loop, and not for those who keep guessing."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import cached_property
from typing import Final

from catmaid_server.auth import passwords
from catmaid_server.domain.errors import DomainError

MOST_FAILURES: Final = 10
WITHIN_S: Final = 60.0
_AT_ONCE: Final = 2
_REMEMBERED: Final = 10_000


class TooManyAttempts(DomainError):
    """So many wrong passwords came from one place for one name that more are not looked at for a while."""

    status = 429
    type = "TooManyAttempts"


class PasswordChecks:
    """The password checks of one process.

    Parameters
    ----------
    clock
        Seconds, always increasing.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._failures: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()

    async def match(self, stored: str | None, password: str, *, username: str, address: str) -> bool:
        """Whether `stored` (None: there is no such user) is the hash of `password`.

        Takes as long for a name that does not exist, or has no password. Raises `TooManyAttempts`.
        """
        failures = self._failures.get((username, address), deque())
        while failures and failures[0] < self._clock() - WITHIN_S:
            failures.popleft()
        if len(failures) >= MOST_FAILURES:
            raise TooManyAttempts(f"Too many wrong passwords; try again in {WITHIN_S:.0f} seconds.")
        async with self._turns:
            right = await asyncio.to_thread(self._matches, stored, password)
        self._note((username, address), failures, right=right)
        return right

    async def hashed(self, password: str) -> str:
        """As `passwords.hashed`."""
        async with self._turns:
            return await asyncio.to_thread(passwords.hashed, password)

    def _matches(self, stored: str | None, password: str) -> bool:
        if stored is None or not passwords.is_usable(stored):
            stored = self._hash_of_nobody
        return passwords.matches(stored, password)

    @cached_property
    def _hash_of_nobody(self) -> str:
        return passwords.hashed(secrets.token_hex())

    def _note(self, place: tuple[str, str], failures: deque[float], *, right: bool) -> None:
        if right:
            self._failures.pop(place, None)
            return
        failures.append(self._clock())
        self._failures[place] = failures
        self._failures.move_to_end(place)
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)
