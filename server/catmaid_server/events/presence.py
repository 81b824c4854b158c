"""Presence: who looks at a project now, and where. Nothing of it is stored.

Processes inform each other by NOTIFY, at most a few times a second. Each repeats who is there from time to time, and
when a new process asks; the people of a process that ended are forgotten after a while.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import msgspec
import psycopg

from catmaid_server.db.hearing import heard
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.positions import Position

_CHANNEL = "catmaid_presence"
_WHO_IS_HERE = "?"
"""Asks all processes to tell who is there."""
_INTERVAL_S = 0.25
"""Shortest time between two messages of one process, and between two messages to one follower."""
_AGAIN_S = 15.0
_FORGOTTEN_S = 40.0
_AWAY_S = 1.0
_MOST_PEOPLE = 200
_LONGEST_NAME = 150


class Person(msgspec.Struct, frozen=True):
    """Somebody who looks at a project: where, nm, and in which section; the position is None when they have left."""

    id: str
    project_id: int
    user_id: int
    username: str
    position: Position | None
    section: int | None = None


@dataclass(eq=False)
class Guest:
    """One follower of a project: says where they are, and is told where others are."""

    id: str
    project_id: int
    user: User
    is_told: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when they first said where they are, or that they look at nothing."""
    others_moved: asyncio.Event = field(default_factory=asyncio.Event)
    here: Person | None = None


class Guests:
    """Who is where, in all processes of the service."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._guests: set[Guest] = set()
        self._people: dict[str, tuple[Person, float]] = {}
        """By id, with the time when they are forgotten."""
        self._moved: dict[str, Person] = {}
        """What is to be told to other processes."""
        self._woken = asyncio.Event()
        self._joined = asyncio.Event()

    @asynccontextmanager
    async def joined(self, project_id: int, user: User) -> AsyncIterator[Guest]:
        """Be a guest of a project for a block; at its end others are told that the guest left."""
        guest = Guest(uuid.uuid4().hex, project_id, user)
        self._guests.add(guest)
        try:
            yield guest
        finally:
            self._guests.discard(guest)
            self.move(guest, None)

    def move(self, guest: Guest, position: Position | None, section: int | None = None) -> None:
        """Note where a guest is; None if they look at nothing. From then on they are told where others are."""
        if guest in self._guests:
            guest.is_told.set()
            self._joined.set()
        if position is None and guest.here is None:
            return
        person = Person(
            guest.id, guest.project_id, guest.user.id, guest.user.username[:_LONGEST_NAME], position, section
        )
        guest.here = None if position is None else person
        self._moved[guest.id] = person
        self._woken.set()

    def others(self, guest: Guest) -> list[Person]:
        """Who else is in the guest's project, by name; at most so many."""
        now = time.monotonic()
        found = [
            person
            for person, until in self._people.values()
            if person.project_id == guest.project_id and person.id != guest.id and until > now
        ]
        return sorted(found, key=lambda person: (person.username, person.id))[:_MOST_PEOPLE]

    async def next_others(self, guest: Guest) -> list[Person]:
        """`others`, when somebody came, moved or left, and not too soon after the last time."""
        await guest.others_moved.wait()
        await asyncio.sleep(_INTERVAL_S)
        guest.others_moved.clear()
        return self.others(guest)

    async def run(self) -> None:
        """Exchange positions with other processes until cancelled; then report that the guests of this one left."""
        try:
            await asyncio.gather(self._tell(), self._hear())
        finally:
            with contextlib.suppress(psycopg.Error):
                await self._tell_moved()

    async def _tell(self) -> None:
        told = time.monotonic()
        while True:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _AGAIN_S if self._guests or self._moved else None)
            self._woken.clear()
            if time.monotonic() - told >= _AGAIN_S:
                told = time.monotonic()
                self._forget_old()
                self._tell_all_again()
            with contextlib.suppress(psycopg.Error):  # the store is away: it is told again later
                await self._tell_moved()
            await asyncio.sleep(_INTERVAL_S)

    async def _tell_moved(self) -> None:
        """Tell other processes who moved or left; who could not be told stays to be told."""
        moved = dict(self._moved)
        await self._notify(list(moved.values()))
        for guest_id, person in moved.items():
            if self._moved.get(guest_id) is person:
                del self._moved[guest_id]

    def _tell_all_again(self) -> None:
        self._moved |= {guest.id: guest.here for guest in self._guests if guest.here is not None}

    async def _notify(self, people: list[Person]) -> None:
        if not people:
            return
        texts = [msgspec.json.encode(person).decode() for person in people]
        async with self._store.reading() as connection, connection.transaction():
            await connection.execute("SET LOCAL synchronous_commit = off")
            await connection.execute("SELECT pg_notify(%s, text) FROM unnest(%s::text[]) text", (_CHANNEL, texts))

    async def _hear(self) -> None:
        while True:
            await self._joined.wait()
            with contextlib.suppress(psycopg.Error):
                await self._listen()
            await asyncio.sleep(_AWAY_S)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._store.dsn, autocommit=True)
        async with connection:
            await connection.execute(f"LISTEN {_CHANNEL}")
            await connection.execute("SELECT pg_notify(%s, %s)", (_CHANNEL, _WHO_IS_HERE))
            self._heard(_WHO_IS_HERE)  # what comes with the answer to a statement is not heard below
            async for text in heard(connection):
                with contextlib.suppress(msgspec.MsgspecError):  # of another version of the service
                    self._heard(text)

    def _heard(self, text: str) -> None:
        if text == _WHO_IS_HERE:
            self._tell_all_again()
            self._woken.set()
            return
        person = msgspec.json.decode(text, type=Person)
        before = self._people.pop(person.id, None)
        if person.position is not None:
            self._people[person.id] = (person, time.monotonic() + _FORGOTTEN_S)
        if before is None or before[0] != person:
            self._tell_guests(person)

    def _forget_old(self) -> None:
        now = time.monotonic()
        for person, until in list(self._people.values()):
            if until <= now:
                del self._people[person.id]
                self._tell_guests(person)

    def _tell_guests(self, person: Person) -> None:
        for guest in self._guests:
            if guest.project_id == person.project_id and guest.id != person.id:
                guest.others_moved.set()
