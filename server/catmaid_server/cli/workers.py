"""The command that does jobs beside the service."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer

from catmaid_server.cli.options import DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import run, say
from catmaid_server.jobs.worker import opened_means, run_worker
from catmaid_server.operations.databases import running_database

app = typer.Typer()


@app.command()
def worker(
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    at_once: Annotated[
        int | None, typer.Option("--at-once", metavar="N", help="Jobs to do at a time.", show_default="2")
    ] = None,
) -> None:
    """Do jobs, as crops are, until Ctrl-C: beside a service that has CATMAID_JOB_WORKERS=0, or in addition to its own.

    On another machine it needs the database (--database-url) and the data folder of the service, where files go. What
    it does when it is stopped is left to others.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url, jobs_at_once=at_once)

    async def work(dsn: str) -> None:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        async with opened_means(dsn, settings) as means:
            say(f"Doing jobs, {settings.jobs_at_once} at a time; Ctrl-C ends it.")
            await run_worker(means, stopping)

    with running_database(settings) as dsn:
        run(work(dsn))
