"""Versions that may be read for ever, and their names."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.history import pins, versions
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


@pytest.fixture
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.tracer)


async def settled(store: Store) -> int:
    async with store.reading() as connection:
        return await versions.settled(connection)


async def test_what_is_settled_does_not_change_while_a_slow_writer_with_a_lower_version_ends(store: Store) -> None:
    """The version that was drawn first is committed last: until then, none after it is settled."""

    async def write(text: str) -> None:
        async with store.writing(user_id=None, project_id=None, label="fast") as tx:
            await tx.execute("INSERT INTO user_group (name) VALUES (%s)", (text,))

    async def groups(version: int) -> list[Any]:
        async with store.reading(as_of=version) as connection:
            return await (await connection.execute("SELECT name FROM user_group ORDER BY name")).fetchall()

    await write("before")
    first = await settled(store)
    async with store.writing(user_id=None, project_id=None, label="slow") as slow:
        await slow.execute("INSERT INTO user_group (name) VALUES ('slow')")
        for name in "abc":
            await write(name)
        during = await settled(store)
        seen = await groups(during)
        assert during == first
    assert await groups(during) == seen
    assert await settled(store) == first + 4
    assert len(await groups(first + 4)) == len(seen) + 4


async def test_a_pinned_answer_never_changes_while_others_write(store: Store) -> None:
    """Writers whose transactions overlap in every order, and a reader who asks again for each version it ever named."""
    taken: dict[int, list[Any]] = {}

    async def groups(version: int) -> list[Any]:
        async with store.reading(as_of=version) as connection:
            return await (await connection.execute("SELECT name, version FROM user_group ORDER BY id")).fetchall()

    async def write(number: int) -> None:
        for turn in range(12):
            async with store.writing(user_id=None, project_id=None, label="write") as tx:
                await tx.execute("INSERT INTO user_group (name) VALUES (%s)", (f"{number} {turn}",))
                await asyncio.sleep(0.002 * ((number * turn) % 5))

    async def read(writers: asyncio.Future[Any]) -> None:
        while not writers.done():
            version = await settled(store)
            taken.setdefault(version, await groups(version))
            for known in list(taken)[-5:]:
                assert await groups(known) == taken[known]

    writers = asyncio.gather(*map(write, range(5)))
    await read(writers)
    await writers
    assert len(taken) > 3
    for version, before in taken.items():
        assert await groups(version) == before


async def test_an_edit_names_its_version_and_reads_name_theirs(module_service: Service, tracer: Tracer) -> None:
    session, url = tracer.actor.session, f"{module_service.url}/{module_service.project_id}"
    headers = {"X-Authorization": f"Token {tracer.actor.token}"}
    async with session.post(f"{url}/treenode/create", data={"x": "1"}, headers=headers) as response:
        version = int(response.headers["X-Catmaid-Version"])
        skeleton = (await response.json())["skeleton_id"]
    assert await tracer.get("version") == {"version": version}
    await tracer.post("treenode/create", x=2)
    now = datetime.now(UTC).isoformat()
    for text, kept in ((str(version), True), (now, False)):
        async with session.get(f"{url}/skeletons/", params={"as_of": text}, headers=headers) as response:
            assert (response.headers["X-Catmaid-As-Of"] == str(version)) == kept
            assert ("immutable" in response.headers.get("Cache-Control", "")) == kept
            assert (max(await response.json()) == skeleton) == kept


@pytest.mark.parametrize(("as_of", "said"), [
    ("999999999", "no version 999999999 yet"),
    ("9" * 40, "no version"),
    ("last tuesday", "not 'last tuesday'"),
    ("1999-01-01", "no version from 1999-01-01"),
    ("2100-01-01", "a time that has not come"),
    ("-1", "not '-1'"),
])  # fmt: skip
async def test_what_is_no_version_is_said(tracer: Tracer, as_of: str, said: str) -> None:
    status, body = await tracer.actor.request("GET", f"/{tracer.project_id}/skeletons/", params={"as_of": as_of})
    assert (status, said in body["error"]) == (400, True), body


async def test_version_0_is_before_everything_and_an_empty_version_is_none(tracer: Tracer) -> None:
    """At every kind of route: of projects, of one project, by GET and by POST."""
    node = await tracer.node()
    await tracer.post("pins/", name="not yet there")
    session, url = tracer.actor.session, f"{tracer.actor.url}/"
    headers = {"X-Authorization": f"Token {tracer.actor.token}"}
    here = f"{tracer.project_id}/"
    for method, path, then in (
        ("GET", "projects/", []),
        ("GET", f"{here}skeletons/", []),
        ("GET", f"{here}pins/", []),
        ("GET", f"{here}version", {"version": 0}),
        ("POST", f"{here}versions/log", {"entries": [], "next": None}),
    ):

        async def answer(as_of: str, method: str = method, path: str = path) -> tuple[Any, str | None]:
            sent: Any = {"params": {"as_of": as_of}} if method == "GET" else {"data": {"as_of": as_of}}
            async with session.request(method, url + path, headers=headers, **sent) as response:
                assert response.status == 200, await response.text()
                return await response.json(), response.headers.get("X-Catmaid-As-Of")

        assert await answer("0") == (then, "0")
        assert (await answer(""))[1] is None
        assert (await answer(" "))[0] == (await answer(""))[0] != then
    assert (await tracer.post("treenode/create", parent_id=node, as_of="", state=UNCHECKED))["treenode_id"] > node


async def test_what_is_not_settled_is_answered_later(
    module_service: Service, tracer: Tracer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A version that a slow writer keeps from being settled, and the one that this writer has not committed yet."""
    monkeypatch.setattr(versions, "_PATIENCE_S", 0.05)
    session, url = tracer.actor.session, f"{module_service.url}/{module_service.project_id}"
    headers = {"X-Authorization": f"Token {tracer.actor.token}"}
    opened: list[int] = []
    async with module_service.store.writing(user_id=None, project_id=None, label="slow", opened=opened.append):
        async with session.post(f"{url}/treenode/create", data={"x": "1"}, headers=headers) as response:
            later = int(response.headers["X-Catmaid-Version"])
        for method, path, form in (
            ("GET", "skeletons/", {"as_of": str(later)}),
            ("GET", "skeletons/", {"as_of": str(opened[0])}),
            ("GET", "versions/diff", {"from": "0", "to": str(later)}),
            ("POST", "pins/", {"name": "too early", "version": str(later)}),
            ("POST", "pins/", {"name": "too early"}),
        ):
            sent: Any = {"params": form} if method == "GET" else {"data": form}
            async with session.request(method, f"{url}/{path}", headers=headers, **sent) as response:
                body = await response.json()
                assert (response.status, body["type"]) == (503, "VersionNotSettled"), body
                assert int(response.headers["Retry-After"]) > 0
                assert "is not settled" in body["error"]
        # The log tells of what is committed, settled or not.
        entries = (await tracer.get("versions/log", since=later - 1, until=later))["entries"]
        assert [entry["version"] for entry in entries] == [later]
    assert later in {entry["version"] for entry in (await tracer.get("versions/log", as_of=later))["entries"]}


