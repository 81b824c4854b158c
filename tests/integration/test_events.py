"""The WebSocket on which a project tells of its versions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import aiohttp
import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.events import feed
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Actor, Service, serving


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


@asynccontextmanager
async def following(actor: Actor, project_id: int, query: str = "") -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """The events of a project, after the greeting."""
    async with actor.session.ws_connect(
        f"{actor.url}/{project_id}/events{query}", headers={"X-Authorization": f"Token {actor.token}"}
    ) as socket:
        assert "hello" in await socket.receive_json(timeout=PATIENCE_S)
        yield socket


async def create(service: Service) -> None:
    await service.tracer.post(f"/{service.project_id}/treenode/create")


async def newest(store: Store) -> int:
    async with store.reading() as connection:
        row = await (await connection.execute("SELECT max(id) FROM transaction_info")).fetchone()
    assert row is not None
    return int(row[0])


async def versions(socket: aiohttp.ClientWebSocketResponse, last: int) -> list[int]:
    """Versions as they are told, up to one."""
    told: list[int] = []
    async with asyncio.timeout(PATIENCE_S):
        while last not in told:
            told.append((await socket.receive_json())["version"])
    return told


async def test_the_greeting_names_the_newest_version(service: Service) -> None:
    await create(service)
    async with service.tracer.session.ws_connect(
        f"{service.url}/{service.project_id}/events",
        headers={"X-Authorization": f"Token {service.tracer.token}"},
    ) as socket:
        hello = await socket.receive_json(timeout=PATIENCE_S)
    version = await newest(service.store)
    who: Any = await service.tracer.get("/accounts/login")
    assert hello == {"hello": version, "settled": version, "user_id": who["userid"], "presence": True}


async def test_an_event_tells_who_did_what_where_when(service: Service) -> None:
    async with following(service.admin, service.project_id) as socket:
        made = await service.tracer.post(f"/{service.project_id}/treenode/create", x=10, y=20, z=30)
        event: dict[str, Any] = await socket.receive_json(timeout=PATIENCE_S)
    who: Any = await service.tracer.get("/accounts/login")
    version = await newest(service.store)
    assert {name: value for name, value in event.items() if name != "time"} == {
        "version": version,
        "label": "treenodes.create",
        "user_id": who["userid"],
        "username": "tracer",
        "settled": version,
        "treenode_ids": [made["treenode_id"]],
        "connector_ids": [],
        "skeleton_ids": [made["skeleton_id"]],
        "old_box": None,
        "new_box": [[10, 20, 30], [10, 20, 30]],
    }
    assert abs(datetime.now(UTC) - datetime.fromisoformat(event["time"])) < timedelta(minutes=1)


async def test_each_follower_hears_of_each_version_once(service: Service) -> None:
    """Also of edits that are made at once, and in other processes."""
    async with (
        following(service.tracer, service.project_id) as one,
        following(service.admin, service.project_id) as other,
        Store.opened(service.store.dsn, pool_size=2) as elsewhere,
    ):
        first = await newest(service.store) + 1
        await asyncio.gather(*(create(service) for _ in range(10)))
        async with elsewhere.writing(user_id=None, project_id=service.project_id, label="elsewhere"):
            pass
        last = await newest(service.store)
        for socket in (one, other):
            told = await versions(socket, last)
            assert sorted(told) == list(range(first, last + 1))


async def test_who_comes_back_is_told_what_was_missed(service: Service) -> None:
    """In the order of versions, and before what is newer; also what was committed late."""
    async with following(service.tracer, service.project_id) as socket:
        await create(service)
        seen = (await socket.receive_json(timeout=PATIENCE_S))["settled"]
    project_id = service.project_id
    async with service.store.writing(user_id=None, project_id=project_id, label="slow"):
        await create(service)
        fast = await newest(service.store)
        async with following(service.tracer, project_id, f"?since={seen}") as socket:
            event = await socket.receive_json(timeout=PATIENCE_S)
            assert (event["version"], event["settled"]) == (fast, seen)
    async with following(service.tracer, project_id, f"?since={seen}") as socket:
        await create(service)
        events = [await socket.receive_json(timeout=PATIENCE_S) for _ in range(3)]
    labels = ["slow", "treenodes.create", "treenodes.create"]
    assert [event["label"] for event in events] == labels
    assert [event["version"] for event in events] == list(range(seen + 1, seen + 4))
    assert events[-1]["settled"] == seen + 3
    assert events[0]["settled"] == seen


async def test_who_missed_very_much_is_told_so(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "MOST_MISSED", 3)
    before = await newest(service.store)
    for _ in range(4):
        await create(service)
    last = await newest(service.store)
    async with following(service.tracer, service.project_id, f"?since={before}") as socket:
        assert await socket.receive_json(timeout=PATIENCE_S) == {"overrun": last, "settled": last}
    async with following(service.tracer, service.project_id, f"?since={before + 1}") as socket:
        assert await versions(socket, last) == [before + 2, before + 3, last]


@pytest.mark.parametrize("since", ["-1", "yesterday", "9" * 30])
async def test_what_is_no_version_cannot_be_followed_from(service: Service, since: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
        async with following(service.tracer, service.project_id, f"?since={since}"):
            pass
    assert refusal.value.status == 400


async def test_a_refused_edit_is_no_event(service: Service) -> None:
    async with following(service.tracer, service.project_id) as socket:
        await service.tracer.refused(f"/{service.project_id}/treenode/delete", treenode_id=999_999)
        await create(service)
        last = await newest(service.store)
        assert await versions(socket, last) == [last]


async def test_other_projects_are_other_matters(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        neighbour = await projects.create_project(tx, "Neighbour", owner_id=admin.id)
    async with following(service.admin, neighbour) as socket:
        await create(service)
        await service.admin.post(f"/{neighbour}/treenode/create")
        last = await newest(service.store)
        assert await versions(socket, last) == [last]


async def test_who_may_not_browse_hears_nothing(service: Service) -> None:
    for project_id in (service.project_id, 999):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refusal:
            async with service.visitor.session.ws_connect(f"{service.url}/{project_id}/events"):
                pass
        assert refusal.value.status == 403


@pytest.mark.parametrize(
    "how",
    [
        "DELETE FROM project_permission WHERE user_id = %s",
        "DELETE FROM api_token WHERE user_id = %s",
        "UPDATE app_user SET is_active = false WHERE id = %s",
    ],
)
@pytest.mark.parametrize("elsewhere", [False, True])
async def test_who_may_not_browse_any_more_is_sent_away(service: Service, how: LiteralString, elsewhere: bool) -> None:
    name = f"guest {how} {elsewhere}"
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        user_id = await users.create_user(tx, name)
        await users.grant(tx, service.project_id, "can_browse", to=name)
        token = await users.issue_token(tx, user_id)
    guest = Actor(service.tracer.session, service.url, token)
    async with (
        following(guest, service.project_id) as socket,
        following(service.tracer, service.project_id) as other,
        Store.opened(service.store.dsn, pool_size=1) as another_process,
    ):
        store = another_process if elsewhere else service.store
        async with store.writing(user_id=None, project_id=None, label="revoke") as tx:
            await tx.execute(how, (user_id,))
        message = await socket.receive(timeout=PATIENCE_S)
        assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.POLICY_VIOLATION)
        await create(service)
        assert (await other.receive_json(timeout=PATIENCE_S))["version"] == await newest(service.store)


async def test_who_has_a_long_name_is_sent_away_in_whole_characters(service: Service) -> None:
    for name in ("ø" * 100, "x" + "ø" * 100):
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            user_id = await users.create_user(tx, name)
            await users.grant(tx, service.project_id, "can_browse", to=name)
            token = await users.issue_token(tx, user_id)
        async with following(Actor(service.tracer.session, service.url, token), service.project_id) as socket:
            async with service.store.writing(user_id=None, project_id=None, label="revoke") as tx:
                await users.take_back(tx, service.project_id, "can_browse", of=name)
            message = await socket.receive(timeout=PATIENCE_S)
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.POLICY_VIOLATION)
            assert name[:40] in str(message.extra)


async def test_what_followers_say_is_ignored(service: Service) -> None:
    async with following(service.tracer, service.project_id) as socket:
        await socket.send_str("{" * 1000)
        await socket.send_bytes(b"\xff" * 1000)
        await create(service)
        assert (await socket.receive_json(timeout=PATIENCE_S))["version"] == await newest(service.store)


async def test_who_says_very_much_is_sent_away(service: Service) -> None:
    """Anybody may open sockets: what is said is not collected without bounds, nor unpacked."""
    for session, path in (
        (service.tracer.session, f"{service.project_id}/events"),
        (service.visitor.session, "channels/updates/"),
    ):
        headers = {"X-Authorization": f"Token {service.tracer.token}"} if session is service.tracer.session else {}
        async with session.ws_connect(f"{service.url}/{path}", compress=15, headers=headers) as socket:
            await socket.send_str(" " * 2**17)
            messages = [message async for message in socket if message.type is not aiohttp.WSMsgType.TEXT]
            assert (messages, socket.close_code) == ([], aiohttp.WSCloseCode.MESSAGE_TOO_BIG)


async def test_a_service_that_ends_says_so(service: Service, tmp_path: Path) -> None:
    async with Store.opened(service.store.dsn, pool_size=2) as store:
        async with serving(store, tmp_path) as (url, _):
            socket = await service.tracer.session.ws_connect(
                f"{url}/{service.project_id}/events", headers={"X-Authorization": f"Token {service.tracer.token}"}
            )
            await socket.receive_json(timeout=PATIENCE_S)
        message = await socket.receive(timeout=PATIENCE_S)
        assert message.type is aiohttp.WSMsgType.CLOSE
        assert message.data == aiohttp.WSCloseCode.GOING_AWAY
        await socket.close()


async def test_the_channel_of_catmaids_front_end_stays_open(service: Service) -> None:
    async with service.visitor.session.ws_connect(f"{service.url}/channels/updates/") as socket:
        await socket.send_json({"message": "hello"})
        with pytest.raises(TimeoutError):
            await socket.receive(timeout=0.2)
        assert not socket.closed
