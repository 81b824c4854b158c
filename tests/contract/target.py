"""The target that the conformance kit's `replay.py` drives: our application on a scratch database.

    python replay.py --target tests.contract.target:Target

The environment variable CATMAID_TEST_DSN names a PostgreSQL server (libpq connection string) on which the target may
make a database of its own; without it the target starts a private cluster that ends with it.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import psycopg
from aiohttp import web
from psycopg import sql
from psycopg.conninfo import make_conninfo

from catmaid_server.auth import sessions
from catmaid_server.db.migrations import migrate
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import login_sessions
from catmaid_server.http import keys
from catmaid_server.http.app import create_app
from catmaid_server.http.app_options import AppOptions
from catmaid_server.routes import all_routes
from tests.contract import base_state, side_changes

SNAPSHOT = Path(__file__).with_name("snapshot.sql")
SECRET = b"conformance"


class Target:
    """Serves one application on one database, which goes back to the base state for every sequence."""

    def __init__(self, server_dsn: str | None = None) -> None:
        self._server_dsn = server_dsn or os.environ.get("CATMAID_TEST_DSN")
        self._resources = AsyncExitStack()
        self._connection: psycopg.AsyncConnection[Any]
        self._app: web.Application
        self._catalogue: base_state.Catalogue

    async def start(self, base: Path) -> str:
        """Make and fill a database, serve it, and return the base URL."""
        dsn = await self._database(self._server_dsn or self._private_cluster())
        await migrate(dsn)
        self._connection = await self._resources.enter_async_context(
            await psycopg.AsyncConnection.connect(dsn, autocommit=True)
        )
        self._catalogue = await base_state.load_base(self._connection, base_state.read_tables(base))
        await self._connection.execute(SNAPSHOT.read_bytes())
        store = await self._resources.enter_async_context(Store.opened(dsn, pool_size=4))
        folder = self._resources.enter_context(tempfile.TemporaryDirectory(prefix="catmaid-"))
        self._app = create_app(store, all_routes(), AppOptions(secret=SECRET, data_dir=Path(folder), approval=False))
        runner = web.AppRunner(self._app, shutdown_timeout=1)
        await runner.setup()
        self._resources.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def reset(self) -> None:
        """Put every row and counter back."""
        await self._connection.execute("SELECT snapshot.restore()")
        self._app[keys.ACCESS].forget()

    async def headers(self, username: str | None) -> dict[str, str]:
        """A session of this user."""
        if username is None:
            return {}
        cursor = await self._connection.execute("SELECT id, password FROM app_user WHERE username = %s", (username,))
        row = await cursor.fetchone()
        assert row is not None, f"there is no user {username}"
        cookie = sessions.issue(SECRET, await login_sessions.begin_session(self._connection, row[0]), *row)
        return {"Cookie": f"{sessions.COOKIE}={cookie}", "X-Requested-With": "XMLHttpRequest"}

    async def setup(self, changes: list[dict[str, Any]]) -> None:
        """Make changes that came about without HTTP."""
        await side_changes.apply(self._connection, changes, self._catalogue)
        self._app[keys.ACCESS].forget()

    async def stop(self) -> None:
        """Stop serving and drop the database."""
        await self._resources.aclose()

    def _private_cluster(self) -> str:
        from catmaid_server.postgres.cluster import Cluster  # noqa: PLC0415 -- only where no server is given

        folder = self._resources.enter_context(tempfile.TemporaryDirectory(prefix="catmaid-"))
        cluster = Cluster(Path(folder))
        cluster.start()
        self._resources.callback(cluster.stop)
        return make_conninfo(cluster.dsn, dbname="postgres")

    async def _database(self, server: str) -> str:
        name = f"conformance_{secrets.token_hex(4)}"
        await _execute(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        self._resources.push_async_callback(_execute, server, drop)
        return make_conninfo(server, dbname=name)


async def _execute(dsn: str, statement: sql.Composed) -> None:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute(statement)
