"""Changes of a project: one WebSocket for each project and connection, or polling where a server has none."""

from __future__ import annotations

import asyncio
import logging
import random
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeAlias

import aiohttp
import msgspec

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, NotAllowed, NotFound
from catmaid_jupyter.api.patience import OUTAGE_PAUSES_S, POLL_S
from catmaid_jupyter.api.place import Place

Change: TypeAlias = dict[str, Any]
OnChange: TypeAlias = Callable[[Change], None]
OnService: TypeAlias = Callable[[bool, str], None]

logger = logging.getLogger(__name__)


class Events:
    """Tells subscribers of each change in a project, and when the service goes away and comes back.

    A change is `{"version", "label", "user_id", "time"}`; after an interruption one change with the label
    `reconnected` stands for whatever happened meanwhile. Callbacks run on the background loop and must not block.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._http = place.http
        self._has_socket = "events" in place.capabilities
        self._lock = threading.Lock()
        self._subscribers: dict[object, tuple[OnChange, OnService | None]] = {}
        self._task: asyncio.Task[None] | None = None
        self._newest: int | None = None
        self._up = True

    def subscribe(self, changed: OnChange, service: OnService | None = None) -> Callable[[], None]:
        """Call `changed(change)`, and `service(up, message)` if given; returns a function that ends this."""
        token = object()
        with self._lock:
            self._subscribers[token] = (changed, service)
        loop.background_loop().call_soon_threadsafe(self._adjust)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers.pop(token, None)
            loop.background_loop().call_soon_threadsafe(self._adjust)

        return unsubscribe

    def close(self) -> None:
        """End all subscriptions."""
        with self._lock:
            self._subscribers.clear()
        loop.background_loop().call_soon_threadsafe(self._adjust)

    def _adjust(self) -> None:
        wanted = bool(self._subscribers)
        running = self._task is not None and not self._task.done()
        if wanted and not running:
            self._task = asyncio.get_running_loop().create_task(self._follow())
        elif running and not wanted and self._task is not None:
            self._task.cancel()
            self._task = None
            self._newest = None

    async def _follow(self) -> None:
        failures, interrupted = 0, False
        while True:
            is_update = False
            try:
                if interrupted:
                    await self._http.locate_again()
                interrupted = True
                is_update = await (self._listen() if self._has_socket else self._poll())
                failures = 0
            except (aiohttp.ClientError, CatmaidError, OSError, TimeoutError) as error:
                if _refused(error):
                    logger.warning("Changes in project %s cannot be followed: %s", self._place.project_id, error)
                    return
                failures += 1
            if self._http.is_closed:
                return
            if not is_update:
                self._tell_service(up=False)
            pause = OUTAGE_PAUSES_S[min(failures, len(OUTAGE_PAUSES_S) - 1)]
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  spreads clients, hides nothing

    async def _listen(self) -> bool:
        """Follow until the socket closes; whether it did so because the service is being updated and goes on."""
        async with self._http.websocket(self._place.path("events")) as socket:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._received(msgspec.json.decode(message.data))
        return socket.close_code == aiohttp.WSCloseCode.SERVICE_RESTART

    async def _poll(self) -> bool:
        while True:
            answer = await self._place.read_json("GET", "transactions/", params={"range_start": 0, "range_length": 50})
            rows = answer["transactions"]
            newest = max((row["transaction_id"] for row in rows), default=0)
            known = self._newest
            self._greeted(newest)
            if known is not None:
                for row in reversed([row for row in rows if row["transaction_id"] > known]):
                    self._tell(_change_of_transaction(row))
            await asyncio.sleep(POLL_S)

    def _received(self, message: Any) -> None:
        if "hello" in message:
            newest, known = int(message["hello"]), self._newest
            self._greeted(newest)
            if known is not None and newest > known:
                self._tell({"version": newest, "label": "reconnected", "user_id": None, "time": None})
        elif "version" in message:
            self._newest = max(self._newest or 0, int(message["version"]))
            self._tell(message)

    def _greeted(self, newest: int) -> None:
        self._newest = newest
        if not self._up:
            self._tell_service(up=True)

    def _tell(self, change: Change) -> None:
        for changed, _ in self._everyone():
            _call(changed, change)

    def _tell_service(self, *, up: bool) -> None:
        if up == self._up:
            return
        self._up = up
        message = f"{self._http.url} answers again." if up else f"{self._http.url} does not answer."
        for _, service in self._everyone():
            if service is not None:
                _call(service, up, message)

    def _everyone(self) -> list[tuple[OnChange, OnService | None]]:
        with self._lock:
            return list(self._subscribers.values())


def _refused(error: Exception) -> bool:
    """Whether trying again is no use."""
    if isinstance(error, aiohttp.WSServerHandshakeError):
        return error.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, NotAllowed | NotFound | InvalidInput)


def _call(callback: Callable[..., None], *arguments: Any) -> None:
    try:
        callback(*arguments)
    except Exception:  # an error in one subscriber must not keep changes from the others
        logger.exception("A subscriber to a project's changes failed")


def _change_of_transaction(row: dict[str, Any]) -> Change:
    return {
        "version": row["transaction_id"],
        "label": row["label"],
        "user_id": row["user_id"],
        "time": row["execution_time"],
    }
