"""Requests from a front end: answered from another thread, cancelled, and their errors in words."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from queue import Queue
from typing import Any

import pytest

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import Conflict
from catmaid_jupyter.widgets.rpc import Binary, Buffers, Rpc, method, methods_of
from tests.helpers.patience import PATIENCE_S

Message = tuple[dict[str, Any], list[bytes] | None]


class Background:
    """The client's loop, as widgets see it."""

    def submit(self, coro: Any) -> Future[Any]:
        return loop.submit(coro)


class Widget:
    """Something with methods for its front end."""

    def __init__(self) -> None:
        self.started = threading.Event()
        self.cancelled = threading.Event()
        self.threads: list[str] = []

    @method
    async def _add(self, params: dict[str, Any]) -> int:
        self.threads.append(threading.current_thread().name)
        return int(params["a"]) + int(params["b"])

    @method("as-bytes")
    async def _bytes(self, params: dict[str, Any]) -> Binary:
        return Binary(b"\x01\x02")

    @method
    async def _tiles(self, params: dict[str, Any]) -> Buffers:
        return Buffers({"ok": [True, False]}, [b"tile", b""])

    @method
    async def _stale(self, params: dict[str, Any]) -> None:
        raise Conflict("Somebody moved the node.", detail="node 7")

    @method
    async def _broken(self, params: dict[str, Any]) -> None:
        raise ZeroDivisionError("by zero")

    @method
    async def _endless(self, params: dict[str, Any]) -> None:
        self.started.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()


@pytest.fixture
def widget() -> Widget:
    return Widget()


@pytest.fixture
def sent() -> Queue[Message]:
    return Queue()


@pytest.fixture
def rpc(widget: Widget, sent: Queue[Message]) -> Iterator[Rpc]:
    made = Rpc(Background(), methods_of(widget), lambda content, buffers: sent.put((content, buffers)))
    yield made
    made.close()


def ask(rpc: Rpc, sent: Queue[Message], name: str, **params: Any) -> Message:
    rpc.received({"rid": 7, "method": name, "params": params})
    return sent.get(timeout=PATIENCE_S)


def test_the_answer_has_the_id_of_the_request_and_comes_from_the_background(
    rpc: Rpc, sent: Queue[Message], widget: Widget
) -> None:
    assert ask(rpc, sent, "add", a=2, b=3) == ({"rid": 7, "result": 5}, None)
    assert widget.threads == ["catmaid-client"]


def test_payloads_travel_as_buffers(rpc: Rpc, sent: Queue[Message]) -> None:
    assert ask(rpc, sent, "as-bytes") == ({"rid": 7, "binary": True}, [b"\x01\x02"])
    assert ask(rpc, sent, "tiles") == ({"rid": 7, "result": {"ok": [True, False]}}, [b"tile", b""])


def test_the_clients_errors_keep_their_code_and_words(rpc: Rpc, sent: Queue[Message]) -> None:
    content, _ = ask(rpc, sent, "stale")
    assert content["error"] == {"code": "conflict", "message": "Somebody moved the node.", "detail": "node 7"}


def test_an_unexpected_failure_is_answered_too(
    rpc: Rpc, sent: Queue[Message], caplog: pytest.LogCaptureFixture
) -> None:
    content, _ = ask(rpc, sent, "broken")
    assert content["error"]["code"] == "internal"
    assert "ZeroDivisionError" in caplog.text


def test_an_unknown_method_is_invalid(rpc: Rpc, sent: Queue[Message]) -> None:
    content, _ = ask(rpc, sent, "no_such")
    assert content["error"]["code"] == "invalid"


def test_cancelling_a_request_ends_its_work_and_sends_no_answer(rpc: Rpc, sent: Queue[Message], widget: Widget) -> None:
    rpc.received({"rid": 1, "method": "endless", "params": {}})
    assert widget.started.wait(5)
    rpc.received({"cancel": 1})
    assert widget.cancelled.wait(5)
    assert ask(rpc, sent, "add", a=1, b=1)[0]["rid"] == 7
    assert sent.empty()


def test_closing_ends_everything_under_way(rpc: Rpc, widget: Widget) -> None:
    rpc.received({"rid": 1, "method": "endless", "params": {}})
    assert widget.started.wait(5)
    rpc.close()
    assert widget.cancelled.wait(5)


def test_messages_that_are_no_requests_are_ignored(rpc: Rpc, sent: Queue[Message]) -> None:
    for content in ({}, {"rid": "text"}, {"cancel": 99}):
        rpc.received(content)
    assert ask(rpc, sent, "add", a=0, b=1)[0]["result"] == 1


def test_events_have_a_name_and_data(rpc: Rpc, sent: Queue[Message]) -> None:
    rpc.emit("changed", {"version": 3})
    assert sent.get(timeout=PATIENCE_S) == ({"event": "changed", "data": {"version": 3}}, None)


def test_events_that_come_often_come_together_and_none_is_lost(rpc: Rpc, sent: Queue[Message]) -> None:
    """The first at once, what follows it soon in few messages, in their order."""
    for version in range(1, 6):
        rpc.emit_soon("changed", {"version": version})
    assert sent.get(timeout=PATIENCE_S) == ({"event": "changed", "data": {"version": 1}}, None)
    told: list[int] = []
    while len(told) < 4:
        message = sent.get(timeout=PATIENCE_S)[0]
        told += [data["version"] for data in message.get("all") or [message["data"]]]
    assert told == [2, 3, 4, 5]
    assert sent.empty()


def test_events_that_wait_are_dropped_with_the_widget(rpc: Rpc, sent: Queue[Message]) -> None:
    for version in (1, 2):
        rpc.emit_soon("changed", {"version": version})
    rpc.close()
    rpc.emit_soon("changed", {"version": 3})
    assert [sent.get(timeout=PATIENCE_S)[0]["data"]["version"] for _ in range(2)] == [1, 3]


def test_what_cannot_be_sent_does_not_keep_later_events() -> None:
    tried: Queue[Any] = Queue()

    def send(content: dict[str, Any], _buffers: Any) -> None:
        tried.put(content)
        if content.get("all"):
            raise OSError("the connection is gone")

    rpc = Rpc(Background(), {}, send)
    for version in (1, 2):
        rpc.emit_soon("changed", {"version": version})
    assert tried.get(timeout=PATIENCE_S)["data"] == {"version": 1}
    assert tried.get(timeout=PATIENCE_S)["all"] == [{"version": 2}]
    rpc.emit_soon("changed", {"version": 3})
    told = tried.get(timeout=PATIENCE_S)
    assert told.get("all", [told.get("data")]) == [{"version": 3}]
