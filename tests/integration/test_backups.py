"""A backup taken while people edit is of one state, is restored completely or not at all, and gives nothing twice."""

from __future__ import annotations

import asyncio
import secrets
import stat
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from catmaid_server.db import migrations
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.operations import backups, checks, databases, restoring
from catmaid_server.operations.archive import Archive, BackupError
from catmaid_server.postgres.cluster import Cluster
from catmaid_server.routes import all_routes
from catmaid_server.service.settings import Settings
from tests.helpers.database import create_database, drop_database
from tests.helpers.service import Actor, Service, serving
from tests.helpers.walk import Walk
from tests.integration.test_as_of import OF_THE_PRESENT, WEBSOCKETS, Read, known_now, read_of


@pytest.fixture(scope="module")
async def walk(module_service: Service) -> Walk:
    store = module_service.store
    async with store.reading() as connection:
        authors = [await users.require_user(connection, name) for name in ("admin", "tracer")]
    made = Walk(store, module_service.project_id, authors, seed=3)
    for _ in range(80):
        await made.step()
    return made


def settings_of(store: Store, folder: Path) -> Settings:
    return Settings(data_dir=folder, database_url=SecretStr(store.dsn))


@pytest.fixture(scope="module")
async def taken(module_service: Service, walk: Walk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of a service with images, taken in the midst of edits."""
    folder = tmp_path_factory.mktemp("source")
    (folder / "stacks" / "one" / "0").mkdir(parents=True)
    (folder / "stacks" / "one" / "0" / "1.jpg").write_bytes(b"a section")
    (folder / "stacks" / "one" / "elsewhere").symlink_to(folder)
    path = folder / "nightly.backup"
    settings = replace_registration(settings_of(module_service.store, folder))
    backup = asyncio.create_task(asyncio.to_thread(backups.back_up, settings, path, images=True))
    while not backup.done():
        await walk.step()
    made = await backup
    assert (made.images, made.left_out) == (1, ["stacks/one/elsewhere"])
    for _ in range(20):  # what is written after it is not in it
        await walk.step()
    return path


def replace_registration(settings: Settings) -> Settings:
    return settings.model_copy(update={"registration": True})


@pytest.fixture
async def empty(server_dsn: str) -> AsyncIterator[str]:
    """DSN of a database without any table."""
    name = f"test_{secrets.token_hex(6)}"
    await create_database(server_dsn, name)
    yield make_conninfo(server_dsn, dbname=name)
    await drop_database(server_dsn, name)


async def the_reads(service: Service) -> list[Read]:
    known = await known_now(service.store)
    return [
        read_of(route, service.project_id, known)
        for route in all_routes()
        if not route.writes and route.path not in WEBSOCKETS | OF_THE_PRESENT | {"/api-tokens/"}  # tells their last use
        if "GET" in route.methods or route.path.startswith("/{project_id")
    ]


async def test_a_backup_taken_in_the_midst_of_edits_gives_the_same_answers(
    module_service: Service, walk: Walk, taken: Path, tmp_path: Path
) -> None:
    settled = Archive(taken).manifest.settled_version
    assert stat.S_IMODE(taken.stat().st_mode) == 0o600
    assert sorted(path.name for path in taken.parent.iterdir()) == ["nightly.backup", "stacks"], "nothing is left aside"
    folder = tmp_path / "restored"
    restored = await asyncio.to_thread(restoring.restore, Settings(data_dir=folder), taken)
    assert (restored.images, restored.settings) == (1, {"registration": "True"})
    assert (folder / "stacks" / "one" / "0" / "1.jpg").read_bytes() == b"a section"
    reads = await the_reads(module_service)
    cluster = Cluster(folder)
    dsn = await asyncio.to_thread(cluster.start)
    try:
        async with (
            Store.opened(dsn, pool_size=4) as store,
            serving(store, folder) as (url, _),
            aiohttp.ClientSession() as session,
        ):
            actor = Actor(session, url, module_service.admin.token)
            async with databases.one_snapshot(dsn) as connection:
                assert [outcome for outcome in await checks.check(connection) if not outcome.holds] == []
            same = {
                read.path: (
                    await read.answer(module_service.admin, as_of=settled),
                    await read.answer(actor, as_of=settled),
                )
                for read in reads
            }
            assert {path: pair for path, pair in same.items() if pair[0] != pair[1]} == {}
            assert sum(pair[0][0] == 200 for pair in same.values()) > 50
            await nothing_is_given_twice(module_service, actor, settled, restored.version)
            again = tmp_path / "again.backup"
            made = await asyncio.to_thread(backups.back_up, Settings(data_dir=folder), again)
            assert made.version == (await actor.get(f"/{module_service.project_id}/version"))["version"]
            assert (
                await asyncio.to_thread(restoring.restore, Settings(data_dir=tmp_path), again, dry_run=True)
            ).images == 0
    finally:
        await asyncio.to_thread(cluster.stop)


async def nothing_is_given_twice(service: Service, actor: Actor, settled: int, restored: int | None) -> None:
    """The old service went on after the backup; the new one gives other ids and versions, and says what it lacks."""
    assert restored is not None
    project = f"/{service.project_id}"
    old = await service.admin.post(f"{project}/treenode/create", x=1, y=1, z=1)
    new = await actor.post(f"{project}/treenode/create", x=1, y=1, z=1)
    assert new["treenode_id"] > old["treenode_id"]
    assert new["skeleton_id"] > old["skeleton_id"]
    newest = (await service.admin.get(f"{project}/version"))["version"]
    assert (await actor.get(f"{project}/version"))["version"] == restored + 1 > newest > settled
    for lost in (settled + 1, newest):
        status, body = await actor.request("GET", f"{project}/skeletons/", params={"as_of": lost})
        assert (status, body["type"]) == (410, "VersionGone")
        assert "restored from a backup" in body["error"]
    assert (await actor.request("GET", f"{project}/skeletons/", params={"as_of": restored}))[0] == 200


async def test_a_moved_service_goes_on_where_it_was(taken: Path, empty: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url=SecretStr(empty))
    restored = await asyncio.to_thread(restoring.restore, settings, taken, moved=True)
    assert restored.version is not None
    assert restored.version < restored.settled_version + 1000, "counters are read last"
    assert await migrations.pending(empty) == []
    with pytest.raises(BackupError, match="The database is not empty"):
        await asyncio.to_thread(restoring.restore, settings.model_copy(update={"data_dir": tmp_path / "new"}), taken)
    assert not (tmp_path / "new").exists()


def damaged(kind: str, source: Path, target: Path) -> Path:
    content = source.read_bytes()
    if kind == "cut short":
        content = content[: len(content) // 2]
    elif kind == "without its end":
        content = content[: content.rindex(b"manifest.sha256")]
    elif kind == "a bit of the database":
        content = content[:90_000] + bytes([content[90_000] ^ 1]) + content[90_001:]
    elif kind == "a number of the manifest":
        content = content.replace(b'"settled_version": ', b'"settled_version":1')
    elif kind == "something else":
        content = b"PK" + content
    target.write_bytes(content)
    return target


@pytest.mark.parametrize(
    "kind", ["cut short", "without its end", "a bit of the database", "a number of the manifest", "something else"]
)
def test_a_damaged_backup_is_refused_before_anything_is_written(taken: Path, tmp_path: Path, kind: str) -> None:
    path = damaged(kind, taken, tmp_path / "damaged.backup")
    with pytest.raises(BackupError, match=r"damaged|no backup, or was cut short"):
        restoring.restore(Settings(data_dir=tmp_path / "new"), path)
    assert not (tmp_path / "new").exists()


def test_a_backup_of_a_newer_release_is_refused(taken: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = migrations.available()[:-1]
    monkeypatch.setattr(migrations, "available", lambda: older)
    with pytest.raises(BackupError, match="newer: this one does not know 00"):
        restoring.restore(Settings(data_dir=tmp_path / "new"), taken)


def test_a_folder_with_something_in_it_is_left_alone(taken: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(BackupError, match=r"is not empty \(it has mine\)"):
        restoring.restore(Settings(data_dir=tmp_path), taken)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert restoring.restore(Settings(data_dir=tmp_path), taken, dry_run=True).version is None


def test_a_backup_does_not_replace_another_unless_told(module_service: Service, tmp_path: Path) -> None:
    settings, path = settings_of(module_service.store, tmp_path), tmp_path / "one.backup"
    path.write_text("the last one")
    with pytest.raises(BackupError, match="exists already"):
        backups.back_up(settings, path)
    with pytest.raises(BackupError, match="is a folder"):
        backups.back_up(settings, tmp_path)
    with pytest.raises(BackupError, match="There is no folder"):
        backups.back_up(settings, tmp_path / "missing" / "one.backup")
    bad = settings.model_copy(update={"postgres_bin": tmp_path})
    with pytest.raises(Exception, match="postgresql-client-"):
        backups.back_up(bad, path, replace=True)
    assert path.read_text() == "the last one"
    assert backups.back_up(settings, path, replace=True).size == path.stat().st_size > 100_000
    assert [found.name for found in tmp_path.iterdir()] == ["one.backup"]


async def test_sessions_are_not_in_a_backup(module_service: Service, empty: str, tmp_path: Path) -> None:
    store = module_service.store
    async with store.writing(user_id=None, project_id=None, label="login") as tx:
        await tx.execute(
            "INSERT INTO login_session (user_id, expiry) SELECT min(id), now() + interval '1 h' FROM app_user"
        )
    path = tmp_path / "one.backup"
    await asyncio.to_thread(backups.back_up, settings_of(store, tmp_path), path)
    await asyncio.to_thread(restoring.restore, Settings(data_dir=tmp_path, database_url=SecretStr(empty)), path)
    async with Store.opened(empty, pool_size=1) as restored, restored.reading() as connection:
        assert await (await connection.execute("SELECT FROM login_session")).fetchall() == []


def test_no_password_is_on_a_command_line(
    module_service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    def popen(command: list[str], **more: Any) -> Any:
        seen.append([*command, "PGPASSWORD=" + more["env"]["PGPASSWORD"]])
        raise OSError("enough")

    monkeypatch.setattr(subprocess, "Popen", popen)
    dsn = make_conninfo(module_service.store.dsn, password="s3cret", keepalives=1)
    with pytest.raises(OSError, match="enough"):
        backups.back_up(Settings(data_dir=tmp_path, database_url=SecretStr(dsn)), tmp_path / "one.backup")
    (command,) = seen
    assert command[-1] == "PGPASSWORD=s3cret"
    assert "s3cret" not in " ".join(command[:-1])
    assert "keepalives=1" in command[-2]
