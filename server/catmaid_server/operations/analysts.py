"""Sessions that read the database with SQL, in a role that sees no secrets and writes nothing."""

from __future__ import annotations

import asyncio
import subprocess

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from catmaid_server.db.migrations import pending
from catmaid_server.db.queries import load
from catmaid_server.operations.programs import (
    client_program,
    connection_argument,
    described,
    libpq_environment,
)
from catmaid_server.service.folder import ServiceError
from catmaid_server.service.settings import Settings

sql = load("operations/analysts")

ROLE = "catmaid_analyst"
PRIVATE_TABLES = [
    "client_datum",
    "edit_answer",
    "identity",
    "identity_membership",
    "login_session",
    "message",
    "program_sign_in",
    "wrong_password",
]
SECRET_COLUMNS = [
    "app_user.password",
    "app_user.email",
    "api_token.digest",
    "api_token.ending",
    "deep_link.password",
    "project_token.token",
    "project_token.email",
]
"""As `table.column`; they are secret in the history, too."""


def grant_reading(dsn: str) -> None:
    """Make the role unless it exists, and let it read what there is now, but for secrets.

    Raises `ServiceError` with what an administrator of the database has to do if the user of `dsn` may not, or if
    migrations are due.
    """
    if missing := asyncio.run(pending(dsn)):
        raise ServiceError(f"The database lacks {len(missing)} migrations; apply them with 'catmaid-jupyter migrate'.")
    with psycopg.connect(dsn) as connection:
        user = connection.info.user
        try:
            row = connection.execute(sql.has_role).fetchone()
            exists, is_member = (False, False) if row is None else row
            if not exists:
                connection.execute(sql.create_role)
            if not is_member:
                connection.execute(sql.join_role)
            if not exists:
                connection.execute(sql.set_read_only)
        except psycopg.errors.InsufficientPrivilege:
            raise ServiceError(
                f"The user {user} of the database may not make the role {ROLE}. Have an administrator of the database "
                f"run: CREATE ROLE {ROLE} LOGIN; GRANT {ROLE} TO {user};"
            ) from None
        connection.execute(sql.grants, {"private_tables": PRIVATE_TABLES, "secret_columns": SECRET_COLUMNS})


def analyst_dsn(dsn: str) -> str:
    """Connection string of the role, without a password."""
    kept = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if not name.endswith("password")}
    kept.pop("passfile", None)
    return make_conninfo(**kept | {"user": ROLE})


def run_psql(dsn: str, settings: Settings, arguments: list[str]) -> int:
    """Run `psql` in the role until its end, and return its exit code.

    The private database lets the role in; elsewhere the user of `dsn` acts as the role, which may have no password.
    """
    grant_reading(dsn)
    major, database = described(dsn)
    if settings.database_url is None:
        session = analyst_dsn(dsn)
    else:
        options = f"{conninfo_to_dict(dsn).get('options') or ''} -c role={ROLE} -c default_transaction_read_only=on"
        session = make_conninfo(dsn, options=options.strip())
    command = [client_program("psql", settings, major=major), connection_argument(session, database), *arguments]
    return subprocess.run(command, check=False, env=libpq_environment(session)).returncode
