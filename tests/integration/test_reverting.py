"""Versions are taken back: whatever they did is undone, row by row and id by id, or nothing is."""

from __future__ import annotations

import random
from typing import Any

import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service
from tests.helpers.snapshots import Snapshot, mismatches, snapshot
from tests.helpers.walk import new_walk

LEFT_ALONE = {"log_entry", "skeleton_summary", "relation", "relation_detail", "project", "app_user"}


def told(state: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """The rows of what can be taken back, without their versions."""
    return {
        table: sorted(({name: value for name, value in row.items() if name != "version"} for row in rows), key=str)
        for table, rows in state.items()
        if table not in LEFT_ALONE
    }


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_was_done_is_undone(store: Store, seed: int) -> None:
    """Edits in any number at once, taken back by one version."""
    walk = await new_walk(store, seed)
    for _ in range(40):
        await walk.step()
    chance = random.Random(seed)
    for _ in range(12):
        async with store.reading() as connection:
            before = told(await snapshot(connection))
            first = (await (await connection.execute("SELECT max(id) FROM transaction_info")).fetchall())[0][0]
        for _ in range(chance.randint(1, 6)):
            await walk.step()
        async with store.writing(user_id=None, project_id=walk.project_id, label="versions.revert") as tx:
            versions = [
                row[0]
                for row in await (
                    await tx.execute(
                        "SELECT id FROM transaction_info WHERE id > %s AND id <> current_version()", (first,)
                    )
                ).fetchall()
            ]
            touched = "ARRAY(SELECT touched_by(%(versions)s))"
            found = await tx.execute(
                f"SELECT * FROM conflicts_of(%(versions)s, %(versions)s, {touched})", {"versions": versions}
            )
            assert await found.fetchall() == []
            await tx.execute(f"SELECT take_back(%(versions)s, %(versions)s, {touched})", {"versions": versions})
        async with store.reading() as connection:
            assert told(await snapshot(connection)) == before
            assert await mismatches(connection) == []


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def state_of(tracer: Tracer) -> dict[str, list[dict[str, Any]]]:
    async with tracer.store.reading() as connection:
        assert await mismatches(connection) == []
        return told(await snapshot(connection))


async def test_everything_is_undone_and_redone_in_order(tracer: Tracer) -> None:
    """Split, join, reroot, names, annotations, labels, links, deletes and imports, by `undo` and `redo` alone."""
    nodes = await tracer.chain(6)
    other = await tracer.chain(3, y=50)
    await tracer.connector(nodes[2])
    skeleton = (await tracer.nodes(nodes))[nodes[0]].skeleton_id
    states = [await state_of(tracer)]
    edits: list[tuple[str, dict[str, object]]] = [
        ("skeleton/split", {"treenode_id": nodes[3]}),
        ("skeleton/join", {"from_id": other[2], "to_id": nodes[3]}),
        ("skeleton/reroot", {"treenode_id": nodes[5]}),
        ("annotations/add", {"annotations[0]": "DN", "skeleton_ids[0]": skeleton, "meta_annotations[0]": "type"}),
        (f"label/treenode/{nodes[1]}/update", {"tags": "soma"}),
        ("treenode/delete", {"treenode_id": nodes[1], "state": UNCHECKED}),
        ("textlabel/create", {"text": "here", "x": 1, "y": 2, "z": 3}),
        (f"treenode/{nodes[2]}/radius", {"radius": 40, "state": UNCHECKED}),
        ("node/update", {"state": UNCHECKED, "t[0][0]": nodes[4], "t[0][1]": 9, "t[0][2]": 9, "t[0][3]": 9}),
    ]
    for path, form in edits:
        await tracer.post(path, **form)
        states.append(await state_of(tracer))
    for before in reversed(states[:-1]):
        undone = await tracer.post("versions/undo")
        assert await state_of(tracer) == before, undone
    for after in states[1:]:
        await tracer.post("versions/redo")
        assert await state_of(tracer) == after
    status, body = await tracer.refused("versions/redo")
    assert (status, body["error"]) == (404, "There is nothing to redo.")
    for before in reversed(states[:-1]):
        await tracer.post("versions/undo")
        assert await state_of(tracer) == before


async def test_an_edit_ends_what_could_be_redone(tracer: Tracer) -> None:
    nodes = await tracer.chain(3)
    await tracer.post("versions/undo")
    assert set(await tracer.nodes(nodes)) == set(nodes[:2])
    state = await tracer.get("versions/undo")
    assert (state["undo"]["label"], state["redo"]["label"]) == ("treenodes.create", "treenodes.create")
    await tracer.node(nodes[0])
    assert (await tracer.get("versions/undo"))["redo"] is None
    await tracer.post("versions/undo")
    redone = await tracer.post("versions/redo")
    assert redone["edit"]["label"] == "treenodes.create"
    assert set(await tracer.nodes(nodes)) == set(nodes[:2])


async def test_what_was_undone_later_was_not_undone_then(tracer: Tracer) -> None:
    await tracer.chain(1)
    version = (await tracer.get("version"))["version"]
    asked = {"versions/undo": {}, "versions/details": {"versions": f"[{version}]"}}
    before = [await tracer.get(path, **form) for path, form in asked.items()]
    await tracer.post("versions/undo")
    assert [await tracer.get(path, as_of=version, **form) for path, form in asked.items()] == before


async def test_undo_shows_where_it_was(tracer: Tracer) -> None:
    nodes = await tracer.chain(2)
    await tracer.post("treenode/delete", treenode_id=nodes[1], state=UNCHECKED)
    undone = await tracer.post("versions/undo")
    node = (await tracer.nodes(nodes))[nodes[1]]
    assert undone["node"] == {"id": nodes[1], "skeleton_id": node.skeleton_id, "x": 10.0, "y": 0.0, "z": 0.0}
    assert undone["skeleton_ids"] == [node.skeleton_id]
    redone = await tracer.post("versions/redo")
    assert redone["node"] == {"id": None, "skeleton_id": None, "x": 10.0, "y": 0.0, "z": 0.0}


async def test_what_others_changed_since_is_named_and_nothing_is_written(
    module_service: Service, tracer: Tracer
) -> None:
    admin = Tracer.of(module_service, module_service.admin)
    nodes = await tracer.chain(3)
    version = (await tracer.get("version"))["version"]
    await admin.node(nodes[2], x=99)
    await admin.post(f"treenode/{nodes[2]}/radius", radius=5, state=UNCHECKED)
    before = await state_of(tracer)
    status, body = await tracer.refused("versions/undo")
    assert (status, body["type"]) == (400, "StateMatchingError")
    error = str(body["error"])
    assert f"treenode {nodes[2]} was changed" in error, error
    assert "admin" in error, error
    conflicts: Any = body["detail"]
    assert {conflict["table"] for conflict in conflicts} == {"treenode"}
    assert await state_of(tracer) == before
    preview = await tracer.post("versions/changes", **{"versions[0]": version})
    assert [(change["table"], change["created"]) for change in preview["changes"]] == [("treenode", 1)]
    assert len(preview["conflicts"]) == len(conflicts)


async def test_what_was_undone_meanwhile_is_in_nobodys_way(module_service: Service, tracer: Tracer) -> None:
    """Of rows that an edit did not touch, others may do what they like, whatever was undone there since."""
    [other] = await tracer.chain(1)
    node = await tracer.node()
    await tracer.post(f"treenode/{other}/radius", radius=7, state=UNCHECKED)
    await tracer.post("versions/undo")
    await Tracer.of(module_service, module_service.admin).post(f"treenode/{other}/radius", radius=9, state=UNCHECKED)
    await tracer.post("versions/undo")
    found = await tracer.nodes([node, other])
    assert [(one.id, one.radius) for one in found.values()] == [(other, 9)]


async def test_what_others_hung_on_it_is_named(module_service: Service, tracer: Tracer) -> None:
    nodes = await tracer.chain(2)
    child = await Tracer.of(module_service, module_service.admin).node(nodes[1])
    status, body = await tracer.refused("versions/undo")
    assert (status, f"treenode {child} is a child of treenode {nodes[1]}" in str(body["error"])) == (400, True), body
    assert set(await tracer.nodes([*nodes, child])) == {*nodes, child}


async def test_what_it_needs_is_gone(module_service: Service, tracer: Tracer) -> None:
    """A node that was deleted hung on one that somebody deleted since."""
    nodes = await tracer.chain(2)
    await tracer.post("treenode/delete", treenode_id=nodes[1], state=UNCHECKED)
    await Tracer.of(module_service, module_service.admin).post("treenode/delete", treenode_id=nodes[0], state=UNCHECKED)
    status, body = await tracer.refused("versions/undo")
    assert (status, f"treenode {nodes[0]} was deleted" in str(body["error"])) == (400, True), body


async def test_several_versions_are_taken_back_at_once_where_one_alone_is_in_the_way(tracer: Tracer) -> None:
    node = await tracer.node()
    versions = []
    for x in (1, 2):
        form = {"state": UNCHECKED, "t[0][0]": node, "t[0][1]": x, "t[0][2]": 0, "t[0][3]": 0}
        await tracer.post("node/update", **form)
        versions.append((await tracer.get("version"))["version"])
    status, _ = await tracer.refused("versions/revert", **{"versions[0]": versions[0]})
    assert status == 400
    await tracer.post("versions/revert", **{"versions[0]": versions[0], "versions[1]": versions[1]})
    assert (await tracer.nodes([node]))[node].place == (0, 0, 0)
    await tracer.post("versions/undo")
    assert (await tracer.nodes([node]))[node].place == (2, 0, 0)


async def test_what_others_did_is_taken_back_by_who_may_edit_it(module_service: Service, tracer: Tracer) -> None:
    admin = Tracer.of(module_service, module_service.admin)
    node = await admin.node()
    version = (await admin.get("version"))["version"]
    status, body = await tracer.refused("versions/revert", **{"versions[0]": version})
    assert (status, "belongs to somebody else" in str(body["error"])) == (403, True)
    # Who looks before, is told the same.
    assert (await tracer.get("versions/changes", versions=f"[{version}]"))["not_allowed"] == body["error"]
    assert (await admin.get("versions/changes", versions=f"[{version}]"))["not_allowed"] is None
    assert await tracer.nodes([node])
    own = await tracer.node()
    await admin.post("versions/revert", **{"versions[0]": (await tracer.get("version"))["version"]})
    assert not await tracer.nodes([own])


@pytest.mark.parametrize(("method", "path", "form"), [
    ("PUT", "landmarks/", {"name": "of the administrator"}),
    ("POST", "ontology/classes/add", {"classname": "of the administrator"}),
    ("PUT", "pointclouds/", {"name": "of the administrator", "points": "[[1, 2, 3]]"}),
])  # fmt: skip
async def test_nothing_of_others_is_taken_back(
    module_service: Service, tracer: Tracer, method: str, path: str, form: dict[str, str]
) -> None:
    """Whatever it is: also what has no treenodes."""
    admin = module_service.admin
    status, made = await admin.request(method, f"/{tracer.project_id}/{path}", data=form)
    assert status in (200, 201), made
    version = (await tracer.get("version"))["version"]
    status, body = await tracer.refused("versions/revert", **{"versions[0]": version})
    assert (status, "belongs to somebody else" in str(body["error"])) == (403, True), body
    assert (await tracer.get("versions/changes", versions=f"[{version}]"))["not_allowed"] == body["error"]


@pytest.mark.parametrize(("versions", "status", "said"), [
    ({}, 400, "versions"),
    ({"versions": "[]"}, 400, "Name 1 to"),
    ({"versions": "[987654]"}, 404, "no version 987654"),
    ({"versions": "[1]"}, 404, "no version 1"),
])  # fmt: skip
async def test_versions_that_are_none_of_the_project(
    tracer: Tracer, versions: dict[str, str], status: int, said: str
) -> None:
    got, body = await tracer.refused("versions/revert", **versions)
    assert (got, said in str(body["error"])) == (status, True), body


async def test_permissions_are_not_taken_back(module_service: Service) -> None:
    admin = Tracer.of(module_service, module_service.admin)
    status, _ = await admin.actor.request("GET", f"/{module_service.project_id}/version")
    async with module_service.store.writing(
        user_id=None, project_id=module_service.project_id, label="members.grant"
    ) as tx:
        await users.grant(tx, module_service.project_id, "can_fork", to="tracer")
    version = (await admin.get("version"))["version"]
    status, body = await admin.refused("versions/revert", **{"versions[0]": version})
    assert (status, "nothing that can be taken back" in str(body["error"])) == (400, True)
