from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.tiles.cache import ByteCache, SingleFlight, StillRunning


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 60))), st.integers(0, 100))
def test_a_cache_never_holds_more_than_its_limit(puts: list[tuple[int, int]], limit: int) -> None:
    cache: ByteCache[int] = ByteCache(limit)
    for key, length in puts:
        cache.put(key, bytes(length))
        assert cache.size <= limit
        found = cache.find(key)
        assert (found == bytes(length)) if length <= limit else found is None
    assert cache.size == sum(len(cache.find(key) or b"") for key in range(10))


def test_the_cache_keeps_what_was_used_last() -> None:
    cache: ByteCache[str] = ByteCache(20)
    cache.put("a", bytes(10))
    cache.put("b", bytes(10))
    cache.find("a")
    cache.put("c", bytes(10))
    assert cache.find("b") is None
    assert cache.find("a") is not None


async def test_many_who_ask_at_once_share_one_computation() -> None:
    flight: SingleFlight[str, int] = SingleFlight()
    go_on = asyncio.Event()
    calls = 0

    async def compute() -> int:
        nonlocal calls
        calls += 1
        await go_on.wait()
        return 42

    waiting = [asyncio.create_task(flight.do("tile", compute)) for _ in range(20)]
    await asyncio.sleep(0)
    go_on.set()
    assert await asyncio.gather(*waiting) == [42] * 20
    assert calls == 1
    assert len(flight) == 0


async def test_one_who_leaves_does_not_take_the_result_from_the_others() -> None:
    flight: SingleFlight[str, int] = SingleFlight()
    go_on = asyncio.Event()

    async def compute() -> int:
        await go_on.wait()
        return 42

    first = asyncio.create_task(flight.do("tile", compute))
    second = asyncio.create_task(flight.do("tile", compute))
    await asyncio.sleep(0)
    first.cancel()
    go_on.set()
    assert await second == 42
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_one_who_waits_for_some_time_leaves_it_running_and_joins_it_later() -> None:
    flight: SingleFlight[str, int] = SingleFlight()
    go_on = asyncio.Event()
    calls = 0

    async def compute() -> int:
        nonlocal calls
        calls += 1
        await go_on.wait()
        return 42

    for _ in range(2):
        with pytest.raises(StillRunning):
            await flight.do("tile", compute, wait=0.01)
    patient = asyncio.create_task(flight.do("tile", compute, wait=60))
    await asyncio.sleep(0)
    go_on.set()
    assert await patient == 42
    assert calls == 1


async def test_a_failure_reaches_all_and_is_not_kept() -> None:
    flight: SingleFlight[str, int] = SingleFlight()

    async def fail() -> int:
        raise ValueError("broken chunk")

    async def succeed() -> int:
        return 1

    results = await asyncio.gather(flight.do("t", fail), flight.do("t", fail), return_exceptions=True)
    assert [str(r) for r in results] == ["broken chunk"] * 2
    assert await flight.do("t", succeed) == 1
