"""Classifications: graphs of things that follow an ontology."""

from __future__ import annotations

from typing import Any

import pytest

from catmaid_server.domain.accounts import users
from tests.helpers.service import Actor, Service


class Workspace:
    """The ontology of a project's own workspace, and requests on its classifications."""

    def __init__(self, actor: Actor, project_id: int) -> None:
        self.actor = actor
        self.project_id = project_id
        self.path = f"/{project_id}/classification/{project_id}"
        self.ids: dict[str, int] = {}

    async def add(self, what: str, **form: object) -> int:
        answer: Any = await self.actor.post(f"/{self.project_id}/ontology/{what}/add", **form)
        made: int = next(iter(answer.values()))
        return made

    async def link(self, a: str, relation: str, b: str) -> int:
        return await self.add("links", classaid=self.ids[a], classbid=self.ids[b], relid=self.ids[relation])

    async def restrict(self, link_id: int, kind: int, value: int) -> None:
        await self.add(
            "restrictions", linkid=link_id, restriction="cardinality", cardinalitytype=kind, cardinality=value
        )

    async def rows(self, thing_id: int = 0, **query: object) -> list[dict[str, Any]]:
        found: Any = await self.actor.get(f"{self.path}/list", parentid=thing_id, **query)
        return list(found)

    async def operate(self, operation: str, **form: object) -> Any:
        return await self.actor.post(f"{self.path}/instance-operation", operation=operation, **form)

    async def hang(self, kind: str, parent_id: int, name: str = "") -> int:
        made = await self.operate(
            "create_node", parentid=parent_id, classid=self.ids[kind], relationid=self.ids["part_of"], objname=name
        )
        thing: int = made["class_instance_id"]
        return thing


@pytest.fixture
async def workspace(service: Service) -> Workspace:
    """An ontology `brain`: exactly one of each of its regions, lobe and bulb; bulbs have at most two layers."""
    made = Workspace(service.tracer, service.project_id)
    assert await service.tracer.post(f"{made.path}/setup/rebuild") == {"all_good": True}
    for name in ("brain", "region", "lobe", "bulb", "layer"):
        made.ids[name] = await made.add("classes", classname=name)
    for what in ("classes", "relations"):
        made.ids |= dict(await service.tracer.get(f"/{service.project_id}/ontology/{what}"))
    await made.link("brain", "is_a", "classification_root")
    await made.restrict(await made.link("region", "part_of", "brain"), 3, 1)
    await made.link("lobe", "is_a", "region")
    await made.link("bulb", "is_a", "region")
    await made.restrict(await made.link("layer", "part_of", "bulb"), 1, 2)
    return made


@pytest.fixture
async def root(workspace: Workspace) -> dict[str, int]:
    """A new classification by `brain`: its link and root."""
    made: Any = await workspace.actor.post(f"{workspace.path}/new", ontology_id=workspace.ids["brain"])
    return {"link": made["created_link_id"], "id": made["created_root_id"]}


async def test_an_ontology_is_known_by_its_root(workspace: Workspace) -> None:
    assert await workspace.actor.get(f"/{workspace.project_id}/ontology/roots/") == {
        "root_classes": [{"id": workspace.ids["brain"], "name": "brain"}]
    }
    assert (await workspace.actor.refused(f"{workspace.path}/new", ontology_id=workspace.ids["layer"]))[0] == 404
    assert (await workspace.actor.refused(f"{workspace.path}/new"))[0] == 404


