"""Turns at checking passwords: a few at once, and those who wait are served by place and by account in rotation."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

from catmaid_server.domain.errors import DomainError

_Waiting: TypeAlias = "asyncio.Future[None]"
_CROWD: Final = "Too many passwords are being checked; try again in a moment."


class TooManyAttempts(DomainError):
    """So many passwords came, or wrong ones, that more are not looked at for a while."""


class Turns:
    """Lets a few in at once. Who sends many waits for themselves, not in front of others.

    Places (networks, as a rule) take turns, and in a place accounts do. If too many wait, who has the largest share
    loses a turn. Those who are known go first.

    Parameters
    ----------
    at_once
        How many have a turn at the same time.
    most_waiting
        How many may wait, of those known and of others each.
    """

    def __init__(self, at_once: int, most_waiting: int) -> None:
        self._free = at_once
        self._known, self._others = _Rotation(most_waiting), _Rotation(most_waiting)

    @asynccontextmanager
    async def turn(self, place: bytes, account: bytes, *, known: bool = False) -> AsyncIterator[None]:
        """Wait for a turn and have it for the length of the block. Raises `TooManyAttempts` if too many wait."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(self._known if known else self._others, place, account)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, rotation: _Rotation, place: bytes, account: bytes) -> None:
        waiting = rotation.joined(place, account)
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        for rotation in (self._known, self._others):
            while (waiting := rotation.next()) is not None:
                if not waiting.done():
                    waiting.set_result(None)
                    return
        self._free += 1


class _Rotation:
    """Those who wait, by place and account, each in the order of coming."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._places: OrderedDict[bytes, OrderedDict[bytes, deque[_Waiting]]] = OrderedDict()

    def joined(self, place: bytes, account: bytes) -> _Waiting:
        """A future that is done when it is the turn of who joins; raises `TooManyAttempts` if there is no room."""
        if self._count >= self._most and not self._made_room(place, account):
            raise TooManyAttempts(_CROWD)
        waiting: _Waiting = asyncio.get_running_loop().create_future()
        self._places.setdefault(place, OrderedDict()).setdefault(account, deque()).append(waiting)
        self._count += 1
        return waiting

    def next(self) -> _Waiting | None:
        """Take out whose turn it is; None if nobody waits."""
        if not self._places:
            return None
        place, accounts = self._places.popitem(last=False)
        account, queue = accounts.popitem(last=False)
        waiting = queue.popleft()
        self._count -= 1
        if queue:
            accounts[account] = queue
        if accounts:
            self._places[place] = accounts
        return waiting

    def _made_room(self, place: bytes, account: bytes) -> bool:
        """Refuse somebody whose place, or else account, has more of those who wait than who comes would have."""
        shares = {name: sum(map(len, accounts.values())) for name, accounts in self._places.items()}
        largest = max(shares, key=shares.__getitem__)
        if shares.get(place, 0) + 1 < shares[largest]:
            self._refuse_newest(largest)
            return True
        accounts = self._places.get(place, OrderedDict())
        longest = max(map(len, accounts.values()), default=0)
        if len(accounts.get(account, ())) + 1 < longest:
            self._refuse_newest(place)
            return True
        return False

    def _refuse_newest(self, place: bytes) -> None:
        accounts = self._places[place]
        account = max(accounts, key=lambda name: len(accounts[name]))
        waiting = accounts[account].pop()
        self._count -= 1
        if not accounts[account]:
            del accounts[account]
        if not accounts:
            del self._places[place]
        if not waiting.done():
            waiting.set_exception(TooManyAttempts(_CROWD))
