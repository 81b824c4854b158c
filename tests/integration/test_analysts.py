"""Analysts read everything but secrets, and write nothing."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from catmaid_server.cli.main import main
from catmaid_server.db.store import Store
from catmaid_server.operations import analysts

SECRET = re.compile(r"password|digest|^token$|secret|email|^ending$|^body$")
READABLE = """
SELECT n.nspname, c.relname, a.attname, has_column_privilege('catmaid_analyst', c.oid, a.attnum, 'SELECT'),
       has_table_privilege('catmaid_analyst', c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
 WHERE n.nspname IN ('public', 'past') AND c.relkind IN ('r', 'v')
"""


@pytest.fixture
def role_dsn(module_store: Store) -> str:
    analysts.grant_reading(module_store.dsn)
    analysts.grant_reading(module_store.dsn)
    return make_conninfo(module_store.dsn, options=f"-c role={analysts.ROLE}")


def test_every_table_is_readable_but_for_secrets(module_store: Store, role_dsn: str) -> None:
    with psycopg.connect(module_store.dsn) as connection:
        found = connection.execute(READABLE).fetchall()
    assert {(schema, table) for schema, table, *_, writable in found if writable} == set()
    hidden = {(table, column) for _, table, column, readable, _ in found if not readable}
    names = {
        (table, column)
        for _, table, column, *_ in found
        if SECRET.search(column) or re.sub("__(with_)?history$", "", table) in analysts.PRIVATE_TABLES
    }
    assert hidden == names


@pytest.mark.parametrize("statement", [
    "SELECT password FROM app_user",
    "SELECT digest FROM past.api_token",
    "SELECT token FROM project_token__with_history",
    "SELECT email FROM project_token",
    "SELECT body FROM edit_answer",
    "INSERT INTO user_group (name) VALUES ('mine')",
    "SELECT begin_version(NULL, NULL, 'mine')",
    "SELECT setval('concept_id_seq', 1)",
    "CREATE TABLE mine ()",
])  # fmt: skip
def test_the_rest_is_denied(role_dsn: str, statement: str) -> None:
    with psycopg.connect(role_dsn) as connection:
        connection.execute("SET TRANSACTION READ WRITE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement.encode())


def test_the_present_and_the_past_are_read(role_dsn: str) -> None:
    with psycopg.connect(role_dsn) as connection:
        assert connection.execute("SELECT count(*) FROM treenode").fetchone() == (0,)
        connection.execute("SET LOCAL search_path = past, public")
        connection.execute("SET LOCAL catmaid.as_of = '1'")
        assert connection.execute("SELECT username FROM app_user ORDER BY 1").fetchall()[1:] == [("admin",)]


def test_who_may_not_make_the_role_is_told_what_to_ask_for(module_store: Store) -> None:
    with psycopg.connect(module_store.dsn) as connection:
        connection.execute("CREATE ROLE catmaid_nobody")
        connection.execute("GRANT SELECT ON schema_migration TO catmaid_nobody")
        connection.commit()
        dsn = make_conninfo(module_store.dsn, options="-c role=catmaid_nobody")
        with pytest.raises(Exception, match=r"CREATE ROLE catmaid_analyst LOGIN; GRANT catmaid_analyst TO"):
            analysts.grant_reading(dsn)
        connection.execute("DROP OWNED BY catmaid_nobody")
        connection.execute("DROP ROLE catmaid_nobody")


def test_the_command(
    module_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["catmaid-jupyter", "psql", "--data-dir", str(tmp_path), *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capfd.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    monkeypatch.setenv("CATMAID_DATABASE_URL", make_conninfo(module_store.dsn, password="s3cret"))
    assert run("--", "-Atc", "SELECT current_user, current_setting('transaction_read_only')")[:2] == (
        0,
        "catmaid_analyst|on\n",
    )
    code, _, error = run("--", "-c", "SELECT password FROM app_user")
    assert (code, "permission denied" in error) == (1, True)
    code, output, error = run("--dsn")
    assert (code, "\\password catmaid_analyst" in error) == (0, True)
    described = conninfo_to_dict(output)
    assert described["user"] == "catmaid_analyst"
    assert "s3cret" not in output
    assert run("--dsn", "--", "-c", "SELECT 1")[0] == 2
    monkeypatch.delenv("CATMAID_DATABASE_URL")
    assert "There is no database in" in run("--dsn")[2]
