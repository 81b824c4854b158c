"""Open the database of a data folder as it is, without making or migrating it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import psycopg

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.service.folder import ServiceError
from catmaid_server.service.opening import embedded_cluster, opened_store, outside_dsn
from catmaid_server.service.settings import Settings


def require_database(settings: Settings) -> None:
    """Raise `ServiceError` if the data folder has no database, and no other one is named."""
    if settings.database_url is None and not (settings.folder / "postgres" / "data").is_dir():
        raise ServiceError(f"There is no database in {settings.folder}; choose its folder with --data-dir.")


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """Connection string of the database, whatever its schema; a server that did not run is stopped after the block."""
    require_database(settings)
    cluster = embedded_cluster(settings)
    if cluster is None:
        yield outside_dsn(settings)
        return
    try:
        yield cluster.start()
    finally:
        cluster.stop()


@asynccontextmanager
async def existing_store(settings: Settings) -> AsyncIterator[Store]:
    """As `opened_store`, for a database that is there."""
    require_database(settings)
    async with opened_store(settings, pool_size=2) as store:
        yield store


@asynccontextmanager
async def operating(settings: Settings, label: str) -> AsyncIterator[Connection]:
    """A transaction in the name of the superuser on a database that is there, as one version."""
    async with existing_store(settings) as store:
        async with store.reading() as connection:
            admin = await users.require_user(connection, "admin")
        async with store.writing(user_id=admin.id, project_id=None, label=label) as tx:
            yield tx


@asynccontextmanager
async def one_snapshot(dsn: str) -> AsyncIterator[Connection]:
    """A connection whose statements all see the same state, and write nothing."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        yield connection
        await connection.rollback()
