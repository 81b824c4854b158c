"""Geometry in the client: the same from the service and from a server that knows only CATMAID's API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.client.geometry.geometry_reader import GeometryReader
from catmaid_jupyter.client.geometry.node_finder import NodeFinder
from catmaid_jupyter.widgets.rpc import Binary, methods_of
from catmaid_jupyter.widgets.viewer3d.geometry import NeuronGeometry
from catmaid_wire import geometry
from catmaid_wire.geometry import GeometryAnswer
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


@pytest.fixture(scope="module")
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


@pytest.fixture(params=["service", "plain CATMAID"])
async def project(request: pytest.FixtureRequest, module_service: Service) -> AsyncIterator[cj.Project]:
    url, token = module_service.url, module_service.tracer.token
    if request.param == "service":
        instance = await asyncio.to_thread(cj.connect, url, token)
    else:
        http = Http(Origin(parse_url(url), token))
        instance = cj.Instance(http, version="2021.12.21", capabilities=frozenset(), username="tracer")
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


async def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """On the client's loop, as a widget's requests."""
    return await asyncio.wrap_future(loop.submit(coroutine))


async def read(reader: GeometryReader, skeleton_ids: list[int], known: dict[int, int] | None = None) -> GeometryAnswer:
    return geometry.decode(await run(reader.read(skeleton_ids, known)))


def versions_of(answer: GeometryAnswer) -> dict[int, int]:
    return dict(zip(answer.skeleton_ids.tolist(), answer.versions.tolist(), strict=True))


async def move(tracer: Tracer, node: int, x: float, y: float, z: float) -> None:
    form = {"t[0][0]": node, "t[0][1]": x, "t[0][2]": y, "t[0][3]": z}
    await tracer.post("node/update", **form, state=UNCHECKED)


async def test_what_changed_is_sent_and_nothing_else(tracer: Tracer, project: cj.Project) -> None:
    chains = [await tracer.chain(4), await tracer.chain(1, y=100)]
    await tracer.node(chains[0][1], 10.5, 50, 7.25)
    ids = [await tracer.skeleton_of(chain[0]) for chain in chains]
    reader = GeometryReader(project.place)
    answer = await read(reader, [ids[1], 999_999, ids[0], ids[1]])
    assert answer.skeleton_ids.tolist() == [ids[1], ids[0]]
    assert answer.gone.tolist() == [999_999]
    rows = await tracer.rows(
        "SELECT x, y, z FROM treenode WHERE skeleton_id = ANY (%s) ORDER BY skeleton_id DESC, id", ids
    )
    parents = [geometry.unpack(skeleton)[1].tolist() for skeleton in answer.skeletons]
    assert parents == [[-1], [-1, 0, 1, 2, 1]]
    positions = np.concatenate([geometry.unpack(skeleton)[0] for skeleton in answer.skeletons])
    np.testing.assert_allclose(positions, rows, atol=0.01)
    known = versions_of(answer)
    assert all(0 <= version < 2**53 for version in known.values())
    for asked in (reader, GeometryReader(project.place)):  # also one that has read nothing yet
        assert sorted((await read(asked, ids, known)).unchanged.tolist()) == sorted(ids)
    await move(tracer, chains[1][0], 1, 2, 3)
    after = await read(reader, ids, known)
    assert (after.skeleton_ids.tolist(), after.unchanged.tolist()) == ([ids[1]], [ids[0]])
    assert geometry.unpack(after.skeletons[0])[0].tolist() == [[1, 2, 3]]


async def test_both_kinds_of_servers_give_the_same(tracer: Tracer, module_service: Service) -> None:
    nodes = await tracer.chain(5, y=300)
    await tracer.node(nodes[2], 300_000, 1e8, 0.125)
    skeleton_id = await tracer.skeleton_of(nodes[0])
    http = Http(Origin(parse_url(module_service.url), module_service.tracer.token))
    packed = []
    for capabilities in (frozenset({"geometry"}), frozenset[str]()):
        instance = cj.Instance(http, version="2021.12.21", capabilities=capabilities, username="tracer")
        place = (await asyncio.to_thread(instance.project, "Test")).place
        packed.append((await read(GeometryReader(place), [skeleton_id])).skeletons)
    await asyncio.to_thread(instance.close)
    assert packed[0] == packed[1]


async def test_a_row_names_a_treenode(tracer: Tracer, project: cj.Project) -> None:
    nodes = await tracer.chain(3, y=400)
    skeleton_id = await tracer.skeleton_of(nodes[0])
    reader = GeometryReader(project.place)
    version = versions_of(await read(reader, [skeleton_id]))[skeleton_id]
    finder = NodeFinder(reader)
    for row, node in enumerate(nodes):
        found = await run(finder.find(skeleton_id, version, row))
        assert (found["treenode_id"], found["x"], found["y"]) == (node, 10 * row, 400)
        assert found["is_current"]
        assert found["sentence"] == f"This is treenode {node}."
    with pytest.raises(cj.InvalidInput, match="rows from 0 to 2, not 3"):
        await run(finder.find(skeleton_id, version, 3))
    await tracer.post("treenode/delete", treenode_id=nodes[1], state=UNCHECKED)
    await move(tracer, nodes[2], 22, 400, 0)
    found = await run(finder.find(skeleton_id, version, 2, [20, 400, 0]))
    assert (found["treenode_id"], found["x"], found["is_current"]) == (nodes[2], 22, False)
    assert found["sentence"] == (
        f"Skeleton {skeleton_id} was changed since it was drawn; the nearest treenode is {nodes[2]}, 2 nm away."
    )
    with pytest.raises(cj.InvalidInput, match="was changed since it was drawn: load it again"):
        await run(finder.find(skeleton_id, version, 2))
    with pytest.raises(cj.NotFound, match="Skeleton 999999 is gone"):
        await run(finder.find(999_999, 1, 0))


async def test_pages_ask_a_widget(tracer: Tracer, project: cj.Project) -> None:
    nodes = await tracer.chain(2, y=500)
    skeleton_id = await tracer.skeleton_of(nodes[0])
    widget = NeuronGeometry()
    widget.project = SimpleNamespace(place=project.place)
    methods = methods_of(widget)
    body = await run(methods["geometry"]({"skeleton_ids": [skeleton_id]}))
    assert isinstance(body, Binary)
    version = versions_of(geometry.decode(body.payload))[skeleton_id]
    body = await run(methods["geometry"]({"skeleton_ids": [skeleton_id], "known": [[skeleton_id, version]]}))
    assert geometry.decode(body.payload).unchanged.tolist() == [skeleton_id]
    found = await run(
        methods["node"]({"skeleton_id": skeleton_id, "version": version, "row": 1, "position": [0, 0, 0]})
    )
    assert found["treenode_id"] == nodes[1]
