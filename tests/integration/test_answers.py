"""Remembered answers are as fresh as those that were not."""

from __future__ import annotations

import asyncio
from typing import Any, cast

from catmaid_server.db.answers import Answers
from catmaid_server.db.recently_used import ENTRY_BYTES
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.history import versions

CAPACITY = 10 * (ENTRY_BYTES + 1)


class Counting:
    """Makes a new answer each time."""

    def __init__(self) -> None:
        self.made = 0

    async def __call__(self) -> bytes:
        self.made += 1
        return str(self.made).encode()


class Counted:
    """A connection that counts what it is asked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.statements = 0

    @property
    def connection(self) -> Connection:
        return cast("Connection", self)

    async def execute(self, *arguments: Any) -> Any:
        self.statements += 1
        return await self._connection.execute(*arguments)


async def test_an_answer_is_made_once_until_something_is_committed(store: Store) -> None:
    answers, produce = Answers(CAPACITY), Counting()
    async with store.reading() as connection:
        assert await answers.find(connection, "request", produce) == b"1"
        assert await answers.find(connection, "request", produce) == b"1"
        async with store.writing(user_id=None, project_id=None, label="test"):
            pass
        assert await answers.find(connection, "request", produce) == b"2"


async def test_a_commit_of_a_transaction_that_began_earlier_is_noticed(store: Store) -> None:
    """Its number is lower than that of one that is committed already: numbers alone would not tell."""
    answers, produce = Answers(CAPACITY), Counting()
    async with store.reading() as connection:
        async with store.writing(user_id=None, project_id=None, label="slow"):
            async with store.writing(user_id=None, project_id=None, label="fast"):
                pass
            assert await answers.find(connection, "request", produce) == b"1"
            assert await answers.find(connection, "request", produce) == b"1"
        assert await answers.find(connection, "request", produce) == b"2"


async def test_an_answer_about_the_past_holds_whatever_is_committed(store: Store) -> None:
    answers, produce = Answers(CAPACITY), Counting()
    versions_written: list[int] = []

    async def find(version: int) -> bytes:
        async with store.reading(as_of=version) as past:
            return await answers.find(past, ("request", version), produce, versions.state_read)

    for _ in range(2):
        async with store.writing(user_id=None, project_id=None, label="test", opened=versions_written.append):
            pass
    assert [await find(version) for version in versions_written * 2] == [b"1", b"2", b"1", b"2"]
    async with store.writing(user_id=None, project_id=None, label="test") as tx:
        # As in a store that was put back, where the number was given a second time.
        await tx.execute(
            "UPDATE transaction_info SET time = time + interval '1 microsecond' WHERE id = %s", (versions_written[1],)
        )
    assert [await find(version) for version in versions_written] == [b"1", b"3"]


async def test_an_answer_made_during_a_commit_is_not_kept(store: Store) -> None:
    answers, produce = Answers(CAPACITY), Counting()

    async def interrupted() -> bytes:
        answer = await produce()
        async with store.writing(user_id=None, project_id=None, label="meanwhile"):
            pass
        return answer

    async with store.reading() as connection:
        assert await answers.find(connection, "request", interrupted) == b"1"
        assert await answers.find(connection, "request", produce) == b"2"


async def test_those_who_ask_the_same_at_once_wait_for_one_answer(store: Store) -> None:
    answers, produce = Answers(CAPACITY), Counting()
    begun, go = asyncio.Event(), asyncio.Event()

    async def waiting() -> bytes:
        begun.set()
        await go.wait()
        return await produce()

    async def ask() -> bytes:
        async with store.reading() as connection:
            return await answers.find(connection, "request", waiting)

    asking = [asyncio.create_task(ask())]
    await begun.wait()
    asking += [asyncio.create_task(ask()) for _ in range(3)]
    go.set()
    assert await asyncio.gather(*asking) == [b"1"] * 4


async def test_what_was_not_used_for_longest_is_forgotten(store: Store) -> None:
    answers, produce = Answers(2 * (ENTRY_BYTES + 1)), Counting()
    async with store.reading() as connection:
        for request in ("a", "b", "a", "c"):
            await answers.find(connection, request, produce)
        assert produce.made == 3
        await answers.find(connection, "a", produce)
        assert produce.made == 3
        await answers.find(connection, "b", produce)
        assert produce.made == 4


async def test_what_is_larger_than_all_memory_for_answers_drives_nothing_out(store: Store) -> None:
    answers, produce = Answers(CAPACITY), Counting()

    async def huge() -> bytes:
        return bytes(CAPACITY)

    async with store.reading() as connection:
        await answers.find(connection, "small", produce)
        assert await answers.find(connection, "huge", huge) == bytes(CAPACITY)
        assert await answers.find(connection, "small", produce) == b"1"


async def test_while_people_edit_nothing_is_asked_or_remembered_and_afterwards_it_is_again(store: Store) -> None:
    now = 0.0
    answers, produce = Answers(CAPACITY, lambda: now), Counting()

    async def edited() -> None:
        async with store.writing(user_id=None, project_id=None, label="test"):
            pass

    async with store.reading() as connection:
        asked = Counted(connection)
        assert await answers.find(asked.connection, "request", produce) == b"1"
        now = 0.3
        await edited()
        assert await answers.find(asked.connection, "request", produce) == b"2"
        statements = asked.statements
        for made in (b"3", b"4"):
            now += 0.2
            await edited()
            assert await answers.find(asked.connection, "request", produce) == made
        assert asked.statements == statements, "no state is asked for"
        now += 0.2
        assert await answers.find(asked.connection, "request", produce) == b"5"
        assert asked.statements > statements, "it is looked again"
        now += 5
        assert await answers.find(asked.connection, "request", produce) == b"5", "nobody edits any more"
        await edited()
        assert await answers.find(asked.connection, "request", produce) == b"6", (
            "a single edit ends what is remembered, no more"
        )
        assert await answers.find(asked.connection, "request", produce) == b"6"
