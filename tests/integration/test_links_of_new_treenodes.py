"""A treenode may come with links to connectors, under the same rules as links that are made later."""

from __future__ import annotations

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
    assert len(made["created_links"]) == 1


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
