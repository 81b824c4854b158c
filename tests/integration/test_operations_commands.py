"""The commands of an administrator about a whole database: what they print, and their exit codes."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from catmaid_server.db.store import Store
from tests.helpers.arbors import Tracer
from tests.helpers.commands import Cli, command_line
from tests.helpers.database import create_database, drop_database
from tests.helpers.service import Service


@pytest.fixture
async def traced(module_service: Service) -> Store:
    await Tracer.of(module_service).chain(3)
    return module_service.store


@pytest.fixture
async def empty(server_dsn: str) -> AsyncIterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    await create_database(server_dsn, name)
    yield make_conninfo(server_dsn, dbname=name)
    await drop_database(server_dsn, name)


@pytest.fixture
def cli(traced: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setenv("CATMAID_DATABASE_URL", traced.dsn)
    monkeypatch.setenv("CATMAID_DATA_DIR", str(tmp_path / "data"))
    return command_line(monkeypatch, capsys)


def test_what_is_wrong_is_printed_with_what_mends_it(cli: Cli, traced: Store) -> None:
    code, output, _ = cli("check")
    assert (code, "WRONG" in output) == (0, False)
    with psycopg.connect(traced.dsn) as connection:
        connection.execute("SELECT begin_version(NULL, NULL, 'damage')")
        connection.execute("UPDATE skeleton_summary SET num_nodes = 1000")
    code, output, _ = cli("check")
    (wrong,) = [line for line in output.splitlines() if line.startswith("WRONG")]
    assert (code, "WRONG  summaries: " in wrong, "(skeleton_summary)" in wrong) == (1, True, True)
    assert "To mend: catmaid-jupyter rebuild" in output
    code, output, _ = cli("check", "--json")
    assert (code, [outcome["name"] for outcome in json.loads(output) if not outcome["holds"]]) == (1, ["summaries"])
    assert cli("rebuild")[0] == 0
    assert cli("check")[0] == 0


def test_a_backup_goes_to_another_database(cli: Cli, empty: str, tmp_path: Path) -> None:
    path = tmp_path / "one.backup"
    code, output, _ = cli("backup", path, "--images")
    assert (code, "and 0 files of images" in output) == (0, True)
    code, _, error = cli("backup", path)
    assert (code, "exists already" in error) == (1, True)
    assert json.loads(cli("backup", path, "--replace", "--json")[1])["path"] == str(path)
    assert "is whole: the state of" in cli("restore", path, "--dry-run")[1]
    code, _, error = cli("restore", path)
    assert (code, "The database is not empty" in error) == (1, True)
    code, output, _ = cli("restore", path, "--database-url", empty)
    assert (code, "Versions go on after" in output) == (0, True)
    code, output, _ = cli("check", "--database-url", empty)
    assert (code, "WRONG" in output) == (0, False)


def test_a_database_of_this_release_needs_no_upgrade(cli: Cli) -> None:
    assert cli("upgrade")[:2] == (0, "The schema is up to date.\n")


def test_a_database_of_something_else_is_not_backed_up(cli: Cli, empty: str, tmp_path: Path) -> None:
    code, _, error = cli("backup", tmp_path / "one.backup", "--database-url", empty)
    assert (code, "none of this service" in error) == (1, True)
    assert list(tmp_path.glob("*.backup")) == []


@pytest.mark.parametrize(
    "command", [("check",), ("rebuild",), ("backup", "file"), ("upgrade",), ("trim", "1", "--yes")]
)
def test_a_wrong_folder_does_not_become_a_database(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.delenv("CATMAID_DATABASE_URL")
    monkeypatch.chdir(tmp_path)
    code, _, error = cli(*command, "--data-dir", tmp_path / "mistyped")
    assert (code, "There is no database in" in error) == (1, True)
    assert not (tmp_path / "mistyped").exists()
