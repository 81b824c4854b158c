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
from catmaid_jupyter.api.presence import Presence

Change: TypeAlias = dict[str, Any]
OnChange: TypeAlias = Callable[[Change], None]
OnService: TypeAlias = Callable[[bool, str], None]

_WHO = ("version", "label", "user_id", "username", "time")
_AWAY = 0
_PASSING = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})
_DETAILS = ("treenode_ids", "connector_ids", "skeleton_ids", "old_box", "new_box")

logger = logging.getLogger(__name__)


class Events:
    """Tells subscribers of each change in a project, and when the service goes away or refuses, and answers again.

    A change is `{"version", "label", "user_id", "username", "time", "is_detailed", "treenode_ids", "connector_ids",
    "skeleton_ids", "old_box", "new_box"}` (see `Project.on_change`). What happened during an interruption is told
    afterwards; a change with the label `reconnected` stands for very much, or for what the server does not tell.
    Callbacks run on the background loop and must not block.

    user_id : the user who follows; None if the server does not tell.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._http = place.http
        self._has_socket = "events" in place.capabilities
        self._lock = threading.Lock()
        self._subscribers: dict[object, tuple[OnChange, OnService | None]] = {}
        self._presence = Presence()
        self._task: asyncio.Task[None] | None = None
        self.user_id: int | None = None
        self._presence_is_told = False
        self._newest: int | None = None
        self._since: int | None = None
        """All versions up to this one were told; None before the first greeting."""
        self._told: set[int] = set()
        """Later versions that were told, too."""
        self._trouble: int | None = None
        """Why nothing is told now: `_AWAY`, or the status by which the server refuses; None while it tells."""

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

    @property
    def presence(self) -> Presence:
        """Where others look, and where this connection does."""
        return self._presence

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
        elif not wanted:
            if self._task is not None:
                self._task.cancel()
            self._task = None
            self._newest = self._since = self._trouble = None
            self._told = set()

    async def _follow(self) -> None:
        failures, interrupted = 0, False
        while True:
            trouble: int | None = None
            try:
                if interrupted:
                    await self._http.locate_again()
                interrupted = True
                trouble = None if await (self._listen() if self._has_socket else self._poll()) else _AWAY
                failures = 0
            except (aiohttp.ClientError, CatmaidError, OSError, TimeoutError) as error:
                refusal = _refusal(error)
                if refusal is not None and self._newest is None:
                    logger.warning("Changes in project %s cannot be followed: %s", self._place.project_id, error)
                    return
                trouble = _AWAY if refusal is None else refusal
                failures += 1
            if self._http.is_closed:
                return
            if trouble is not None:
                self._tell_trouble(trouble)
            pause = OUTAGE_PAUSES_S[min(failures, len(OUTAGE_PAUSES_S) - 1)]
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  spreads clients, hides nothing

    async def _listen(self) -> bool:
        """Follow until the socket closes; whether the service did that on purpose and answers the next request."""
        since = "" if self._since is None else f"?since={self._since}"
        async with self._http.websocket(self._place.path(f"events{since}")) as socket:
            try:
                async for message in socket:
                    if message.type is aiohttp.WSMsgType.TEXT:
                        self._received(msgspec.json.decode(message.data))
                        if self._presence_is_told:
                            self._presence.connected(socket)
            finally:
                self._presence.disconnected()
        return socket.close_code in (aiohttp.WSCloseCode.SERVICE_RESTART, aiohttp.WSCloseCode.POLICY_VIOLATION)

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
            self._greeting_received(message)
        elif "present" in message:
            self._presence.received(message["present"])
        elif "overrun" in message:
            self._tell(_unknown_change(int(message["overrun"])))
            self._settle(message)
        elif "version" in message:
            version = int(message["version"])
            self._newest = max(self._newest or 0, version)
            if version not in self._told:
                self._told.add(version)
                self._tell(_detailed_change(message))
            self._settle(message)

    def _greeting_received(self, message: Any) -> None:
        """Begin to follow, or go on: the server tells what was missed, unless it knows less than was told already."""
        newest, known = int(message["hello"]), self._newest
        settled = message.get("settled")
        self.user_id = message.get("user_id")
        self._presence_is_told = bool(message.get("presence"))
        self._greeted(newest)
        is_older_store = self._since is not None and (settled is None or settled < self._since)
        if is_older_store or (settled is None and known is not None and newest > known):
            self._told = set()
            self._tell(_unknown_change(newest))
        if settled is not None and (self._since is None or is_older_store):
            self._since = int(settled)

    def _settle(self, message: Any) -> None:
        """Note up to which version all was told."""
        if "settled" in message and self._since is not None:
            self._since = max(self._since, int(message["settled"]))
            self._told = {version for version in self._told if version > self._since}

    def _greeted(self, newest: int) -> None:
        self._newest = newest
        self._tell_trouble(None)

    def _tell(self, change: Change) -> None:
        for changed, _ in self._everyone():
            _call(changed, change)

    def _tell_trouble(self, trouble: int | None) -> None:
        """Say it when following becomes impossible, for another reason than before, or possible again."""
        before, self._trouble = self._trouble, trouble
        if trouble == before:
            return
        reason = trouble if trouble is not None else before
        message = _sentence(reason or _AWAY, self._http.url, is_over=trouble is None)
        for _, service in self._everyone():
            if service is not None:
                _call(service, trouble is None, message)

    def _everyone(self) -> list[tuple[OnChange, OnService | None]]:
        with self._lock:
            return list(self._subscribers.values())


def _refusal(error: Exception) -> int | None:
    """The status by which the server refuses; None if it may answer at the next attempt."""
    if isinstance(error, NotAllowed):
        return HTTPStatus.UNAUTHORIZED if error.status == HTTPStatus.UNAUTHORIZED else HTTPStatus.FORBIDDEN
    if isinstance(error, NotFound):
        return HTTPStatus.NOT_FOUND
    if not isinstance(error, aiohttp.WSServerHandshakeError | InvalidInput):
        return None
    status = error.status or HTTPStatus.BAD_REQUEST
    return None if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING else status


def _sentence(trouble: int, url: str, *, is_over: bool) -> str:
    match trouble:
        case HTTPStatus.UNAUTHORIZED:
            return f"{url} accepts this token again." if is_over else f"{url} does not accept this token any more."
        case HTTPStatus.FORBIDDEN:
            return "You may see this project again." if is_over else "You may not see this project any more."
        case HTTPStatus.NOT_FOUND:
            return "This project is there again." if is_over else "This project is not there any more."
        case _ if trouble == _AWAY:
            return f"{url} answers again." if is_over else f"{url} does not answer."
        case _:
            refuses = f"{url} does not tell changes any more: it answers with status {trouble}."
            return f"{url} tells changes again." if is_over else refuses


def _call(callback: Callable[..., None], *arguments: Any) -> None:
    try:
        callback(*arguments)
    except Exception:  # an error in one subscriber must not keep changes from the others
        logger.exception("A subscriber to a project's changes failed")


def _change_of_transaction(row: dict[str, Any]) -> Change:
    change = _unknown_change(row["transaction_id"])
    return change | {"label": row["label"], "user_id": row["user_id"], "time": row["execution_time"]}


def _unknown_change(version: int) -> Change:
    """A change of which nothing is known but that it happened: anything may be otherwise."""
    details = dict.fromkeys(_DETAILS)
    who = {"user_id": None, "username": None, "time": None}
    return {"version": version, "label": "reconnected", **who, "is_detailed": False, **details}


def _detailed_change(message: dict[str, Any]) -> Change:
    """A change as the server told it; servers before it did name no places."""
    if not message.keys() >= set(_DETAILS):
        return _unknown_change(message["version"]) | message
    return {name: message.get(name) for name in (*_WHO, *_DETAILS)} | {"is_detailed": True}
