"""Room on the disk of the database: what writes is refused, or stopped, before the database's log has none."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg

LEAST_FREE_BYTES = 64 * 1024**2
"""A server that has no room for its log ends, and then nothing can be read."""
LOOK_EVERY_S = 0.05
"""While a transaction writes; in this time, it fills far less than `LEAST_FREE_BYTES`."""


class DiskSpace:
    """The disk of a database on this machine.

    Parameters
    ----------
    folder
        A folder on that disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def require(self) -> None:
        """Raise `OSError` with `ENOSPC` if the disk is nearly full."""
        if self._is_short():
            raise self._error()

    @asynccontextmanager
    async def watched(self, connection: psycopg.AsyncConnection[Any]) -> AsyncIterator[None]:
        """Stop what `connection` does in the block when the disk gets nearly full; `OSError` with `ENOSPC` then."""
        watch = _Watch(connection, self._is_short)
        try:
            yield
        except psycopg.errors.QueryCanceled as error:
            if watch.has_stopped:
                raise self._error() from error
            raise
        finally:
            await watch.end()

    def _is_short(self) -> bool:
        return shutil.disk_usage(self._folder).free < LEAST_FREE_BYTES

    def _error(self) -> OSError:
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._folder))


class _Watch:
    """Cancels what a connection does while `is_short`; a transaction that ends soon costs no more than a timer."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], is_short: Callable[[], bool]) -> None:
        self._connection = connection
        self._is_short = is_short
        self._loop = asyncio.get_running_loop()
        self._stopping: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(LOOK_EVERY_S, self._look)

    @property
    def has_stopped(self) -> bool:
        return self._stopping is not None

    async def end(self) -> None:
        """Watch no longer; what is being cancelled is waited for, else it would hit the connection's next query."""
        self._timer.cancel()
        if self._stopping is not None:
            await asyncio.gather(self._stopping, return_exceptions=True)

    def _look(self) -> None:
        if self._is_short() and (self._stopping is None or self._stopping.done()):
            self._stopping = self._loop.create_task(self._connection.cancel_safe())
        self._timer = self._loop.call_later(LOOK_EVERY_S, self._look)
