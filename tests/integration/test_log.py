"""The project's log: what writes to it, and how it is searched."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.arbors import Tracer
from tests.helpers.service import Service


@pytest.fixture
async def tracer(service: Service) -> Tracer:
    return Tracer.of(service)


async def entries(tracer: Tracer, **filters: object) -> list[list[Any]]:
    answer = await tracer.post("logs/list", **filters)
    assert answer["iTotalRecords"] == answer["iTotalDisplayRecords"] == len(answer["aaData"])
    return [[operation, *place, text] for _, operation, _, *place, text in answer["aaData"]]


async def neuron_of(tracer: Tracer, treenode_id: int) -> tuple[int, int]:
    skeleton_id = await tracer.skeleton_of(treenode_id)
    models = await tracer.post("neurons/from-models", **{"model_ids[0]": skeleton_id})
    return int(models[str(skeleton_id)]), skeleton_id


async def test_what_is_renamed_deleted_or_taken_back_is_logged(tracer: Tracer) -> None:
    root = await tracer.node(x=1, y=2, z=3)
    neuron_id, skeleton_id = await neuron_of(tracer, root)
    await tracer.post(f"neurons/{neuron_id}/rename", name="PN")
    await tracer.post(f"skeleton/{skeleton_id}/review/reset-own")
    await tracer.post(f"treenodes/{root}/confidence", new_confidence=3, state='{"nocheck": true}')
    await tracer.post(f"neuron/{neuron_id}/delete")
    lone = await tracer.node(x=4, y=5, z=6)
    lone_neuron, lone_skeleton = await neuron_of(tracer, lone)
    await tracer.post("treenode/delete", treenode_id=lone, state='{"nocheck": true}')
    found = await entries(tracer)
    assert [row for row in found if row[0] != "create_neuron"] == [
        ["rename_neuron", None, None, None, f"Renamed neuron with ID {neuron_id} from neuron {neuron_id} to PN"],
        ["reset_reviews", None, None, None, f"Reset reviews for skeleton {skeleton_id}"],
        ["change_confidence", 1, 2, 3, "Changed to 3"],
        ["remove_neuron", 1, 2, 3, f"Deleted neuron {neuron_id} and skeleton(s) {skeleton_id}."],
        ["remove_neuron", 4, 5, 6, f"Deleted neuron {lone_neuron} and skeleton(s) {lone_skeleton}."],
    ]


async def test_minus_one_stands_for_all(tracer: Tracer) -> None:
    await tracer.node()
    everything = await entries(tracer)
    assert len(everything) == 1
    assert await entries(tracer, user_id=-1, operation_type=-1, search_freetext="", iDisplayLength=-1) == everything
    assert await entries(tracer, user_id=1_000_000) == []
    assert await entries(tracer, search_freetext="Create") == everything
    assert await entries(tracer, search_freetext="cREATE") == []


async def test_entries_of_trusted_reviewers(service: Service, tracer: Tracer) -> None:
    await tracer.node()
    assert await entries(tracer, whitelist="true") == []
    ids = dict(await tracer.rows("SELECT username, id FROM app_user"))
    await tracer.post("user/reviewer-whitelist", **{str(ids["admin"]): "2001-02-03"})
    assert await entries(tracer, whitelist="true") == []
    await tracer.post("user/reviewer-whitelist", **{str(ids["tracer"]): "2001-02-03"})
    assert len(await entries(tracer, whitelist="true")) == 1


async def test_transactions_are_filtered_by_user_and_label(service: Service, tracer: Tracer) -> None:
    root = await tracer.node(x=7, y=8, z=9)
    await tracer.node(parent_id=root)
    ids = dict(await tracer.rows("SELECT username, id FROM app_user"))

    async def count(**filters: object) -> int:
        answer = await tracer.get("transactions/", **filters)
        assert answer["total_count"] == len(answer["transactions"])
        return int(answer["total_count"])

    assert await count(user_id=ids["tracer"], type="treenodes.create") == 2
    assert await count(user_id=ids["admin"], type="treenodes.create") == 0
    assert await count(user_id=ids["tracer"], type="treenodes.remove") == 0
    first = (await tracer.get("transactions/", user_id=ids["tracer"]))["transactions"][-1]
    where = {"transaction_id": first["transaction_id"], "execution_time": first["execution_time"]}
    assert await tracer.get("transactions/location", **where) == {"x": 7, "y": 8, "z": 9}
    other_time = {**where, "execution_time": "2001-01-01"}
    assert (await tracer.actor.request("GET", f"/{tracer.project_id}/transactions/location", params=other_time))[
        0
    ] == 400
    by_label = {**other_time, "label": "treenodes.create"}
    assert await tracer.get("transactions/location", **by_label) == {"x": 7, "y": 8, "z": 9}


async def test_what_is_put_on_nodes_has_their_location(tracer: Tracer) -> None:
    node = await tracer.node(x=7, y=8, z=9)
    (neuron,) = (await tracer.rows("SELECT id FROM neuron"))[0]
    connector = await tracer.connector(node)
    await tracer.post(f"label/treenode/{node}/update", tags="t")
    await tracer.post(f"label/treenode/{node}/remove", tag="t")
    await tracer.post("link/delete", connector_id=connector, treenode_id=node, state='{"nocheck": true}')
    await tracer.post(f"node/{node}/reviewed")
    await tracer.post(f"neurons/{neuron}/rename", name="n")
    await tracer.post("annotations/add", **{"annotations[0]": "a", "entity_ids[0]": neuron})
    locations = {}
    for made in (await tracer.get("transactions/"))["transactions"]:
        where = {"transaction_id": made["transaction_id"], "execution_time": made["execution_time"]}
        locations[made["label"]] = await tracer.actor.request(
            "GET", f"/{tracer.project_id}/transactions/location", params=where
        )
    on_node = ("labels.update", "labels.remove", "links.create", "links.remove", "nodes.add_or_update_review",
               "neurons.rename", "annotations.add")  # fmt: skip
    assert {label: locations.get(label) for label in on_node} == {
        label: (200, {"x": 7, "y": 8, "z": 9}) for label in on_node
    }


async def test_links_get_confidences_of_their_own(tracer: Tracer) -> None:
    node = await tracer.node()
    connectors = [await tracer.connector(node, "postsynaptic_to") for _ in range(3)]
    path, unchecked = f"treenodes/{node}/confidence", {"to_connector": "true", "state": '{"nocheck": true}'}

    async def confidences() -> list[int]:
        rows = await tracer.rows("SELECT connector_id, confidence FROM connector_link WHERE treenode_id = %s", node)
        by_connector = dict(rows)
        return [by_connector[connector] for connector in connectors]

    first_two = {"partner_ids[0]": connectors[0], "partner_ids[1]": connectors[1]}
    await tracer.post(path, **first_two, **{"partner_confidences[0]": 1, "partner_confidences[1]": 2}, **unchecked)
    assert await confidences() == [1, 2, 5]
    await tracer.post(path, partner_ids=connectors[2], new_confidence=4, **unchecked)
    assert await confidences() == [1, 2, 4]
    status, _ = await tracer.refused(path, **first_two, **{"partner_confidences[0]": 1}, **unchecked)
    assert status == 400
    status, _ = await tracer.refused(path, **first_two, new_confidence=9, **unchecked)
    assert status == 400
    await tracer.post(path, new_confidence=3, **unchecked)
    assert await confidences() == [3, 3, 3]


async def test_the_log_is_sorted_by_any_of_its_columns(tracer: Tracer) -> None:
    for _ in range(3):
        await tracer.node()
    texts = [
        [entry[-1] for entry in await entries(tracer, iSortingCols=1, iSortCol_0=6, sSortDir_0=direction)]
        for direction in ("asc", "desc")
    ]
    assert texts == [sorted(texts[0]), sorted(texts[0], reverse=True)]
    assert (await tracer.refused("logs/list", iSortingCols=1, iSortCol_0=7))[0] == 400