async def test_a_classification_grows_as_its_ontology_has_it(workspace: Workspace, root: dict[str, int]) -> None:
    [row] = await workspace.rows()
    assert (row["id"], row["linkid"], row["text"], row["type"]) == (root["id"], root["link"], "brain", "root")
    assert [kind["name"] for kind in row["child_groups"]["region"]] == ["lobe", "bulb"]
    bulb = await workspace.hang("bulb", root["id"], "left bulb")
    layers = [await workspace.hang("layer", bulb) for _ in range(2)]
    [row] = await workspace.rows(root["id"])
    assert (row["id"], row["text"], row["state"]) == (bulb, "left bulb", "closed")
    assert row["child_groups"]["Element"][0]["disabled"]
    assert [row["id"] for row in await workspace.rows(bulb)] == layers
    offers = [row for row in await workspace.rows(root["id"], edittools=1) if row["type"] == "editnode"]
    assert [(offer["child_type"], [option["name"] for option in offer["child_options"]]) for offer in offers] == [
        ("region", ["lobe"])
    ]
    named: Any = await workspace.rows(root["id"], edittools=1, superclassnames=1)
    assert named[-1]["child_options"][0]["name"] == "region: lobe"


@pytest.mark.parametrize(("kind", "parent"), [("layer", "root"), ("bulb", "root"), ("layer", "bulb")])
async def test_what_the_ontology_does_not_allow_is_refused(
    workspace: Workspace, root: dict[str, int], kind: str, parent: str
) -> None:
    """A layer of the brain itself, a second bulb, a third layer."""
    bulb = await workspace.hang("bulb", root["id"])
    for _ in range(2):
        await workspace.hang("layer", bulb)
    status, _ = await workspace.actor.refused(
        f"{workspace.path}/instance-operation",
        operation="create_node",
        classid=workspace.ids[kind],
        parentid=root["id"] if parent == "root" else bulb,
        relationid=workspace.ids["part_of"],
    )
    assert status == 400


async def test_removing_takes_all_below(workspace: Workspace, root: dict[str, int]) -> None:
    bulb = await workspace.hang("bulb", root["id"])
    layer = await workspace.hang("layer", bulb)
    await workspace.operate("rename_node", id=layer, title="granular")
    assert [row["text"] for row in await workspace.rows(bulb)] == ["granular"]
    assert (await workspace.operate("remove_node", id=bulb, rel="element"))["status"] == 1
    assert await workspace.rows(root["id"]) == []
    for operation, thing in (("remove_node", layer), ("rename_node", layer), ("remove_node", root["id"]), ("sing", 1)):
        status, _ = await workspace.actor.refused(
            f"{workspace.path}/instance-operation", operation=operation, id=thing, title="x", rel="element"
        )
        assert status in (400, 404), operation


async def test_what_must_be_there_is_filled_in_once(workspace: Workspace, root: dict[str, int]) -> None:
    await workspace.hang("lobe", root["id"])
    path = f"{workspace.path}/{root['link']}/autofill"
    first: Any = await workspace.actor.post(path)
    assert "bulb" in first["success"]
    assert "lobe" not in first["success"]
    again: Any = await workspace.actor.post(path)
    assert "bulb" not in again["success"]
    assert [row["text"] for row in await workspace.rows(root["id"])] == ["lobe", "bulb"]


async def test_a_graph_lives_as_long_as_a_project_uses_it(
    service: Service, workspace: Workspace, root: dict[str, int]
) -> None:
    other: Any = await service.admin.post("/projects/", title="Other")
    path = f"/{other['id']}/classification/{workspace.project_id}"
    assert (await service.tracer.refused(f"{path}/link", root_id=root["id"]))[0] == 403
    linked: Any = await service.admin.post(f"{path}/link", root_id=root["id"])
    assert linked["linked_root_id"] == root["id"]
    assert (await service.admin.refused(f"{path}/link", root_id=root["id"]))[0] == 400
    await workspace.actor.post(f"{workspace.path}/{root['link']}/remove")
    assert (await workspace.actor.request("GET", f"{workspace.path}/list"))[0] == 404
    shown: Any = await service.admin.get(f"{path}/roots/", with_classnames="true")
    assert shown == {
        "root_instances": [{"id": root["id"], "name": "", "link_id": linked["created_link_id"], "classname": "brain"}]
    }
    assert await service.admin.get(f"{workspace.path}/roots/", inverse="true") != {"root_instances": []}
    assert await service.tracer.get(f"{workspace.path}/roots/", inverse="true") == {"root_instances": []}
    await service.admin.post(f"{path}/{linked['created_link_id']}/remove")
    async with service.store.reading() as connection:
        cursor = await connection.execute("SELECT count(*) FROM class_instance WHERE id = %s", (root["id"],))
        assert await cursor.fetchone() == (0,)


