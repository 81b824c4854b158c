"""However much there is in a box, an answer is bounded, and what was asked for by id is in it."""

from __future__ import annotations

from typing import Any

import pytest

from catmaid_server.domain.projects import projects
from tests.helpers.service import Service

BOX = {"left": -1000, "top": -1000, "z1": -1000, "right": 1000, "bottom": 1000, "z2": 1000}


@pytest.fixture
async def node_ids(service: Service) -> list[int]:
    """Six roots, each linked to a connector of its own."""
    async with service.store.reading() as connection:
        relation = (await projects.relation_ids(connection, service.project_id))["presynaptic_to"]
    made = []
    for number in range(6):
        connector: Any = await service.tracer.post(f"/{service.project_id}/connector/create", x=10 * number, y=50)
        node: Any = await service.tracer.post(
            f"/{service.project_id}/treenode/create",
            x=10 * number,
            **{"links[0][0]": connector["connector_id"], "links[0][1]": relation, "links[0][2]": 5},
        )
        made.append(node["treenode_id"])
    return made


async def test_nodes_connectors_and_links_are_bounded(service: Service, node_ids: list[int]) -> None:
    nodes, connectors, _, limit_reached, _ = await listed(service, limit=3)
    assert len(nodes) == 3
    assert len(connectors) <= 4
    assert limit_reached


@pytest.mark.parametrize("place", [0, 3, 5])
async def test_nodes_named_by_id_are_not_left_out(service: Service, node_ids: list[int], place: int) -> None:
    nodes, *_ = await listed(service, limit=2, **{"treenode_ids[0]": node_ids[place]})
    assert node_ids[place] in [node[0] for node in nodes]


async def test_all_is_there_where_it_fits(service: Service, node_ids: list[int]) -> None:
    nodes, connectors, _, limit_reached, _ = await listed(service, limit=6)
    assert [node[0] for node in sorted(nodes)] == node_ids
    assert len(connectors) == 6
    assert not limit_reached


async def listed(service: Service, **form: object) -> list[Any]:
    answer: Any = await service.tracer.post(f"/{service.project_id}/node/list", **BOX, **form)
    return list(answer)
