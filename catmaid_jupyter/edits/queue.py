"""Edits that outlast a service that is away for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from itertools import chain, repeat
from typing import Any, Protocol, TypeVar

from catmaid_jupyter.api.errors import Unreachable

T = TypeVar("T")

PAUSES = (0.25, 0.5, 1.0, 2.0, 5.0)
"""Seconds before each further attempt; the last one repeats."""


class Edits(Protocol):
    """The client's edits of one project."""

    async def perform(
        self, op: str, args: Mapping[str, Any], state: str | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """Apply an edit; the same key applies it once, however often it is sent."""

    async def undo(self) -> dict[str, Any] | None:
        """Take the last own edit back."""


Tell = Callable[[bool, str, int], None]
"""Called with whether the service answers, a sentence about it, and the number of edits that wait."""


class EditQueue:
    """Passes edits on, and keeps one that finds no service until it is back.

    A kept edit is sent again with its key, so that it happens once even if only the answer was lost. Against a server
    that does not honour keys a repetition could happen twice, so there the edit fails instead.

    Parameters
    ----------
    edits
        The client's edits.
    repeatable
        Whether the server honours keys.
    tell
        Told when the service goes away, when more edits wait for it, and when it is back.
    """

    def __init__(self, edits: Edits, *, repeatable: bool, tell: Tell) -> None:
        self._edits = edits
        self._repeatable = repeatable
        self._tell = tell
        self._waiting = 0
        self._up = True
        self._retry = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Edits that wait for the service."""
        return self._waiting

    async def perform(self, op: str, args: Mapping[str, Any], state: str | None, key: str) -> dict[str, Any]:
        """Apply an edit; waits as long as the service is away. Raises as the client's `perform` does otherwise."""
        return await self._persist(lambda: self._edits.perform(op, args, state, key))

    async def undo(self) -> dict[str, Any] | None:
        """Take the last own edit back; None if there is none."""
        return await self._persist(self._edits.undo)

    def service_changed(self, up: bool, message: str) -> None:
        """Hear from elsewhere that the service went away or is back, which ends a pause."""
        if up:
            self._retry.set()
        self._report(up=up, message=message)

    async def _persist(self, call: Callable[[], Awaitable[T]]) -> T:
        kept = False
        try:
            for pause in chain(PAUSES, repeat(PAUSES[-1])):
                try:
                    result = await call()
                except Unreachable as error:
                    if not self._repeatable:
                        raise
                    if not kept:
                        kept = True
                        self._waiting += 1
                        self._report(up=False, message=str(error), again=True)
                else:
                    self._report(up=True, message="The service answers again.")
                    return result
                await self._pause(pause)
        finally:
            self._waiting -= kept
        raise AssertionError("the pauses never end")

    async def _pause(self, seconds: float) -> None:
        self._retry.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._retry.wait()
        except TimeoutError:
            pass

    def _report(self, *, up: bool, message: str, again: bool = False) -> None:
        if up != self._up or again:
            self._up = up
            self._tell(up, message, self._waiting)
