"""How the servers of others are doing: how many are asked at once, and which are left alone for a while.

A server may give some of its images at once and never those of a bad disk. So a request that gets no answer for a
while gives its turn to another one and goes on beside, as do a few more; only then others wait for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from catmaid_server.tiles.gateway.failures import ImagesUnavailable

_FAILURES_BEFORE_REST: Final = 3


@dataclass(slots=True)
class _HostState:
    turns: asyncio.Semaphore
    stalled: int = 0
    """Requests that go on without a turn."""
    failures: int = 0
    rests_until: float = 0.0
    reason: str = field(default="")


class _Turn:
    """A turn that is taken."""

    def __init__(self, state: _HostState, most_stalled: int) -> None:
        self._state = state
        self._most_stalled = most_stalled
        self._is_stalled = False

    def stall(self) -> None:
        """Let another one have it, if not too many go on without."""
        if self._state.stalled < self._most_stalled:
            self._is_stalled = True
            self._state.stalled += 1
            self._state.turns.release()

    def end(self) -> None:
        """Give it back."""
        if self._is_stalled:
            self._state.stalled -= 1
        else:
            self._state.turns.release()


class HostStates:
    """One state for each host; a host that failed several times in a row rests, and then is tried by one request."""

    def __init__(self, at_once: int, stalled: int, stalls_s: float, rests_s: float) -> None:
        self._at_once = at_once
        self._stalled = stalled
        self._stalls_s = stalls_s
        self._rests_s = rests_s
        self._states: dict[str, _HostState] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """A turn to ask a host; raises `ImagesUnavailable` at once while it rests."""
        state = self._states.setdefault(host, _HostState(asyncio.Semaphore(self._at_once)))
        await state.turns.acquire()
        turn = _Turn(state, self._stalled)
        stalling = asyncio.get_running_loop().call_later(self._stalls_s, turn.stall)
        try:
            self._require_awake(state)
            yield
        finally:
            stalling.cancel()
            turn.end()

    def succeeded(self, host: str) -> None:
        """The host answered."""
        state = self._states[host]
        state.failures, state.rests_until, state.reason = 0, 0.0, ""

    def failed(self, host: str, reason: str) -> None:
        """The host did not answer as it should."""
        state = self._states[host]
        state.failures += 1
        state.reason = reason
        if state.failures >= _FAILURES_BEFORE_REST:
            state.rests_until = time.monotonic() + self._rests_s

    def _require_awake(self, state: _HostState) -> None:
        if state.rests_until > time.monotonic():
            raise ImagesUnavailable(f"{state.reason} It is asked again in a moment.")
        if state.failures >= _FAILURES_BEFORE_REST:  # one request finds out; the others go on resting
            state.rests_until = time.monotonic() + self._rests_s
