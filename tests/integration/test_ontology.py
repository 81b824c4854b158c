"""Ontologies: what edits of classes and relations do, and what they must not do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.service import Service


async def make(service: Service, what: str, **form: object) -> int:
    answer: Any = await service.tracer.post(f"/{service.project_id}/ontology/{what}/add", **form)
    made: int = next(iter(answer.values()))
    return made


async def ids(service: Service, what: str) -> dict[str, int]:
    found: Any = await service.tracer.get(f"/{service.project_id}/ontology/{what}")
    return dict(found)


@pytest.fixture
async def tree(service: Service) -> dict[str, int]:
    """Classes root, part and slice; part and slice hang on root and part by part_of."""
    found = {name: await make(service, "classes", classname=name) for name in ("root", "part", "slice")}
    found["part_of"] = (await ids(service, "relations"))["part_of"]
    for a, b in (("part", "root"), ("slice", "part")):
        found[f"{a}-{b}"] = await make(service, "links", classaid=found[a], classbid=found[b], relid=found["part_of"])
    return found


async def test_a_tree_opens_level_by_level(service: Service, tree: dict[str, int]) -> None:
    path = f"/{service.project_id}/ontology/list"
    root: Any = await service.tracer.get(path)
    assert root == [
        {
            "id": tree["root"],
            "text": f"root ({tree['root']})",
            "type": "root",
            "cname": "root",
            "state": {"opened": False},
        }
    ]
    relations: Any = await service.tracer.get(path, parenttype="root", parentid=tree["root"])
    assert [(row["name"], row["classbname"], row["classbid"]) for row in relations] == [
        ("part_of", "root", tree["root"])
    ]
    classes: Any = await service.tracer.get(
        path, parenttype="relation", parentid=tree["part_of"], classbid=tree["root"]
    )
    assert [(row["cname"], row["ccid"], row["restrictions"], "state" in row) for row in classes] == [
        ("part", tree["part-root"], "{}", True)
    ]
    leaf: Any = await service.tracer.get(path, parentid=tree["part_of"], classbid=tree["part"])
    assert "state" not in leaf[0]


async def test_restrictions_are_marked(service: Service, tree: dict[str, int]) -> None:
    path = f"/{service.project_id}/ontology"
    added: Any = await service.tracer.post(
        f"{path}/restrictions/add",
        linkid=tree["part-root"],
        restriction="cardinality",
        cardinality=2,
        cardinalitytype=1,
    )
    query = {"parentid": tree["part_of"], "classbid": tree["root"]}
    shown: Any = await service.tracer.get(f"{path}/list", **query)
    assert shown[0]["text"].endswith("*")
    assert shown[0]["restrictions"] == f'{{"cardinality":[{{"id":{added["new_restriction"]},"type":1,"value":2}}]}}'
    await service.tracer.post(f"{path}/restrictions/remove", restrictionid=added["new_restriction"])
    again: Any = await service.tracer.get(f"{path}/list", **query)
    assert again[0]["restrictions"] == "{}"


@pytest.mark.parametrize("form", [
    {"restriction": "cardinality", "cardinality": 1, "cardinalitytype": 6},
    {"restriction": "cardinality", "cardinality": -1, "cardinalitytype": 1},
    {"restriction": "colour", "cardinality": 1, "cardinalitytype": 1},
])  # fmt: skip
async def test_a_restriction_that_makes_no_sense_is_refused(
    service: Service, tree: dict[str, int], form: dict[str, object]
) -> None:
    status, _ = await service.tracer.refused(
        f"/{service.project_id}/ontology/restrictions/add", linkid=tree["part-root"], **form
    )
    assert status == 400


async def test_names_are_taken_once(service: Service, tree: dict[str, int]) -> None:
    path = f"/{service.project_id}/ontology/classes"
    assert (await service.tracer.refused(f"{path}/add", classname=" part "))[0] == 400
    assert await service.tracer.post(f"{path}/add", classname="part", silent="true") == {"already_present": True}
    assert (await service.tracer.refused(f"{path}/rename", classid=tree["slice"], newname="part"))[0] == 400
    assert (await service.tracer.refused(f"{path}/add"))[0] == 400


async def test_what_is_in_use_goes_only_by_force(service: Service, tree: dict[str, int]) -> None:
    path = f"/{service.project_id}/ontology"
    assert (await service.tracer.refused(f"{path}/classes/remove", classid=tree["part"]))[0] == 400
    assert await service.tracer.post(f"{path}/classes/remove", classid=tree["part"], force=1) == {
        "deleted_class": tree["part"]
    }
    assert await service.tracer.get(f"{path}/list", parenttype="class", parentid=tree["root"]) == []
    assert "part" not in await ids(service, "classes")
    await service.tracer.post(f"{path}/relations/remove", relid=tree["part_of"])
    assert "part_of" not in await ids(service, "relations")


async def test_no_force_removes_what_was_traced(service: Service) -> None:
    """Classes and relations of traced data stay, with force and without, and so does the data."""
    project = f"/{service.project_id}"
    await service.admin.post(f"{project}/tracing/setup/rebuild")
    node: Any = await service.tracer.post(f"{project}/treenode/create", x=1, y=2, z=3)
    connector: Any = await service.tracer.post(f"{project}/connector/create", x=1, y=2, z=3)
    await service.tracer.post(
        f"{project}/link/create",
        from_id=node["treenode_id"],
        to_id=connector["connector_id"],
        link_type="presynaptic_to",
        state='{"nocheck": true}',
    )
    classes, relations = await ids(service, "classes"), await ids(service, "relations")
    for path, form in (
        ("classes/remove", {"classid": classes["neuron"]}),
        ("relations/remove", {"relid": relations["presynaptic_to"]}),
        ("classes/rename", {"classid": classes["neuron"], "newname": "cell"}),
        ("relations/rename", {"relid": relations["presynaptic_to"], "newname": "before"}),
    ):
        assert (await service.tracer.refused(f"{project}/ontology/{path}", force=1, **form))[0] == 400, path
    removed: Any = await service.tracer.post(f"{project}/ontology/relations/removeall", force=1)
    assert removed["not_deleted_relations"] == [relations["presynaptic_to"]]
    gone: Any = await service.tracer.post(f"{project}/ontology/classes/removeall", force=1)
    assert set(gone["not_deleted_classes"]) == {classes["neuron"], classes["skeleton"]}
    assert await service.tracer.get(f"{project}/skeletons/") == [node["skeleton_id"]]


async def test_only_own_links_are_removed_together(service: Service, tree: dict[str, int]) -> None:
    path = f"/{service.project_id}/ontology/links"
    assert await service.admin.post(f"{path}/removeall") == {"deleted_links": []}
    selected: Any = await service.tracer.post(f"{path}/removeselected", relid=tree["part_of"], classbid=tree["part"])
    assert selected == {"deleted_links": [tree["slice-part"]]}
    assert await service.tracer.post(f"{path}/removeall") == {"deleted_links": [tree["part-root"]]}


async def test_classes_of_another_project_are_out_of_reach(service: Service, tree: dict[str, int]) -> None:
    other: Any = await service.admin.post("/projects/", title="Other")
    path = f"/{other['id']}/ontology"
    for request, form in (
        ("classes/rename", {"classid": tree["slice"], "newname": "x"}),
        ("classes/remove", {"classid": tree["slice"]}),
        ("relations/remove", {"relid": tree["part_of"]}),
        ("links/remove", {"ccid": tree["slice-part"]}),
        ("links/add", {"classaid": tree["slice"], "classbid": tree["part"], "relid": tree["part_of"]}),
    ):
        assert (await service.admin.refused(f"{path}/{request}", **form))[0] == 404, request
    assert (await service.tracer.request("GET", f"{path}/classes"))[0] == 403


async def test_a_new_project_can_be_set_up(service: Service) -> None:
    path = f"/{service.project_id}/tracing/setup"
    before: Any = await service.tracer.get(f"{path}/test")
    assert before["needs_setup"]
    assert not before["has_needed_permissions"]
    assert await service.tracer.get(f"{path}/validate") == {"success": True}
    after: Any = await service.admin.get(f"{path}/test")
    assert after == {
        "needs_setup": False,
        "missing_classes": [],
        "missing_relations": [],
        "missing_classinstances": [],
        "has_needed_permissions": True,
        "initialize": False,
    }
    found: Any = await service.tracer.get(f"/{service.project_id}/search", substring="neuropile")
    assert [thing["class_name"] for thing in found] == ["root"]


async def test_a_neuron_leaves_its_group_when_it_is_deleted(service: Service) -> None:
    """What is gone is kept in the history, as the neuron is."""
    project = f"/{service.project_id}"
    await service.admin.post(f"{project}/tracing/setup/rebuild")
    node: Any = await service.tracer.post(f"{project}/treenode/create", x=1, y=2, z=3)
    async with service.store.writing(user_id=None, project_id=service.project_id, label="set up") as tx:
        await tx.execute(
            "INSERT INTO class_instance_link (project_id, relation_id, neuron_a_id, instance_b_id, user_id)"
            " SELECT s.project_id, r.id, s.neuron_id, i.id, s.user_id FROM skeleton s"
            "   JOIN relation r ON r.project_id = s.project_id AND r.name = 'part_of'"
            "   JOIN class_instance i ON i.project_id = s.project_id AND i.name = 'neuropile' WHERE s.id = %s",
            (node["skeleton_id"],),
        )
    ancestry: Any = await service.tracer.post(f"{project}/skeleton/ancestry", skeleton_id=node["skeleton_id"])
    assert [thing["class"] for thing in ancestry] == ["neuron", "root"]
    graph: Any = await service.tracer.get(f"{project}/annotationdiagram/nx_json")
    assert sorted(edge["edge_type"] for edge in graph["edges"]) == ["model_of", "part_of"]
    await service.tracer.post(f"{project}/neuron/{ancestry[0]['id']}/delete")
    async with service.store.reading() as connection:
        for table, count in (("class_instance_link", 0), ("class_instance_link__history", 1)):
            cursor = await connection.execute(f"SELECT count(*) FROM {table}")
            assert await cursor.fetchone() == (count,), table
