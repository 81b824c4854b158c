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


async def test_links_are_found_at_their_rows(tracer: Tracer, project: cj.Project) -> None:
    chains = [await tracer.chain(3, y=y) for y in (600, 700, 800)]
    ids = [await tracer.skeleton_of(chain[0]) for chain in chains]

    async def link(*ends: tuple[int, str], at: float) -> int:
        made = await tracer.post("connector/create", x=at, y=2, z=3)
        for node, relation in ends:
            form = {"from_id": node, "to_id": made["connector_id"], "link_type": relation}
            await tracer.post("link/create", **form, state=UNCHECKED)
        return int(made["connector_id"])

    pre, post, gap = "presynaptic_to", "postsynaptic_to", "gapjunction_with"
    one = await link((chains[0][1], pre), (chains[1][2], post), at=1)
    many = await link((chains[0][2], pre), (chains[1][0], post), (chains[2][0], post), at=2)
    electric = await link((chains[0][0], gap), (chains[2][1], gap), at=4)
    alone = await link((chains[0][0], post), at=5)
    widget = NeuronGeometry()
    widget.project = SimpleNamespace(place=project.place)
    ask = methods_of(widget)["synapses"]
    for _ in range(2):  # the second time with the treenodes that are known
        answer = await run(ask({"skeleton_ids": [ids[1], ids[0], 999_999], "origin": [0, 1, 1]}))
        assert answer.result["skeleton_ids"] == ids[:2]
        sent = versions_of(await read(GeometryReader(project.place), ids[:2]))
        assert dict(zip(ids[:2], answer.result["versions"], strict=True)) == sent
        dtypes = ("<i4", "<i4", "u1", "<i4", "<i4")
        columns = [np.frombuffer(part, dtype) for part, dtype in zip(answer.buffers[:5], dtypes, strict=True)]
        relations = [answer.result["relations"][place] for place in columns[2]]
        rows = set(zip(columns[0], columns[1], relations, columns[3], columns[4], strict=True))
        assert rows == {
            (0, 1, pre, one, ids[1]),
            (1, 2, post, one, ids[0]),
            (0, 2, pre, many, -1),
            (1, 0, post, many, ids[0]),
            (0, 0, gap, electric, ids[2]),
            (0, 0, post, alone, -1),
        }
        positions = np.frombuffer(answer.buffers[5], "<f4").reshape(-1, 3)
        assert set(map(tuple, positions.tolist())) == {(1, 1, 2), (2, 1, 2), (4, 1, 2), (5, 1, 2)}
    await tracer.post(
        "treenode/insert", parent_id=chains[0][0], child_id=chains[0][1], x=5, y=600, z=0, state=UNCHECKED
    )
    again = await run(ask({"skeleton_ids": [ids[0]], "origin": [0, 0, 0]}))
    assert again.result["versions"] != answer.result["versions"][:1]
    none = await run(ask({"skeleton_ids": [], "origin": [0, 0, 0]}))
    assert (none.result["skeleton_ids"], [len(part) for part in none.buffers]) == ([], [0] * 6)


async def test_radii_are_those_of_the_rows(tracer: Tracer, project: cj.Project) -> None:
    plain = await tracer.chain(2, y=1200)
    root = await tracer.node(-1, 10, 1250, 0, radius=30)
    thick = await tracer.node(root, 10, 1260, 0, radius=12.5)
    unset = await tracer.node(thick, 10, 1270, 0)
    ids = [await tracer.skeleton_of(node) for node in (plain[0], unset)]
    widget = NeuronGeometry()
    widget.project = SimpleNamespace(place=project.place)
    answer = await run(methods_of(widget)["radii"]({"skeleton_ids": [*ids, 999_999]}))
    version = versions_of(await read(GeometryReader(project.place), ids))[ids[1]]
    assert answer.result == {"skeleton_ids": ids[1:], "versions": [version], "rows": [3]}
    assert np.frombuffer(answer.buffers[0], "<f4").tolist() == [30, 12.5, -1]
    other = await tracer.skeleton_of(await tracer.node(-1, 10, 1290, 0, radius=7))
    for order in ([ids[1], other], [other, ids[1]]):
        assert (await run(methods_of(widget)["radii"]({"skeleton_ids": order}))).result["skeleton_ids"] == order
    none = await run(methods_of(widget)["radii"]({"skeleton_ids": []}))
    assert (none.result["skeleton_ids"], len(none.buffers[0])) == ([], 0)


