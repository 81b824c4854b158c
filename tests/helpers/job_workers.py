"""Workers of jobs in this process, and jobs for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from catmaid_server.db.store import Store
from catmaid_server.domain.jobs import jobs
from catmaid_server.domain.jobs.jobs import JobRow
from catmaid_server.jobs.kinds import KINDS
from catmaid_server.jobs.running import JobMeans, Work
from catmaid_server.jobs.worker import opened_means, run_worker
from catmaid_server.service.settings import Settings
from tests.helpers.patience import PATIENCE_S

ENDED = {"done", "failed", "cancelled"}


@asynccontextmanager
async def working(
    dsn: str, data_dir: Path, kinds: Mapping[str, Work] = KINDS, **settings: Any
) -> AsyncIterator[JobMeans]:
    """A worker, for the time of the block."""
    stopping = asyncio.Event()
    asked = Settings(data_dir=data_dir, private_image_hosts="127.0.0.0/8", shutdown_s=0.1, **settings)
    async with opened_means(dsn, asked) as means:
        running = asyncio.create_task(run_worker(means, stopping, kinds))
        try:
            yield means
        finally:
            stopping.set()
            await running


async def ask(store: Store, project_id: int, kind: str, *, user_id: int, **arguments: Any) -> int:
    async with store.reading() as connection, connection.transaction():
        return await jobs.add_job(
            connection, project_id=project_id, user_id=user_id, kind=kind, title=f"A {kind}", arguments=arguments
        )


async def job_of(store: Store, project_id: int, job_id: int) -> JobRow:
    async with store.reading() as connection:
        return await jobs.one_job(connection, project_id, job_id, 0, of_all=True)


async def until(store: Store, project_id: int, job_id: int, states: set[str]) -> JobRow:
    async with asyncio.timeout(PATIENCE_S):
        while (job := await job_of(store, project_id, job_id)).state not in states:
            await asyncio.sleep(0.05)
        return job


async def ended(store: Store, project_id: int, job_id: int) -> JobRow:
    return await until(store, project_id, job_id, ENDED)
