"""A disk that fills up in the middle of edits: what is confirmed stays, reading goes on, and writing says why not."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from catmaid_server.db import disk_space
from catmaid_server.db.disk_space import DiskSpace
from tests.helpers.answers import is_error
from tests.helpers.service import Service

NODES = 60
FILL_DISK = """
    CREATE FUNCTION write_to_full_disk() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN COPY (SELECT 1) TO '/dev/full'; RETURN NULL; END $$;
    CREATE TRIGGER full_disk AFTER INSERT OR UPDATE OR DELETE ON treenode EXECUTE FUNCTION write_to_full_disk();
"""
"""The database then really fails for want of space: `/dev/full` is a disk of every Linux that always is full."""
MAKE_SPACE = "DROP FUNCTION IF EXISTS write_to_full_disk CASCADE"


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


@asynccontextmanager
async def full_database(service: Service) -> AsyncIterator[None]:
    async with service.store.reading() as connection:
        await connection.execute(FILL_DISK)
    try:
        yield
    finally:
        async with service.store.reading() as connection:
            await connection.execute(MAKE_SPACE)


async def created(service: Service, x: float) -> tuple[int, Any]:
    return await service.tracer.request("POST", f"/{service.project_id}/treenode/create", data={"x": x, "y": 0, "z": 0})


async def stored(service: Service) -> set[int]:
    async with service.store.reading() as connection:
        return {number for (number,) in await (await connection.execute("SELECT id FROM treenode")).fetchall()}


async def test_edits_while_the_disk_fills_up_and_after_there_is_space(service: Service) -> None:
    confirmed: set[int] = set()
    refused: list[Any] = []

    async def trace(begin: int) -> None:
        for x in range(begin, begin + NODES):
            status, answer = await created(service, x)
            if status == 200:
                confirmed.add(answer["treenode_id"])
            else:
                assert (status, is_error(answer, "StorageFull")) == (507, True), answer
                refused.append(answer)

    tracing = asyncio.gather(*(trace(1000 * number) for number in range(3)))
    while len(confirmed) < NODES // 2:
        await service.visitor.get("/health")
    async with full_database(service):
        while not refused:
            await service.visitor.get("/health")
        assert "disk is full" in refused[0]["error"]
        await service.tracer.get(f"/{service.project_id}/stacks")
    await tracing
    assert len(confirmed) + len(refused) == 3 * NODES
    assert await stored(service) == confirmed
    status, answer = await created(service, 1)
    assert status == 200, answer


async def test_nothing_is_written_when_the_disk_is_nearly_full(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the database itself has no room for its log, of which it would end."""
    monkeypatch.setattr(service.store, "_disk", DiskSpace(tmp_path))
    assert (await created(service, 2))[0] == 200
    before = await stored(service)
    monkeypatch.setattr(disk_space, "LEAST_FREE_BYTES", 2**62)
    status, answer = await created(service, 3)
    assert (status, is_error(answer, "StorageFull")) == (507, True)
    assert await stored(service) == before
    await service.tracer.get(f"/{service.project_id}/stacks")


async def test_a_large_write_is_stopped_when_the_disk_gets_nearly_full(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There was room when it began; the database would end as soon as there is none for its log."""
    monkeypatch.setattr(service.store, "_disk", DiskSpace(tmp_path))
    before = await stored(service)

    async def write() -> None:
        async with service.store.writing(user_id=None, project_id=service.project_id, label="test") as tx:
            await tx.execute("DELETE FROM treenode")
            monkeypatch.setattr(disk_space, "LEAST_FREE_BYTES", 2**62)
            await tx.execute("SELECT pg_sleep(60)")

    with pytest.raises(OSError, match="No space left"):
        await write()
    assert await stored(service) == before


async def test_an_upload_for_which_there_is_no_room(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large bodies lie in files meanwhile."""
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "r+b", buffering=0))
    status, answer = await service.tracer.request(
        "POST",
        f"/{service.project_id}/skeletons/summary",
        data=b"skeleton_ids=1&" * 200_000,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (status, is_error(answer, "StorageFull")) == (507, True)
