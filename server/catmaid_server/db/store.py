"""The store: a pool of connections, and the two ways to use one.

`reading` lends a connection; `writing` opens one transaction that is one version (see sql/migrations/0001).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Protocol, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from catmaid_server.db.answers import Answers
from catmaid_server.db.disk_space import DiskSpace
from catmaid_server.db.float_arrays import FloatArray, FloatArrayDumper, is_swollen
from catmaid_server.db.packed_memory import PackedMemory

REMEMBER_BYTES = 64 * 1024**2

_BEGIN_VERSION = "BEGIN; SELECT begin_version(%s, %s, %s, %s, %s)"
"""In one message: much of a small edit's cost is the number of its messages."""
_ARCHIVED = "CJ001"
"""By which `begin_version` refuses to edit an archived project."""
_READ_PAST = """
SELECT set_config('search_path', 'past, public', true), set_config('catmaid.as_of', %s, true),
       set_config('transaction_read_only', 'on', true),
       EXISTS (SELECT FROM public.unreadable_versions WHERE %s BETWEEN first_version AND last_version)
"""

Connection: TypeAlias = psycopg.AsyncConnection[TupleRow]


class ConnectionLender(Protocol):
    """Lends connections to read with: the store, or a request that waits for its turn before."""

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        """A connection that may be used for long."""
        ...

    def asking(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for a short statement, which waits for none of those that read."""
        ...


class Overtaken(psycopg.errors.SerializationFailure):
    """Another transaction changed what this one was about to change: begin it anew."""


class ProjectArchived(Exception):
    """A project is archived, so that nobody edits it."""

    def __init__(self) -> None:
        super().__init__(
            "This project is archived: it can be read, and nobody edits it. Who administers it can bring it back, by "
            "project.restore() in Python or `catmaid-jupyter project restore`."
        )


class Store:
    """A PostgreSQL database that holds projects."""

    def __init__(
        self,
        dsn: str,
        pool: AsyncConnectionPool[Connection],
        asking: AsyncConnectionPool[Connection],
        *,
        remember_bytes: int,
        disk: Path | None = None,
    ) -> None:
        self.dsn = dsn
        self._asking = asking
        self._disk = None if disk is None else DiskSpace(disk)
        self._pool = pool
        self.answers = Answers(remember_bytes)
        self.geometry = PackedMemory(remember_bytes)
        self.committed: list[Callable[[int], None]] = []
        """Called with the project id after each commit of this process; must not block."""
        self.access_changed: list[Callable[[], None]] = []
        """Called before a write that changed users or permissions returns; must not block."""

    @classmethod
    async def open(
        cls,
        dsn: str,
        *,
        pool_size: int = 8,
        remember_bytes: int = REMEMBER_BYTES,
        longest_query_s: float = 0,
        disk: Path | None = None,
    ) -> Store:
        """Connect to a migrated database.

        Parameters
        ----------
        dsn
            libpq connection string.
        pool_size
            Most connections that read and write; one more asks what is new.
        remember_bytes
            Memory for answers that stay true until something is committed, and as much for packed skeletons.
        longest_query_s
            What takes longer is stopped, with `psycopg.errors.QueryCanceled`; 0 lets everything end.
        disk
            A folder on the disk of the database, if that is on this machine: when it is nearly full, `writing` refuses,
            and stops what has begun.
        """

        async def configure(connection: Connection) -> None:
            await _configure(connection, longest_query_s)
            connection.add_notify_handler(lambda _: store._tell_access_changed())
            await connection.execute("LISTEN access_changed")

        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            dsn,
            min_size=1,
            max_size=pool_size,
            open=False,
            timeout=10,
            max_idle=600,
            kwargs={"autocommit": True, "prepare_threshold": 2},
            configure=configure,
        )
        asking: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            dsn,
            min_size=0,
            max_size=1,
            open=False,
            timeout=10,
            max_idle=600,
            kwargs={"autocommit": True, "prepare_threshold": 2},
            configure=lambda connection: _configure_asking(connection, longest_query_s),
        )
        store = cls(dsn, pool, asking, remember_bytes=remember_bytes, disk=disk)
        await pool.open(wait=True, timeout=20)
        await asking.open()
        return store

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        dsn: str,
        *,
        pool_size: int = 8,
        remember_bytes: int = REMEMBER_BYTES,
        longest_query_s: float = 0,
        disk: Path | None = None,
    ) -> AsyncIterator[Store]:
        """`open`, and close at the end of the block."""
        store = await cls.open(
            dsn, pool_size=pool_size, remember_bytes=remember_bytes, longest_query_s=longest_query_s, disk=disk
        )
        try:
            yield store
        finally:
            await store.close()

    @property
    def pool_size(self) -> int:
        """Most connections that read and write."""
        return self._pool.max_size

    async def close(self) -> None:
        """Give back every connection."""
        await self._asking.close()
        await self._pool.close()

    def _tell_access_changed(self) -> None:
        for listener in self.access_changed:
            listener()

    async def check(self) -> None:
        """Replace the idle connections that no longer work, as after a restart of the database."""
        await self._pool.check()
        await self._asking.check()

    @asynccontextmanager
    async def reading(self, *, as_of: int | None = None) -> AsyncIterator[Connection]:
        """A connection in autocommit: each statement sees the newest committed state, or that `as_of` a version."""
        async with self._pool.connection() as connection:
            if as_of is None:
                yield connection
            else:
                async with _one_state(connection):
                    cursor = await connection.execute(_READ_PAST, (str(as_of), as_of))
                    if (await cursor.fetchall())[0][-1]:
                        raise Overtaken(f"The history before version {as_of} was trimmed just now.")
                    yield connection
            if is_swollen(connection):
                await connection.close()  # and the pool opens another

    def asking(self) -> AbstractAsyncContextManager[Connection]:
        """A connection for a short statement about the newest committed state; it waits for none of those that read."""
        return self._asking.connection()

    @asynccontextmanager
    async def writing(
        self,
        *,
        user_id: int | None,
        project_id: int | None,
        label: str,
        note: str | None = None,
        group: UUID | None = None,
        on: Connection | None = None,
        opened: Callable[[int], None] | None = None,
    ) -> AsyncIterator[Connection]:
        """One transaction that writes one version; committed at the end of the block, undone on an error.

        `group` is the same for all versions of one edit, which are undone together.
        `on` is the connection to use, if it has to be one that `reading` lent: for temporary tables, for example.
        `opened` is called with the version. Raises `OSError` with `ENOSPC` if the database's disk is or gets nearly
        full.
        """
        if self._disk is not None:
            self._disk.require()
        async with self.reading() if on is None else nullcontext(on) as connection:
            async with self._version(connection, (user_id, project_id, label, note, group)) as version:
                if opened is not None:
                    opened(version)
                yield connection
            if project_id is not None:
                for listener in self.committed:
                    listener(project_id)

    @asynccontextmanager
    async def deriving(self, on: Connection | None = None) -> AsyncIterator[Connection]:
        """A transaction that writes what can be computed again: no version. `on` and `OSError` as of `writing`."""
        if self._disk is not None:
            self._disk.require()
        async with (
            self.reading() if on is None else nullcontext(on) as connection,
            self._watched(connection),
            connection.transaction(),
        ):
            yield connection

    @asynccontextmanager
    async def trying(self, *, user_id: int | None, project_id: int, label: str) -> AsyncIterator[Connection]:
        """A transaction as `writing` has it, to see what would come of it: it is always rolled back."""
        if self._disk is not None:
            self._disk.require()
        values = (user_id, project_id, label, None, None)
        async with self.reading() as connection, self._version(connection, values, is_trial=True):
            yield connection

    @asynccontextmanager
    async def _version(
        self, connection: Connection, values: tuple[object, ...], *, is_trial: bool = False
    ) -> AsyncIterator[int]:
        """A transaction with a version of its own; stopped if the disk gets nearly full."""
        async with self._watched(connection):
            try:
                yield await _begun(connection, values)
                await (connection.rollback() if is_trial else connection.commit())
            except BaseException:
                with suppress(psycopg.OperationalError):  # the connection is gone, and the transaction with it
                    await connection.rollback()
                raise

    def _watched(self, connection: Connection) -> AbstractAsyncContextManager[None]:
        """What `connection` does is stopped when the disk gets nearly full."""
        return nullcontext() if self._disk is None else self._disk.watched(connection)


async def _begun(connection: Connection, values: tuple[object, ...]) -> int:
    """Begin a transaction and its version. Raises `ProjectArchived`."""
    async with psycopg.AsyncClientCursor(connection) as cursor:
        try:
            await cursor.execute(_BEGIN_VERSION, values)
        except psycopg.DatabaseError as error:
            if error.sqlstate == _ARCHIVED:
                raise ProjectArchived from None
            raise
        cursor.nextset()
        version: int = (await cursor.fetchall())[0][0]
    return version


@asynccontextmanager
async def _one_state(connection: Connection) -> AsyncIterator[None]:
    """A transaction whose statements all see the same: what is trimmed meanwhile is there until its end."""
    await connection.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
    try:
        async with connection.transaction():
            yield
    finally:
        if connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE:
            await connection.set_isolation_level(None)


async def _configure_asking(connection: Connection, longest_query_s: float) -> None:
    """Few statements are asked all the time: planned once, by index, they take half as long."""
    await _configure(connection, longest_query_s)
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    await connection.execute("SET enable_seqscan = off")


async def _configure(connection: Connection, longest_query_s: float) -> None:
    connection.adapters.register_dumper(FloatArray, FloatArrayDumper)
    await connection.execute("SET TIME ZONE 'UTC'")
    await connection.execute("SET max_parallel_workers_per_gather = 0")
    await connection.execute("SET jit = off")
    await connection.execute("SELECT set_config('statement_timeout', %s, false)", (f"{1e3 * longest_query_s:.0f}",))
