"""Checking passwords is slow by design: a few at once, beside the event loop, and not for those who keep guessing."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from functools import cached_property
from typing import Final

from catmaid_server.domain.accounts import passwords
from catmaid_server.domain.errors import DomainError

MOST_FAILURES: Final = 10
WITHIN_S: Final = 60.0
_AT_ONCE: Final = 2
_REMEMBERED: Final = 10_000


class TooManyAttempts(DomainError):
    """So many wrong passwords came from one place for one name that more are not looked at for a while."""


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
        self._failures: OrderedDict[int, deque[float]] = OrderedDict()

    async def match(self, stored: str | None, password: str, *, username: str, address: str) -> bool:
        """Whether `stored` (None: there is no such user) is the hash of `password`.

        Takes as long for a name that does not exist, or has no password. Raises `TooManyAttempts`.
        """
        place = _place(username, address)
        async with self._turns:  # and no sooner: meanwhile others of this place may have failed
            self._require_patience(place)
            right = await asyncio.to_thread(self._matches, stored, password)
        self._note(place, right=right)
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

    def _require_patience(self, place: int) -> None:
        failures = self._failures.get(place, deque())
        while failures and failures[0] < self._clock() - WITHIN_S:
            failures.popleft()
        if len(failures) >= MOST_FAILURES:
            raise TooManyAttempts(f"Too many wrong passwords; try again in {WITHIN_S:.0f} seconds.")

    def _note(self, place: int, *, right: bool) -> None:
        if right:
            self._failures.pop(place, None)
            return
        self._failures.setdefault(place, deque()).append(self._clock())
        self._failures.move_to_end(place)
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)


def _place(username: str, address: str) -> int:
    """What stands for a name and where it is tried from: the same for all addresses that one IPv6 line has."""
    with contextlib.suppress(ValueError):
        where = ipaddress.ip_address(address)
        if isinstance(where, ipaddress.IPv6Address) and where.ipv4_mapped is None:
            return hash((username, where.packed[:8]))
    return hash((username, address))
