"""However much there is in a box, an answer is bounded, and what was asked for by id is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catmaid_server.domain.projects import projects
from catmaid_server.routes.tracing import node_list
from tests.helpers.answers import columnar
from tests.helpers.service import Actor, Service, serving

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


async def test_columns_tell_how_many_there_are(service: Service, node_ids: list[int]) -> None:
    path = f"/{service.project_id}/node/list"
    for limit, shown in ((3, 3), (6, 6)):
        tables = await columnar(service.tracer, path, {**BOX, "limit": limit})
        assert len(tables["nodes"]["id"]) == shown
        assert tables["totals"] == {"nodes": 6, "connectors": 6, "is_exact": True}


async def test_a_service_has_a_limit_of_its_own(
    service: Service, node_ids: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/{service.project_id}/node/list"
    async with serving(service.store, tmp_path, node_limit=4) as (url, _):
        tracer = Actor(service.tracer.session, url, service.tracer.token)
        for limit in (5, 0):
            tables = await columnar(tracer, path, {**BOX, "limit": limit})
            assert (len(tables["nodes"]["id"]), tables["totals"]["nodes"]) == (4, 6)
    # Who names no limit gets fewer.
    monkeypatch.setattr(node_list, "_LIMIT_UNASKED", 2)
    assert len((await listed(service))[0]) == 2
    assert len((await listed(service, limit=6))[0]) == 6


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


@pytest.mark.parametrize("width", [1e5, 9.9e5, 1.1e6, 4e6, 1e8, 1e12])
@pytest.mark.parametrize("depth", [40.0, 2.0])
async def test_a_thin_box_holds_the_same_however_wide_it_is(service: Service, width: float, depth: float) -> None:
    """PostGIS measures distances to large rectangles as if they had no inside."""
    root: Any = await service.tracer.post(f"/{service.project_id}/treenode/create", x=100, y=100, z=500)
    child: Any = await service.tracer.post(
        f"/{service.project_id}/treenode/create",
        x=200,
        y=200,
        z=521,
        parent_id=root["treenode_id"],
        state='{"nocheck": true}',
    )
    box = {"left": -width, "right": width, "top": -width, "bottom": width, "z1": 520, "z2": 520 + depth}
    form = {**box, "limit": 100}
    found: Any = await service.tracer.post(f"/{service.project_id}/node/list", **form)
    assert [row[0] for row in found[0]] == [child["treenode_id"], root["treenode_id"]]
    alone: Any = await service.tracer.post(f"/{service.project_id}/node/list", **{**form, "z1": 490, "z2": 499 + depth})
    assert root["treenode_id"] in [row[0] for row in alone[0]]
