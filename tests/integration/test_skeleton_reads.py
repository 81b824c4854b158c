"""What is read of skeletons: as files and for viewers, by place, by partner, and over time."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def rows(tracer: Tracer, skeleton_id: int, **query: object) -> dict[int, list[float]]:
    """Columns of SWC by node: type, x, y, z, radius, parent."""
    text = (await tracer.get(f"skeleton/{skeleton_id}/swc", **query)).decode()
    return {int(node): [float(value) for value in rest] for node, *rest in map(str.split, text.splitlines())}


def somata(swc: dict[int, list[float]]) -> list[int]:
    return [node for node, (kind, *_) in swc.items() if kind == 1]


async def test_numbers_of_swc_count_from_the_root(tracer: Tracer) -> None:
    nodes = await tracer.chain(4)
    skeleton = await tracer.skeleton_of(nodes[0])
    await tracer.post("skeleton/reroot", treenode_id=nodes[2], state=UNCHECKED)
    swc = await rows(tracer, skeleton, linearize_ids="true")
    assert list(swc) == [1, 2, 3, 4]
    assert swc[1][1] == 20
    assert all(parent < node for node, (*_, parent) in swc.items())


async def test_the_soma_is_found_by_its_markers(tracer: Tracer) -> None:
    nodes = await tracer.chain(3)
    skeleton = await tracer.skeleton_of(nodes[0])
    assert somata(await rows(tracer, skeleton)) == []
    assert somata(await rows(tracer, skeleton, **{"soma_markers[0]": "tag:soma"})) == []
    assert somata(await rows(tracer, skeleton, **{"soma_markers[0]": "tag:soma", "soma_markers[1]": "root"})) == [
        nodes[0]
    ]
    await tracer.label(nodes[1], "soma")
    assert somata(await rows(tracer, skeleton, **{"soma_markers[0]": "tag:soma", "soma_markers[1]": "root"})) == [
        nodes[1]
    ]
    await tracer.post(f"treenode/{nodes[2]}/radius", radius=700, option=0, state=UNCHECKED)
    assert somata(await rows(tracer, skeleton, **{"soma_markers[0]": "radius:500"})) == [nodes[2]]


async def test_viewers_get_parts_and_times_as_they_ask(tracer: Tracer) -> None:
    nodes = await tracer.chain(2)
    skeleton = await tracer.skeleton_of(nodes[0])
    connector = await tracer.connector(nodes[1])
    await tracer.label(nodes[0], "a label")
    name, shown, tags, links, _ = await tracer.post(f"skeleton/{skeleton}/compact-json")
    assert name
    assert [len(node) for node in shown] == [8, 8]
    assert tags == {"a label": [nodes[0]]}
    assert [link[:2] for link in links] == [[nodes[1], connector]]
    _, _, tags, links, _ = await tracer.post(f"skeleton/{skeleton}/compact-json", lean=1)
    assert (tags, links) == ({}, [])
    _, shown, *_ = await tracer.get(f"skeleton/{skeleton}/json")
    assert [len(node) for node in shown] == [10, 10]


async def test_neuroglancer_gets_vertices_and_edges(tracer: Tracer) -> None:
    nodes = await tracer.chain(3, y=7)
    content = await tracer.get(f"skeletons/{await tracer.skeleton_of(nodes[0])}/neuroglancer")
    assert struct.unpack_from("<2I", content) == (3, 2)
    places = struct.unpack_from("<9f", content, 8)
    assert sorted(zip(places[::3], places[1::3], places[2::3], strict=True)) == [(0, 7, 0), (10, 7, 0), (20, 7, 0)]
    edges = struct.unpack_from("<4I", content, 8 + 36)
    assert set(edges) == {0, 1, 2}


@pytest.mark.parametrize("parts", ["compact-arbor", "compact-arbor-with-minutes"])
async def test_an_arbor_that_does_not_exist_is_missing(tracer: Tracer, parts: str) -> None:
    path = f"/{tracer.project_id}/99999999"
    status, _ = await tracer.actor.request("GET", f"{path}/1/1/1/{parts}")
    assert status == 404


async def complete(tracer: Tracer, skeleton: int, **form: object) -> bool:
    answer = await tracer.post("skeletons/completeness", **{"skeleton_ids[0]": skeleton, "min_nodes": 0} | form)
    ((found, verdict),) = answer
    assert found == skeleton
    return bool(verdict)


async def test_what_makes_a_skeleton_complete(tracer: Tracer) -> None:
    nodes = await tracer.chain(3)
    skeleton = await tracer.skeleton_of(nodes[0])
    assert not await complete(tracer, skeleton, ignore_fragments="false")
    await tracer.label(nodes[2], "ends")
    assert not await complete(tracer, skeleton)
    await tracer.label(nodes[0], "soma")
    assert await complete(tracer, skeleton)
    assert not await complete(tracer, skeleton, min_nodes=4)
    assert not await complete(tracer, skeleton, open_ends_percent=0)
    assert not await complete(tracer, skeleton, min_cable=21)
    assert await complete(tracer, skeleton, min_cable=20)


async def test_every_root_is_an_end_and_labels_of_ends_are_spelled_exactly(tracer: Tracer) -> None:
    root, one, other = await tracer.chain(3)
    await tracer.node(root, 0, 10)
    skeleton = await tracer.skeleton_of(root)
    await tracer.label(other, "ENDS")
    await tracer.label(one, "soma")
    assert [await complete(tracer, skeleton, open_ends_percent=share) for share in (0.99, 1)] == [False, True]
    await tracer.label(other, "really ends")
    assert [await complete(tracer, skeleton, open_ends_percent=share) for share in (0.66, 0.67)] == [False, True]


async def in_box(tracer: Tracer, **form: object) -> list[int]:
    found: list[int] = await tracer.post("skeletons/in-bounding-box", **form)
    return found


async def test_skeletons_in_the_box_of_a_volume(tracer: Tracer) -> None:
    corners = {"min_x": 5, "min_y": 8999, "min_z": -1, "max_x": 9, "max_y": 9001, "max_z": 1}
    crossing, beside = await tracer.chain(2, y=9000), await tracer.chain(2, y=9002)
    skeletons = [await tracer.skeleton_of(nodes[0]) for nodes in (crossing, beside)]
    assert await in_box(tracer, **{name.replace("_", ""): nm for name, nm in corners.items()}) == skeletons[:1]
    volume = await tracer.post("volumes/add", type="box", title="a box", **corners)
    assert await in_box(tracer, volume_id=volume["volume_id"]) == skeletons[:1]
    assert await in_box(tracer, volume_id=volume["volume_id"], **{"skeleton_ids[0]": skeletons[1]}) == []


async def synapse(tracer: Tracer, pre: int, *post: int) -> int:
    connector = await tracer.connector(pre)
    for node in post:
        await tracer.post("link/create", from_id=node, to_id=connector, link_type="postsynaptic_to", state=UNCHECKED)
    return connector


async def test_partners_at_a_connector(tracer: Tracer) -> None:
    pre, large, small = await tracer.chain(2), await tracer.chain(2), await tracer.chain(1)
    a, b, c = [await tracer.skeleton_of(nodes[0]) for nodes in (pre, large, small)]
    connector = await synapse(tracer, pre[1], large[0], small[0])

    async def partners(skeleton: int, **form: object) -> list[int]:
        found: list[int] = await tracer.post(
            "skeletons/partners-by-connector", **{"skid": skeleton, "connectors[0]": connector} | form
        )
        return sorted(found)

    assert await partners(a) == [b]
    assert await partners(a, size_mode=1) == [c]
    assert await partners(a, size_mode=2) == [b, c]
    assert await partners(b) == []
    assert await partners(b, relation=1) == [a]
    assert await partners(b, relation=2, size_mode=2) == [a]


async def test_links_of_others_at_each_connector(tracer: Tracer) -> None:
    pre, post = await tracer.chain(2), await tracer.chain(2)
    a, b = [await tracer.skeleton_of(nodes[0]) for nodes in (pre, post)]
    connector = await synapse(tracer, pre[1], *post)
    path, other = "skeletons/connector-polyadicity", await synapse(tracer, pre[0])
    found = await tracer.post(path, **{"skeleton_ids[0]": a})
    assert found == {str(a): {"presynaptic_to": {str(connector): 2}}}
    found = await tracer.post(path, **{"skeleton_ids[0]": b, "partner_relation_name": "presynaptic_to"})
    assert found == {str(b): {"postsynaptic_to": {str(connector): 2}}}
    assert await tracer.post(path, **{"skeleton_ids[0]": a, "connector_ids[0]": other}) == {}
    assert await tracer.post(path, **{"skeleton_ids[0]": a, "self_relation_name": "postsynaptic_to"}) == {}


async def test_a_split_is_a_change_of_skeletons(tracer: Tracer) -> None:
    nodes = await tracer.chain(4)
    skeleton = await tracer.skeleton_of(nodes[0])
    await tracer.post("skeleton/split", treenode_id=nodes[2], state=UNCHECKED)
    other = await tracer.skeleton_of(nodes[2])
    paths: list[Any] = await tracer.get("skeletons/change-history", **{"skeleton_ids[0]": skeleton})
    assert other != skeleton
    assert sum(count for ids, count, *_ in paths if ids == [skeleton, other]) == 2


async def test_who_made_a_skeleton(module_service: Service, tracer: Tracer) -> None:
    nodes = await tracer.chain(3)
    skeleton = await tracer.skeleton_of(nodes[0])
    administrator = Tracer.of(module_service, module_service.admin)
    await administrator.node(nodes[2], 30)
    await synapse(administrator, nodes[2])
    found = await tracer.post(f"skeleton/{skeleton}/contributor_statistics")
    assert sorted(found["node_contributors"].values()) == [1, 3]
    assert (found["n_nodes"], found["n_pre"], found["n_post"]) == (4, 1, 0)
    assert list(found["pre_contributors"].values()) == [1]
