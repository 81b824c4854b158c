"""A worker as the service starts it: `python -m catmaid_server.jobs`, with its settings in the environment.

The first line of our standard input is the connection string of the database. When our input ends, the service is
gone, and so are we.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import psycopg
import psycopg_pool
import structlog

from catmaid_server.jobs.worker import opened_means, run_worker
from catmaid_server.service import logs
from catmaid_server.service.folder import ServiceFolder
from catmaid_server.service.settings import Settings

_POLITENESS = 5
"""Those that answer people come first."""

log = structlog.get_logger("catmaid.jobs")


def main() -> None:
    """Do jobs until a signal comes, or the service is gone."""
    dsn = sys.stdin.readline().strip()
    if not dsn:
        return
    os.nice(_POLITENESS)
    settings = Settings()
    logs.configure(ServiceFolder(settings.folder).log, settings.log_level, worker="jobs")
    try:
        asyncio.run(_work(dsn, settings))
    except (psycopg.Error, psycopg_pool.PoolTimeout, OSError):
        log.exception("worker of jobs failed")
        sys.exit(1)


async def _work(dsn: str, settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    listening = asyncio.create_task(_until_input_ends(stopping))
    async with opened_means(dsn, settings) as means:
        await run_worker(means, stopping)
    listening.cancel()


async def _until_input_ends(stopping: asyncio.Event) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()
    stopping.set()


if __name__ == "__main__":
    main()
