"""How the servers of others are doing: how many are asked at once, and which are left alone for a while."""

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
    failures: int = 0
    rests_until: float = 0.0
    reason: str = field(default="")


class HostStates:
    """One state for each host; a host that failed several times in a row rests, and then is tried by one request."""

    def __init__(self, at_once: int, rests_s: float) -> None:
        self._at_once = at_once
        self._rests_s = rests_s
        self._states: dict[str, _HostState] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """A turn to ask a host; raises `ImagesUnavailable` at once while it rests."""
        state = self._states.setdefault(host, _HostState(asyncio.Semaphore(self._at_once)))
        async with state.turns:
            self._require_awake(state)
            yield

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
