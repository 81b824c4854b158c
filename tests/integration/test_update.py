"""An update without a stop: new workers take over in the midst of edits, and no request fails."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import psycopg
import pytest

from catmaid_server import service
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.postgres.cluster import Cluster
from catmaid_server.service.folder import ServiceFolder
from catmaid_server.service.settings import Settings
from catmaid_wire.service_record import ServiceRecord
from tests.helpers import processes
from tests.helpers.patience import PATIENCE_S

TRACERS = 4
EDITS_BETWEEN = 40


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the started processes look for modules first."""
    return tmp_path_factory.mktemp("release")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, release: Path) -> Iterator[Settings]:
    chosen = Settings(data_dir=tmp_path_factory.mktemp("data"), workers=2)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTHONPATH", str(release), prepend=":")
        service.start(chosen)
        yield chosen
        service.stop(chosen)


@pytest.fixture
def record(settings: Settings) -> ServiceRecord:
    found = ServiceFolder(settings.folder).read_record()
    assert found is not None
    return found


@pytest.fixture
async def project_id(settings: Settings) -> int:
    cluster = Cluster(settings.folder)
    async with Store.opened(cluster.start(), pool_size=1) as store:
        async with store.reading() as connection:
            admin = await users.require_user(connection, "admin")
        async with store.writing(user_id=admin.id, project_id=None, label="projects.create") as tx:
            made = await projects.create_project(tx, "Update", owner_id=admin.id)
    cluster.stop()
    return made


@pytest.fixture
async def session(settings: Settings, record: ServiceRecord) -> AsyncIterator[aiohttp.ClientSession]:
    token = ServiceFolder(settings.folder).admin_token.read_text().strip()
    async with aiohttp.ClientSession(record.url, headers={"X-Authorization": f"Token {token}"}) as opened:
        yield opened


def workers_of(record: ServiceRecord) -> set[int]:
    return {worker.pid for worker in processes.workers_of(record)}


async def trace(session: aiohttp.ClientSession, project_id: int, confirmed: list[int], done: asyncio.Event) -> None:
    """Add one treenode after the other; nothing is sent twice."""
    parent_id = -1
    while not done.is_set():
        form = {"parent_id": parent_id, "x": 1, "y": 2, "z": 3, "state": json.dumps({"nocheck": True})}
        async with session.post(f"/{project_id}/treenode/create", data=form) as response:
            answer = await response.json()
            assert response.status == 200, answer
        parent_id = answer["treenode_id"]
        confirmed.append(parent_id)


async def follow(session: aiohttp.ClientSession, project_id: int, closings: list[int | None]) -> None:
    """Follow the project's events, again after each closing."""
    while True:
        async with session.ws_connect(f"/{project_id}/events") as socket:
            async for _ in socket:
                pass
        closings.append(socket.close_code)


async def status_of(session: aiohttp.ClientSession, path: str) -> int:
    async with session.get(path) as response:
        await response.read()
        return response.status


async def test_two_updates_in_the_midst_of_edits(
    settings: Settings, record: ServiceRecord, session: aiohttp.ClientSession, project_id: int
) -> None:
    confirmed: list[int] = []
    closings: list[int | None] = []
    done = asyncio.Event()
    seen = workers_of(record)
    async with asyncio.timeout(PATIENCE_S):
        following = asyncio.create_task(follow(session, project_id, closings))
        async with asyncio.TaskGroup() as tracers:
            for _ in range(TRACERS):
                tracers.create_task(trace(session, project_id, confirmed, done))
            for renewals in (1, 2):
                enough = len(confirmed) + EDITS_BETWEEN
                while len(confirmed) < enough:
                    await asyncio.sleep(0.01)
                renewed = await asyncio.to_thread(service.restart, settings)
                assert renewed.renewals == renewals
                assert (renewed.url, renewed.pid) == (record.url, record.pid)
                enough = len(confirmed) + EDITS_BETWEEN
                while len(confirmed) < enough or workers_of(record) & seen or len(closings) < renewals:
                    await asyncio.sleep(0.01)
                seen = workers_of(record)
                assert len(seen) == 2
            done.set()
        following.cancel()
    assert closings == [aiohttp.WSCloseCode.SERVICE_RESTART] * 2
    async with session.get(f"/{project_id}/stats/nodecount") as response:
        assert sum((await response.json()).values()) == len(confirmed), "each confirmed edit is there, and no other"


async def test_a_request_in_flight_is_finished_by_the_old_worker(
    settings: Settings, record: ServiceRecord, session: aiohttp.ClientSession
) -> None:
    before = workers_of(record)
    cluster = Cluster(settings.folder)
    async with asyncio.timeout(PATIENCE_S), await psycopg.AsyncConnection.connect(cluster.start()) as connection:
        await connection.execute("LOCK TABLE project")
        async with asyncio.TaskGroup() as requests:
            request = requests.create_task(status_of(session, "/projects/"))
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            while await (await connection.execute(waiting)).fetchone() != (1,):
                await asyncio.sleep(0.01)
            await asyncio.to_thread(service.restart, settings)
            assert await status_of(session, "/version") == 200, "new workers answer"
            while len(workers_of(record) & before) != 1:
                await asyncio.sleep(0.01)
            assert not request.done()
            await connection.rollback()
        assert request.result() == 200
        while workers_of(record) & before:
            await asyncio.sleep(0.01)
    cluster.stop()


def test_a_broken_release_changes_nothing(settings: Settings, record: ServiceRecord, release: Path) -> None:
    before = workers_of(record)
    broken = release / "sitecustomize.py"
    broken.write_text('import sys\nsys.exit("This release is broken.")\n')
    try:
        with pytest.raises(service.ServiceError, match=r"old workers go on.*This release is broken\."):
            service.restart(settings)
    finally:
        broken.unlink()
    assert workers_of(record) == before
    assert service.restart(settings).renewal_problem is None


def test_nothing_to_restart(tmp_path: Path) -> None:
    with pytest.raises(service.ServiceError, match="No service runs on"):
        service.restart(Settings(data_dir=tmp_path))
