"""Reviews: which changes end them, as in CATMAID, how they are made and counted, and what changed since."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


@pytest.fixture
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


@pytest.fixture
def admin(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.admin)


async def review(tracer: Tracer, *nodes: int) -> Any:
    return await tracer.post("nodes/reviewed", **{f"treenode_ids[{at}]": node for at, node in enumerate(nodes)})


async def reviewed(tracer: Tracer, *nodes: int) -> set[int]:
    """Those of these treenodes that anybody has reviewed."""
    found = await tracer.rows("SELECT treenode_id FROM review WHERE treenode_id = ANY (%s)", list(nodes))
    return {node for (node,) in found}


async def move(tracer: Tracer, node: int, x: float, kind: str = "t") -> None:
    place = {f"{kind}[0][{at}]": value for at, value in enumerate((node, x, 7, 8))}
    await tracer.post("node/update", state=UNCHECKED, **place)


async def link(tracer: Tracer, node: int, connector: int, relation: str) -> None:
    await tracer.post("link/create", from_id=node, to_id=connector, link_type=relation, state=UNCHECKED)


async def unlink(tracer: Tracer, node: int, connector: int) -> None:
    await tracer.post("link/delete", treenode_id=node, connector_id=connector, state=UNCHECKED)


async def changes(tracer: Tracer, *nodes: int) -> list[tuple[int, str]]:
    """Treenode and change, of the skeletons of treenodes, oldest first."""
    skeletons = sorted({await tracer.skeleton_of(node) for node in nodes})
    form = {f"skeleton_ids[{at}]": one for at, one in enumerate(skeletons)}
    found = await tracer.post("skeletons/review-changes", **form)
    return list(zip(found["treenode_id"], found["change"], strict=True))


async def test_a_moved_treenode_loses_its_reviews(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(3)
    await review(tracer, *nodes)
    await review(admin, *nodes)
    await move(tracer, nodes[1], 33)
    assert await reviewed(tracer, *nodes) == {nodes[0], nodes[2]}
    assert await tracer.rows("SELECT 1 FROM review WHERE treenode_id = %s", nodes[1]) == []
    await move(tracer, nodes[0], (await tracer.nodes(nodes))[nodes[0]].place[0])
    assert await reviewed(tracer, nodes[0]) == set(), "it moved in y and z"


async def test_a_moved_connector_ends_the_reviews_of_all_that_is_linked_to_it(tracer: Tracer) -> None:
    nodes = await tracer.chain(4)
    connector = await tracer.connector(nodes[0])
    await link(tracer, nodes[1], connector, "postsynaptic_to")
    await review(tracer, *nodes)
    await move(tracer, connector, 99, "c")
    assert await reviewed(tracer, *nodes) == set(nodes[2:])


async def test_a_postsynaptic_link_ends_the_reviews_of_its_treenode_others_those_of_all(tracer: Tracer) -> None:
    pre, first, second, gap, far = await tracer.chain(5)
    connector = await tracer.connector(pre)
    await review(tracer, pre, first, second, gap, far)
    await link(tracer, first, connector, "postsynaptic_to")
    assert await reviewed(tracer, pre, first, second, gap, far) == {pre, second, gap, far}
    await link(tracer, second, connector, "postsynaptic_to")
    await review(tracer, first, second)
    await link(tracer, gap, connector, "attached_to")
    assert await reviewed(tracer, pre, first, second, gap, far) == {far}


async def test_a_link_that_goes_ends_reviews_as_one_that_comes(tracer: Tracer) -> None:
    pre, first, second = nodes = await tracer.chain(3)
    connector = await tracer.connector(pre)
    for node in (first, second):
        await link(tracer, node, connector, "postsynaptic_to")
    await review(tracer, *nodes)
    await unlink(tracer, first, connector)
    assert await reviewed(tracer, *nodes) == {pre, second}
    await unlink(tracer, pre, connector)
    assert await reviewed(tracer, *nodes) == {pre}, "its partners lose their reviews"
    await review(tracer, *nodes)
    await tracer.post("connector/delete", connector_id=connector, state=UNCHECKED)
    assert await reviewed(tracer, *nodes) == {pre, first}


async def test_other_edits_end_no_reviews(tracer: Tracer) -> None:
    nodes = await tracer.chain(4)
    others = await tracer.chain(2, y=500)
    await review(tracer, *nodes, *others)
    await tracer.post(f"treenodes/{nodes[1]}/confidence", new_confidence=2, state=UNCHECKED)
    await tracer.post(f"treenode/{nodes[2]}/radius", radius=12, option=0, state=UNCHECKED)
    await tracer.post("treenode/insert", parent_id=nodes[0], child_id=nodes[1], x=5, state=UNCHECKED)
    await tracer.label(nodes[3], "ends")
    await tracer.post("skeleton/reroot", treenode_id=nodes[3], state=UNCHECKED)
    await tracer.post("skeleton/split", treenode_id=nodes[1], state=UNCHECKED)
    await tracer.post("skeleton/join", from_id=nodes[2], to_id=others[0], state=UNCHECKED)
    await tracer.node(nodes[3], 50)
    assert await reviewed(tracer, *nodes, *others) == {*nodes, *others}


async def test_an_undone_move_brings_reviews_back(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(2)
    await review(admin, nodes[1])
    (before,) = await tracer.rows("SELECT id, review_time FROM review WHERE treenode_id = %s", nodes[1])
    await move(tracer, nodes[1], 33)
    await tracer.post("versions/undo")
    assert await tracer.rows("SELECT id, review_time FROM review WHERE treenode_id = %s", nodes[1]) == [before]
    await tracer.post("versions/redo")
    assert await reviewed(tracer, nodes[1]) == set()


async def test_a_move_that_is_taken_back_ends_reviews_of_where_it_led(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(2)
    await move(tracer, nodes[1], 33)
    await review(admin, nodes[1])
    await tracer.post("versions/undo")
    assert await reviewed(tracer, nodes[1]) == set()


async def test_a_review_that_came_after_a_move_is_not_lost_to_the_one_before_it(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(2)
    await review(admin, nodes[1])
    await move(tracer, nodes[1], 33)
    await review(admin, nodes[1])
    status, body = await tracer.refused("versions/undo")
    assert (status, "has the same treenode and reviewer" in str(body["error"])) == (400, True)
    assert await reviewed(tracer, nodes[1]) == {nodes[1]}


async def test_reviews_are_marked_and_undone_together(tracer: Tracer) -> None:
    nodes = await tracer.chain(3)
    first = await review(tracer, *nodes[:2])
    assert first["treenode_ids"] == nodes[:2]
    again = await review(tracer, 999_999, *nodes)
    assert again["treenode_ids"] == nodes
    assert len(await tracer.rows("SELECT 1 FROM review WHERE treenode_id = ANY (%s)", nodes)) == 3
    await tracer.post("versions/undo")
    assert await reviewed(tracer, *nodes) == set(nodes[:2])
    assert (await tracer.refused("nodes/reviewed", **{"treenode_ids[0]": 999_999}))[0] == 404
    assert (await tracer.refused("nodes/reviewed"))[0] == 400
    many = {f"treenode_ids[{at}]": at for at in range(10_001)}
    assert "at most 10,000" in str((await tracer.refused("nodes/reviewed", **many))[1]).lower()


async def test_reset_reviews_come_back_by_undo(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(2)
    skeleton = await tracer.skeleton_of(nodes[0])
    await review(tracer, *nodes)
    await review(admin, nodes[0])
    await tracer.post(f"skeleton/{skeleton}/review/reset-own")
    assert await reviewed(tracer, *nodes) == {nodes[0]}
    assert await changes(tracer, *nodes) == [], "nothing changed"
    await tracer.post("versions/undo")
    assert await reviewed(tracer, *nodes) == set(nodes)


async def test_segments_and_reviewers_are_counted(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(3)
    branch = await tracer.node(nodes[1], 0, 50)
    lonely = await tracer.node()
    await review(tracer, *nodes)
    await review(admin, branch)
    skeletons = [await tracer.skeleton_of(node) for node in (branch, lonely)]
    form = {f"skeleton_ids[{at}]": one for at, one in enumerate([*skeletons, 999_999])}
    found = await tracer.post("skeletons/review-summary", **form)
    assert {one: told["segments"] for one, told in found.items()} == {str(skeletons[0]): 2, str(skeletons[1]): 1}
    shares = sorted(nodes for _, nodes, _ in found[str(skeletons[0])]["reviewers"])
    assert (shares, found[str(skeletons[1])]["reviewers"]) == ([1, 3], [])
    listed = await tracer.post(f"skeletons/{skeletons[0]}/review")
    assert len(listed) == 2


async def test_what_changed_after_a_review_is_listed(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(6)
    connector = await tracer.connector(nodes[5])
    await review(admin, *nodes)
    assert await changes(tracer, *nodes) == []
    await move(tracer, nodes[0], 33)
    await link(tracer, nodes[1], connector, "postsynaptic_to")
    await tracer.post(f"treenodes/{nodes[2]}/confidence", new_confidence=1, state=UNCHECKED)
    await tracer.post("treenode/insert", parent_id=nodes[2], child_id=nodes[3], x=25, state=UNCHECKED)
    await move(tracer, connector, 99, "c")
    expected = [
        (nodes[0], "moved"),
        (nodes[1], "linked"),
        (nodes[2], "edited"),
        (nodes[3], "parent"),
        (nodes[5], "connector moved"),
    ]
    assert await changes(tracer, *nodes) == expected
    found = await tracer.post("skeletons/review-changes", **{"skeleton_ids[0]": await tracer.skeleton_of(nodes[0])})
    ids = dict(await tracer.rows("SELECT username, id FROM app_user"))
    assert set(found["reviewer_id"]) == {ids["admin"]}
    assert set(found["user_id"]) == {ids["tracer"]}
    assert all(before < after for before, after in zip(found["review_time"], found["time"], strict=True))

    await review(admin, *nodes[:3])
    assert await changes(tracer, *nodes) == expected[3:]
    await review(admin, nodes[4])
    await tracer.post("versions/undo")
    assert (nodes[5], "connector moved") not in await changes(tracer, *nodes), "the review is back"


async def test_a_join_or_split_changes_nothing_that_was_reviewed(tracer: Tracer) -> None:
    nodes, others = await tracer.chain(3), await tracer.chain(2, y=500)
    await review(tracer, *nodes, *others)
    await tracer.post("skeleton/join", from_id=nodes[2], to_id=others[0], state=UNCHECKED)
    assert await changes(tracer, *nodes, *others) == [(others[0], "parent")]
    await tracer.post("skeleton/split", treenode_id=others[0], state=UNCHECKED)
    assert await changes(tracer, *nodes, *others) == []


async def test_the_past_tells_what_had_changed_then(tracer: Tracer) -> None:
    nodes = await tracer.chain(2)
    await review(tracer, *nodes)
    ((version,),) = await tracer.rows("SELECT max(version) FROM review WHERE treenode_id = %s", nodes[0])
    await move(tracer, nodes[0], 33)
    form = {"skeleton_ids[0]": await tracer.skeleton_of(nodes[0])}
    assert (await tracer.post("skeletons/review-changes", **form))["change"] == ["moved"]
    assert (await tracer.post("skeletons/review-changes", as_of=version, **form))["change"] == []
