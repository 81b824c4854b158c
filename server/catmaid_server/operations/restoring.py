"""Restore a backup into a new data folder or an empty database: all of it, or nothing."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile, TemporaryFile

import psycopg

from catmaid_server.db import migrations
from catmaid_server.db.queries import load
from catmaid_server.operations import backups
from catmaid_server.operations.archive import Archive, BackupError, Manifest
from catmaid_server.operations.programs import (
    client_program,
    connection_argument,
    described,
    last_line,
    libpq_environment,
)
from catmaid_server.postgres.binaries import find_installation
from catmaid_server.postgres.cluster import Cluster
from catmaid_server.service.folder import ServiceFolder
from catmaid_server.service.opening import outside_dsn
from catmaid_server.service.settings import Settings

sql = load("operations/backups")

STAGING = "restoring"
_ALLOWED_IN_EMPTY = {STAGING, "lost+found", "logs", "service.lock", "setup.lock"}


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and the version after which new ones follow."""

    made: str
    """Time of the state, ISO 8601, UTC."""
    settled_version: int
    """All versions up to this one are there."""
    version: int | None
    """The version of the restore, after which new ones follow; None if nothing was written."""
    images: int
    settings: dict[str, str]
    """Settings that the service had and that are not kept in its data."""


def restore(settings: Settings, path: Path, *, moved: bool = False, dry_run: bool = False) -> Restored:
    """Restore a backup after all its checksums were compared.

    Parameters
    ----------
    settings
        Where: a new data folder, or an empty database.
    path
        The file of the backup.
    moved
        True if the old service wrote nothing after the backup was taken: then ids and versions continue without a
        gap. Else those that it may have given since are skipped.
    dry_run
        Only compare the checksums.

    Raises
    ------
    BackupError, ServiceError
        If the file is damaged, or the target is not empty; then nothing was written.
    """
    archive = Archive(path)
    try:
        manifest = archive.manifest
        _require_known(manifest)
        archive.verify()
        images = [member.name for member in manifest.members if member.name.startswith(f"{backups.IMAGES}/")]
        outcome = Restored(manifest.made, manifest.settled_version, None, len(images), manifest.settings)
        if dry_run:
            return outcome
        with _claimed(settings, with_images=bool(images)) as staging:
            if settings.database_url is None:
                version = _into_cluster(archive, settings, staging, moved=moved)
            else:
                version = _into_database(archive, outside_dsn(settings), settings, moved=moved)
            _extract(archive, images if settings.database_url else [*images, backups.PORT], staging)
            _put_in_place(staging, settings.folder)
        return replace(outcome, version=version)
    finally:
        archive.close()


def _require_known(manifest: Manifest) -> None:
    known = {migration.name for migration in migrations.available()}
    unknown = [name for name in manifest.migrations if name not in known]
    if unknown:
        raise BackupError(
            f"The backup is of release {manifest.release}, which is newer: this one does not know {', '.join(unknown)}."
        )


@contextmanager
def _claimed(settings: Settings, *, with_images: bool) -> Iterator[Path]:
    """A folder in the data folder to prepare everything in; no service starts meanwhile.

    What was made is removed if the block fails.
    """
    folder = ServiceFolder(settings.folder)
    existed = folder.path.exists()
    if existed and settings.database_url is None:
        found = sorted({path.name for path in folder.path.iterdir()} - _ALLOWED_IN_EMPTY)
        if found:
            raise BackupError(
                f"The data folder {folder.path} is not empty (it has {', '.join(found[:5])}): "
                "name a new one with --data-dir."
            )
    if with_images and (folder.path / backups.IMAGES).exists():
        raise BackupError(f"There are images in {folder.path / backups.IMAGES}: name a new folder with --data-dir.")
    folder.make()
    lock = folder.lock()
    if lock is None:
        raise BackupError(f"A service runs on {folder.path}: stop it first, or name another folder with --data-dir.")
    staging = folder.path / STAGING
    try:
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        yield staging
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        if not existed:
            shutil.rmtree(folder.path, ignore_errors=True)
        raise
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        os.close(lock)


