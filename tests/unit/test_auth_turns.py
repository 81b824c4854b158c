"""Turns at checking passwords: whoever sends many waits for themselves, not in front of others."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from catmaid_server.auth.turns import TooManyAttempts, Turns
from tests.helpers.patience import PATIENCE_S

HERE, THERE = b"here", b"there"


class Line:
    """Those who wait for a turn, which one has until `serve_all`; and who was served, in this order."""

    def __init__(self, most_waiting: int = 100) -> None:
        self.turns = Turns(1, most_waiting)
        self.served: list[str] = []
        self.refused: list[str] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._open = asyncio.Event()

    async def join(self, name: str, place: bytes, account: bytes, *, known: bool = False) -> asyncio.Task[None]:
        """Wait for a turn from now on."""

        async def wait() -> None:
            try:
                async with self.turns.turn(place, account, known=known):
                    self.served.append(name)
                    await self._open.wait()
            except TooManyAttempts:
                self.refused.append(name)

        task = asyncio.create_task(wait())
        self._tasks.append(task)
        await asyncio.sleep(0)
        return task

    async def serve_all(self) -> list[str]:
        """Let everybody have their turn; their names."""
        self._open.set()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return self.served


async def test_places_and_in_a_place_accounts_take_turns() -> None:
    line = Line()
    for number in range(3):
        await line.join(f"flood {number}", HERE, b"ada")
    await line.join("bo, here", HERE, b"bo")
    await line.join("cy, there", THERE, b"cy")
    assert await line.serve_all() == ["flood 0", "flood 1", "cy, there", "bo, here", "flood 2"]


async def test_who_is_known_goes_first() -> None:
    line = Line()
    for number in range(3):
        await line.join(f"flood {number}", HERE, str(number).encode())
    await line.join("known", HERE, b"ada", known=True)
    assert (await line.serve_all())[:2] == ["flood 0", "known"]


async def test_a_crowd_loses_turns_to_those_who_are_few() -> None:
    line = Line(most_waiting=4)
    for number in range(7):
        await line.join(f"flood {number}", HERE, b"ada")
    assert line.refused == ["flood 5", "flood 6"]
    await line.join("bo, here", HERE, b"bo")
    await line.join("cy, there", THERE, b"cy")
    await line.join("known", HERE, b"ada", known=True)
    assert line.refused == ["flood 5", "flood 6", "flood 4", "flood 3"]
    assert sorted(await line.serve_all()) == ["bo, here", "cy, there", "flood 0", "flood 1", "flood 2", "known"]


async def test_many_names_from_one_place_do_not_push_each_other_out() -> None:
    """Else none that wait would ever be served."""
    line = Line(most_waiting=2)
    for number in range(5):
        await line.join(f"name {number}", HERE, str(number).encode())
    assert await line.serve_all() == ["name 0", "name 1", "name 2"]
    assert line.refused == ["name 3", "name 4"]


@pytest.mark.parametrize("when", ["while it waits", "when its turn came"])
async def test_who_goes_away_leaves_the_turn_to_others(when: str) -> None:
    turns = Turns(1, 10)
    async with turns.turn(HERE, b"ada"):
        gone = asyncio.create_task(turns.turn(HERE, b"bo").__aenter__())
        await asyncio.sleep(0)
        if when == "while it waits":
            gone.cancel()
            await asyncio.sleep(0)
    gone.cancel()
    with suppress(asyncio.CancelledError):
        await gone
    async with asyncio.timeout(PATIENCE_S), turns.turn(HERE, b"cy"):
        pass
