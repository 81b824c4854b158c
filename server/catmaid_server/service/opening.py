"""Open the store of a data folder, whether its service runs or not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from catmaid_server.db.migrations import migrate, pending
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.postgres.cluster import Cluster
from catmaid_server.service.folder import ServiceError, ServiceFolder, write_atomically
from catmaid_server.service.settings import Settings


def embedded_cluster(settings: Settings) -> Cluster | None:
    """The embedded database of a data folder; None if the settings name another one."""
    if settings.database_url is not None:
        return None
    return Cluster(settings.folder, binaries=settings.postgres_bin)


def outside_dsn(settings: Settings) -> str:
    """Connection string of the database that the settings name. Raises `ServiceError` if it is malformed."""
    assert settings.database_url is not None
    try:
        return make_conninfo(settings.database_url.get_secret_value())
    except psycopg.ProgrammingError:
        raise ServiceError("The database URL is not one: try postgresql://user:password@host/database.") from None


async def set_up(dsn: str, folder: ServiceFolder, *, embedded: bool, pool_size: int = 1) -> Store:
    """Bring a database to the current schema, make its first users, and open it.

    An outside database is migrated only when told to: for it, `ServiceError` if that is due. Writes the token of
    `admin` into the data folder, for clients of this machine.
    """
    if embedded:
        await migrate(dsn)
    elif missing := await pending(dsn):
        raise ServiceError(f"The database lacks {len(missing)} migrations; apply them with 'catmaid-jupyter migrate'.")
    store = await Store.open(dsn, pool_size=pool_size, disk=folder.path if embedded else None)
    with folder.setting_up():
        await _ensure_admin(store, folder)
    return store


@asynccontextmanager
async def opened_store(settings: Settings, *, pool_size: int = 4) -> AsyncIterator[Store]:
    """The store of a data folder; an embedded database that was not running ends with the block."""
    folder = ServiceFolder(settings.folder)
    folder.make()
    cluster = embedded_cluster(settings)
    dsn = outside_dsn(settings) if cluster is None else cluster.start()
    try:
        store = await set_up(dsn, folder, embedded=cluster is not None, pool_size=pool_size)
        try:
            yield store
        finally:
            await store.close()
    finally:
        if cluster is not None:
            cluster.stop()


async def migrate_store(settings: Settings) -> list[str]:
    """Apply the migrations that a data folder's database lacks and return their names."""
    folder = ServiceFolder(settings.folder)
    folder.make()
    cluster = embedded_cluster(settings)
    dsn = outside_dsn(settings) if cluster is None else cluster.start()
    try:
        return await migrate(dsn)
    finally:
        if cluster is not None:
            cluster.stop()


async def _ensure_admin(store: Store, folder: ServiceFolder) -> None:
    if folder.admin_token.exists():
        async with store.reading() as connection:
            if await users.user_by_token(connection, folder.admin_token.read_text().strip()) is not None:
                return
    async with store.writing(user_id=None, project_id=None, label="users.bootstrap") as tx:
        token = await users.bootstrap(tx)
        if token is None:
            admin = await users.require_user(tx, "admin")
            token = await users.issue_token(tx, admin.id, "for clients of this data folder")
    write_atomically(folder.admin_token, f"{token}\n".encode(), mode=0o600)
