"""A worker of jobs is killed (SIGKILL): its job is done by another, once."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from catmaid_server import service as services
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.service.settings import Settings
from tests.helpers.job_workers import ask, ended, job_of
from tests.helpers.patience import PATIENCE_S
from tests.helpers.processes import job_workers_of, workers_of
from tests.helpers.service import Service


@asynccontextmanager
async def worker(store: Store, place: str, folder: Path) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.helpers.pausing_worker", place, str(folder), stdin=PIPE
    )
    assert process.stdin is not None
    process.stdin.write(f"{store.dsn}\n".encode())
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def killed_at(store: Store, place: str, folder: Path) -> None:
    async with worker(store, place, folder) as process, asyncio.timeout(PATIENCE_S):
        while not (folder / place).exists():
            await asyncio.sleep(0.02)
        process.kill()


async def new_job(service: Service) -> int:
    async with service.store.reading() as connection:
        tracer = await users.require_user(connection, "tracer")
    return await ask(service.store, service.project_id, "name", user_id=tracer.id)


async def title(service: Service) -> str:
    async with service.store.reading() as connection:
        cursor = await connection.execute("SELECT title FROM project WHERE id = %s", (service.project_id,))
        return str((await cursor.fetchall())[0][0])


async def entries(store: Store) -> int:
    async with store.reading() as connection:
        cursor = await connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'do_job'")
        return int((await cursor.fetchall())[0][0])


async def test_what_was_not_committed_is_done_anew(service: Service, tmp_path: Path) -> None:
    job_id = await new_job(service)
    await killed_at(service.store, "write", tmp_path)
    assert await title(service) == "Test"
    async with worker(service.store, "nowhere", tmp_path):
        job = await ended(service.store, service.project_id, job_id)
    assert (job.state, job.attempt, await title(service)) == ("done", 2, "Test+")
    (line,) = await service.tracer.get(f"/{service.project_id}/jobs/{job_id}/log")
    assert line["text"] == "The worker that did this has ended; attempt 2 begins anew."


async def test_what_was_committed_is_not_done_twice(service: Service, tmp_path: Path) -> None:
    job_id = await new_job(service)
    await killed_at(service.store, "end", tmp_path)
    assert (await title(service), await entries(service.store)) == ("Test+", 1)
    async with worker(service.store, "nowhere", tmp_path), asyncio.timeout(PATIENCE_S):
        while await entries(service.store):
            await asyncio.sleep(0.05)
    job = await job_of(service.store, service.project_id, job_id)
    assert (job.state, job.attempt, await title(service)) == ("done", 1, "Test+")
    assert len(await service.tracer.get("/messages/list")) == 2, "one message, and the number of notifications"


@pytest.fixture
def own_settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", log_level="warning")


async def test_the_service_replaces_a_worker_that_is_killed(own_settings: Settings) -> None:
    record = await asyncio.to_thread(services.start, own_settings)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not job_workers_of(record):
                await asyncio.sleep(0.05)
            (first,) = job_workers_of(record)
            first.kill()
            while {process.pid for process in job_workers_of(record)} <= {first.pid}:
                await asyncio.sleep(0.05)
        assert len(workers_of(record)) == 1
        others = job_workers_of(record)
    finally:
        await asyncio.to_thread(services.stop, own_settings)
    assert not any(process.is_running() for process in others)
