"""Databases of earlier states of this product become ones of this release, with all that they held."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from catmaid_server.db import migrations
from catmaid_server.db.migrations import Migration, available, migrate, pending
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.history import versions
from catmaid_server.domain.history.versions import VersionGone
from catmaid_server.operations import checks, databases, upgrading
from catmaid_server.postgres.account import server_account
from catmaid_server.postgres.binaries import find_installation
from catmaid_server.postgres.cluster import Cluster, ClusterError
from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.settings import Settings
from tests.helpers.database import create_database, drop_database
from tests.helpers.snapshots import Snapshot, as_of, newest_version, snapshot
from tests.helpers.walk import Walk

OLD_DATA = Path(__file__).parent / "data_of_13d4565.sql"
SECOND_TEXT = "8ca9ac5d3cfb743d7ea0017527bbf380dc22f1962fbfc76faabbc8d5e37a5286"


@pytest.fixture
async def old(server_dsn: str) -> AsyncIterator[str]:
    """DSN of a database as commit 13d4565 made it: its journal tells that the texts of its migrations are today's."""
    name = f"test_{secrets.token_hex(6)}"
    await create_database(server_dsn, name)
    dsn = make_conninfo(server_dsn, dbname=name)
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute(migrations._JOURNAL)
        for migration in available()[:20]:
            await connection.execute(migration.text)
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(OLD_DATA.read_text())
    yield dsn
    await drop_database(server_dsn, name)


def rows_of(found: Snapshot, before: Snapshot) -> Snapshot:
    """The rows with the columns that the tables had before, of tables that had them all."""
    return {
        table: sorted(({name: row[name] for name in old[0]} for row in found[table]), key=repr)
        for table, old in before.items()
        if old
    }


async def test_a_database_of_13d4565_keeps_every_row_and_its_history(old: str, tmp_path: Path) -> None:
    async with databases.one_snapshot(old) as connection:
        newest = await newest_version(connection)
        before = {version: await as_of(connection, version) for version in range(1, newest + 1, 10)}
        before[newest] = await as_of(connection, newest)
        present = await snapshot(connection)
    assert len(present["treenode"]) > 40
    settings = Settings(database_url=SecretStr(old), data_dir=tmp_path)
    assert (await asyncio.to_thread(upgrading.upgrade, settings)).migrations == [m.name for m in available()[20:]]
    async with databases.one_snapshot(old) as connection:
        assert [outcome for outcome in await checks.check(connection) if not outcome.holds] == []
        for version, known in before.items():
            found = rows_of(await as_of(connection, version), known)
            assert found == {table: sorted(rows, key=repr) for table, rows in known.items() if rows}, version
        after = rows_of(await snapshot(connection), present)
        changed = {table for table, rows in present.items() if rows and after[table] != sorted(rows, key=repr)}
        assert changed == {"project_permission", "relation"}, "0023 and 0024 add to these"
        assert [row for table in changed for row in present[table] if row not in after[table]] == []
        with pytest.raises(VersionGone, match="go back to version"):
            await versions.resolve(connection, None, str(newest))
        assert await versions.resolve(connection, None, str(await newest_version(connection))) > newest
    async with Store.opened(old, pool_size=1) as store:
        async with store.reading() as connection:
            authors = [await users.require_user(connection, name) for name in ("admin", "tracer")]
        walk = Walk(store, 1, authors, 1)
        for _ in range(20):
            await walk.step()
        async with databases.one_snapshot(old) as connection:
            assert [outcome for outcome in await checks.check(connection) if not outcome.holds] == []


def earlier_texts() -> dict[str, tuple[str, str]]:
    """Name and text of migrations as they were between releases; the checksums tell that they were so."""
    texts = {migration.name: migration.text for migration in available()}
    accounts = texts["0024_accounts"]
    return {"without guests": ("0024_accounts", accounts[: accounts.index("\n-- Those who applied")])}