def _into_cluster(archive: Archive, settings: Settings, staging: Path, *, moved: bool) -> int:
    """Restore into a new private cluster, which is stopped at the end."""
    installation = find_installation(folder=settings.postgres_bin)
    if installation.major < archive.manifest.postgres:
        raise BackupError(
            f"The backup is of PostgreSQL {archive.manifest.postgres}, and PostgreSQL {installation.major} cannot read "
            f"it: install PostgreSQL {archive.manifest.postgres} or a newer one, with PostGIS."
        )
    cluster = Cluster(staging, binaries=settings.postgres_bin)
    try:
        return _into_database(archive, cluster.start(), settings, moved=moved)
    finally:
        cluster.stop()


def _into_database(archive: Archive, dsn: str, settings: Settings, *, moved: bool) -> int:
    major, _ = described(dsn)
    if major < archive.manifest.postgres:
        raise BackupError(
            f"The backup is of PostgreSQL {archive.manifest.postgres}; a database of PostgreSQL {major} cannot take it."
        )
    with psycopg.connect(dsn) as connection:
        row = connection.execute(sql.occupied).fetchone()
        if row is not None and row[0]:
            raise BackupError("The database is not empty: name a new one, such as `createdb` makes.")
        connection.execute(sql.extension_postgis)
        connection.execute(sql.extension_pg_trgm)
    load_dump(lambda: archive.chunks(backups.DATABASE), dsn, settings)
    try:
        asyncio.run(migrations.migrate(dsn))
        return _go_on(dsn, archive.manifest, moved=moved)
    except (migrations.MigrationError, psycopg.Error) as error:
        raise BackupError(
            f"The backup was loaded but cannot be used: {error} If it is in a database of yours, drop that before you "
            "try again."
        ) from None


def load_dump(chunks: Callable[[], Iterator[bytes]], dsn: str, settings: Settings) -> None:
    """Load a dump, whose content `chunks` gives at each call, into a database without tables, in one transaction.

    Raises `BackupError` with the reason of `pg_restore`.
    """
    major, database = described(dsn)
    program = client_program("pg_restore", settings, major=major)
    with NamedTemporaryFile() as wanted:
        listed = _fed([program, "--list"], chunks(), libpq_environment(dsn))
        wanted.write(b"".join(line for line in listed.splitlines(keepends=True) if b"SCHEMA - public " not in line))
        wanted.flush()
        command = [
            program,
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--no-password",
            f"--use-list={wanted.name}",
            connection_argument(dsn, database),
        ]
        _fed(command, chunks(), libpq_environment(dsn))


def _fed(command: list[str], chunks: Iterator[bytes], environment: dict[str, str]) -> bytes:
    """The output of a program that reads these bytes, or as many of them as it wants."""
    with TemporaryFile() as output, TemporaryFile() as errors:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output, stderr=errors, env=environment)
        assert process.stdin is not None
        try:
            with contextlib.suppress(BrokenPipeError):  # it has what it needs, or says why not
                for chunk in chunks:
                    process.stdin.write(chunk)
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
        if process.returncode != 0:
            errors.seek(0)
            raise BackupError(f"pg_restore did not succeed: {last_line(errors.read())}")
        output.seek(0)
        return output.read()


def _go_on(dsn: str, manifest: Manifest, *, moved: bool) -> int:
    """Open a version after all that the old service may have given, and return it."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
    with psycopg.connect(dsn) as connection:
        if not moved:
            connection.execute(sql.skip_ids)
        note = f"from a backup of version {manifest.newest_version}, taken at {manifest.made}"
        row = connection.execute(sql.open_version, {"note": note}).fetchone()
        assert row is not None
        if not moved:
            connection.execute(sql.add_unreadable, {"settled": manifest.settled_version})
        return int(row[0])


def _extract(archive: Archive, names: list[str], staging: Path) -> None:
    """Write members of the archive below a folder."""
    known = {member.name for member in archive.manifest.members}
    for name in filter(known.__contains__, names):
        parts = PurePosixPath(name)
        if parts.is_absolute() or ".." in parts.parts:
            raise BackupError(
                f"{archive.path} is no backup of this service: {name} would be outside of the data folder."
            )
        target = staging / parts
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as file:
            for chunk in archive.chunks(name):
                file.write(chunk)


def _put_in_place(staging: Path, folder: Path) -> None:
    """Move what was prepared into the data folder, the database last: without it there is nothing to serve."""
    for name in (backups.IMAGES, backups.PORT, "postgres"):
        if (staging / name).exists():
            (staging / name).replace(folder / name)