async def test_a_pin_names_what_was_there_when_it_began(module_service: Service) -> None:
    """A transaction that pins does not wait for itself, whatever others commit meanwhile."""
    store, project_id = module_service.store, module_service.project_id
    async with store.reading() as connection:
        admin = await users.require_user(connection, "admin")
        before = await versions.newest(connection)
    own: list[int] = []
    async with store.writing(user_id=admin.id, project_id=project_id, label="pins.add", opened=own.append) as tx:
        async with store.writing(user_id=None, project_id=None, label="other"):
            pass
        pin = await pins.add_pin(tx, admin, project_id, "beside others")
    assert pin.version == before < own[0]


async def test_the_past_is_not_written(tracer: Tracer) -> None:
    status, body = await tracer.actor.refused(f"/{tracer.project_id}/treenode/create", x=1, as_of=1)
    assert (status, "for reading" in str(body["error"])) == (400, True)


async def test_a_pin_stands_for_a_version_for_ever(tracer: Tracer) -> None:
    node = await tracer.node()
    pin = await tracer.post("pins/", name="fig 3", note="as submitted")
    await tracer.post("node/update", state=UNCHECKED, **{"t[0][0]": node, "t[0][1]": 7, "t[0][2]": 0, "t[0][3]": 0})
    listed = [known for known in await tracer.get("pins/") if known["name"] == "fig 3"]
    assert listed == [pin]
    assert (pin["username"], pin["note"]) == ("tracer", "as submitted")
    assert await tracer.post("node/get_location", tnid=node, as_of="fig 3") == [node, 0.0, 0.0, 0.0]
    _, refused = await tracer.refused("node/get_location", tnid=node, as_of="fig 4")
    assert "'fig 3'" in str(refused["error"])
    assert await tracer.post("node/get_location", tnid=node) == [node, 7.0, 0.0, 0.0]
    for form, said in (
        ({"name": "fig 3"}, "already"),
        ({"name": "17"}, "version or a time"),
        ({"name": "2022-06-30"}, "version or a time"),
        ({"name": "now"}, "version or a time"),
        ({"name": " "}, "1 to 200"),
        ({"name": "later", "version": "999999999"}, "no version"),
    ):
        status, body = await tracer.actor.refused(f"/{tracer.project_id}/pins/", **form)
        assert (status, said in str(body["error"])) == (400, True), body
    earlier = await tracer.post("pins/", name="again", version=pin["version"])
    assert earlier["version"] == pin["version"]


async def test_the_pins_of_the_past_are_those_that_there_were(tracer: Tracer) -> None:
    await tracer.node()
    first = await tracer.post("pins/", name="first")
    between = (await tracer.get("version"))["version"]
    before = await tracer.get("pins/", as_of=between)
    assert first in before
    # Of the same version as the first, but made later.
    await tracer.post("pins/", name="second", version=first["version"])
    assert await tracer.get("pins/", as_of=between) == before
    assert first not in await tracer.get("pins/", as_of=first["version"])
    listed = [pin["name"] for pin in await tracer.get("pins/")]
    assert {"first", "second"} <= set(listed)
    # A name stands for its version also where one reads of a time before it was given.
    changed = await tracer.get("versions/diff", **{"from": "first", "to": "second", "as_of": "first"})
    assert changed["tables"] == []
