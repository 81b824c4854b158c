"""What other connections tell by NOTIFY."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg


async def heard(connection: psycopg.AsyncConnection) -> AsyncIterator[str]:
    """The texts that a connection is told from now on, on the channels that it listens to; none that came before.

    psycopg's own `notifies` wakes ten times a second to look for interrupts; this sleeps until something comes. The
    connection must not be used for anything else meanwhile. Raises `psycopg.OperationalError` when it is closed.
    """
    async with _readable(connection) as readable:
        while True:
            await readable.wait()
            readable.clear()
            connection.pgconn.consume_input()
            while (told := connection.pgconn.notifies()) is not None:
                yield told.extra.decode()


@asynccontextmanager
async def _readable(connection: psycopg.AsyncConnection) -> AsyncIterator[asyncio.Event]:
    """An event that is set when the server sent something."""
    event = asyncio.Event()
    loop = asyncio.get_running_loop()
    socket = connection.fileno()
    loop.add_reader(socket, event.set)
    try:
        yield event
    finally:
        loop.remove_reader(socket)
