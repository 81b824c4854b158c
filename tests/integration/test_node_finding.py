"""What keys of a tracing layer find: the same from the service and from plain CATMAID."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.widgets import TracingLayer
from catmaid_jupyter.widgets.rpc import methods_of
from tests.helpers.arbors import Tracer
from tests.helpers.service import Service

FREE_ROWS = itertools.count(50_000, 5_000)
"""y of chains that have nothing near."""


@pytest.fixture(scope="module")
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


@pytest.fixture(params=["service", "plain CATMAID"])
async def layer(request: pytest.FixtureRequest, module_service: Service) -> AsyncIterator[TracingLayer]:
    url, token = module_service.url, module_service.tracer.token
    if request.param == "service":
        instance = await asyncio.to_thread(cj.connect, url, token)
    else:
        http = Http(Origin(parse_url(url), token))
        http.username = "tracer"
        instance = cj.Instance(http, version="2021.12.21", capabilities=frozenset(), username="tracer")
    project = await asyncio.to_thread(instance.project, "Test")
    yield await asyncio.to_thread(TracingLayer, project)
    await asyncio.to_thread(instance.close)


async def asked(layer: TracingLayer, method: str, **params: Any) -> Any:
    """What the page gets, on the client's loop."""
    return await asyncio.wrap_future(loop.submit(methods_of(layer)[method](params)))


def ids(nodes: list[dict[str, Any]]) -> list[int]:
    return [node["treenode_id"] for node in nodes]


async def test_children_and_branches_of_a_node(tracer: Tracer, layer: TracingLayer) -> None:
    chain = await tracer.chain(5, y=1000)
    twig = await tracer.node(chain[2], 0, 1100, 0)
    assert ids(await asked(layer, "children", treenode_id=chain[2])) == [chain[3], twig]
    assert await asked(layer, "children", treenode_id=twig) == []
    await tracer.post(f"label/treenode/{chain[3]}/update", tags="note")
    ways = await asked(layer, "branches", treenode_id=chain[2])
    assert [ids(way) for way in ways] == [[chain[3], chain[3], chain[4]], [twig] * 3]
    assert ids([await asked(layer, "noted_before", treenode_id=chain[4])]) == [chain[3]]
    assert await asked(layer, "noted_before", treenode_id=chain[0]) is None


async def test_the_nearest_and_the_last_edited_node(tracer: Tracer, layer: TracingLayer) -> None:
    chain = await tracer.chain(4, y=next(FREE_ROWS))
    skeleton_id = await tracer.skeleton_of(chain[0])
    ((x, y, z),) = await tracer.rows("SELECT x, y, z FROM treenode WHERE id = %s", chain[2])
    near = {"x": x + 1, "y": y, "z": z}
    for wanted in (None, skeleton_id):
        found = await asked(layer, "nearest", **near, skeleton_id=wanted)
        assert (found["treenode_id"], found["skeleton_id"]) == (chain[2], skeleton_id)
    assert await asked(layer, "nearest", **near, skeleton_id=2_000_000_000) is None

    await tracer.post(f"treenodes/{chain[1]}/confidence", new_confidence=3, state='{"nocheck": true}')
    for own in (True, False):
        for wanted in (skeleton_id, None):
            assert (await asked(layer, "edited_last", skeleton_id=wanted, own=own))["treenode_id"] == chain[1]
    assert await asked(layer, "edited_last", skeleton_id=2_000_000_000, own=False) is None


async def test_nodes_with_a_tag_come_with_the_nearest_first(tracer: Tracer, layer: TracingLayer) -> None:
    name = f"tag {id(layer)}"
    chain = await tracer.chain(4, y=2000)
    for node in (chain[0], chain[3]):
        await tracer.post(f"label/treenode/{node}/update", tags=name)
    ((x, y, z),) = await tracer.rows("SELECT x, y, z FROM treenode WHERE id = %s", chain[3])
    found = await asked(layer, "tagged", x=x, y=y, z=z, pattern=f"^{name}$")
    assert [(one["treenode_id"], one["labels"]) for one in found] == [(chain[3], [name]), (chain[0], [name])]
    assert found[0]["distance"] == pytest.approx(0)


async def test_authors_and_distances(tracer: Tracer, layer: TracingLayer) -> None:
    chain = await tracer.chain(4, y=3000)
    authors = await asked(layer, "node_authors", node_id=chain[1])
    assert (authors["author"], authors["editor"], authors["reviewers"]) == ("tracer", "tracer", [])
    assert authors["created"].startswith("20")
    assert await asked(layer, "node_authors", node_id=2_000_000_000) is None
    skeleton_id = await tracer.skeleton_of(chain[0])
    places = await tracer.rows("SELECT x, y, z FROM treenode WHERE id = ANY (%s) ORDER BY id", chain[1:])
    straight = sum(
        sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 for one, other in itertools.pairwise(places)
    )
    way = await asked(layer, "distance", skeleton_id=skeleton_id, treenode_ids=[chain[1], chain[3]])
    assert way == pytest.approx(straight)


async def test_bookmarks_are_kept_by_name(tracer: Tracer, layer: TracingLayer) -> None:
    node = (await tracer.chain(1, y=4000))[0]
    kept = {"name": "begin", "node_id": node, "skeleton_id": 7, "x": 1.0, "y": 2.0, "z": 3.0}
    for name in ("zebra", "begin"):
        await asked(layer, "keep_bookmark", **{**kept, "name": f" {name} "})
    assert [one["name"] for one in await asked(layer, "bookmarks")] == ["begin", "zebra"]
    assert (await asked(layer, "bookmarks"))[0] == kept
    await asked(layer, "keep_bookmark", **{**kept, "node_id": None, "skeleton_id": None})
    assert (await asked(layer, "bookmarks"))[0]["node_id"] is None
    with pytest.raises(InvalidInput, match="name of at most"):
        await asked(layer, "keep_bookmark", **{**kept, "name": "  "})
    with pytest.raises(InvalidInput, match="position"):
        await asked(layer, "keep_bookmark", **{**kept, "x": "far"})
