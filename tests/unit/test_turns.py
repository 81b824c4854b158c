"""Nobody has more under way than one may, and others do not wait for it."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
from aiohttp import web

from catmaid_server.http.turns import MemoryBudget, UserTurns


async def test_one_user_waits_and_another_does_not() -> None:
    turns = UserTurns(2, things="queries", patience_s=0.01)
    async with AsyncExitStack() as held:
        for _ in range(2):
            await held.enter_async_context(turns.turn(1))
        async with turns.turn(2):
            pass
        with pytest.raises(web.HTTPTooManyRequests) as refused:
            await held.enter_async_context(turns.turn(1))
        assert refused.value.text == "You have 2 queries under way, and more wait; try again when some have ended."
    async with turns.turn(1):
        pass


async def test_those_who_wait_are_not_many() -> None:
    turns = UserTurns(1, things="queries", most_waiting=1)
    async with turns.turn(1):
        waiting = asyncio.create_task(turns.turn(1).__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(web.HTTPTooManyRequests):
            await turns.turn(1).__aenter__()
    await waiting


async def test_memory_is_given_in_the_order_of_asking() -> None:
    budget = MemoryBudget(10)
    order: list[int] = []

    async def use(size: int) -> None:
        async with budget.taken(size):
            order.append(size)
            await asyncio.sleep(0)

    await asyncio.gather(*(use(size) for size in (6, 5, 20, 1)))
    assert order == [6, 5, 20, 1]


async def test_memory_that_is_not_given_back_in_time() -> None:
    budget = MemoryBudget(10, patience_s=0.01)
    async with budget.taken(6):
        with pytest.raises(web.HTTPServiceUnavailable):
            await budget.taken(5).__aenter__()
    async with budget.taken(10):
        pass
