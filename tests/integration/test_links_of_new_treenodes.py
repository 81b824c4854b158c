"""A treenode may come with links to connectors, under the same rules as links that are made later."""

from __future__ import annotations

from typing import Any

import pytest

from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from tests.helpers.service import Service


@pytest.fixture
async def relations(service: Service) -> dict[str, int]:
    async with service.store.reading() as connection:
        return await projects.relation_ids(connection, service.project_id)


async def connector(service: Service, project_id: int) -> int:
    made = await service.admin.post(f"/{project_id}/connector/create")
    assert isinstance(made, dict)
    return int(made["connector_id"])


def link(connector_id: int, relation_id: int) -> dict[str, int]:
    return {"links[0][0]": connector_id, "links[0][1]": relation_id, "links[0][2]": 5}


async def test_a_treenode_is_made_with_its_link(service: Service, relations: dict[str, int]) -> None:
    synapse = await connector(service, service.project_id)
    made = await service.tracer.post(
        f"/{service.project_id}/treenode/create", **link(synapse, relations["postsynaptic_to"])
    )
    assert isinstance(made, dict)
    ((link_id, edition_time),) = made["created_links"]
    assert isinstance(link_id, int)
    assert edition_time.endswith("Z")


async def test_a_connector_is_made_with_its_links(service: Service, relations: dict[str, int]) -> None:
    path = f"/{service.project_id}"
    nodes = [(await service.tracer.post(f"{path}/treenode/create", x=x))["treenode_id"] for x in (0, 10)]
    roles = [relations["presynaptic_to"], relations["postsynaptic_to"]]
    form = {
        f"links[{n}][{m}]": value
        for n, (node, relation) in enumerate(zip(nodes, roles, strict=True))
        for m, value in enumerate((node, relation, 4))
    }
    made = await service.tracer.post(f"{path}/connector/create", x=5, **form)
    assert [(node, relation) for _, _, node, relation in made["created_links"]] == list(zip(nodes, roles, strict=True))
    where = {"treenode_id": nodes[0], "connector_id": made["connector_id"]}
    for relation in ({"relation_id": roles[0]}, {"relation_name": "presynaptic_to"}):
        assert len(await service.tracer.get(f"{path}/connectors/user-info", **where, **relation)) == 1
    twice = {"links[0][0]": nodes[0], "links[0][1]": 1_000_000, "links[0][2]": 5}
    status, _ = await service.tracer.refused(f"{path}/connector/create", **twice)
    assert status == 400
    detail = await service.tracer.get(f"{path}/connectors/{made['connector_id']}/")
    of_first = detail["partners"][0]["skeleton_id"]
    (listed,) = await service.tracer.post(f"{path}/connector/info", skids=of_first)
    assert listed[0] == made["connector_id"]


async def test_a_junction_is_no_synapse(service: Service) -> None:
    path = f"/{service.project_id}"
    nodes = [(await service.tracer.post(f"{path}/treenode/create", x=x))["treenode_id"] for x in range(4)]
    unchecked = '{"nocheck": true}'

    async def made(connector_id: int, *links: tuple[int, str]) -> list[int]:
        statuses = []
        for node, relation in links:
            form = {"from_id": nodes[node], "to_id": connector_id, "link_type": relation, "state": unchecked}
            statuses.append((await service.tracer.request("POST", f"{path}/link/create", data=form))[0])
        return statuses

    async def connector() -> int:
        return int((await service.tracer.post(f"{path}/connector/create"))["connector_id"])

    for junction in ("gapjunction_with", "tightjunction_with", "desmosome_with"):
        assert await made(await connector(), *((n, junction) for n in range(3))) == [200, 200, 400]
        assert await made(await connector(), (0, "postsynaptic_to"), (1, junction)) == [200, 400]
    assert await made(await connector(), (0, "gapjunction_with"), (1, "postsynaptic_to")) == [200, 400]
    assert await made(await connector(), *((n, "abutting") for n in range(4))) == [200] * 4
    status, _ = await service.tracer.refused(f"{path}/link/create", from_id=nodes[0], to_id=await connector())
    assert status == 400, "there is no kind of link that goes without saying"


async def test_a_second_postsynaptic_site_of_a_skeleton_is_made_with_a_warning(service: Service) -> None:
    path = f"/{service.project_id}"
    root = (await service.tracer.post(f"{path}/treenode/create"))["treenode_id"]
    form = {"link_type": "postsynaptic_to", "state": '{"nocheck": true}'}
    form["to_id"] = (await service.tracer.post(f"{path}/connector/create"))["connector_id"]
    warnings = []
    for _ in range(3):
        child = await service.tracer.post(f"{path}/treenode/create", parent_id=root, state='{"nocheck": true}')
        made = await service.tracer.post(f"{path}/link/create", from_id=child["treenode_id"], **form)
        warnings.append(made.get("warning", ""))
    assert [("one" in text, " 2 " in text) for text in warnings] == [(False, False), (True, False), (False, True)]


async def test_connectors_are_in_a_box_by_their_links(service: Service, relations: dict[str, int]) -> None:
    """A link that crosses the box brings its connector along; other links of it do not show."""
    path = f"/{service.project_id}"
    near, far = [(await service.tracer.post(f"{path}/treenode/create", x=x))["treenode_id"] for x in (0, 900)]
    post = relations["postsynaptic_to"]
    form = {"links[0][0]": near, "links[0][1]": post, "links[0][2]": 5}
    form |= {"links[1][0]": far, "links[1][1]": post, "links[1][2]": 5}
    outside = (await service.tracer.post(f"{path}/connector/create", x=500, **form))["connector_id"]
    alone = (await service.tracer.post(f"{path}/connector/create", x=50))["connector_id"]
    box = {"minx": 20, "maxx": 100, "miny": -10, "maxy": 10, "minz": -10, "maxz": 10}

    async def found(**options: object) -> Any:
        return await service.tracer.post(f"{path}/connectors/in-bounding-box", **box, **options)

    assert await found() == [[outside], [alone]]
    assert await found(with_locations="true", limit=1) == [[outside, 500, 0, 0]]
    assert await found(only_linked="true") == [[outside]]
    rows = await found(with_links="true")
    assert [(row[0], row[4]) for row in rows] == [(outside, near), (alone, None)]


async def test_a_connector_has_one_presynaptic_link_however_made(service: Service, relations: dict[str, int]) -> None:
    synapse = await connector(service, service.project_id)
    path, form = f"/{service.project_id}/treenode/create", link(synapse, relations["presynaptic_to"])
    await service.tracer.post(path, **form)
    status, _ = await service.tracer.refused(path, **form)
    assert status == 400


async def test_nothing_is_linked_to_what_is_elsewhere_or_nowhere(service: Service, relations: dict[str, int]) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        admin = await users.require_user(tx, "admin")
        elsewhere = await projects.create_project(tx, "Elsewhere", owner_id=admin.id)
        foreign_relation = (await projects.relation_ids(tx, elsewhere))["presynaptic_to"]
    here, there = await connector(service, service.project_id), await connector(service, elsewhere)
    presynaptic_to = relations["presynaptic_to"]
    for wrong in (link(there, presynaptic_to), link(999, presynaptic_to), link(here, foreign_relation)):
        status, answer = await service.tracer.refused(f"/{service.project_id}/treenode/create", **wrong)
        assert status == 400, answer
    async with service.store.reading() as connection:
        for table in ("treenode", "neuron", "connector_link"):
            cursor = await connection.execute(f"SELECT FROM {table}")
            assert cursor.rowcount == 0
