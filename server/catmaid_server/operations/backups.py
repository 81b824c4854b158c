"""Back up a database in use into one file that holds one consistent state, with images if wanted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import psycopg
from pydantic import SecretStr

from catmaid_server.db.queries import load
from catmaid_server.http.catmaid.version import own_version
from catmaid_server.operations.archive import FORMAT, ArchiveWriter, BackupError, Manifest, new_archive
from catmaid_server.operations.databases import running_database
from catmaid_server.operations.programs import (
    client_program,
    connection_argument,
    described,
    last_line,
    libpq_environment,
)
from catmaid_server.service.settings import Settings

sql = load("operations/backups")

DATABASE = "database.dump"
OUR_SCHEMAS = ["public", "past"]
IMAGES = "stacks"
PORT = "service.port"

_CHUNK_BYTES = 1024**2
_LEFT_OUT = ("login_session", "packed_skeleton", "wrong_password")
_NOT_KEPT = {
    "data_dir",
    "database_url",
    "postgres_bin",
    "backup_folder",
    "oidc_client_secret_file",
    "orcid_client_secret_file",
    "github_client_secret_file",
    "smtp_password_file",
}


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was taken."""

    path: str
    size: int
    version: int
    """It has all versions up to this one, and of later ones what was committed by then."""
    images: int
    """Files of images in it."""
    left_out: list[str]
    """Images that are links, which a backup does not follow."""


def back_up(settings: Settings, path: Path, *, images: bool = False, replace: bool = False) -> Backup:
    """Write the state of the database to a new file, and the images of the data folder if wanted.

    Raises `BackupError` or `ServiceError`; then no file is written, and one that was to be replaced stays.
    """
    with new_archive(path, replace=replace) as archive, running_database(settings) as dsn:
        manifest = _dump(dsn, settings, archive)
        port = settings.folder / PORT
        if port.is_file():
            archive.add(PORT, [port.read_bytes()])
        left_out = list(_add_images(archive, settings.folder / IMAGES)) if images else []
        archive.finish(manifest)
    members = [member.name for member in archive.members]
    return Backup(
        path=str(path),
        size=path.stat().st_size,
        version=manifest.settled_version,
        images=sum(name.startswith(f"{IMAGES}/") for name in members),
        left_out=left_out,
    )


def _dump(dsn: str, settings: Settings, archive: ArchiveWriter) -> Manifest:
    with psycopg.connect(dsn, autocommit=True) as connection:
        if not _value(connection, sql.has_migrations):
            raise BackupError("The database is none of this service: it has no table schema_migration.")
        knows_settled = _value(connection, sql.has_settled_versions)
        settled = _value(connection, sql.newest_settled) if knows_settled else 0
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            snapshot = _value(connection, sql.export_snapshot)
            newest = _value(connection, sql.newest)
            pinned = _value(connection, sql.newest_pinned) if knows_settled else newest
            manifest = Manifest(
                format=FORMAT,
                made=datetime.now(UTC).isoformat(timespec="seconds"),
                release=own_version(),
                postgres=connection.info.server_version // 10000,
                postgis=_value(connection, sql.postgis) or "",
                migrations=[name for (name,) in connection.execute(sql.migrations)],
                settled_version=max(settled, pinned),
                newest_version=newest,
                settings=_kept_settings(settings),
            )
            schemas = [name for (name,) in connection.execute(sql.schemas, {"names": OUR_SCHEMAS})]
            archive.add(DATABASE, dumped(dsn, settings, schemas=schemas, snapshot=snapshot))
    return manifest


def dumped(dsn: str, settings: Settings, *, schemas: list[str], snapshot: str | None = None) -> Iterator[bytes]:
    """The output of `pg_dump` in its custom format, of an exported snapshot or the present.

    Raises `BackupError` with its reason if it ends badly.
    """
    major, database = described(dsn)
    command = [
        client_program("pg_dump", settings, major=major),
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--no-password",
        *([] if snapshot is None else [f"--snapshot={snapshot}"]),
        *(f"--schema={name}" for name in schemas),
        *(f"--exclude-table-data={name}" for name in _LEFT_OUT),
        connection_argument(dsn, database),
    ]
    with TemporaryFile() as errors, _running(command, dsn, errors) as process:
        assert process.stdout is not None
        while chunk := process.stdout.read(_CHUNK_BYTES):
            yield chunk
        if process.wait() != 0:
            errors.seek(0)
            raise BackupError(f"pg_dump did not succeed: {last_line(errors.read())}")


@contextmanager
def _running(command: list[str], dsn: str, errors: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A program whose output is read; it does not outlive the block."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, env=libpq_environment(dsn)
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate()


def _add_images(archive: ArchiveWriter, folder: Path) -> Iterator[str]:
    """Add every file below a folder; gives the links, which are left out."""
    for path in sorted(folder.rglob("*")):
        name = f"{IMAGES}/{path.relative_to(folder).as_posix()}"
        if path.is_symlink():
            yield name
        elif path.is_file():
            archive.add(name, _read(path))


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _kept_settings(settings: Settings) -> dict[str, str]:
    """Settings that are not the defaults, but for places of this machine and secrets."""
    return {
        name: str(value)
        for name, value in settings.model_dump(exclude_defaults=True, exclude=_NOT_KEPT).items()
        if not isinstance(value, SecretStr)
    }


def _value(connection: psycopg.Connection[Any], query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return None if row is None else row[0]
