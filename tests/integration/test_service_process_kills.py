"""A thousand edits while the service, its workers and its database are killed: none lost, none twice, none half."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

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
from tests.helpers.patience import PATIENCE_S
from tests.helpers.processes import workers_of

EDITS = 1000
TRACERS = 4


@dataclass
class Tracer:
    """Somebody who adds node after node to a skeleton, and asks again, with the same key, until there is an answer."""

    folder: ServiceFolder
    session: aiohttp.ClientSession
    project_id: int
    confirmed: list[tuple[int, int]] = field(default_factory=list)
    """(treenode id, parent id) of every confirmed edit; parent -1 at the root."""
    retries: int = 0

    async def trace(self, nodes: int, x: float) -> None:
        parent_id = -1
        for number in range(nodes):
            answer = await self._insist(
                {
                    "parent_id": str(parent_id),
                    "x": str(x),
                    "y": str(40.0 * number),
                    "z": "0",
                    "state": json.dumps({"nocheck": True}),
                }
            )
            self.confirmed.append((answer["treenode_id"], parent_id))
            parent_id = answer["treenode_id"]

    async def _insist(self, form: dict[str, str]) -> dict[str, int]:
        key = str(uuid.uuid4())
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self._try(form, key)
                if answer is not None:
                    return answer
                self.retries += 1
                await asyncio.sleep(0.02)

    async def _try(self, form: dict[str, str], key: str) -> dict[str, int] | None:
        record = self.folder.read_record()
        if record is None:
            return None
        headers = {"X-Authorization": f"Token {self.folder.admin_token.read_text().strip()}", "Idempotency-Key": key}
        try:
            url = f"{record.url}/{self.project_id}/treenode/create"
            async with self.session.post(url, data=form, headers=headers) as response:
                if response.status >= 500:
                    return None
                answer: dict[str, int] = await response.json()
                assert response.status == 200, answer
                return answer
        except (aiohttp.ClientError, ConnectionError):
            return None


@pytest.fixture
async def settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    chosen = Settings(data_dir=tmp_path_factory.mktemp("kills"), workers=2)
    await asyncio.to_thread(service.start, chosen)
    yield chosen
    await asyncio.to_thread(service.stop, chosen)


async def make_project(dsn: str) -> int:
    async with Store.opened(dsn, pool_size=1) as store:
        async with store.reading() as connection:
            admin = await users.require_user(connection, "admin")
        async with store.writing(user_id=admin.id, project_id=None, label="projects.create") as tx:
            return await projects.create_project(tx, "Kills", owner_id=admin.id)


async def kill_now_and_then(settings: Settings, cluster: Cluster, tracers: list[Tracer]) -> list[str]:
    """Kill one thing or another as the edits go on; return what was killed."""
    killed = []
    for share, victim in ((0.15, "database"), (0.35, "worker"), (0.55, "service"), (0.75, "database"), (0.9, "worker")):
        while sum(len(t.confirmed) for t in tracers) < share * EDITS:
            await asyncio.sleep(0.005)
        record = ServiceFolder(settings.folder).read_record()
        assert record is not None
        if victim == "database":
            pid = cluster.running_pid()
        elif victim == "worker":
            pid = workers_of(record)[0].pid
        else:
            pid = record.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        killed.append(victim)
        if victim == "service":
            while ServiceFolder(settings.folder).is_locked():
                await asyncio.sleep(0.005)
            await asyncio.to_thread(service.start, settings)
    return killed


async def test_no_edit_is_lost_doubled_or_halved(settings: Settings) -> None:
    cluster = Cluster(settings.folder)
    dsn = cluster.start()
    project_id = await make_project(dsn)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as session:
        tracers = [Tracer(ServiceFolder(settings.folder), session, project_id) for _ in range(TRACERS)]
        killing = asyncio.create_task(kill_now_and_then(settings, cluster, tracers))
        await asyncio.gather(*(t.trace(EDITS // TRACERS, 1000.0 * n) for n, t in enumerate(tracers)))
        assert await killing == ["database", "worker", "service", "database", "worker"]
    assert sum(t.retries for t in tracers) > 0, "the kills were noticed"
    confirmed = {edit for tracer in tracers for edit in tracer.confirmed}
    with psycopg.connect(dsn) as connection:
        stored = connection.execute("SELECT id, coalesce(parent_id, -1) FROM treenode").fetchall()
        versions = connection.execute(
            "SELECT count(*) FROM transaction_info WHERE label = 'treenodes.create'"
        ).fetchone()
        summary = connection.execute("SELECT array_agg(num_nodes), count(*) FROM skeleton_summary").fetchone()
        neurons = connection.execute("SELECT count(*) FROM neuron").fetchone()
    assert len(confirmed) == EDITS
    assert set(stored) == confirmed, "each confirmed edit is there, and nothing else"
    assert versions == (EDITS,), "one version for each edit"
    assert summary == ([EDITS // TRACERS] * TRACERS, TRACERS)
    assert neurons == (TRACERS,)
    cluster.stop()
