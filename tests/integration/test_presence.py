"""Who looks at a project, and where: told to those who may browse it, and stored nowhere."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.events.presence import Guests, Person
from catmaid_server.http import keys
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Actor, Service, serving
from tests.helpers.snapshots import snapshot

HERE = {"position": [1.5, 2, 300], "section": 6}


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


@asynccontextmanager
async def following(actor: Actor, project_id: int, url: str = "") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    headers = {} if actor.token is None else {"X-Authorization": f"Token {actor.token}"}
    async with actor.session.ws_connect(f"{url or actor.url}/{project_id}/events", headers=headers) as socket:
        yield socket


async def greeted(socket: aiohttp.ClientWebSocketResponse) -> bool:
    """Whether the greeting promises presence."""
    hello: dict[str, Any] = await socket.receive_json(timeout=PATIENCE_S)
    return bool(hello["presence"])


async def next_people(socket: aiohttp.ClientWebSocketResponse) -> list[dict[str, Any]]:
    message: dict[str, Any] = await socket.receive_json(timeout=PATIENCE_S)
    people: list[dict[str, Any]] = message["present"]
    return people


async def until(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    """The people, as soon as there are so many."""
    while len(people := await next_people(socket)) != count:
        pass
    return people


async def test_who_is_here_is_told_where_others_are(service: Service) -> None:
    async with following(service.admin, service.project_id) as watching:
        assert await greeted(watching)
        await watching.send_json({"here": None})
        await until(watching, 0)
        async with following(service.tracer, service.project_id) as moving:
            assert await greeted(moving)
            await moving.send_json({"here": HERE})
            [person] = await until(watching, 1)
            assert (person["username"], person["position"], person["section"]) == ("tracer", [1.5, 2, 300], 6)
            await until(moving, 0)
            await moving.send_json({"here": {"position": [0, 0, 0]}})
            [moved] = await until(watching, 1)
            assert moved == {**person, "position": [0, 0, 0], "section": None}
            await watching.send_json({"here": HERE})
            assert [one["username"] for one in await until(moving, 1)] == ["admin"]
        await until(watching, 0)


async def test_who_says_nothing_is_told_nothing(service: Service) -> None:
    """As clients that know of no presence."""
    async with (
        following(service.admin, service.project_id) as watching,
        following(service.tracer, service.project_id) as moving,
    ):
        assert await greeted(moving)
        assert await greeted(watching)
        await moving.send_json({"here": HERE})
        await until(moving, 0)
        await service.tracer.post(f"/{service.project_id}/treenode/create")
        assert "version" in await watching.receive_json(timeout=PATIENCE_S)


async def test_it_is_told_between_processes(service: Service, tmp_path: Path) -> None:
    """Also to one that starts when others are there already."""
    async with (
        following(service.tracer, service.project_id) as moving,
        Store.opened(service.store.dsn, pool_size=2) as store,
    ):
        assert await greeted(moving)
        await moving.send_json({"here": HERE})
        await until(moving, 0)
        async with (
            serving(store, tmp_path) as (url, _),
            following(service.admin, service.project_id, url) as watching,
        ):
            assert await greeted(watching)
            await watching.send_json({"here": HERE})
            assert [person["username"] for person in await until(watching, 1)] == ["tracer"]
            assert [person["username"] for person in await until(moving, 1)] == ["admin"]


async def test_who_left_is_told_though_the_process_ends_meanwhile(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    guests = Guests(service.store)
    told: list[Person] = []
    begun = asyncio.Event()

    async def notify(people: list[Person]) -> None:
        if not begun.is_set() and people:
            begun.set()
            await asyncio.Event().wait()
        told.extend(people)

    monkeypatch.setattr(guests, "_notify", notify)
    running = asyncio.create_task(guests.run())
    async with service.store.reading() as connection:
        tracer = await users.require_user(connection, "tracer")
    async with guests.joined(service.project_id, tracer) as guest:
        guests.move(guest, (1, 2, 3))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [(person.id, person.position) for person in told] == [(guest.id, None)]


async def test_many_moves_are_few_messages(service: Service) -> None:
    async with (
        following(service.admin, service.project_id) as watching,
        following(service.tracer, service.project_id) as moving,
    ):
        assert await greeted(watching)
        assert await greeted(moving)
        await watching.send_json({"here": None})
        for x in range(1000):
            await moving.send_json({"here": {"position": [x, 0, 0]}})
        told = [await next_people(watching)]
        while not told[-1] or told[-1][0]["position"][0] != 999:
            told.append(await next_people(watching))
        assert len(told) < 100


async def test_nothing_of_it_is_stored(service: Service) -> None:
    async with service.store.reading() as connection:
        before = await snapshot(connection)
        async with following(service.tracer, service.project_id) as moving:
            await moving.send_json({"here": HERE})
            assert await greeted(moving)
            await until(moving, 0)
        assert await snapshot(connection) == before


async def test_other_projects_and_visitors_hear_nothing(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        neighbour = await projects.create_project(tx, "Neighbour", owner_id=admin.id)
        await users.grant(tx, service.project_id, "can_browse", to="AnonymousUser")
    async with (
        following(service.admin, neighbour) as elsewhere,
        following(service.visitor, service.project_id) as visiting,
        following(service.admin, service.project_id) as watching,
        following(service.tracer, service.project_id) as moving,
    ):
        assert [await greeted(one) for one in (elsewhere, visiting, watching, moving)] == [True, False, True, True]
        for socket in (elsewhere, visiting, watching, moving):
            await socket.send_json({"here": HERE})
        await until(elsewhere, 0)
        assert [person["username"] for person in await until(watching, 1)] == ["tracer"]
        await service.tracer.post(f"/{service.project_id}/treenode/create")
        assert "version" in await visiting.receive_json(timeout=PATIENCE_S)
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await users.take_back(tx, service.project_id, "can_browse", of="AnonymousUser")


@pytest.mark.parametrize(
    "text",
    [
        '{"here"',
        '{"here": 5}',
        '{"here": {"position": [1, 2]}}',
        '{"here": {"position": [1e300, 0, 0]}}',
        "[]",
        "[" * 9999,
    ],
)
async def test_what_is_no_place_is_ignored(service: Service, text: str) -> None:
    async with following(service.tracer, service.project_id) as moving:
        assert await greeted(moving)
        await moving.send_str(text)
        await moving.send_json({"here": HERE})
        await until(moving, 0)


async def test_a_service_may_tell_nobody(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    options = dataclasses.replace(service.app[keys.OPTIONS], presence=False)
    monkeypatch.setitem(service.app._state, keys.OPTIONS, options)
    async with following(service.admin, service.project_id) as watching:
        assert not await greeted(watching)
        await watching.send_json({"here": HERE})
        with pytest.raises(asyncio.TimeoutError):
            await watching.receive_json(timeout=0.1)
