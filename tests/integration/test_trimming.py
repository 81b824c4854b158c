"""History that was trimmed is asked for in vain, and everyone is told so; what is later is as it was."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest

from catmaid_server.cli.main import main
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history import versions
from catmaid_server.operations import checks, databases, trimming
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service
from tests.helpers.snapshots import as_of, newest_version
from tests.helpers.walk import Walk


@pytest.fixture
def tracer(service: Service) -> Tracer:
    return Tracer.of(service, service.tracer)


async def version_of(service: Service) -> int:
    async with service.store.reading() as connection:
        return await versions.settled(connection)


async def test_what_is_before_goes_and_the_rest_stays(service: Service, tracer: Tracer) -> None:
    """Reads, undo, previews and pins of trimmed versions get a sentence, never wrong rows."""
    store = service.store
    async with store.reading() as connection:
        authors = [await users.require_user(connection, "admin")]
    walk = Walk(store, service.project_id, authors, seed=2)
    for _ in range(40):
        await walk.step()
    early = (await tracer.post("pins/", name="early"))["version"]
    node = await tracer.node()
    created = (await tracer.get("version"))["version"]
    moved = {"t[0][0]": node, "t[0][1]": 7, "t[0][2]": 0, "t[0][3]": 0}
    await tracer.post("node/update", state=UNCHECKED, **moved)
    pin = (await tracer.post("pins/", name="fig 3"))["version"]
    for _ in range(20):
        await walk.step()
    async with databases.one_snapshot(store.dsn) as connection:
        newest = await newest_version(connection)
        before = {version: await as_of(connection, version) for version in range(pin, newest + 1, 4)}
        plan = await trimming.planned(connection, "fig 3", str(service.project_id))
    assert (plan.version, [known.name for known in plan.pins]) == (pin, ["early"])
    async with store.writing(user_id=None, project_id=None, label=trimming.LABEL) as tx:
        with pytest.raises(InvalidInput, match=f"'early' of 'Test' .version {early}.*--with-pins"):
            await trimming.trim(tx, pin, with_pins=False)
    async with store.writing(user_id=None, project_id=None, label=trimming.LABEL) as tx:
        done = await trimming.trim(tx, pin, with_pins=True)
    assert done == plan
    async with databases.one_snapshot(store.dsn) as connection:
        assert [outcome for outcome in await checks.check(connection) if not outcome.holds] == []
        assert (await trimming.planned(connection, str(pin), None)).states == 0
        for version, known in before.items():
            assert await as_of(connection, version) == known
    assert [known["name"] for known in await tracer.get("pins/")] == ["fig 3"]
    assert await tracer.post("node/get_location", tnid=node, as_of="fig 3") == [node, 7.0, 0.0, 0.0]
    for path, form in (
        ("skeletons/", {"as_of": early}),
        ("skeletons/", {"as_of": pin - 1}),
        ("versions/changes", {"versions": f"[{pin}]"}),
    ):
        status, body = await tracer.actor.request("GET", f"/{tracer.project_id}/{path}", params=form)
        assert (status, body["type"]) == (410, "VersionGone")
        assert f"before version {pin} was trimmed on" in body["error"]
    status, body = await tracer.refused("versions/revert", versions=f"[{pin}]")
    assert (status, body["type"]) == (410, "VersionGone")
    # The log tells of all versions, and of each what is left.
    entries = [entry["version"] for entry in (await tracer.get("versions/log"))["entries"]]
    told = await tracer.post("versions/details", versions=str(entries))
    assert [one["version"] for one in told] == entries
    assert {one["trimmed_before"] for one in told if one["version"] <= pin} == {pin}
    assert {one["trimmed_before"] for one in told if one["version"] > pin} == {None}
    query = {"version": created}
    status, body = await tracer.actor.request("GET", f"/{tracer.project_id}/versions/place", params=query)
    assert (status, f"What version {created} changed is not known any more" in body["error"]) == (410, True)
    status, body = await tracer.refused("versions/undo")
    assert status == 404, "the user's edits are older"
    status, body = await tracer.refused("pins/", name="too late", version=early)
    assert status == 410


async def test_a_read_that_began_before_sees_what_there_was(store: Store) -> None:
    async def write(statement: str) -> int:
        async with store.writing(user_id=None, project_id=None, label="write") as tx:
            await tx.execute(statement.encode())
            return await newest_version(tx)

    names = "SELECT name FROM user_group WHERE name LIKE 'g_' ORDER BY 1"
    made = await write("INSERT INTO user_group (name) VALUES ('g1'), ('g2')")
    gone = await write("DELETE FROM user_group WHERE name = 'g1'")
    async with store.reading(as_of=made) as connection:
        async with store.writing(user_id=None, project_id=None, label=trimming.LABEL) as tx:
            assert (await trimming.trim(tx, gone, with_pins=False)).states > 0
        assert await (await connection.execute(names)).fetchall() == [("g1",), ("g2",)]


def test_the_command_asks_for_the_version(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        monkeypatch.setattr("sys.argv", ["catmaid-jupyter", "trim", *arguments, "--data-dir", str(tmp_path)])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    monkeypatch.setenv("CATMAID_DATABASE_URL", store.dsn)
    plan = json.loads(run("1", "--dry-run", "--json")[1])
    assert (plan["version"], plan["pins"]) == (1, [])
    told = run("1", "--dry-run")[1]
    assert told.startswith(
        "This would be deleted: the history of all projects before version 1, 0 former states of rows."
    )
    assert "Versions before 1 cannot be read any more" in told
    code, _, error = run("1", typed="7\n")
    assert (code, "nothing was deleted" in " ".join(error.split())) == (2, True)
    assert run("1", typed="1\n")[0] == 0
    assert "before version 1, 0 former states" in run("1", "--yes")[1]
    code, _, error = run("0", "--yes")
    assert (code, "cannot be read any more" in error) == (1, True)
    code, _, error = run("never", "--yes")
    assert (code, "neither the number of a version nor a time" in error, "--project" in error) == (1, True, True)


async def test_pins_prevent_a_trim_before_anything_is_asked(
    tracer: Tracer, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await tracer.node()
    await tracer.post("pins/", name="kept")
    version = (await tracer.get("version"))["version"]
    monkeypatch.setenv("CATMAID_DATABASE_URL", store.dsn)
    monkeypatch.setattr("sys.argv", ["catmaid-jupyter", "trim", str(version), "--data-dir", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(main)
    error = capsys.readouterr().err
    assert (ended.value.code, "'kept'" in error, "--with-pins" in error, "for ever" in error) == (1, True, True, False)
