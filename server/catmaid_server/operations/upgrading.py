"""Upgrade a data folder to this release, and to the newest PostgreSQL of this machine. The old database is kept."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

import psycopg

from catmaid_server.db import migrations
from catmaid_server.db.queries import load
from catmaid_server.operations.archive import BackupError
from catmaid_server.operations.backups import OUR_SCHEMAS, dumped
from catmaid_server.operations.databases import require_database, running_database
from catmaid_server.operations.restoring import load_dump
from catmaid_server.postgres.binaries import Installation, PostgresMissing, find_installation
from catmaid_server.postgres.cluster import Cluster, ClusterError
from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.settings import Settings

sql = load("operations/backups")

_STAGING = "upgrading"
_CHUNK_BYTES = 1024**2


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The result of an upgrade."""

    migrations: list[str]
    postgres_before: int | None
    """Major version of PostgreSQL that made the data folder; None for a database elsewhere."""
    postgres: int | None
    kept: str | None
    """Folder of the database as it was, which may be deleted; None if PostgreSQL stayed the same."""


def upgrade(settings: Settings) -> Upgrade:
    """Move the database of a data folder to the newest PostgreSQL of this machine, and apply missing migrations.

    A database elsewhere gets the migrations only. Raises `ServiceError` while a service runs on the folder,
    `ClusterError` if a PostgreSQL is missing, with what to install.
    """
    require_database(settings)
    with _claimed(settings):
        before = after = kept = None
        if settings.database_url is None:
            before = _major_of(settings.folder)
            newest = _newest(settings)
            after = max(before, newest.major)
            if newest.major > before:
                kept = move_cluster(settings, newest)
        with running_database(settings) as dsn:
            applied = asyncio.run(migrations.migrate(dsn))
    return Upgrade(applied, before, after, None if kept is None else str(kept))


def move_cluster(settings: Settings, installation: Installation) -> Path:
    """Copy the database of a data folder into a new cluster of another PostgreSQL, and put that in its place.

    Returns the folder of the old one. The old server is needed, too: it reads what it wrote. Call with the lock of
    the folder held.
    """
    data = settings.folder / "postgres" / "data"
    kept = _free(data.with_name(f"data-{_major_of(settings.folder)}"))
    staging = settings.folder / _STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    old, new = Cluster(settings.folder), Cluster(staging, binaries=installation.folder)
    try:
        source = old.start()
        before = _newest_version(source)
        _copy(source, new.start(), settings.model_copy(update={"postgres_bin": installation.folder}))
        if _newest_version(source) != before or not old.stop():
            raise ServiceError(f"Another program uses the database of {settings.folder}: end it, and upgrade again.")
        new.stop()
        data.rename(kept)
        try:
            (staging / "postgres" / "data").rename(data)
        except OSError:
            kept.rename(data)
            raise
    finally:
        new.stop()
        old.stop()
        shutil.rmtree(staging, ignore_errors=True)
    return kept


def _copy(source: str, target: str, settings: Settings) -> None:
    """Copy all of a database, with the programs of the newer PostgreSQL."""
    with TemporaryFile() as dump:
        for chunk in dumped(source, settings, schemas=OUR_SCHEMAS):
            dump.write(chunk)

        def chunks() -> Iterator[bytes]:
            dump.seek(0)
            while chunk := dump.read(_CHUNK_BYTES):
                yield chunk

        with psycopg.connect(target) as connection:
            connection.execute(sql.extension_postgis)
            connection.execute(sql.extension_pg_trgm)
        load_dump(chunks, target, settings)
    with psycopg.connect(target, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _newest_version(dsn: str) -> int:
    with psycopg.connect(dsn) as connection:
        row = connection.execute(sql.newest).fetchone()
    return 0 if row is None else int(row[0])


@contextmanager
def _claimed(settings: Settings) -> Iterator[None]:
    """No service runs on the data folder meanwhile."""
    folder = ServiceFolder(settings.folder)
    folder.make()
    lock = folder.lock()
    if lock is None:
        raise ServiceError(f"A service runs on {folder.path}: stop it first, with 'catmaid-jupyter stop'.")
    try:
        yield
    finally:
        os.close(lock)


def _newest(settings: Settings) -> Installation:
    try:
        return find_installation(folder=settings.postgres_bin)
    except PostgresMissing as error:
        raise ClusterError(str(error)) from None


def _major_of(folder: Path) -> int:
    version_file = folder / "postgres" / "data" / "PG_VERSION"
    try:
        return int(version_file.read_text())
    except (FileNotFoundError, ValueError):
        raise BackupError(f"{version_file.parent} is not the folder of a PostgreSQL database.") from None


def _free(path: Path) -> Path:
    """The path itself, or the next with a number that is free."""
    number = 1
    free = path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free
