"""Migrations are applied once, in order, by whoever comes first; a database that does not fit is left alone."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from catmaid_server.db import migrations
from catmaid_server.db.migrations import Migration, MigrationError, available, migrate, pending
from tests.helpers.database import create_database, drop_database

NAMES = [migration.name for migration in available()]


@pytest.fixture
async def empty(server_dsn: str) -> AsyncIterator[str]:
    """DSN of a database without any table."""
    name = f"test_{secrets.token_hex(6)}"
    await create_database(server_dsn, name)
    yield make_conninfo(server_dsn, dbname=name)
    await drop_database(server_dsn, name)


@pytest.fixture
async def migrated(server_dsn: str, template: str) -> AsyncIterator[str]:
    """DSN of a database with all migrations."""
    name = f"test_{secrets.token_hex(6)}"
    await create_database(server_dsn, name, template)
    yield make_conninfo(server_dsn, dbname=name)
    await drop_database(server_dsn, name)


async def run(dsn: str, statement: LiteralString) -> None:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute(statement)


async def journal(dsn: str) -> list[tuple[Any, ...]]:
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        cursor = await connection.execute("SELECT name, checksum FROM schema_migration ORDER BY name")
        return await cursor.fetchall()


def test_migrations_are_numbered_without_gaps() -> None:
    assert [int(name[:4]) for name in NAMES] == list(range(1, len(NAMES) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+", name) for name in NAMES)


NEW_TABLE = """
CREATE TABLE note (id integer PRIMARY KEY, text text NOT NULL UNIQUE, version bigint NOT NULL);
CREATE TABLE note__history (id integer NOT NULL, text text, version bigint NOT NULL, ended_by bigint NOT NULL);
"""


def test_each_number_is_given_once() -> None:
    numbers = [name.partition("_")[0] for name in NAMES]
    assert numbers == [f"{number:04}" for number in range(1, 1 + len(NAMES))]


async def test_what_is_kept_of_the_catalog_follows_new_tables(migrated: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrations, "available", lambda: [*available(), Migration("9999_note", NEW_TABLE)])
    assert await migrate(migrated) == ["9999_note"]
    async with await psycopg.AsyncConnection.connect(migrated) as connection:
        cursor = await connection.execute("SELECT keys, kept FROM revertible_tables() WHERE name = 'note'")
        assert await cursor.fetchall() == [(["id"], ["id", "text"])]
        cursor = await connection.execute("SELECT cols, is_enforced FROM unique_values() WHERE name = 'note'")
        assert await cursor.fetchall() == [(["text"], True)]


def test_a_checksum_is_that_of_the_text() -> None:
    assert Migration("0001_x", "SELECT 1;").checksum == hashlib.sha256(b"SELECT 1;").hexdigest()


async def test_an_empty_database_gets_them_all_from_the_first_to_come(empty: str) -> None:
    """Two services start at once: one migrates, the other waits and finds nothing to do."""
    assert await pending(empty) == NAMES
    outcomes = await asyncio.gather(migrate(empty), migrate(empty), migrate(empty))
    assert sorted(outcomes) == [[], [], NAMES]
    assert await pending(empty) == []
    assert await journal(empty) == [(migration.name, migration.checksum) for migration in available()]


async def test_a_migrated_database_is_left_alone(migrated: str) -> None:
    before = await journal(migrated)
    assert await pending(migrated) == []
    assert await migrate(migrated) == []
    assert await journal(migrated) == before


@pytest.mark.parametrize("check", [migrate, pending])
async def test_a_changed_migration_is_refused(migrated: str, check: Any) -> None:
    await run(migrated, "UPDATE schema_migration SET checksum = 'other' WHERE name LIKE '0001_%'")
    with pytest.raises(MigrationError, match=NAMES[0]):
        await check(migrated)


@pytest.mark.parametrize("check", [migrate, pending])
async def test_a_database_of_a_newer_release_is_refused(migrated: str, check: Any) -> None:
    await run(migrated, "INSERT INTO schema_migration (name, checksum) VALUES ('9999_future', 'x')")
    with pytest.raises(MigrationError, match="9999_future"):
        await check(migrated)


async def test_a_migration_that_fails_leaves_nothing_behind(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [Migration("0001_good", "CREATE TABLE good ();"), Migration("0002_bad", "SELECT 1/0;")]
    monkeypatch.setattr("catmaid_server.db.migrations.available", lambda: broken)
    with pytest.raises(psycopg.errors.DivisionByZero):
        await migrate(empty)
    async with await psycopg.AsyncConnection.connect(empty) as connection:
        cursor = await connection.execute("SELECT to_regclass('good'), to_regclass('schema_migration')")
        assert await cursor.fetchone() == (None, None)


async def test_earlier_guests_may_write_with_api_tokens(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """0024: as those who apply a token to annotate may from then on."""
    before = [migration for migration in available() if migration.name < "0024"]
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "available", lambda: before)
        await migrate(empty)
    async with await psycopg.AsyncConnection.connect(empty) as connection:
        await connection.execute("SELECT begin_version(NULL, NULL, 'set up')")
        for name in ("guest", "sent away", "reader"):
            await connection.execute("INSERT INTO app_user (username) VALUES (%s)", (name,))
        await connection.execute("INSERT INTO project (title) VALUES ('shared')")
        await connection.execute(
            "INSERT INTO project_permission (project_id, user_id, permission)"
            " SELECT p.id, u.id, 'can_annotate' FROM project p, app_user u WHERE u.username <> 'reader'"
        )
        await connection.execute(
            "INSERT INTO project_token (project_id, user_id, name, needs_approval, default_permissions)"
            " SELECT p.id, min(u.id), 'token', false, '{can_annotate}' FROM project p, app_user u GROUP BY p.id"
        )
        await connection.execute(
            "INSERT INTO project_token_use (project_token_id, user_id, enabled)"
            " SELECT k.id, u.id, u.username <> 'sent away' FROM project_token k, app_user u"
        )
    assert await migrate(empty) == [name for name in NAMES if name >= "0024"]
    async with await psycopg.AsyncConnection.connect(empty) as connection:
        cursor = await connection.execute(
            "SELECT u.username FROM project_permission g JOIN app_user u ON u.id = g.user_id"
            " WHERE g.permission = 'can_annotate_with_token'"
        )
        assert await cursor.fetchall() == [("guest",)]
