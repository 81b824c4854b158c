"""Presence: where others look in a project, and telling them where this connection does. Nothing of it is kept."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Any, TypeAlias

import aiohttp
import msgspec

from catmaid_jupyter.api import loop

Person: TypeAlias = dict[str, Any]
"""`id`, `user_id`, `username`, `position` (nm) and `section`, as the server tells them."""

OnPeople: TypeAlias = Callable[[list[Person]], None]

SILENCE_S = 60.0
"""Pages tell again where they look before this time is over: one that does not is closed."""

_NOWHERE: dict[str, Any] = {"here": None}


class Presence:
    """Who looks at a project, told over the socket of its events; nothing happens where a server does not tell."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._onlookers: dict[Onlooker, OnPeople] = {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._sending: set[asyncio.Task[None]] = set()
        self._people: list[Person] = []
        self._message: dict[str, Any] | None = None
        """What others were told last, or are to be told; None until somebody here looked at something."""

    def subscribe(self, people_changed: OnPeople) -> Onlooker:
        """Call `people_changed(people)` when others come, move or leave; on the background loop."""
        onlooker = Onlooker(self)
        with self._lock:
            self._onlookers[onlooker] = people_changed
        return onlooker

    def end(self, onlooker: Onlooker) -> None:
        """End a subscription."""
        with self._lock:
            self._onlookers.pop(onlooker, None)

    async def tell(self, message: dict[str, Any]) -> None:
        """Tell others where somebody here looks, now and after each interruption."""
        if message == self._message or (message == _NOWHERE and self._message is None):
            return
        self._message = message
        if self._socket is not None:
            # A connection that just broke is told again when it is back.
            with contextlib.suppress(ConnectionError, aiohttp.ClientError):
                await self._socket.send_str(msgspec.json.encode(message).decode())

    def connected(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """The server tells of presence over this socket."""
        if self._socket is socket:
            return
        self._socket = socket
        if self._message is not None:
            message, self._message = self._message, None
            task = asyncio.get_running_loop().create_task(self._tell_again(message))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    def disconnected(self) -> None:
        """The socket is closed: nobody is known to be there."""
        self._socket = None
        self.received([])

    def received(self, people: list[Person]) -> None:
        """The server told who else is there."""
        if people == self._people:
            return
        self._people = people
        with self._lock:
            callbacks = list(self._onlookers.values())
        for people_changed in callbacks:
            people_changed(people)

    async def _tell_again(self, message: dict[str, Any]) -> None:
        if self._message is None:
            await self.tell(message)


class Onlooker:
    """One widget that looks at a project."""

    def __init__(self, presence: Presence) -> None:
        self._presence = presence
        self._silence: asyncio.TimerHandle | None = None
        self._leaving: asyncio.Task[None] | None = None

    async def look_at(self, position: tuple[float, float, float] | None, section: int | None = None) -> None:
        """Tell others where this widget looks, nm; None for nowhere. To be repeated within `SILENCE_S`."""
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        if position is None:
            await self._presence.tell(_NOWHERE)
            return
        running = asyncio.get_running_loop()
        self._silence = running.call_later(SILENCE_S, self._leave)
        await self._presence.tell({"here": {"position": position, "section": section}})

    def end(self) -> None:
        """Show nobody any more, and look at nothing. Safe from any thread."""
        self._presence.end(self)
        loop.background_loop().call_soon_threadsafe(self._leave)

    def _leave(self) -> None:
        self._leaving = asyncio.get_running_loop().create_task(self.look_at(None))
