"""Annotating neurons, and finding them by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.helpers.service import Actor, Service


async def neuron(actor: Actor, project_id: int, name: str) -> int:
    made: Any = await actor.post(f"/{project_id}/treenode/create", x=1, y=2, z=3, neuron_name=name)
    models: Any = await actor.post(f"/{project_id}/neurons/from-models", **{"model_ids[0]": made["skeleton_id"]})
    return int(models[str(made["skeleton_id"])])


async def found(actor: Actor, project_id: int, **query: object) -> list[str]:
    answer: Any = await actor.post(f"/{project_id}/annotations/query-targets", **query)
    assert answer["totalRecords"] == len(answer["entities"])
    return [entity["name"] for entity in answer["entities"]]


@pytest.fixture
async def neurons(service: Service) -> dict[str, int]:
    """Neurons a, b and c; `left` on a and b, `right` on b, and `side` on both annotations."""
    ids = {name: await neuron(service.tracer, service.project_id, name) for name in "abc"}
    path = f"/{service.project_id}/annotations/add"
    await service.tracer.post(
        path,
        **{
            "annotations[0]": "left",
            "entity_ids[0]": ids["a"],
            "entity_ids[1]": ids["b"],
            "meta_annotations[0]": "side",
        },
    )
    await service.tracer.post(
        path, **{"annotations[0]": "right", "entity_ids[0]": ids["b"], "meta_annotations[0]": "side"}
    )
    return ids


@pytest.mark.parametrize(("query", "names"), [
    ({"annotated_with": "left"}, ["a", "b"]),
    ({"annotated_with[0]": "left", "annotated_with[1]": "right"}, ["b"]),
    ({"annotated_with": "left,right"}, ["a", "b"]),
    ({"annotated_with": "left", "not_annotated_with": "right"}, ["a"]),
    ({"annotated_with": "side", "types": "neuron"}, []),
    ({"annotated_with": "side"}, ["left", "right"]),
    ({"annotated_with": "side", "sub_annotated_with": "side", "types": "neuron"}, ["a", "b"]),
    ({"not_annotated_with": "left", "types": "neuron"}, ["c"]),
    ({"name": "/^[bc]$"}, ["b", "c"]),
    ({"name": "_"}, []),
    ({"name": "ef"}, ["left"]),
    ({"name": "ef", "name_exact": "true"}, []),
    ({"name": "LEFT", "name_exact": "true"}, ["left"]),
    ({"name": "LEFT", "name_case_sensitive": "true"}, []),
    ({"name": "left", "name_exact": "true", "name_case_sensitive": "true"}, ["left"]),
    ({"name": "/^LE", "name_case_sensitive": "true"}, []),
    ({"name": "/^LE"}, ["left"]),
    ({"name": "left", "name_exact": "true", "name_not": "true", "types": "annotation"}, ["side", "right"]),
    ({"annotated_with": "left,gone", "ignore_nonexisting": "true"}, ["a", "b"]),
    ({"annotated_with": "gone", "ignore_nonexisting": "true"}, []),
    ({"import_only": "partial"}, []),
    ({"import_only": "full"}, []),
    ({"name": "a", "name_not": "true", "types": "neuron"}, ["b", "c"]),
    ({"types": "neuron", "sort_by": "name", "sort_dir": "desc"}, ["c", "b", "a"]),
])  # fmt: skip
async def test_targets_are_found(
    service: Service, neurons: dict[str, int], query: dict[str, str], names: list[str]
) -> None:
    assert await found(service.tracer, service.project_id, annotation_reference="name", **query) == names


async def test_targets_are_dated_and_sorted_by_when_they_were_annotated(
    service: Service, neurons: dict[str, int]
) -> None:
    path = f"/{service.project_id}/annotations"
    listed: Any = await service.tracer.get(path + "/", simple="true")
    left = next(annotation["id"] for annotation in listed["annotations"] if annotation["name"] == "left")
    await service.tracer.post(f"{path}/{left}/remove", **{"entity_ids[0]": neurons["a"]})
    await service.tracer.post(f"{path}/add", **{"annotations[0]": "left", "entity_ids[0]": neurons["a"]})
    query = {"annotated_with": left, "types": "neuron", "with_timestamps": "true", "with_annotations": "true"}
    target = f"{path}/query-targets"
    answer: Any = await service.tracer.post(target, **query, sort_by="annotated_on")
    assert [entity["name"] for entity in answer["entities"]] == ["b", "a"]
    annotation = answer["entities"][0]["annotations"][0]
    for dated in (annotation, answer["entities"][0]):
        assert dated["creation_time"] <= dated["edition_time"]
        assert dated["edition_time"].endswith("Z")
    latest_first: Any = await service.tracer.post(target, **query, sort_by="annotated_on", sort_dir="desc")
    assert [entity["name"] for entity in latest_first["entities"]] == ["a", "b"]
    bare: Any = await service.tracer.post(target, annotated_with=left, with_name="false", with_type="false")
    assert [entity.keys() for entity in bare["entities"]] == [{"id", "skeleton_ids"}] * 2
    _, refusal = await service.tracer.refused(target, annotated_with=left, sort_by="annotated_on")
    assert "with_timestamps" in str(refusal["error"])


async def listed(service: Service, **filters: object) -> dict[str, list[str]]:
    answer: Any = await service.tracer.post(f"/{service.project_id}/annotations/", **filters)
    return {found["name"]: [user["name"] for user in found["users"]] for found in answer["annotations"]}


async def test_annotations_are_listed_by_what_they_are_on_and_bear(service: Service, neurons: dict[str, int]) -> None:
    names = await ids_of_annotations(service)
    assert await listed(service, **{"annotations[0]": neurons["a"]}) == {"left": ["tracer"]}
    assert await listed(service, **{"annotations[0]": neurons["a"], "annotations[1]": names["left"]}) == {}
    assert set(await listed(service, **{"annotations[0]": names["left"]})) == {"side"}
    assert set(await listed(service, **{"annotates[0]": names["side"]})) == {"left", "right"}
    assert set(await listed(service, **{"parallel_annotations[0]": names["right"]})) == {"left", "right"}
    await service.admin.post(
        f"/{service.project_id}/annotations/add", **{"annotations[0]": "left", "entity_ids[0]": neurons["c"]}
    )
    assert (await listed(service))["left"] == ["admin", "tracer"]
    assert await listed(service, neuron_id=neurons["c"]) == {"left": ["admin"]}
    users: Any = await service.admin.get("/user-list")
    admin = next(user["id"] for user in users if user["login"] == "admin")
    assert await listed(service, user_id=admin) == {"left": ["admin"]}


async def ids_of_annotations(service: Service) -> dict[str, int]:
    answer: Any = await service.tracer.get(f"/{service.project_id}/annotations/", simple="true")
    return {annotation["name"]: annotation["id"] for annotation in answer["annotations"]}


async def test_a_simple_list_is_sent_only_if_it_changed(service: Service, neurons: dict[str, int]) -> None:
    path = f"/{service.project_id}/annotations/?simple=true&if_modified_since="
    before = "2001-02-03T04:05:06"
    assert (await service.tracer.request("GET", path + before))[0] == 200
    later = (datetime.now(UTC) + timedelta(seconds=1)).isoformat().replace("+", "%2B")
    assert (await service.tracer.request("GET", path + later))[0] == 304


async def test_the_table_of_uses_is_searched_sorted_and_paged(service: Service, neurons: dict[str, int]) -> None:
    async def table(**form: object) -> tuple[int, list[str]]:
        answer: Any = await service.tracer.post(f"/{service.project_id}/annotations/table-list", **form)
        return answer["recordsTotal"], [row[0] for row in answer["data"]]

    assert await table() == (3, ["left", "right", "side"])
    assert await table(search="T$") == (2, ["left", "right"])
    assert await table(length=1, start=1) == (3, ["right"])
    by_uses = {"order[0][0]": 3, "order[0][1]": "desc", "order[1][0]": 0, "order[1][1]": "desc"}
    assert await table(**by_uses) == (3, ["side", "left", "right"])
    assert await table(neuron_id=neurons["a"]) == (1, ["left"])
    assert await table(**{"ignored_annotations[0]": "left"}) == (2, ["right", "side"])
    for wrong in ({"search": "("}, {"order[0][0]": 9, "order[0][1]": "asc"}):
        status, _ = await service.tracer.refused(f"/{service.project_id}/annotations/table-list", **wrong)
        assert status == 400


async def test_an_edit_is_seen_by_the_next_search(service: Service, neurons: dict[str, int]) -> None:
    """Searches are remembered; that must never show."""
    query = {"annotation_reference": "name", "annotated_with": "left"}
    assert await found(service.tracer, service.project_id, **query) == ["a", "b"]
    await service.tracer.post(f"/{service.project_id}/neurons/{neurons['a']}/rename", name="renamed")
    assert await found(service.tracer, service.project_id, **query) == ["renamed", "b"]


async def test_annotations_count_up_over_neurons(service: Service, neurons: dict[str, int]) -> None:
    answer: Any = await service.tracer.post(
        f"/{service.project_id}/annotations/add",
        **{"annotations[0]": "row {n5}", "entity_ids[0]": neurons["a"], "entity_ids[1]": neurons["b"]},
    )
    assert sorted(annotation["name"] for annotation in answer["annotations"]) == ["row 5", "row 6"]


async def test_the_last_use_of_an_annotation_takes_its_metas_along(service: Service, neurons: dict[str, int]) -> None:
    path = f"/{service.project_id}/annotations"
    listed: Any = await service.tracer.get(path + "/", simple="true")
    ids = {annotation["name"]: annotation["id"] for annotation in listed["annotations"]}
    await service.tracer.post(
        path + "/remove",
        **{
            "annotation_ids[0]": ids["left"],
            "annotation_ids[1]": ids["right"],
            "entity_ids[0]": neurons["a"],
            "entity_ids[1]": neurons["b"],
        },
    )
    assert await service.tracer.get(path + "/") == {"annotations": []}


async def test_annotations_of_others_stay(service: Service, neurons: dict[str, int]) -> None:
    path = f"/{service.project_id}/annotations"
    added: Any = await service.admin.post(path + "/add", **{"annotations[0]": "mine", "entity_ids[0]": neurons["c"]})
    annotation_id = added["annotations"][0]["id"]
    answer: Any = await service.tracer.post(
        path + "/remove", **{"annotation_ids[0]": annotation_id, "entity_ids[0]": neurons["c"]}
    )
    assert answer == {"deleted_annotations": {}, "deleted_links": [], "left_uses": {str(annotation_id): 1}}