async def test_special_treenodes_are_marked(tracer: Tracer, project: cj.Project) -> None:
    nodes = await tracer.chain(5, y=900)  # confidences 1 to 5
    thick = await tracer.node(nodes[1], 10, 950, 0, radius=600)
    closed = await tracer.node(nodes[1], 10, 960, 0)
    await tracer.label(closed, "ends", "a label")
    await tracer.label(nodes[3], "note")
    lone = await tracer.node(-1, 5, 999, 0)
    ids = [await tracer.skeleton_of(node) for node in (nodes[0], lone)]
    widget = NeuronGeometry()
    widget.project = SimpleNamespace(place=project.place)
    ask = methods_of(widget)["special"]

    async def special(soma_radius: float | None = None) -> tuple[dict[tuple[int, int], set[str]], Any]:
        answer = await run(ask({"skeleton_ids": [*ids, 999_999], "soma_radius": soma_radius}))
        assert answer.result["skeleton_ids"] == ids
        sent = versions_of(await read(GeometryReader(project.place), ids))
        assert dict(zip(ids, answer.result["versions"], strict=True)) == sent
        dtypes = ("<i4", "<i4", "u1", "u1", "<f4", "<i4", "<i4", "<i4")
        columns = [np.frombuffer(part, dtype) for part, dtype in zip(answer.buffers, dtypes, strict=True)]
        names = answer.result["kinds"]
        kinds = {
            (int(skeleton), int(row)): {name for name, bit in names.items() if bit & kind}
            for skeleton, row, kind in zip(*columns[:3], strict=True)
        }
        return kinds, (columns, answer.result["labels"])

    uncertain, open_end = "low_confidence", "open_end"
    kinds, (columns, labels) = await special()
    assert kinds == {
        (0, 0): {uncertain, open_end},
        (0, 1): {uncertain},
        (0, 2): {uncertain},
        (0, 3): {uncertain, "labelled"},
        (0, 4): {open_end},
        (0, 5): {open_end},
        (0, 6): {"labelled"},
        (1, 0): {open_end},
    }
    _, rows, _, confidences, radii, treenodes, tagged, label = columns
    by_node = dict(zip(treenodes.tolist(), zip(rows, confidences, radii, strict=True), strict=True))
    assert (by_node[nodes[0]], by_node[thick]) == ((0, 1, -1), (5, 5, 600))
    pairs = {(int(treenodes[node]), labels[name]) for node, name in zip(tagged, label, strict=True)}
    assert pairs == {(closed, "ends"), (closed, "a label"), (nodes[3], "note")}
    kinds, _ = await special(soma_radius=500)
    assert kinds[0, 5] == {open_end, "soma"}
    assert "soma" not in kinds[1, 0]
    await tracer.label(nodes[0], "soma")
    kinds, _ = await special(soma_radius=500)
    assert (kinds[0, 0], kinds[0, 5]) == ({uncertain, "labelled", "soma"}, {open_end})


async def test_a_node_of_an_overview_is_the_nearest_one(tracer: Tracer, project: cj.Project) -> None:
    nodes = await tracer.chain(3, y=7_000)
    skeleton_id = await tracer.skeleton_of(nodes[0])
    ((x, y, z),) = await tracer.rows("SELECT x, y, z FROM treenode WHERE id = %s", nodes[1])
    reader = GeometryReader(project.place)
    found = await run(NodeFinder(reader).find(skeleton_id, geometry.OVERVIEW, 0, [x, y + 1, z]))
    assert (found["treenode_id"], found["is_current"]) == (nodes[1], False)
    assert "drawn coarsely; the nearest treenode" in found["sentence"]
    answer = geometry.decode(await run(reader.read([skeleton_id], overview=True)))
    assert answer.skeleton_ids.tolist() == ([skeleton_id] if project.place.capabilities else [])
