"""A neuron's life: who made it, how it grew, and the joins and splits it went through."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


@pytest.fixture
async def admin(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.admin)


async def neuron_of(tracer: Tracer, node: int) -> int:
    query = "SELECT k.neuron_id FROM treenode t JOIN skeleton k ON k.id = t.skeleton_id WHERE t.id = %s"
    return int((await tracer.rows(query, node))[0][0])


async def join(tracer: Tracer, node: int, other: int) -> None:
    await tracer.post("skeleton/join", from_id=node, to_id=other, annotation_set="{}", state=UNCHECKED)


async def test_contributors_with_what_they_did(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(3)
    await admin.node(nodes[2], x=99)
    await admin.connector(nodes[0])
    await admin.label(nodes[0], "soma")
    await admin.post(f"node/{nodes[1]}/reviewed")
    await tracer.annotate(await tracer.skeleton_of(nodes[0]), "DN")
    first, second = await tracer.get(f"neurons/{await neuron_of(tracer, nodes[0])}/contributors")
    assert (first["username"], first["nodes"], first["annotations"], first["links"]) == ("tracer", 3, 1, 0)
    assert (second["username"], second["nodes"], second["links"], second["labels"]) == ("admin", 1, 1, 1)
    assert (second["reviews"], second["sessions"]) == (1, 1)
    assert 0 < first["seconds"] < 60
    assert first["first_time"] < second["first_time"]


async def test_time_spent_is_the_time_within_sessions(tracer: Tracer) -> None:
    """Acts at 0, 60 and 240 s, and at 2000 s: sessions by the gap."""
    nodes = await tracer.chain(4)
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    async with tracer.store.writing(user_id=None, project_id=None, label="age") as tx:
        for node, second in zip(nodes, (0, 60, 240, 2000), strict=True):
            time = begin + timedelta(seconds=second)
            await tx.execute(
                "UPDATE treenode SET creation_time = %s, edition_time = %s WHERE id = %s", (time, time, node)
            )
        await tx.execute("DELETE FROM treenode__history WHERE id = ANY (%s)", (nodes,))
    path = f"neurons/{await neuron_of(tracer, nodes[0])}/contributors"
    for gap, sessions, seconds in ((300, 2, 240), (100, 3, 60), (10, 4, 0), (5000, 1, 2000)):
        (one,) = await tracer.get(path, gap_s=gap)
        assert (one["sessions"], one["seconds"]) == (sessions, seconds)
    (one,) = await tracer.get(path)
    assert (one["sessions"], one["seconds"]) == (2, 240)
    for wrong in (0, -1, 1e30):
        status, body = await tracer.actor.request("GET", f"/{tracer.project_id}/{path}", params={"gap_s": str(wrong)})
        assert (status, "longer than 0" in body["error"]) == (400, True)


async def test_growth_is_the_size_after_each_version(tracer: Tracer) -> None:
    nodes = await tracer.chain(3)
    other = await tracer.chain(2, y=30)
    await tracer.post(
        "node/update", state=UNCHECKED, **{"t[0][0]": nodes[2], "t[0][1]": 30, "t[0][2]": 0, "t[0][3]": 0}
    )
    await tracer.post(f"treenode/{nodes[2]}/radius", radius=9, state=UNCHECKED)
    await join(tracer, nodes[0], other[0])
    await tracer.post("treenode/delete", treenode_id=nodes[2], state=UNCHECKED)
    path = f"neurons/{await neuron_of(tracer, nodes[0])}/growth"
    steps = await tracer.get(path, by="version")
    assert [(step["nodes"], step["cable_length"]) for step in steps] == [
        (1, 0), (2, 10), (3, 20), (3, 30), (5, 70), (4, 50),
    ]  # fmt: skip
    versions = [step["version"] for step in steps]
    assert versions == sorted(versions)
    (day,) = await tracer.get(path)
    assert day == steps[-1]
    (created,) = await tracer.get(path, by="creation")
    assert (created["version"], created["nodes"], created["cable_length"]) == (None, 4, 50)
    status, body = await tracer.actor.request("GET", f"/{tracer.project_id}/{path}", params={"by": "year"})
    assert (status, "by 'day'" in body["error"]) == (400, True)


async def test_a_neuron_that_is_gone_has_a_life_and_one_that_never_was_has_none(tracer: Tracer) -> None:
    nodes = await tracer.chain(2)
    neuron_id = await neuron_of(tracer, nodes[0])
    await tracer.get(f"neuron/{neuron_id}/delete")
    steps = await tracer.get(f"neurons/{neuron_id}/growth", by="version")
    assert [step["nodes"] for step in steps] == [1, 2, 0]
    (one,) = await tracer.get(f"neurons/{neuron_id}/contributors")
    assert (one["username"], one["nodes"], one["sessions"]) == ("tracer", 0, 1)
    for path in ("neurons/99999999/growth", "neurons/99999999/contributors"):
        status, body = await tracer.actor.request("GET", f"/{tracer.project_id}/{path}")
        assert (status, "never had neuron 99999999" in body["error"]) == (404, True)


def told(answer: dict[str, Any]) -> list[tuple[str, int, int, int]]:
    return [(one["kind"], one["from_skeleton_id"], one["to_skeleton_id"], one["nodes"]) for one in answer["passages"]]


def became(answer: dict[str, Any]) -> dict[int | None, int]:
    return {one["skeleton_id"]: one["nodes"] for one in answer["became"]}


async def test_what_became_of_a_skeleton_is_told_through_joins_splits_and_undo(tracer: Tracer) -> None:
    nodes, other, third = await tracer.chain(4), await tracer.chain(2, y=50), await tracer.chain(1, y=90)
    a, b, c = [await tracer.skeleton_of(chain[0]) for chain in (nodes, other, third)]
    cut = int((await tracer.post("skeleton/split", treenode_id=nodes[2]))["new_skeleton_id"])
    await join(tracer, other[0], nodes[2])
    await tracer.post("treenode/delete", treenode_id=nodes[1], state=UNCHECKED)
    await join(tracer, other[1], third[0])
    answer = await tracer.get("skeletons/lineage", skeleton_ids=f"[{a}]")
    assert told(answer) == [("split", a, cut, 2), ("join", cut, b, 2)]
    assert became(answer) == {b: 2, a: 1, None: 1}
    assert (answer["passages"][0]["username"], answer["passages"][0]["label"]) == ("tracer", "skeletons.split")
    assert answer["cut"] is None
    gone = await tracer.get("skeletons/lineage", skeleton_ids=f"[{cut}]")
    assert became(gone) == {b: 2}
    assert told(gone) == told(answer), "the split that it came from, the join that it went into"
    last = await tracer.get("skeletons/lineage", skeleton_ids=f"[{b}]")
    assert told(last) == [*told(answer), ("join", c, b, 1)]
    assert became(last) == {b: 5}
    await tracer.post("versions/undo")
    undone = await tracer.get("skeletons/lineage", skeleton_ids=f"[{c}]")
    assert told(undone) == [("join", c, b, 1), ("split", b, c, 1)]
    assert became(undone) == {c: 1}


async def test_what_went_in_after_nodes_had_left_is_not_their_ancestor(tracer: Tracer) -> None:
    nodes, late = await tracer.chain(2), await tracer.chain(1, y=50)
    a = await tracer.skeleton_of(nodes[0])
    cut = int((await tracer.post("skeleton/split", treenode_id=nodes[1]))["new_skeleton_id"])
    await join(tracer, nodes[0], late[0])
    assert told(await tracer.get("skeletons/lineage", skeleton_ids=f"[{cut}]")) == [("split", a, cut, 1)]


@pytest.mark.parametrize(("form", "status", "said"), [
    ({}, 400, "At least one skeleton"),
    ({"neuron_ids": "[99999999]"}, 404, "never had neuron 99999999"),
    ({"skeleton_ids": "[]"}, 400, "At least one skeleton"),
    ({"skeleton_ids": "[99999999]"}, 404, "never had skeleton 99999999"),
])  # fmt: skip
async def test_skeletons_that_never_were(tracer: Tracer, form: dict[str, str], status: int, said: str) -> None:
    got, body = await tracer.refused("skeletons/lineage", **form)
    assert (got, said in str(body["error"])) == (status, True), body
