"""What a connection makes of the messages of a project's event stream."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import aiohttp
import msgspec
import pytest

from catmaid_jupyter.api.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unreachable
from catmaid_jupyter.api.events import _AWAY, Change, Events, _refusal, _sentence
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.api.presence import Person, Presence
from tests.helpers.patience import PATIENCE_S

BOX = [[1, 2, 3], [4, 5, 6]]


class FakeSocket:
    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def send_str(self, text: str) -> None:
        self.sent.append(msgspec.json.decode(text))


ANA: Person = {"id": "a", "user_id": 3, "username": "ana", "position": [4, 5, 600], "section": 12}


class Stream:
    """Events of a connection whose messages the test makes up."""

    def __init__(self) -> None:
        place = Place(Http(Origin(parse_url("http://nowhere.example"))), 3, frozenset({"events"}))
        self.events = Events(place)
        self.told: list[Change] = []
        self.events._adjust = lambda: None  # type: ignore[method-assign]  # nobody is asked
        self.events.subscribe(self.told.append)

    def receive(self, **message: Any) -> None:
        self.events._received(message)

    def event(self, version: int, settled: int) -> None:
        details = {"treenode_ids": [7], "connector_ids": [], "skeleton_ids": None, "old_box": None, "new_box": BOX}
        who = {"label": "treenodes.create", "user_id": 2, "username": "ana", "time": "2026-01-01T00:00:00.000Z"}
        self.receive(version=version, settled=settled, **who, **details)

    @property
    def versions(self) -> list[int]:
        return [cast("int", change["version"]) for change in self.told]


@pytest.fixture
def stream() -> Stream:
    return Stream()


def test_a_change_names_what_changed_and_where(stream: Stream) -> None:
    stream.receive(hello=5, settled=5, user_id=2)
    stream.event(6, 6)
    [change] = stream.told
    assert stream.events.user_id == 2
    assert change == {
        "version": 6,
        "label": "treenodes.create",
        "user_id": 2,
        "username": "ana",
        "time": "2026-01-01T00:00:00.000Z",
        "is_detailed": True,
        "treenode_ids": [7],
        "connector_ids": [],
        "skeleton_ids": None,
        "old_box": None,
        "new_box": BOX,
    }


def test_after_an_interruption_the_rest_is_told_once(stream: Stream) -> None:
    """Version 7 is settled late: what came after it comes again."""
    stream.receive(hello=5, settled=5, user_id=2)
    stream.event(6, 5)
    stream.event(8, 6)
    assert stream.events._since == 6
    stream.receive(hello=9, settled=9, user_id=2)
    for version in (7, 8):
        stream.event(version, 6)
    stream.event(9, 9)
    assert stream.versions == [6, 8, 7, 9]
    assert stream.events._since == 9


def test_too_much_is_one_change_without_details(stream: Stream) -> None:
    stream.receive(hello=5, settled=5, user_id=2)
    stream.receive(overrun=2000, settled=1990)
    [change] = stream.told
    assert (change["version"], change["label"], change["is_detailed"]) == (2000, "reconnected", False)
    assert stream.events._since == 1990


def test_a_store_that_is_older_than_what_was_told_is_read_anew(stream: Stream) -> None:
    """As after the restore of a backup."""
    stream.receive(hello=50, settled=50, user_id=2)
    stream.receive(hello=20, settled=20, user_id=2)
    stream.event(21, 21)
    assert [change["label"] for change in stream.told] == ["reconnected", "treenodes.create"]
    assert stream.events._since == 21


def test_servers_that_name_no_places_are_followed_too(stream: Stream) -> None:
    stream.receive(hello=5)
    stream.receive(version=6, label="treenodes.create", user_id=2, time="2026-01-01T00:00:00.000Z")
    stream.receive(hello=9)
    assert [(change["label"], change["is_detailed"]) for change in stream.told] == [
        ("treenodes.create", False),
        ("reconnected", False),
    ]
    assert stream.events._since is None


async def test_where_one_looks_is_told_again_after_an_interruption() -> None:
    """And nobody is known to be there meanwhile."""
    presence, first, second = Presence(), FakeSocket(), FakeSocket()
    heard: list[list[Person]] = []
    onlooker = presence.subscribe(heard.append)
    presence.connected(cast("aiohttp.ClientWebSocketResponse", first))
    assert first.sent == []
    await onlooker.look_at((1, 2, 300), 6)
    presence.received([ANA])
    presence.disconnected()
    presence.connected(cast("aiohttp.ClientWebSocketResponse", second))
    await asyncio.gather(*presence._sending)
    assert first.sent == second.sent == [{"here": {"position": [1, 2, 300], "section": 6}}]
    assert heard == [[ANA], []]
    await onlooker.look_at(None)
    assert second.sent[-1] == {"here": None}


async def test_a_page_that_tells_nothing_any_more_looks_at_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catmaid_jupyter.api.presence.SILENCE_S", 0.0)
    presence, socket = Presence(), FakeSocket()
    onlooker = presence.subscribe(lambda _: None)
    presence.connected(cast("aiohttp.ClientWebSocketResponse", socket))
    await onlooker.look_at((1, 2, 300), 6)
    async with asyncio.timeout(PATIENCE_S):
        while {"here": None} not in socket.sent:
            await asyncio.sleep(0)


URL = "http://nowhere.example/"
UNASKED = aiohttp.RequestInfo(cast("Any", URL), "GET", cast("Any", {}), cast("Any", URL))


def handshake(status: int) -> aiohttp.WSServerHandshakeError:
    return aiohttp.WSServerHandshakeError(UNASKED, (), status=status)


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (handshake(401), 401),
        (handshake(403), 403),
        (handshake(404), 404),
        (handshake(405), 405),
        (handshake(408), None),
        (handshake(429), None),
        (handshake(503), None),
        (NotAllowed("", status=401), 401),
        (NotAllowed("", status=400), 403),
        (NotFound("", status=400), 404),
        (InvalidInput("", status=405), 405),
        (InvalidInput("", status=429), None),
        (InvalidInput(""), 400),
        (Conflict("", status=409), None),
        (Unreachable(""), None),
        (OSError(), None),
    ],
)
def test_what_is_a_refusal(error: Exception, refusal: int | None) -> None:
    assert _refusal(error) == refusal


@pytest.mark.parametrize(
    ("trouble", "begins", "ends"),
    [
        (_AWAY, f"{URL} does not answer.", f"{URL} answers again."),
        (401, f"{URL} does not accept this token any more.", f"{URL} accepts this token again."),
        (403, "You may not see this project any more.", "You may see this project again."),
        (404, "This project is not there any more.", "This project is there again."),
        (400, f"{URL} does not tell changes any more: it answers with status 400.", f"{URL} tells changes again."),
    ],
)
def test_what_is_said_of_a_trouble(trouble: int, begins: str, ends: str) -> None:
    assert _sentence(trouble, URL, is_over=False) == begins
    assert _sentence(trouble, URL, is_over=True) == ends


def test_who_comes_when_nobody_followed_is_told_of_troubles_anew() -> None:
    """Nobody was told how the trouble before ended."""
    events = Events(Place(Http(Origin(parse_url(URL))), 3, frozenset({"events"})))
    told: list[tuple[bool, str]] = []

    def follow() -> None:
        events._subscribers = {object(): (lambda _: None, lambda up, message: told.append((up, message)))}

    follow()
    events._tell_trouble(_AWAY)
    events._tell_trouble(_AWAY)
    events._subscribers = {}
    events._adjust()
    follow()
    events._tell_trouble(None)
    assert told == [(False, f"{URL} does not answer.")]
    events._tell_trouble(_AWAY)
    assert told == [(False, f"{URL} does not answer.")] * 2
