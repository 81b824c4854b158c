"""Which versions changed the structure of skeletons since a time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service

COUNTS = ("nodes_made", "nodes_gone", "edges_made", "links_made", "links_gone")


@pytest.fixture
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def now(tracer: Tracer) -> str:
    """A moment after all that was done."""
    ((time,),) = await tracer.rows("SELECT clock_timestamp()::text")
    return str(time)


async def changes(tracer: Tracer, skeleton: int, since: str, **query: object) -> list[tuple[str, dict[str, int]]]:
    """Label, and the counts that are not 0, oldest first."""
    found = await tracer.post(
        "skeletons/structural-changes", **{"skeleton_ids[0]": skeleton, "times[0]": since} | query
    )
    rows = range(len(found["version"]))
    assert set(found["skeleton_id"]) <= {skeleton}
    return [(found["label"][at], {name: found[name][at] for name in COUNTS if found[name][at]}) for at in rows]


async def edit(tracer: Tracer, path: str, **form: object) -> Any:
    return await tracer.post(path, state=UNCHECKED, **form)


async def test_edits_of_structure_are_told_and_others_are_not(tracer: Tracer) -> None:
    nodes = await tracer.chain(4)
    skeleton, since = await tracer.skeleton_of(nodes[0]), await now(tracer)
    connector = (await edit(tracer, "connector/create", pid=1, confidence=5, x=1, y=1, z=1))["connector_id"]
    await edit(tracer, "node/update", **{"t[0][0]": nodes[1], "t[0][1]": 5, "t[0][2]": 6, "t[0][3]": 7})
    await edit(tracer, f"treenodes/{nodes[2]}/confidence", new_confidence=2)
    await edit(tracer, f"treenode/{nodes[2]}/radius", radius=40, option=0)
    await tracer.post(f"label/treenode/{nodes[2]}/update", tags="TODO")
    await edit(tracer, "skeleton/reroot", treenode_id=nodes[3])
    await edit(tracer, "skeleton/reroot", treenode_id=nodes[0])
    assert await changes(tracer, skeleton, since) == []
    inserted = await edit(tracer, "treenode/insert", parent_id=nodes[0], child_id=nodes[1], x=2)
    await tracer.node(nodes[3], x=99)
    await edit(tracer, "link/create", from_id=nodes[1], to_id=connector, link_type="presynaptic_to")
    await edit(tracer, "treenode/delete", treenode_id=inserted["treenode_id"])
    await edit(tracer, "link/delete", treenode_id=nodes[1], connector_id=connector)
    assert await changes(tracer, skeleton, since) == [
        ("treenodes.insert", {"nodes_made": 1, "edges_made": 1}),
        ("treenodes.create", {"nodes_made": 1}),
        ("links.create", {"links_made": 1}),
        ("treenodes.remove", {"nodes_gone": 1, "edges_made": 1}),
        ("links.remove", {"links_gone": 1}),
    ]
    later = await now(tracer)
    assert await changes(tracer, skeleton, later) == []


async def test_joins_and_splits_bring_and_take_nodes_and_links(tracer: Tracer) -> None:
    nodes, others = await tracer.chain(3), await tracer.chain(2, y=500)
    connector = (await edit(tracer, "connector/create", pid=1, confidence=5, x=1, y=1, z=1))["connector_id"]
    await edit(tracer, "link/create", from_id=others[1], to_id=connector, link_type="presynaptic_to")
    skeleton, since = await tracer.skeleton_of(nodes[0]), await now(tracer)
    await edit(tracer, "skeleton/join", from_id=nodes[2], to_id=others[0])
    ((version,),) = await tracer.rows("SELECT max(id) FROM transaction_info")
    await edit(tracer, "skeleton/split", treenode_id=nodes[2])
    joined = ("skeletons.merge", {"nodes_made": 2, "edges_made": 0, "links_made": 1})
    joined[1].pop("edges_made")
    assert await changes(tracer, skeleton, since) == [
        joined,
        ("skeletons.split", {"nodes_gone": 3, "links_gone": 1}),
    ]
    assert await changes(tracer, skeleton, since, as_of=version) == [joined]


async def test_what_was_taken_back_is_no_change(tracer: Tracer) -> None:
    nodes, others = await tracer.chain(3, y=700), await tracer.chain(2, y=800)
    skeletons = [await tracer.skeleton_of(chain[0]) for chain in (nodes, others)]
    await edit(tracer, "skeleton/split", treenode_id=nodes[2])
    since = await now(tracer)
    await edit(tracer, "skeleton/join", from_id=nodes[1], to_id=others[0])
    joined = ("skeletons.merge", {"nodes_made": 2})
    assert await changes(tracer, skeletons[0], since) == [joined]
    await tracer.post("versions/undo")
    for skeleton in skeletons:
        assert await changes(tracer, skeleton, since) == []
    await tracer.post("versions/redo")
    assert await changes(tracer, skeletons[0], since) == [joined]
    await tracer.post("versions/undo")
    # What was made before that time, and is taken back later, changes what was seen then.
    await tracer.post("versions/undo")
    assert await changes(tracer, skeletons[0], since) == [("versions.undo", {"nodes_made": 1})]


async def test_each_skeleton_needs_its_time(tracer: Tracer) -> None:
    status, answer = await tracer.refused("skeletons/structural-changes", **{"skeleton_ids[0]": 1})
    assert (status, answer["error"]) == (400, "Send a time for each skeleton: 1, not 0.")
    status, answer = await tracer.refused(
        "skeletons/structural-changes", **{"skeleton_ids[0]": 1, "times[0]": "yesterday"}
    )
    assert status == 400
    assert "A time is written as" in str(answer["error"])
