"""Bring a database to the current schema: numbered SQL files, each applied once, in order.

A small runner rather than a library: the files are plain SQL, there are no down-migrations, and what is
needed beyond that is one advisory lock and one checksum.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import psycopg

_LOCK = 0x6361746D  # any number will do, as long as every process uses the same

_JOURNAL = """
CREATE TABLE IF NOT EXISTS schema_migration (
    name     text PRIMARY KEY,
    checksum text        NOT NULL,
    applied  timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(Exception):
    """The database and the migrations of this release do not fit together."""


@dataclass(frozen=True)
class Migration:
    """One numbered SQL file."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, as hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def available() -> list[Migration]:
    """All migrations of this release, in order."""
    folder = files("catmaid_server").joinpath("sql", "migrations")
    found = [p for p in folder.iterdir() if p.name.endswith(".sql")]
    return [
        Migration(p.name.removesuffix(".sql"), p.read_text(encoding="utf-8"))
        for p in sorted(found, key=lambda p: p.name)
    ]


async def pending(dsn: str) -> list[str]:
    """Names of the migrations that the database lacks.

    Raises
    ------
    MigrationError
        If an applied migration has since been changed, or is unknown to this release.
    """
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        return [m.name for m in await _missing(connection)]


async def migrate(dsn: str) -> list[str]:
    """Apply what is missing, all in one transaction, and return the names.

    Safe to call from several processes at once. Raises `MigrationError` as `pending` does.
    """
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        await connection.execute(_JOURNAL)
        missing = await _missing(connection)
        for migration in missing:
            await connection.execute(migration.text)
            await connection.execute(
                "INSERT INTO schema_migration (name, checksum) VALUES (%s, %s)", (migration.name, migration.checksum)
            )
        return [m.name for m in missing]


async def _missing(connection: psycopg.AsyncConnection) -> list[Migration]:
    cursor = await connection.execute("SELECT to_regclass('schema_migration') IS NOT NULL")
    row = await cursor.fetchone()
    applied: dict[str, str] = {}
    if row is not None and row[0]:
        cursor = await connection.execute("SELECT name, checksum FROM schema_migration")
        applied = dict(await cursor.fetchall())
    known = available()
    unknown = sorted(set(applied) - {m.name for m in known})
    if unknown:
        raise MigrationError(
            f"This database was made by a newer release: it has {', '.join(unknown)}. "
            "Install that release, or use another data folder."
        )
    changed = [m.name for m in known if applied.get(m.name, m.checksum) != m.checksum]
    if changed:
        raise MigrationError(f"Migration {', '.join(changed)} is not the one this database was made with.")
    return [m for m in known if m.name not in applied]
