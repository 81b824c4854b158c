"""One answer in three encodings says the same three times, and a remembered one is never stale."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest

from catmaid_server.db.store import Store
from tests.helpers.answers import ANYWHERE, COLUMNS, columnar, is_error
from tests.helpers.service import Actor, Service, serving


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


@pytest.fixture(scope="module")
async def skeleton_id(service: Service) -> int:
    """A branched skeleton with labels, reviews, annotations, and two connectors."""
    path = f"/{service.project_id}"
    nodes: list[int] = []
    skeleton_id = -1
    for index in range(6):
        made: Any = await service.tracer.post(
            path + "/treenode/create",
            x=index * 10.5,
            y=-3,
            z=7.25,
            radius=index - 1,
            confidence=5,
            parent_id=nodes[index // 2] if nodes else -1,
            state='{"nocheck": true}',
        )
        nodes.append(made["treenode_id"])
        skeleton_id = made["skeleton_id"]
    for index, relation in enumerate(["presynaptic_to", "postsynaptic_to"]):
        connector: Any = await service.tracer.post(path + "/connector/create", x=index, y=5, z=9)
        await service.tracer.post(
            path + "/link/create",
            from_id=nodes[index],
            to_id=connector["connector_id"],
            link_type=relation,
            state='{"nocheck": true}',
        )
    await service.tracer.post(f"{path}/label/treenode/{nodes[1]}/update", tags="soma,ends")
    await service.tracer.post(f"{path}/node/{nodes[0]}/reviewed", x=0, y=0, z=0)
    await service.tracer.post(path + "/annotations/add", **{"skeleton_ids[0]": skeleton_id, "annotations[0]": "DN"})
    return skeleton_id


async def test_node_list(service: Service, skeleton_id: int) -> None:
    path = f"/{service.project_id}/node/list"
    query = {**ANYWHERE, "labels": "true"}
    positional: Any = await service.tracer.get(path, **query)
    assert same(
        positional, msgpack.unpackb(await service.tracer.get(path, **query, format="msgpack"), strict_map_key=False)
    )
    tables = await columnar(service.tracer, path, query)
    nodes, connectors, labels, limit_reached, relations = positional
    assert len(nodes) >= 6
    assert rows_of(
        tables["nodes"],
        "id",
        "parent_id",
        "x",
        "y",
        "z",
        "confidence",
        "radius",
        "skeleton_id",
        "edition_time",
        "user_id",
    ) == by_id(nodes)
    assert rows_of(tables["connectors"], "id", "x", "y", "z", "confidence", "edition_time", "user_id") == by_id(
        [row[:7] for row in connectors]
    )
    links = [[row[0], *link] for row in connectors for link in row[7]]
    assert rows_of(
        tables["links"], "connector_id", "treenode_id", "relation_id", "confidence", "edition_time", "id"
    ) == by_id(links)
    assert links
    assert tables["labels"] == labels
    assert tables["relations"] == relations
    assert tables["limit_reached"] is limit_reached is False


async def test_compact_detail(service: Service, skeleton_id: int) -> None:
    path = f"/{service.project_id}/skeletons/{skeleton_id}/compact-detail"
    query = {f"with_{part}": "true" for part in ("connectors", "tags", "reviews", "annotations")}
    positional: Any = await service.tracer.get(path, **query)
    assert same(
        positional, msgpack.unpackb(await service.tracer.get(path, **query, format="msgpack"), strict_map_key=False)
    )
    tables = await columnar(service.tracer, path, query)
    nodes, connectors, tags, reviews, annotations = positional
    assert rows_of(tables["nodes"], "id", "parent_id", "user_id", "x", "y", "z", "radius", "confidence") == by_id(nodes)
    assert rows_of(tables["connectors"], "treenode_id", "connector_id", "kind", "x", "y", "z") == by_id(connectors)
    assert (tables["tags"], tables["reviews"], tables["annotations"]) == (tags, reviews, annotations)
    assert [len(part) for part in positional] == [6, 2, 2, 1, 1]


async def test_an_empty_answer_has_its_columns(service: Service) -> None:
    nowhere = dict.fromkeys(ANYWHERE, -9e9)
    tables = await columnar(service.tracer, f"/{service.project_id}/node/list", nowhere)
    assert {name: array.dtype.str for name, array in tables["nodes"].items()} == {
        "id": "<i4",
        "parent_id": "<i4",
        "x": "<f8",
        "y": "<f8",
        "z": "<f8",
        "confidence": "<i2",
        "radius": "<f8",
        "skeleton_id": "<i4",
        "edition_time": "<f8",
        "user_id": "<i4",
    }
    assert all(len(array) == 0 for array in tables["nodes"].values())


async def test_an_error_is_json_in_every_encoding(service: Service) -> None:
    for headers, query in (({"Accept": COLUMNS}, {}), ({}, {"format": "msgpack"})):
        status, body = await service.tracer.request(
            "GET", f"/{service.project_id}/node/list", headers=headers, params={"left": "x", **query}
        )
        assert (status, is_error(body)) == (400, True)


async def test_a_remembered_answer_is_never_stale(service: Service, tmp_path: Path) -> None:
    """Two services on one store, as two workers are: what one writes the other reads next."""
    path = f"/{service.project_id}"
    async with Store.opened(service.store.dsn, pool_size=2) as store, serving(store, tmp_path) as (url, _):
        other = Actor(service.tracer.session, url, service.tracer.token)
        made: Any = await service.tracer.post(path + "/treenode/create", x=5, y=5, z=5)
        node = made["treenode_id"]
        reads = (f"{path}/skeletons/{made['skeleton_id']}/compact-detail", path + "/node/list")
        for step in range(5):
            await service.tracer.post(
                path + "/node/update",
                state='{"nocheck": true}',
                **{"t[0][0]": node, "t[0][1]": step, "t[0][2]": 5, "t[0][3]": 5},
            )
            for reader in (other, service.tracer, other):
                detail: Any = await reader.get(reads[0])
                listed: Any = await reader.get(reads[1], **ANYWHERE)
                assert detail[0][0][3] == step
                assert [row[2] for row in listed[0] if row[0] == node] == [step]


def rows_of(table: dict[str, np.ndarray[Any, Any]], *names: str) -> list[list[Any]]:
    rows = zip(*(table[name].tolist() for name in names), strict=True)
    return by_id(
        [
            [None if (name, value) == ("parent_id", -1) else value for name, value in zip(names, row, strict=True)]
            for row in rows
        ]
    )


def by_id(rows: list[list[Any]]) -> list[list[Any]]:
    return sorted((list(row) for row in rows), key=lambda row: (row[0], repr(row)))


def same(one: Any, other: Any) -> bool:
    """Whether two answers are equal once keys of objects are text, as JSON has them."""
    return bool(json.loads(json.dumps(one)) == json.loads(json.dumps(other)))
