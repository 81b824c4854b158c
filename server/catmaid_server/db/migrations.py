"""Bring a database to the current schema: numbered SQL files, each applied once, in order.

A small runner rather than a library: the files are plain SQL, there are no down-migrations, and what is
needed beyond that is one advisory lock and one checksum.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from psycopg import sql

_LOCK = 0x6361746D  # any number will do, as long as every process uses the same

_JOURNAL = """
CREATE TABLE IF NOT EXISTS schema_migration (
    name     text PRIMARY KEY,
    checksum text        NOT NULL,
    applied  timestamptz NOT NULL DEFAULT now()
)
"""


_NOTE = """
INSERT INTO schema_migration (name, checksum) VALUES (%s, %s)
ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum
"""

_KEPT_VIEWS = """
SELECT oid::regclass::text FROM pg_class
 WHERE relkind = 'm' AND relnamespace = 'public'::regnamespace ORDER BY oid
"""
"""What is kept of the system catalog, in an order in which each depends on those before it."""

_EARLIER_TEXTS: dict[tuple[str, str], str | None] = {
    ("0024_accounts", "42b534e0504a6ef22edc11fcb15bb2c56363d80b769fad81c5e4d219bb1ee77f"): "0024_accounts",
    ("0024_accounts", "8ca9ac5d3cfb743d7ea0017527bbf380dc22f1962fbfc76faabbc8d5e37a5286"): None,
}
"""Texts that migrations had between releases, by name and checksum: the file of `sql/migrations/mends` that does what
they left out, or None if they did all (the second let owners of forks write with API tokens, which they may anyway)."""


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


@dataclass(frozen=True)
class _Step:
    """A migration, and what of it a database lacks."""

    migration: Migration
    text: str


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
        return [step.migration.name for step in await _missing(connection)]


async def migrate(dsn: str) -> list[str]:
    """Apply what is missing, all in one transaction, and return the names.

    Safe to call from several processes at once. Raises `MigrationError` as `pending` does.
    """
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.execute("SELECT pg_advisory_xact_lock(%s)", (_LOCK,))
        await connection.execute(_JOURNAL)
        missing = await _missing(connection)
        for step in missing:
            await connection.execute(step.text)
            await connection.execute(_NOTE, (step.migration.name, step.migration.checksum))
        if missing:
            await _renew_views(connection)
        return [step.migration.name for step in missing]


async def _renew_views(connection: psycopg.AsyncConnection) -> None:
    for (view,) in await (await connection.execute(_KEPT_VIEWS)).fetchall():
        await connection.execute(sql.SQL("REFRESH MATERIALIZED VIEW {}").format(sql.Identifier(view)))


async def _missing(connection: psycopg.AsyncConnection) -> list[_Step]:
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
            f"This database was made by a newer release, or between two releases: it has {', '.join(unknown)}. "
            "Install that release, or use another data folder."
        )
    changed = [m.name for m in known if m.name in applied and not _is_known_text(m, applied[m.name])]
    if changed:
        raise MigrationError(
            f"Migration {', '.join(changed)} is not the one this database was made with, as happens between releases: "
            "what it lacks is not known. Start the release that made it, take its projects out with "
            "'catmaid-jupyter export catmaid', and bring them into a new data folder with "
            "'catmaid-jupyter import catmaid'."
        )
    return [_step(m, applied.get(m.name)) for m in known if applied.get(m.name) != m.checksum]


def _is_known_text(migration: Migration, checksum: str) -> bool:
    return checksum == migration.checksum or (migration.name, checksum) in _EARLIER_TEXTS


def _step(migration: Migration, applied: str | None) -> _Step:
    """What is to be done of a migration of which a text with the checksum `applied` was applied, or none."""
    if applied is None:
        return _Step(migration, migration.text)
    mend = _EARLIER_TEXTS[migration.name, applied]
    if mend is None:
        return _Step(migration, "")
    path = files("catmaid_server").joinpath("sql", "migrations", "mends", f"{mend}.sql")
    return _Step(migration, path.read_text(encoding="utf-8"))