async def test_one_of_several_classifications_must_be_named(workspace: Workspace, root: dict[str, int]) -> None:
    second: Any = await workspace.actor.post(f"{workspace.path}/new", ontology_id=workspace.ids["brain"])
    assert (await workspace.actor.request("GET", f"{workspace.path}/list"))[0] == 400
    [row] = await workspace.actor.get(f"{workspace.path}/list/{second['created_link_id']}")
    assert row["id"] == second["created_root_id"]


async def test_the_common_workspace_is_open_to_all_projects_but_no_other(service: Service) -> None:
    common = f"/{service.project_id}/classification/-1"
    assert await service.tracer.get(f"{common}/setup/test") == {"all_good": False}
    assert await service.tracer.post(f"{common}/setup/rebuild") == {"all_good": True}
    other: Any = await service.admin.post("/projects/", title="Other")
    status, _ = await service.tracer.refused(f"/{service.project_id}/classification/{other['id']}/setup/rebuild")
    assert status == 403


async def test_nobody_changes_graphs_of_projects_not_their_own(
    service: Service, workspace: Workspace, root: dict[str, int]
) -> None:
    """Rights in another project do not reach into this one, though its workspace is shared."""
    other: Any = await service.admin.post("/projects/", title="Other")
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        for permission in ("can_annotate", "can_annotate_with_token"):
            await users.grant(tx, int(other["id"]), permission, to="tracer")
    path = f"/{other['id']}/classification/{workspace.project_id}"
    bulb = await workspace.hang("bulb", root["id"])
    for request, form in (
        (f"{root['link']}/remove", {}),
        (f"{root['link']}/autofill", {}),
        ("instance-operation", {"operation": "rename_node", "id": bulb, "title": "mine"}),
        ("instance-operation", {"operation": "remove_node", "id": bulb, "rel": "element"}),
    ):
        assert (await service.tracer.refused(f"{path}/{request}", **form))[0] == 404, request


async def test_features_are_exported_and_searched(service: Service, workspace: Workspace, root: dict[str, int]) -> None:
    bulb = await workspace.hang("bulb", root["id"])
    await workspace.hang("layer", bulb)
    path = f"/classification/{workspace.project_id}"
    ontologies: Any = await workspace.actor.get(f"{path}/export_ontology")
    assert sorted(ontologies["brain"]) == ["brain: bulb", "brain: bulb,layer", "brain: lobe"]
    await service.admin.get(f"/{workspace.project_id}/tags/mouse,adult/update")
    exported: Any = await workspace.actor.get(f"{path}/export")
    [(name, graph)] = exported.items()
    assert name == f"brain {root['id']}"
    assert sorted(graph["classification"]) == ["bulb", "bulb,layer"]
    assert graph["tags"] == ["adult", "mouse"]
    untagged: Any = await workspace.actor.get(f"{path}/export/excludetags/mouse,fly/")
    assert untagged[name]["tags"] == []
    for wanted, count in (("brain: bulb,layer", b"1 found"), ("brain: lobe", b"0 found")):
        status, text = await workspace.actor.request("GET", f"{path}/search", params={"features": wanted})
        assert status == 200
        assert isinstance(text, bytes)
        assert count in text
    assert (await service.visitor.request("GET", f"{path}/export"))[0] == 403


async def test_a_workspace_must_be_there(service: Service) -> None:
    for path in ("setup/rebuild", "list"):
        answer = await service.admin.request("GET", f"/{service.project_id}/classification/999999/{path}")
        assert answer[0] == 404, answer
