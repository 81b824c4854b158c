"""Who changed or deleted a node last, when, and what is left above it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


@pytest.fixture
async def admin(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.admin)


async def test_a_node_names_who_changed_it_last(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(3)
    connector = await tracer.connector(nodes[0])
    change = await tracer.get(f"nodes/{nodes[1]}/last-change")
    assert (change["username"], change["label"], change["is_deleted"]) == ("tracer", "treenodes.create", False)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(change["time"])) < timedelta(minutes=1)
    for node in (nodes[1], connector):
        kind = "c" if node == connector else "t"
        await admin.post(
            "node/update",
            state=UNCHECKED,
            **{f"{kind}[0][{index}]": value for index, value in enumerate((node, 1, 1, 1))},
        )
        change = await tracer.get(f"nodes/{node}/last-change")
        assert (change["username"], change["is_deleted"], change["ancestor"]) == ("admin", False, None)


async def test_of_a_deleted_node_the_nearest_that_is_left_is_named(tracer: Tracer, admin: Tracer) -> None:
    nodes = await tracer.chain(5)
    skeleton = (await tracer.nodes(nodes))[nodes[0]].skeleton_id
    for node in (nodes[3], nodes[1], nodes[2]):
        await admin.post("treenode/delete", treenode_id=node, state=UNCHECKED)
    for node in nodes[1:4]:
        change = await tracer.get(f"nodes/{node}/last-change")
        assert (change["username"], change["label"], change["is_deleted"]) == ("admin", "treenodes.remove", True)
        assert change["ancestor"] == {"id": nodes[0], "skeleton_id": skeleton, "x": 0, "y": 0, "z": 0}


async def test_of_a_deleted_neuron_nothing_is_left(tracer: Tracer) -> None:
    nodes = await tracer.chain(3)
    connector = await tracer.connector(nodes[1])
    neuron = await tracer.get(f"skeleton/{(await tracer.nodes(nodes))[nodes[0]].skeleton_id}/neuronname")
    await tracer.post(f"neuron/{neuron['neuronid']}/delete")
    await tracer.post("connector/delete", connector_id=connector, state=UNCHECKED)
    for node in (*nodes, connector):
        change = await tracer.get(f"nodes/{node}/last-change")
        assert (change["is_deleted"], change["ancestor"]) == (True, None)


async def test_a_node_that_came_back_is_not_deleted(tracer: Tracer) -> None:
    nodes = await tracer.chain(3)
    await tracer.post("treenode/delete", treenode_id=nodes[1], state=UNCHECKED)
    await tracer.post("versions/undo")
    change = await tracer.get(f"nodes/{nodes[1]}/last-change")
    assert (change["label"], change["is_deleted"]) == ("versions.undo", False)


async def test_a_node_that_never_was_is_not_found(tracer: Tracer) -> None:
    status, body = await tracer.actor.request(
        "GET",
        f"/{tracer.project_id}/nodes/999999/last-change",
        headers={"X-Authorization": f"Token {tracer.actor.token}"},
    )
    assert status == 404
    assert "never had a treenode or connector 999999" in body["error"]
