"""The log of versions: by user, label, time, neuron, skeleton and place, in pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catmaid_server.domain.history import transaction_log
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


@pytest.fixture
async def admin(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.admin)


async def version_of(tracer: Tracer) -> int:
    return int((await tracer.get("version"))["version"])


async def labels(tracer: Tracer, **form: object) -> list[str]:
    """What fits, the oldest first."""
    return [entry["label"] for entry in reversed((await tracer.post("versions/log", **form))["entries"])]


async def test_versions_by_user_label_and_time(tracer: Tracer, admin: Tracer) -> None:
    since = await version_of(tracer)
    node = await tracer.node()
    await admin.node(node)
    middle = datetime.now(UTC)
    await tracer.label(node, "soma")
    await tracer.post("versions/undo")
    everything = ["treenodes.create", "treenodes.create", "labels.update", "versions.undo"]
    assert await labels(tracer, since=since) == everything
    assert await labels(tracer, since=since, username="admin") == ["treenodes.create"]
    assert await labels(tracer, since=since, label="treenodes") == ["treenodes.create"] * 2
    assert await labels(tracer, since=since, label="treenodes.create", until=since + 1) == ["treenodes.create"]
    assert await labels(tracer, since=since, label="treen") == []
    assert await labels(tracer, since=middle.isoformat()) == everything[2:]
    assert await labels(tracer, since=since, until=middle.isoformat()) == everything[:2]
    assert await labels(tracer, since=middle - timedelta(days=9999), until=since + 1) == ["treenodes.create"]
    assert await labels(tracer, since="now") == []
    undone, *_ = (await tracer.get("versions/log", limit=1))["entries"]
    assert (undone["username"], undone["reverts"]) == ("tracer", [undone["version"] - 1])
    assert datetime.fromisoformat(undone["time"]) > middle


async def test_versions_of_a_neuron_also_those_of_skeletons_that_it_had(tracer: Tracer) -> None:
    since = await version_of(tracer)
    nodes = await tracer.chain(2)
    skeleton_id = await tracer.skeleton_of(nodes[0])
    ((neuron_id,),) = await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton_id)
    other = await tracer.chain(1, y=50)
    await tracer.label(nodes[0], "soma")
    await tracer.connector(nodes[1])
    await tracer.annotate(skeleton_id, "DN")
    await tracer.post(f"neurons/{neuron_id}/rename", name="PN")
    await tracer.post("skeleton/join", from_id=other[0], to_id=nodes[0], annotation_set="{}", state=UNCHECKED)
    of_skeleton = ["treenodes.create", "treenodes.create", "labels.update", "links.create", "skeletons.merge"]
    of_neuron = [*of_skeleton[:-1], "annotations.add", "neurons.rename", "skeletons.merge"]
    assert await labels(tracer, skeleton_ids=f"[{skeleton_id}]", label="nothing") == []
    assert_alike(await labels(tracer, since=since, skeleton_ids=f"[{skeleton_id}]"), of_skeleton)
    assert_alike(await labels(tracer, since=since, neuron_ids=f"[{neuron_id}]"), of_neuron)
    assert await labels(tracer, neuron_ids=f"[{neuron_id}]", until=since) == []
    assert await labels(tracer, neuron_ids="[]") == []


def assert_alike(found: list[str], wanted: list[str]) -> None:
    """The same subjects in the same order: labels as `treenodes.create` by what stands before the dot."""
    assert [label.partition(".")[0] for label in found] == [label.partition(".")[0] for label in wanted]


@pytest.mark.parametrize(("few_states", "few_edges"), [(0, 50_000), (200_000, 0), (0, 0)])
async def test_versions_of_a_place_also_those_of_what_left_it(
    service: Service, monkeypatch: pytest.MonkeyPatch, few_states: int, few_edges: int
) -> None:
    """Found by what is there, by what changed, or by what changed in one span of versions after the other."""
    monkeypatch.setattr(transaction_log, "_FEW_STATES", few_states)
    monkeypatch.setattr(transaction_log, "_FEW_EDGES", few_edges)
    monkeypatch.setattr(transaction_log, "_FIRST_SPAN", 1)
    tracer = Tracer.of(service)
    node = await tracer.node(x=70_000, y=70_000, z=70_000)
    child = await tracer.node(node, x=80_000, y=70_000, z=70_000)
    await tracer.post("connector/create", x=70_010, y=70_000, z=70_000)
    move = {"t[0][0]": node, "t[0][1]": 75_000, "t[0][2]": 70_000, "t[0][3]": 70_000}
    await tracer.post("node/update", state=UNCHECKED, **move)
    await tracer.post(f"treenode/{node}/radius", radius=9, state=UNCHECKED)
    here = "[69999, 69999, 69999, 70020, 70001, 70001]"
    assert_alike(await labels(tracer, box=here), ["treenodes", "connectors", "nodes"])
    assert_alike(await labels(tracer, box=here, label="nodes"), ["nodes"])
    assert_alike(await labels(tracer, box="[74999, 69999, 69999, 75001, 70001, 70001]"), ["nodes", "treenodes"])
    assert await labels(tracer, box="[77000, 69999, 69999, 77001, 70001, 70001]") == [], "an edge is no node"
    await tracer.post("treenode/delete", treenode_id=child, state=UNCHECKED)
    assert_alike(await labels(tracer, box="[79999, 69999, 69999, 80001, 70001, 70001]"), ["treenodes", "treenodes"])


async def test_pages_hold_all_versions_once(tracer: Tracer) -> None:
    since = await version_of(tracer)
    await tracer.chain(5)
    found: list[int] = []
    page: dict[str, Any] = {"next": None}
    while page["next"] is not None or not found:
        up_to = {} if page["next"] is None else {"up_to": page["next"]}
        page = await tracer.get("versions/log", since=since, limit=2, **up_to)
        found += [entry["version"] for entry in page["entries"]]
    assert found == list(range(since + 5, since, -1))


@pytest.mark.parametrize(("form", "status", "said"), [
    ({"username": "nobody"}, 404, "Nobody called 'nobody'"),
    ({"username": "tracer", "user_id": "99"}, 400, "name one of them"),
    ({"since": "last week"}, 400, "since is a version"),
    ({"until": "fig 99"}, 400, "until is a version"),
    ({"box": "[1, 2, 3]"}, 400, "box is"),
    ({"box": "[1, 2, 3, 0, 9, 9]"}, 400, "box is"),
    ({"limit": "0"}, 400, "limit is a number of versions"),
    ({"limit": "10001"}, 400, "limit is a number of versions"),
])  # fmt: skip
async def test_wrong_filters_are_said(tracer: Tracer, form: dict[str, str], status: int, said: str) -> None:
    await tracer.node()
    got, body = await tracer.refused("versions/log", **form)
    assert (got, said in str(body["error"])) == (status, True), body
