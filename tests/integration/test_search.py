"""Finding things by name and number."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.service import Service


async def found(service: Service, text: str) -> list[dict[str, Any]]:
    answer: Any = await service.tracer.get(f"/{service.project_id}/search", substring=text)
    return list(answer)


@pytest.fixture(scope="module")
async def node(module_service: Service) -> dict[str, Any]:
    """A treenode of the neuron `50%_done`, with the label `ends` and the annotation `Half Done`."""
    project = f"/{module_service.project_id}"
    made: Any = await module_service.tracer.post(f"{project}/treenode/create", x=1, y=2, z=3, neuron_name="50%_done")
    await module_service.tracer.post(f"{project}/label/treenode/{made['treenode_id']}/update", tags="ends")
    await module_service.tracer.post(
        f"{project}/annotations/add", **{"annotations[0]": "Half Done", "skeleton_ids[0]": made["skeleton_id"]}
    )
    return dict(made)


async def test_names_are_found_in_any_case(module_service: Service, node: dict[str, Any]) -> None:
    assert [(thing["class_name"], thing["name"]) for thing in await found(module_service, "DONE")] == [
        ("annotation", "Half Done"),
        ("neuron", "50%_done"),
    ]


@pytest.mark.parametrize("text", ["%", "_", "50%"])
async def test_wildcards_are_text(module_service: Service, node: dict[str, Any], text: str) -> None:
    assert [thing["name"] for thing in await found(module_service, text)] == ["50%_done"]


@pytest.mark.parametrize("text", ["5_%", "\\", "%_%", "x' OR 1=1 --", "99999999999999999999"])
async def test_what_is_not_there_is_not_found(module_service: Service, node: dict[str, Any], text: str) -> None:
    assert await found(module_service, text) == []


async def test_labels_come_with_their_nodes(module_service: Service, node: dict[str, Any]) -> None:
    [label] = await found(module_service, "ends")
    assert label["nodes"] == [{"id": node["treenode_id"], "x": 1, "y": 2, "z": 3, "skid": node["skeleton_id"]}]
    assert "connectors" not in label


async def test_numbers_find_nodes_and_skeletons(module_service: Service, node: dict[str, Any]) -> None:
    by_skeleton = await found(module_service, str(node["skeleton_id"]))
    assert ("skeleton", node["skeleton_id"]) in {(thing["class_name"], thing["id"]) for thing in by_skeleton}
    by_node = await found(module_service, str(node["treenode_id"]))
    assert {"class_name": "treenode", "id": node["treenode_id"], "x": 1, "y": 2, "z": 3} in by_node


async def test_another_project_is_not_searched(module_service: Service, node: dict[str, Any]) -> None:
    other: Any = await module_service.admin.post("/projects/", title="Elsewhere")
    for text in ("done", str(node["treenode_id"]), str(node["skeleton_id"])):
        assert await module_service.admin.get(f"/{other['id']}/search", substring=text) == []


async def test_a_skeleton_has_only_its_neuron_above_it_without_groups(
    module_service: Service, node: dict[str, Any]
) -> None:
    path = f"/{module_service.project_id}/skeleton/ancestry"
    ancestry: Any = await module_service.tracer.post(path, skeleton_id=node["skeleton_id"])
    assert [(thing["class"], thing["name"]) for thing in ancestry] == [("neuron", "50%_done")]
    assert (await module_service.tracer.refused(path, skeleton_id=999999))[0] == 404