@pytest.mark.parametrize("case", earlier_texts())
async def test_earlier_texts_of_a_migration_are_mended(old: str, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database becomes one that the present texts made."""
    name, text = earlier_texts()[case]
    before = [Migration(known.name, text if known.name == name else known.text) for known in available()]
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "available", lambda: [known for known in before if known.name <= name])
        await migrate(old)
    assert (await pending(old))[0] == name
    assert (await migrate(old))[0] == name
    assert await pending(old) == []
    async with await psycopg.AsyncConnection.connect(old) as connection:
        guests = await connection.execute(
            "SELECT FROM project_permission WHERE user_id = 4 AND permission LIKE '%token'"
        )
        assert len(await guests.fetchall()) == 1


async def test_a_text_that_gave_more_is_left_as_it_is(old: str) -> None:
    """The second text of 0024_accounts."""
    await migrate(old)
    async with await psycopg.AsyncConnection.connect(old) as connection:
        await connection.execute(
            "UPDATE schema_migration SET checksum = %s WHERE name = '0024_accounts'", (SECOND_TEXT,)
        )
    assert await pending(old) == ["0024_accounts"]
    assert await migrate(old) == ["0024_accounts"]
    assert await migrate(old) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data")
    ServiceFolder(path).make()
    cluster = Cluster(path)
    asyncio.run(migrate(cluster.start()))
    with psycopg.connect(cluster.dsn) as connection:
        connection.execute("SELECT begin_version(NULL, NULL, 'set up')")
        connection.execute("INSERT INTO user_group (name) VALUES ('kept')")
    cluster.stop()
    return path


def groups(folder: Path) -> list[tuple[str]]:
    cluster = Cluster(folder)
    try:
        with psycopg.connect(cluster.start()) as connection:
            return connection.execute("SELECT name FROM user_group").fetchall()
    finally:
        cluster.stop()


def test_a_cluster_is_moved_and_the_old_one_kept(folder: Path) -> None:
    """To one of the same version, since there is no other here; the way is the same."""
    installation = find_installation()
    kept = upgrading.move_cluster(Settings(data_dir=folder), installation)
    assert kept == folder / "postgres" / f"data-{installation.major}"
    assert groups(folder) == [("kept",)]
    assert sorted(path.name for path in folder.iterdir()) == ["logs", "postgres"]
    assert (kept / "PG_VERSION").read_text() == f"{installation.major}\n"
    assert not (kept / "postmaster.pid").exists()


def test_nothing_is_done_where_no_newer_postgresql_is(folder: Path) -> None:
    done = upgrading.upgrade(Settings(data_dir=folder))
    assert (done.migrations, done.kept, done.postgres) == ([], None, done.postgres_before)


def test_a_service_is_stopped_first(folder: Path) -> None:
    lock = ServiceFolder(folder).lock()
    assert lock is not None
    try:
        with pytest.raises(ServiceError, match="stop it first"):
            upgrading.upgrade(Settings(data_dir=folder))
    finally:
        os.close(lock)


def test_an_interrupted_upgrade_does_not_begin_an_empty_database(folder: Path) -> None:
    data = folder / "postgres" / "data"
    data.rename(data.with_name("data-14"))
    with pytest.raises(ClusterError, match=r"Rename what it was, .*data-14,"):
        Cluster(folder).start()
    data.with_name("data-14").rename(data)


@pytest.mark.parametrize("major", [12, 99])
def test_which_postgresql_is_missing_is_said(tmp_path: Path, major: int) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text(f"{major}\n")
    server_account().own(data)
    with pytest.raises(ClusterError, match=f"apt-get install postgresql-{major} postgresql-{major}-postgis-3"):
        upgrading.upgrade(Settings(data_dir=tmp_path))
    assert (data / "PG_VERSION").read_text() == f"{major}\n"


def test_without_a_database_there_is_nothing_to_upgrade(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match="There is no database in"):
        upgrading.upgrade(Settings(data_dir=tmp_path))
