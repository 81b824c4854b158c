"""Run PostgreSQL's own programs on a database: `pg_dump`, `pg_restore`, `psql`. No password is on a command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from catmaid_server.postgres.binaries import installations
from catmaid_server.service.folder import ServiceError
from catmaid_server.service.settings import Settings


def described(dsn: str) -> tuple[int, str]:
    """The major version of the PostgreSQL that serves a database, and the name of the database."""
    with psycopg.connect(dsn) as connection:
        return connection.info.server_version // 10000, connection.info.dbname


def client_program(name: str, settings: Settings, *, major: int) -> str:
    """Path of a program that fits a server of this major version or an older one.

    Raises `ServiceError`, which says what to install, if there is none.
    """
    folders = [i.folder for i in installations()] if settings.postgres_bin is None else [settings.postgres_bin]
    paths = [folder / name for folder in folders]
    if settings.postgres_bin is None and (on_path := shutil.which(name)) is not None:
        paths.append(Path(on_path))
    found = {path: version for path in paths if (version := _major_of(path)) is not None}
    fitting = [path for path, version in found.items() if version >= major]
    if not fitting:
        there = ", ".join(f"{version} in {path.parent}" for path, version in found.items()) or "none"
        raise ServiceError(
            f"The database is of PostgreSQL {major}, and {name} of this version or a newer one was not found (there is "
            f"{there}). Install it with\n    sudo apt-get install postgresql-client-{major}\n"
            "or name the folder of its programs in CATMAID_POSTGRES_BIN."
        )
    return str(min(fitting, key=lambda path: found[path]))


def libpq_environment(dsn: str) -> dict[str, str]:
    """Environment variables with which PostgreSQL's programs reach a database.

    Raises `ServiceError` for settings that these programs take only on the command line.
    """
    variables = {
        option.keyword.decode(): option.envvar.decode() for option in pq.Conninfo.get_defaults() if option.envvar
    }
    given = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if value is not None}
    if "sslpassword" in given:
        raise ServiceError("A key with a passphrase (sslpassword) cannot be used here: name one without in the URL.")
    return os.environ | {variables[name]: value for name, value in given.items() if name in variables}


def connection_argument(dsn: str, database: str) -> str:
    """The argument that names the database, with settings that have no environment variable; nothing secret."""
    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults() if option.envvar} | {"sslpassword"}
    rest = {name: str(value) for name, value in conninfo_to_dict(dsn).items() if name not in known}
    return f"--dbname={make_conninfo(**(rest | {'dbname': database}))}"


def last_line(text: bytes) -> str:
    """The line of a program's errors that says why it ended."""
    lines = [line.strip() for line in text.decode(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line or "FATAL" in line]
    return (telling or lines or ["it said nothing"])[0]


@cache
def _major_of(path: Path) -> int | None:
    """The major version of a program; None if it is not there or does not run."""
    try:
        done = subprocess.run([str(path), "--version"], capture_output=True, text=True, check=True, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.search(r"(\d+)", done.stdout)
    return None if version is None else int(version[1])
