"""The journal's rules: order, keys, attempts and undo; with edits that need no server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any, ClassVar, cast

import pytest

from catmaid_jupyter.api.errors import Conflict, Unreachable
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.edits import journal as rules
from catmaid_jupyter.edits.base import Applied, Edit, Restoration
from catmaid_jupyter.edits.journal import UNDO_DEPTH, EditJournal, Outage
from catmaid_jupyter.edits.site import Site


class World:
    """Where the toy edits write, and how often the service fails to answer."""

    def __init__(self) -> None:
        self.written: list[int] = []
        self.failures: list[Exception] = []
        self.sites: list[Site] = []

    def answer(self) -> None:
        if self.failures:
            raise self.failures.pop(0)


WORLD = World()


class Unwrite(Restoration, frozen=True):
    number: int

    async def _apply(self, site: Site, key: str) -> Applied:
        WORLD.answer()
        WORLD.written.remove(self.number)
        return Applied(answer={}, text=f"unwrite {self.number}")


class WriteNumbers(Edit[dict[str, Any]], frozen=True):
    """Write numbers down."""

    node_fields: ClassVar[tuple[str, ...]] = ("numbers",)

    numbers: tuple[int, ...]

    async def _apply(self, site: Site, key: str) -> Applied:
        WORLD.sites.append(site)
        await asyncio.sleep(0)
        WORLD.answer()
        for number in self.numbers:
            await asyncio.sleep(0)
            WORLD.written.append(number)
        inverse = tuple(Unwrite(number) for number in self.numbers)
        return Applied(answer={"key": key}, text=f"write {list(self.numbers)}", inverse=inverse)


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(rules, "PAUSES", (0.0,))
    WORLD.__init__()  # type: ignore[misc]
    Edit.by_name["write_numbers"] = WriteNumbers
    yield
    del Edit.by_name["write_numbers"]


class FakeHttp:
    def __init__(self, *, honours_keys: bool) -> None:
        self.honours_keys = honours_keys


def journal_of(http: FakeHttp) -> EditJournal:
    """The journal of a project of a server without history."""
    return EditJournal(Place(cast("Http", http), 1, frozenset()))


@pytest.fixture
def journal() -> EditJournal:
    return journal_of(FakeHttp(honours_keys=True))


@pytest.fixture
def keyless() -> EditJournal:
    return journal_of(FakeHttp(honours_keys=False))


def lost() -> Unreachable:
    return Unreachable("No answer")


async def test_edits_are_applied_in_the_order_of_the_calls(journal: EditJournal) -> None:
    await asyncio.gather(*(journal.perform("write_numbers", {"numbers": [n, -n]}) for n in range(1, 6)))
    assert WORLD.written == [1, -1, 2, -2, 3, -3, 4, -4, 5, -5]


async def test_the_last_key_again_is_answered_and_not_applied(journal: EditJournal) -> None:
    first = await journal.perform("write_numbers", {"numbers": [1]}, key="k")
    assert await journal.perform("write_numbers", {"numbers": [1]}, key="k") == first
    assert WORLD.written == [1]
    assert await journal.undo() is not None
    assert await journal.undo() is None, "the repetition is no edit of its own"


async def test_an_interrupted_edit_goes_on_with_what_it_had_read(journal: EditJournal) -> None:
    WORLD.failures = [lost()]
    with pytest.raises(Unreachable):
        await journal.perform("write_numbers", {"numbers": [1]}, key="k")
    await journal.perform("write_numbers", {"numbers": [2]}, key="other")
    await journal.perform("write_numbers", {"numbers": [1]}, key="k")
    first, other, again = WORLD.sites
    assert first is again
    assert first is not other


async def test_without_keys_nothing_is_kept_or_repeated(keyless: EditJournal) -> None:
    reports: list[bool] = []
    WORLD.failures = [lost(), lost()]
    for outage in (None, Outage(lambda up, *_: reports.append(up))):
        with pytest.raises(Unreachable):
            await keyless.perform("write_numbers", {"numbers": [1]}, key="k", outage=outage)
    await keyless.perform("write_numbers", {"numbers": [1]}, key="k")
    assert len({id(site) for site in WORLD.sites}) == 3
    assert reports == []


async def test_a_plain_call_is_one_attempt_and_one_with_an_outage_waits(journal: EditJournal) -> None:
    reports: list[tuple[bool, str, int]] = []
    outage = Outage(lambda *report: reports.append(report))
    WORLD.failures = [lost() for _ in range(5)]
    with pytest.raises(Unreachable):
        await journal.perform("write_numbers", {"numbers": [1]})
    await journal.perform("write_numbers", {"numbers": [2]}, outage=outage)
    assert WORLD.written == [2]
    assert reports == [(False, "No answer", 1), (True, "The service answers again.", 1)]


async def test_an_interrupted_undo_goes_on_where_it_stopped(journal: EditJournal) -> None:
    await journal.perform("write_numbers", {"numbers": [1, 2, 3]})
    WORLD.failures = [lost()]
    with pytest.raises(Unreachable):
        await journal.undo()
    assert journal.undoable == "write [1, 2, 3]"
    undone = await journal.undo(outage=Outage(lambda *_: None))
    assert undone == {"undone": "write [1, 2, 3]", "position": None, "replaced": {}}
    assert WORLD.written == []
    assert journal.undoable is None


async def test_an_undo_that_is_refused_is_forgotten(journal: EditJournal) -> None:
    for number in (1, 2):
        await journal.perform("write_numbers", {"numbers": [number]})
    WORLD.failures = [Conflict("changed")]
    with pytest.raises(Conflict):
        await journal.undo()
    assert journal.undoable == "write [1]"


async def test_so_many_edits_can_be_undone(journal: EditJournal) -> None:
    for number in range(UNDO_DEPTH + 1):
        await journal.perform("write_numbers", {"numbers": [number]})
    undone = 0
    while await journal.undo() is not None:
        undone += 1
    assert undone == UNDO_DEPTH
    assert WORLD.written == [0]
