"""Requests from a widget's front end, answered from the client's background loop.

A request is a custom message ``{rid, method, params}`` and is cancelled by ``{cancel: rid}``. The
answer is one message with the same ``rid``: a JSON ``result``, or bytes in message buffers, or an
``error`` of ``{code, message, detail}``. The handler of a message only starts the request, so that an
answer waits neither for a busy kernel nor for a slow request of another widget. An event is
``{event, data}``, or ``{event, all}`` with the data of several.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, overload

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_wire.errors import Code

logger = logging.getLogger(__name__)

T = TypeVar("T")


class BackgroundLoop(Protocol):
    """What runs coroutines in the background: the client's ``Instance``."""

    def submit(self, coro: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine in the background loop."""


@dataclass(frozen=True, slots=True)
class Binary:
    """One msgpack payload, passed through as it came."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Buffers:
    """A JSON result with one buffer for each part."""

    result: Any
    buffers: Sequence[bytes]


RpcHandler = Callable[[dict[str, Any]], Coroutine[Any, Any, Any]]
Send = Callable[[dict[str, Any], list[bytes] | None], None]

_METHOD = "_rpc_method"
_TOGETHER_S = 0.2
"""A class of thirty makes sixty changes a second; each message costs kernel, Jupyter server and page some ms."""

_TOGETHER_AT_MOST_S, _TOGETHER_PER_EVENT_S = 1.0, 0.05
"""The more comes, the longer it is gathered: a page reads its view and draws it anew for each message."""


@overload
def method(name: str) -> Callable[[T], T]: ...
@overload
def method(name: T) -> T: ...
def method(name: Any) -> Any:
    """Mark an ``async def (self, params)`` as callable from the front end, by its name or a given one.

    It runs in the client's background loop and returns JSON values, `Binary` or `Buffers`.
    """
    if callable(name):
        setattr(name, _METHOD, getattr(name, "__name__", "").lstrip("_"))
        return name

    def mark(function: Any) -> Any:
        setattr(function, _METHOD, name)
        return function

    return mark


def methods_of(owner: object) -> dict[str, RpcHandler]:
    """Collect the bound methods that `method` marks, by the names the front end uses."""
    found: dict[str, RpcHandler] = {}
    for cls in type(owner).__mro__:
        for attribute, value in vars(cls).items():
            name = getattr(value, _METHOD, None)
            if isinstance(name, str) and name not in found:
                found[name] = getattr(owner, attribute)
    return found


class Rpc:
    """The kernel's end: one for each widget."""

    def __init__(self, loop: BackgroundLoop, handlers: Mapping[str, RpcHandler], send: Send) -> None:
        self._loop = loop
        self._handlers = dict(handlers)
        self._send = send
        self._running: dict[int, concurrent.futures.Future[None]] = {}
        self._gathered: dict[str, list[dict[str, Any]]] = {}
        """By event what waits for the next message; the event is there as long as one may not be sent at once."""
        self._lock = threading.Lock()

    def received(self, content: Mapping[str, Any]) -> None:
        """Start or cancel a request. Returns at once, whatever the request takes."""
        cancel = content.get("cancel")
        if isinstance(cancel, int):
            with self._lock:
                running = self._running.pop(cancel, None)
            if running is not None:
                running.cancel()
            return
        rid = content.get("rid")
        if not isinstance(rid, int):
            return
        future = self._loop.submit(self._answer(rid, content))
        with self._lock:
            self._running[rid] = future
        future.add_done_callback(lambda _: self._forget(rid))

    def emit(self, event: str, data: Mapping[str, Any]) -> None:
        """Send an event to the front end. Safe from any thread."""
        self._send({"event": event, "data": dict(data)}, None)

    def emit_soon(self, event: str, data: Mapping[str, Any]) -> None:
        """Send an event that may come often: at once, or a moment later in one message with those that follow it."""
        with self._lock:
            waiting = self._gathered.get(event)
            if waiting is not None:
                waiting.append(dict(data))
                return
            self._gathered[event] = []
        self.emit(event, data)
        self._loop.submit(self._send_gathered(event))

    def close(self) -> None:
        """Cancel all requests that are not answered yet, and drop events that wait."""
        with self._lock:
            running = list(self._running.values())
            self._running.clear()
            self._gathered.clear()
        for future in running:
            future.cancel()

    async def _send_gathered(self, event: str) -> None:
        pause = _TOGETHER_S
        while True:
            await asyncio.sleep(pause)
            with self._lock:
                waiting = self._gathered.get(event)
                if not waiting:
                    self._gathered.pop(event, None)
                    return
                self._gathered[event] = []
            pause = min(max(_TOGETHER_S, len(waiting) * _TOGETHER_PER_EVENT_S), _TOGETHER_AT_MOST_S)
            try:
                self._send({"event": event, "all": waiting}, None)
            except Exception:  # else nothing would come of this event any more
                logger.exception("events of a widget could not be sent")

    def _forget(self, rid: int) -> None:
        with self._lock:
            self._running.pop(rid, None)

    async def _answer(self, rid: int, content: Mapping[str, Any]) -> None:
        name = content.get("method")
        try:
            handler = self._handlers.get(str(name))
            if handler is None:
                raise InvalidInput(f"This widget has no method {name!r}.")  # noqa: TRY301
            result = await handler(dict(content.get("params") or {}))
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self._send({"rid": rid, "error": error_content(error)}, None)
            return
        if isinstance(result, Binary):
            self._send({"rid": rid, "binary": True}, [result.payload])
        elif isinstance(result, Buffers):
            self._send({"rid": rid, "result": result.result}, list(result.buffers))
        else:
            self._send({"rid": rid, "result": result}, None)


def error_content(error: Exception) -> dict[str, Any]:
    """Describe an exception for the front end: ``{code, message, detail}``."""
    if isinstance(error, CatmaidError):
        return {"code": error.code, "message": error.message, "detail": error.detail}
    logger.error("a widget request failed", exc_info=error)
    return {"code": Code.INTERNAL, "message": f"{type(error).__name__}: {error}", "detail": None}
