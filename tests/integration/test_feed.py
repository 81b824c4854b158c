"""Who follows a project hears of every version committed since, by whichever process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.events.changes import NOTHING, CommittedVersion
from catmaid_server.events.feed import MOST_MISSED, Event, Feed, Overrun, Subscription
from tests.helpers.patience import PATIENCE_S


@pytest.fixture
async def project_id(store: Store) -> int:
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        return await projects.create_project(tx, "Test", owner_id=admin.id)


@pytest.fixture
async def feed(store: Store) -> AsyncIterator[Feed]:
    made = Feed(store)
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


@pytest.fixture
async def elsewhere(store: Store) -> AsyncIterator[Store]:
    """The same database from another process."""
    async with Store.opened(store.dsn, pool_size=2) as opened:
        yield opened


async def commit(store: Store, project_id: int, label: str) -> None:
    async with store.writing(user_id=None, project_id=project_id, label=label):
        pass


async def next_version(subscription: Subscription) -> CommittedVersion:
    news = await subscription.next()
    assert isinstance(news, Event)
    return news.version


async def test_what_is_committed_after_subscribing_is_heard_of(feed: Feed, elsewhere: Store, project_id: int) -> None:
    await commit(elsewhere, project_id, "before")
    async with asyncio.timeout(PATIENCE_S), feed.subscribed(project_id) as subscription:
        await commit(elsewhere, project_id, "after")
        assert (await next_version(subscription)).label == "after"
        assert subscription.is_empty


async def test_other_processes_are_told_at_once(
    monkeypatch: pytest.MonkeyPatch, feed: Feed, elsewhere: Store, project_id: int
) -> None:
    """Who looks only once an hour hears of it all the same."""
    monkeypatch.setattr("catmaid_server.events.feed.POLL_S", 3600)
    other = asyncio.create_task(Feed(elsewhere).run())
    async with asyncio.timeout(PATIENCE_S), feed.subscribed(project_id) as subscription:
        for attempt in range(1000):
            await commit(elsewhere, project_id, f"elsewhere {attempt}")
            with contextlib.suppress(asyncio.TimeoutError):  # until both listen
                assert (await asyncio.wait_for(next_version(subscription), 0.1)).label.startswith("elsewhere")
                break
    other.cancel()


async def test_a_version_that_is_committed_late_is_heard_of(feed: Feed, elsewhere: Store, project_id: int) -> None:
    async with asyncio.timeout(PATIENCE_S), feed.subscribed(project_id) as subscription:
        async with elsewhere.writing(user_id=None, project_id=project_id, label="slow"):
            await commit(elsewhere, project_id, "fast")
            fast = await next_version(subscription)
        slow = await next_version(subscription)
    assert (fast.label, slow.label) == ("fast", "slow")
    assert slow.version < fast.version


async def test_others_hear_nothing(feed: Feed, store: Store, project_id: int) -> None:
    async with (
        asyncio.timeout(PATIENCE_S),
        feed.subscribed(project_id) as subscription,
        feed.subscribed(project_id + 1) as other,
    ):
        await commit(store, project_id, "ours")
        assert (await next_version(subscription)).label == "ours"
        assert other.is_empty


async def test_who_comes_back_hears_nothing_old(feed: Feed, store: Store, project_id: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        async with feed.subscribed(project_id):
            pass
        await commit(store, project_id, "meanwhile")
        async with feed.subscribed(project_id) as subscription:
            await commit(store, project_id, "now")
            assert (await next_version(subscription)).label == "now"


async def test_who_does_not_keep_up_is_told_so(feed: Feed, store: Store, project_id: int) -> None:
    async with asyncio.timeout(PATIENCE_S), feed.subscribed(project_id) as subscription:
        for number in range(MOST_MISSED + 1):
            time = datetime.now(UTC)
            subscription.put(Event(CommittedVersion(number, "edit", None, None, time), NOTHING, settled=number))
        assert await subscription.next() == Overrun(MOST_MISSED, settled=MOST_MISSED)
        await commit(store, project_id, "next")
        news = await subscription.next()
        assert isinstance(news, Event)
        assert news.version.label == "next"
