"""Positions and parents of many skeletons: what is sent is what there is, also right after an edit and from memory."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.domain.skeletons import geometry as domain
from catmaid_server.domain.skeletons import packing
from catmaid_server.events.changes import changes_of
from catmaid_wire import geometry
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.packed_geometry import read_geometry, require_what_there_is
from tests.helpers.service import Actor, Service, serving
from tests.helpers.snapshots import newest_version


@pytest.fixture(scope="module")
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def test_skeletons_come_as_they_are(tracer: Tracer, module_service: Service) -> None:
    chains = [await tracer.chain(4), await tracer.chain(1, y=100), await tracer.chain(3, y=200)]
    branch = await tracer.node(chains[0][1], 10, 50, 7.25)
    await tracer.node(branch, 250_000, 50, 1)
    ids = [await tracer.skeleton_of(chain[0]) for chain in chains]
    answer = await read_geometry(tracer, [ids[2], ids[0], 999_999, ids[1], ids[0]])
    assert answer.skeleton_ids.tolist() == [ids[2], ids[0], ids[1]]
    assert answer.gone.tolist() == [999_999]
    assert [packed.encoding for packed in answer.skeletons] == [
        geometry.BY_STEPS,
        geometry.BY_FLOATS,
        geometry.BY_STEPS,
    ]
    await require_what_there_is(tracer, answer)
    versions = dict(zip(answer.skeleton_ids.tolist(), answer.versions.tolist(), strict=True))
    again = await read_geometry(tracer, ids, {**versions, ids[1]: 1})
    assert (again.unchanged.tolist(), again.skeleton_ids.tolist()) == ([ids[0], ids[2]], [ids[1]])
    async with module_service.store.writing(user_id=None, project_id=None, label="test") as tx:
        admin = await users.require_user(tx, "admin")
        another = await projects.create_project(tx, "Another", owner_id=admin.id)
    elsewhere = await read_geometry(Tracer(module_service.admin, module_service.store, another), [ids[0]])
    assert (elsewhere.gone.tolist(), elsewhere.skeletons) == ([ids[0]], [])


async def test_every_edit_of_nodes_is_seen_by_all_workers(
    tracer: Tracer, module_service: Service, tmp_path: Any
) -> None:
    nodes = await tracer.chain(6, y=300)
    other = await tracer.chain(2, y=400)
    skeleton_id, other_id = await tracer.skeleton_of(nodes[0]), await tracer.skeleton_of(other[0])
    ((neuron_id,),) = await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton_id)
    edits: list[tuple[str, dict[str, object]]] = [
        ("node/update", {"t[0][0]": nodes[2], "t[0][1]": 5, "t[0][2]": 333, "t[0][3]": 9}),
        ("treenode/create", {"parent_id": nodes[5], "x": 60, "y": 300, "z": 5}),
        ("treenode/insert", {"parent_id": nodes[0], "child_id": nodes[1], "x": 4, "y": 300, "z": 5}),
        ("treenode/delete", {"treenode_id": nodes[3]}),
        ("skeleton/reroot", {"treenode_id": nodes[5]}),
        ("skeleton/join", {"from_id": nodes[0], "to_id": other[0], "annotation_set": "{}"}),
        ("skeleton/split", {"treenode_id": nodes[1]}),
        ("neurons/delete", {"neuron_ids[0]": neuron_id}),
    ]
    async with (
        Store.opened(module_service.store.dsn, pool_size=2) as store,
        serving(store, tmp_path) as (url, _),
    ):
        here = module_service.tracer
        workers = [tracer, Tracer(Actor(here.session, url, here.token), store, tracer.project_id)]
        known: dict[int, int] = {}
        for path, form in edits:
            for _ in range(2):  # the second time from memory
                for worker in workers:
                    answer = await read_geometry(worker, [skeleton_id, other_id])
                    await require_what_there_is(tracer, answer)
            known = dict(zip(answer.skeleton_ids.tolist(), answer.versions.tolist(), strict=True))
            assert (await read_geometry(tracer, [*known], known)).unchanged.tolist() == [*known]
            await tracer.post(path, **form, state=UNCHECKED)
            for worker in workers:
                changed = await read_geometry(worker, [*known], known)
                assert skeleton_id in [*changed.skeleton_ids, *changed.gone], path
                await require_what_there_is(tracer, changed)


async def test_the_past_is_sent_too(tracer: Tracer) -> None:
    nodes = await tracer.chain(3, y=500)
    skeleton_id = await tracer.skeleton_of(nodes[0])
    before = await read_geometry(tracer, [skeleton_id])
    version = (await tracer.get("version"))["version"]
    await tracer.post("node/update", **{"t[0][0]": nodes[1], "t[0][1]": 1, "t[0][2]": 2, "t[0][3]": 3}, state=UNCHECKED)
    after = await read_geometry(tracer, [skeleton_id])
    for _ in range(2):
        then = await read_geometry(tracer, [skeleton_id], as_of=version)
        assert then.versions.tolist() == before.versions.tolist() != after.versions.tolist()
        assert then.skeletons == before.skeletons != after.skeletons
    assert (
        await read_geometry(tracer, [skeleton_id], {skeleton_id: int(before.versions[0])}, as_of=version)
    ).unchanged.size


async def test_what_is_remembered_needs_no_reading(tracer: Tracer, monkeypatch: pytest.MonkeyPatch) -> None:
    skeleton_id = await tracer.skeleton_of((await tracer.chain(3, y=600))[0])
    first = await read_geometry(tracer, [skeleton_id])
    monkeypatch.setattr(packing, "_pack_rows", lambda _: pytest.fail("read again"))
    assert (await read_geometry(tracer, [skeleton_id])).skeletons == first.skeletons


async def test_versions_never_say_the_same_of_different_geometry(tracer: Tracer) -> None:
    """While two users edit the same skeleton and a third one reads it."""
    nodes = await tracer.chain(4, y=700)
    skeleton_id = await tracer.skeleton_of(nodes[0])
    seen: dict[int, set[bytes]] = {}

    async def move(node: int) -> None:
        for step in range(8):
            form = {"t[0][0]": node, "t[0][1]": 100 + step, "t[0][2]": 700 + node % 7, "t[0][3]": step}
            await tracer.post("node/update", **form, state=UNCHECKED)

    async def look() -> None:
        for _ in range(20):
            answer = await read_geometry(tracer, [skeleton_id])
            seen.setdefault(int(answer.versions[0]), set()).add(answer.skeletons[0].blob)

    await asyncio.gather(move(nodes[1]), move(nodes[2]), look(), look())
    await require_what_there_is(tracer, await read_geometry(tracer, [skeleton_id]))
    assert all(len(blobs) == 1 for blobs in seen.values())


async def test_too_much_at_once_is_refused(tracer: Tracer, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [await tracer.skeleton_of((await tracer.chain(2, y=y))[0]) for y in (800, 900)]
    form = {f"skeleton_ids[{place}]": skeleton_id for place, skeleton_id in enumerate(ids)}
    monkeypatch.setattr(domain, "MOST_NODES", 3)
    status, error = await tracer.refused("skeletons/geometry", **form)
    assert status == 400
    assert "At most 3 treenodes are sent at once, and these 2 skeletons have 4: ask in parts." in str(error)
    monkeypatch.setattr(domain, "MOST_SKELETONS", 1)
    _, error = await tracer.refused("skeletons/geometry", **form)
    assert "at most 1 skeletons is sent at once, not of 2: ask in parts." in str(error)
    monkeypatch.setattr(domain, "MOST_NODES", 1)
    await require_what_there_is(tracer, await read_geometry(tracer, ids[:1]))
    assert (await tracer.refused("skeletons/geometry", **form, **{f"known[{ids[0]}]": "x"}))[0] == 400
    assert not (await read_geometry(tracer, [])).skeletons


async def test_large_skeletons_come_as_overviews_first(tracer: Tracer, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [await tracer.skeleton_of((await tracer.chain(rows, y=y))[0]) for rows, y in ((140, 950), (2, 960))]
    whole = await read_geometry(tracer, ids, overview=True)
    assert whole.versions.min() > 0
    memory = tracer.store.geometry
    for skeleton_id, version in zip(ids, whole.versions.tolist(), strict=True):
        memory.forget((tracer.project_id, skeleton_id, version))
    monkeypatch.setattr(domain, "FEW_NODES", 100)
    monkeypatch.setattr(domain, "MOST_NODES", 3)
    coarse = await read_geometry(tracer, ids, overview=True)
    assert coarse.versions.tolist() == [geometry.OVERVIEW, whole.versions[1]]
    large, small = coarse.skeletons
    assert small == whole.skeletons[1]
    positions, _ = geometry.unpack(large)
    everywhere, _ = geometry.unpack(whole.skeletons[0])
    assert 2 < len(positions) <= 140 / 4
    assert {tuple(one) for one in np.round(positions)} <= {tuple(one) for one in np.round(everywhere)}
    # What was read for the overviews is all that is needed for the wholes.
    monkeypatch.setattr(domain, "MOST_NODES", 200)
    monkeypatch.setattr(packing, "_pack_rows", None)
    again = await read_geometry(tracer, ids)
    assert (again.versions.tolist(), again.skeletons) == (whole.versions.tolist(), whole.skeletons)
    monkeypatch.setattr(domain, "MOST_OVERVIEWED", 3)
    form = {f"skeleton_ids[{place}]": skeleton_id for place, skeleton_id in enumerate(ids)}
    assert (await tracer.refused("skeletons/geometry", **form, overview=True))[0] == 400


async def test_a_moved_connector_is_news_of_the_skeletons_that_are_linked_to_it(tracer: Tracer) -> None:
    node = await tracer.node(-1, 1000, 1000, 0)
    connector = await tracer.connector(node)
    await tracer.post(
        "node/update", **{"c[0][0]": connector, "c[0][1]": 7, "c[0][2]": 8, "c[0][3]": 9}, state=UNCHECKED
    )
    async with tracer.store.reading() as connection:
        version = await newest_version(connection)
        [changes] = (await changes_of(connection, [version])).values()
    assert changes.skeleton_ids == [await tracer.skeleton_of(node)]
