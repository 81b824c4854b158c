"""Edits that outlast a service that is away: none is lost, none happens twice."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from catmaid_jupyter.api.errors import Conflict, Unreachable
from catmaid_jupyter.edits import journal
from catmaid_jupyter.edits.journal import Outage

Told = tuple[bool, str, int]


class Service:
    """Edits of a service that loses requests or answers as it is told to; keys are honoured."""

    def __init__(self, *failures: str) -> None:
        self.failures = list(failures)
        self.written: list[str] = []
        self.attempts: list[str] = []
        self.answers: dict[str, dict[str, Any]] = {}

    async def perform(
        self, op: str, args: Mapping[str, Any], state: str | None = None, key: str | None = None
    ) -> dict[str, Any]:
        assert key is not None
        self.attempts.append(key)
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "request lost":
            raise Unreachable("No answer")
        if failure == "conflict":
            raise Conflict("Changed")
        if key not in self.answers:
            self.written.append(op)
            self.answers[key] = {"treenode_id": len(self.written), "state": state, **args}
        if failure == "answer lost":
            raise Unreachable("No answer")
        return self.answers[key]

    async def undo(self) -> dict[str, Any] | None:
        if self.failures:
            self.failures.pop(0)
            raise Unreachable("No answer")
        return None


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PAUSES", (0.0, 0.001))


@pytest.fixture
def told() -> list[Told]:
    return []


class WidgetEdits:
    """The edits of one widget, which wait while the service is away."""

    def __init__(self, service: Service, told: list[Told], *, repeatable: bool = True) -> None:
        self.service = service
        self.repeatable = repeatable
        self.outage = Outage(lambda *what: told.append(what))

    @property
    def waiting(self) -> int:
        return self.outage.waiting

    def service_changed(self, up: bool, message: str) -> None:
        self.outage.service_changed(up, message)

    async def perform(self, op: str, args: Mapping[str, Any], state: str | None, key: str) -> dict[str, Any]:
        return await self.outage.outlast(lambda: self.service.perform(op, args, state, key), repeatable=self.repeatable)

    async def undo(self) -> dict[str, Any] | None:
        return await self.outage.outlast(self.service.undo, repeatable=self.repeatable)


def queue_of(service: Service, told: list[Told], *, repeatable: bool = True) -> WidgetEdits:
    return WidgetEdits(service, told, repeatable=repeatable)


async def test_an_edit_passes_through_untouched(told: list[Told]) -> None:
    service = Service()
    answer = await queue_of(service, told).perform("create_treenode", {"x": 1.0}, '{"parent": [1, "t"]}', "k")
    assert answer == {"treenode_id": 1, "state": '{"parent": [1, "t"]}', "x": 1.0}
    assert told == []


@pytest.mark.parametrize("failure", ["request lost", "answer lost"])
async def test_an_edit_without_answer_is_repeated_with_its_key_and_happens_once(failure: str, told: list[Told]) -> None:
    service = Service(*[failure] * 7)
    queue = queue_of(service, told)
    await queue.perform("create_treenode", {}, None, "k")
    assert service.attempts == ["k"] * 8
    assert service.written == ["create_treenode"]
    assert told == [(False, "No answer", 1), (True, "The service answers again.", 1)]
    assert queue.waiting == 0


async def test_a_refusal_after_the_service_is_back_reaches_the_caller(told: list[Told]) -> None:
    queue = queue_of(Service("request lost", "conflict"), told)
    with pytest.raises(Conflict):
        await queue.perform("create_treenode", {}, None, "k")
    assert queue.waiting == 0


async def test_a_server_without_keys_is_not_asked_twice(told: list[Told]) -> None:
    service = Service("answer lost")
    with pytest.raises(Unreachable):
        await queue_of(service, told, repeatable=False).perform("create_treenode", {}, None, "k")
    assert service.attempts == ["k"]


async def test_undo_waits_for_the_service_too(told: list[Told]) -> None:
    assert await queue_of(Service("request lost", "request lost"), told).undo() is None
    assert [up for up, _, _ in told] == [False, True]


async def test_news_that_the_service_is_back_ends_the_pause(told: list[Told], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "PAUSES", (3600.0,))
    service = Service("request lost")
    queue = queue_of(service, told)
    edit = asyncio.create_task(queue.perform("create_treenode", {}, None, "k"))
    while queue.waiting == 0:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    queue.service_changed(True, "back")
    assert (await edit)["treenode_id"] == 1
    assert told == [(False, "No answer", 1), (True, "back", 1)]


async def test_each_waiting_edit_is_counted(told: list[Told]) -> None:
    queue = queue_of(Service(*["request lost"] * 2), told)
    await asyncio.gather(*(queue.perform("create_treenode", {}, None, key) for key in "ab"))
    assert [pending for up, _, pending in told if not up] == [1, 2]


async def test_the_same_news_is_told_once(told: list[Told]) -> None:
    queue = queue_of(Service(), told)
    for up in (True, False, False, True, True):
        queue.service_changed(up, "news")
    assert [up for up, _, _ in told] == [False, True]
    for message in ("does not answer", "may not be seen", "may not be seen"):
        queue.service_changed(False, message)
    assert [message for _, message, _ in told[2:]] == ["does not answer", "may not be seen"]


async def test_a_cancelled_edit_does_not_count_any_more(told: list[Told]) -> None:
    queue = queue_of(Service(*["request lost"] * 1000), told)
    edit = asyncio.create_task(queue.perform("create_treenode", {}, None, "k"))
    while queue.waiting == 0:
        await asyncio.sleep(0)
    edit.cancel()
    with pytest.raises(asyncio.CancelledError):
        await edit
    assert queue.waiting == 0
    assert told == [(False, "No answer", 1)]
