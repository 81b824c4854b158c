"""Packed skeletons that the store keeps: never out of date, shared by workers, and written beside edits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from catmaid_server.db.packed_memory import PackedMemory
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.domain.skeletons import geometry as domain
from catmaid_server.domain.skeletons import packed_skeletons, packing
from catmaid_server.operations.rebuilding import rebuild
from catmaid_wire import geometry
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.packed_geometry import read_geometry, require_what_there_is
from tests.helpers.service import Actor, Service, serving
from tests.helpers.snapshots import newest_version

LARGE = 140
KEPT = "SELECT skeleton_id, version FROM packed_skeleton ORDER BY 1"


@pytest.fixture(scope="module")
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


@pytest.fixture(scope="module")
async def skeleton_id(tracer: Tracer) -> int:
    return await tracer.skeleton_of((await tracer.chain(LARGE))[0])


@pytest.fixture(autouse=True)
async def nothing_is_kept(tracer: Tracer) -> None:
    async with tracer.store.reading() as connection:
        await connection.execute("DELETE FROM packed_skeleton")


@asynccontextmanager
async def another_worker(tracer: Tracer, folder: Path) -> AsyncIterator[Tracer]:
    """A process that has packed nothing, as after a restart."""
    async with Store.opened(tracer.store.dsn, pool_size=2) as store, serving(store, folder) as (url, _):
        yield Tracer(Actor(tracer.actor.session, url, tracer.actor.token), store, tracer.project_id)


def forget_packed(tracer: Tracer) -> None:
    tracer.store.geometry = PackedMemory(tracer.store.geometry.capacity)


async def keep(tracer: Tracer) -> None:
    await packed_skeletons.write_packed(tracer.store, tracer.store.geometry)


async def move(tracer: Tracer, skeleton_id: int, x: float) -> None:
    ((node,),) = await tracer.rows("SELECT max(id) FROM treenode WHERE skeleton_id = %s", skeleton_id)
    await tracer.post("node/update", **{"t[0][0]": node, "t[0][1]": x, "t[0][2]": 7, "t[0][3]": 5}, state=UNCHECKED)


async def test_another_worker_packs_nothing_anew(
    tracer: Tracer, skeleton_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = await tracer.skeleton_of((await tracer.chain(3, y=50))[0])
    monkeypatch.setattr(domain, "FEW_NODES", 1)
    first = await read_geometry(tracer, [skeleton_id, small], overview=True)
    whole = await read_geometry(tracer, [skeleton_id])
    async with tracer.store.reading() as connection:
        before = await newest_version(connection)
        await keep(tracer)
        assert await newest_version(connection) == before, "what is derived is no version"
    assert await tracer.rows(KEPT) == [(skeleton_id, int(whole.versions[0]))], "small ones are as soon packed"
    async with another_worker(tracer, tmp_path) as worker:
        monkeypatch.setattr(packing, "_pack_rows", lambda rows, **_: [] if not rows else pytest.fail("packed anew"))
        coarse = await read_geometry(worker, [skeleton_id], overview=True)
        assert (coarse.versions.tolist(), coarse.skeletons) == ([geometry.OVERVIEW], list(first.skeletons[:1]))
        again = await read_geometry(worker, [skeleton_id])
        assert (again.versions.tolist(), again.skeletons) == (whole.versions.tolist(), whole.skeletons)
        assert not worker.store.geometry.unkept
        await require_what_there_is(worker, again)


async def test_what_was_kept_before_an_edit_is_not_used_after_it(
    tracer: Tracer, skeleton_id: int, tmp_path: Path
) -> None:
    for x in (33, 44):
        await read_geometry(tracer, [skeleton_id])
        await keep(tracer)
        await move(tracer, skeleton_id, x)
        async with another_worker(tracer, tmp_path) as worker:
            for overview in (True, False):
                await require_what_there_is(worker, await read_geometry(worker, [skeleton_id], overview=overview))
            await keep(worker)
            current = await read_geometry(tracer, [skeleton_id])
            assert await tracer.rows(KEPT) == [(skeleton_id, int(current.versions[0]))]


async def test_what_was_packed_before_an_edit_is_not_kept_after_it(tracer: Tracer, skeleton_id: int) -> None:
    await move(tracer, skeleton_id, 55)
    await read_geometry(tracer, [skeleton_id])
    await move(tracer, skeleton_id, 66)
    await keep(tracer)
    assert await tracer.rows(KEPT) == []


async def test_the_past_is_kept_only_where_it_is_the_present(tracer: Tracer, skeleton_id: int, tmp_path: Path) -> None:
    before = (await tracer.get("version"))["version"]
    old = await read_geometry(tracer, [skeleton_id])
    await move(tracer, skeleton_id, 77)
    after = (await tracer.get("version"))["version"]
    forget_packed(tracer)
    then = await read_geometry(tracer, [skeleton_id], as_of=before)
    assert (then.versions.tolist(), then.skeletons) == (old.versions.tolist(), old.skeletons)
    await keep(tracer)
    assert await tracer.rows(KEPT) == []
    new = await read_geometry(tracer, [skeleton_id], as_of=after)
    await require_what_there_is(tracer, new)
    await keep(tracer)
    async with another_worker(tracer, tmp_path) as worker:
        assert (await read_geometry(worker, [skeleton_id])).skeletons == new.skeletons
        assert (await read_geometry(worker, [skeleton_id], as_of=before)).skeletons == old.skeletons


async def test_deleted_skeletons_and_other_projects(tracer: Tracer, module_service: Service) -> None:
    doomed = await tracer.skeleton_of((await tracer.chain(LARGE, y=100))[0])
    ((neuron_id,),) = await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", doomed)
    await read_geometry(tracer, [doomed])
    await keep(tracer)
    assert [kept for kept, _ in await tracer.rows(KEPT)] == [doomed]
    async with module_service.store.writing(user_id=None, project_id=None, label="test") as tx:
        admin = await users.require_user(tx, "admin")
        another = await projects.create_project(tx, "Another", owner_id=admin.id)
    forget_packed(tracer)
    elsewhere = Tracer(module_service.admin, module_service.store, another)
    assert (await read_geometry(elsewhere, [doomed])).gone.tolist() == [doomed]
    await move(tracer, doomed, 99)
    await read_geometry(tracer, [doomed])
    await tracer.post("neurons/delete", **{"neuron_ids[0]": neuron_id})
    assert await tracer.rows(KEPT) == []
    await keep(tracer)
    assert await tracer.rows(KEPT) == []
    assert (await read_geometry(tracer, [doomed])).gone.tolist() == [doomed]


async def test_nobody_waits_for_a_skeleton_that_is_being_changed(tracer: Tracer, skeleton_id: int) -> None:
    await move(tracer, skeleton_id, 111)
    await read_geometry(tracer, [skeleton_id])
    async with tracer.store.reading() as connection, connection.transaction():
        await connection.execute("SELECT FROM skeleton WHERE id = %s FOR UPDATE", (skeleton_id,))
        await keep(tracer)
    assert await tracer.rows(KEPT) == []


async def test_what_could_not_be_written_is_written_later(
    tracer: Tracer, skeleton_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await move(tracer, skeleton_id, 122)
    await read_geometry(tracer, [skeleton_id])

    def full(*_: Any) -> None:
        raise OSError("full")

    monkeypatch.setattr(Store, "deriving", full)
    with pytest.raises(OSError, match="full"):
        await keep(tracer)
    monkeypatch.undo()
    await keep(tracer)
    assert [kept for kept, _ in await tracer.rows(KEPT)] == [skeleton_id]


async def test_a_whole_project_is_kept(tracer: Tracer, skeleton_id: int, tmp_path: Path) -> None:
    await packed_skeletons.keep_project(tracer.store, tracer.project_id)
    ((large,),) = await tracer.rows("SELECT count(*) FROM skeleton_summary WHERE num_nodes >= %s", LARGE)
    assert len(kept := await tracer.rows(KEPT)) == large > 0
    await packed_skeletons.keep_project(tracer.store, tracer.project_id)
    assert await tracer.rows(KEPT) == kept
    async with another_worker(tracer, tmp_path) as worker:
        await require_what_there_is(worker, await read_geometry(worker, [skeleton_id]))
        assert not worker.store.geometry.unkept
    async with tracer.store.writing(user_id=None, project_id=None, label="test") as tx:
        await rebuild(tx)
    assert await tracer.rows(KEPT) == []


async def test_bytes_of_another_format_are_not_read(
    tracer: Tracer, skeleton_id: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await packed_skeletons.keep_project(tracer.store, tracer.project_id)
    async with tracer.store.reading() as connection:
        await connection.execute("UPDATE packed_skeleton SET overview = '', whole = ''")
    monkeypatch.setattr(packed_skeletons, "_FORMAT", 2)
    async with another_worker(tracer, tmp_path) as worker:
        await require_what_there_is(worker, await read_geometry(worker, [skeleton_id]))
        await keep(worker)
    assert await tracer.rows(
        "SELECT format, length(whole) > 0 FROM packed_skeleton WHERE skeleton_id = %s", skeleton_id
    ) == [(2, True)]
