"""What may be wrong with skeletons, wiring, and when users were at work."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.helpers.service import Service


async def chain(service: Service, *places: tuple[float, float, float]) -> list[int]:
    """Trace nodes one after the other; their ids."""
    nodes: list[int] = []
    for x, y, z in places:
        made: Any = await service.tracer.post(
            f"/{service.project_id}/treenode/create",
            x=x,
            y=y,
            z=z,
            confidence=5,
            parent_id=nodes[-1] if nodes else -1,
            state='{"nocheck": true}',
        )
        nodes.append(made["treenode_id"])
    return nodes


async def skeleton_of(service: Service, node: int) -> int:
    found: Any = await service.tracer.get(f"/{service.project_id}/skeleton/node/{node}/node_count")
    return int(found["skeleton_id"])


async def link(service: Service, node: int, connector: int, relation: str) -> None:
    await service.tracer.post(
        f"/{service.project_id}/link/create",
        from_id=node,
        to_id=connector,
        link_type=relation,
        state='{"nocheck": true}',
    )


async def connector_at(service: Service, x: float, y: float, z: float) -> int:
    made: Any = await service.tracer.post(
        f"/{service.project_id}/connector/create", x=x, y=y, z=z, state='{"nocheck": true}'
    )
    return int(made["connector_id"])


@pytest.fixture
async def pair(service: Service) -> dict[str, Any]:
    """A neuron with two synapses close to each other onto another, one onto itself, and one onto nothing."""
    pre = await chain(service, (0, 0, 0), (1000, 0, 0), (2000, 0, 0), (3000, 0, 0))
    post = await chain(service, (0, 900, 0), (1000, 900, 0), (2000, 900, 0))
    connectors = [await connector_at(service, x, 500, 0) for x in (1000, 2000, 3000, 0)]
    for node, connector in zip((*pre[1:], pre[0]), connectors, strict=True):
        await link(service, node, connector, "presynaptic_to")
    await link(service, post[1], connectors[0], "postsynaptic_to")
    await link(service, post[2], connectors[1], "postsynaptic_to")
    await link(service, pre[0], connectors[2], "postsynaptic_to")
    return {
        "pre": pre,
        "post": post,
        "connectors": connectors,
        "skeletons": [await skeleton_of(service, pre[0]), await skeleton_of(service, post[0])],
    }


async def issues(service: Service, skeleton: int, **options: object) -> list[list[Any]]:
    found: Any = await service.tracer.post(
        f"/{service.project_id}/analytics/skeletons", **{"skeleton_ids[0]": skeleton, **options}
    )
    return list(found["issues"])


async def test_problems_of_synapses_are_found(service: Service, pair: dict[str, Any]) -> None:
    pre, skeleton = pair["pre"], pair["skeletons"][0]
    ((_, found),) = await issues(service, skeleton)
    assert [0, pre[3]] in found  # onto itself
    assert [2, pre[0]] in found  # onto nothing
    assert 4 not in {kind for kind, *_ in found}
    ((_, found),) = await issues(service, skeleton, adjacents=1)
    assert {node for kind, node, *_ in found if kind == 4} == {pre[1], pre[2]}


async def test_partners_are_looked_at_on_demand(service: Service, pair: dict[str, Any]) -> None:
    first, second = pair["skeletons"]
    assert [skeleton for skeleton, _ in await issues(service, second, extra=2)] == [second, first]
    assert [skeleton for skeleton, _ in await issues(service, second, extra=1)] == [second]


async def test_labels_close_ends_and_uncertain_edges_are_told(service: Service, pair: dict[str, Any]) -> None:
    post, skeleton = pair["post"], pair["skeletons"][1]
    path = f"/{service.project_id}"
    await service.tracer.post(f"{path}/label/treenode/{post[2]}/update", tags="ends", delete_existing="false")
    await service.tracer.post(f"{path}/label/treenode/{post[1]}/update", tags="soma,TODO", delete_existing="false")
    await service.tracer.post(f"{path}/treenodes/{post[1]}/confidence", new_confidence=2, state='{"nocheck": true}')
    ((_, found),) = await issues(service, skeleton)
    assert {tuple(issue[:2]) for issue in found} == {(5, post[0]), (6, post[1]), (7, post[1]), (9, post[1])}
    assert [9, post[1], {"confidence": 2}] in found


@pytest.mark.parametrize(("orientation", "node"), [(0, 2), (1, 1), (2, 0)])
async def test_nodes_in_broken_sections_are_found_along_the_axis_of_the_stack(
    service: Service, orientation: int, node: int
) -> None:
    nodes = await chain(service, (235, 0, 0), (0, 295, 0), (0, 0, 340))
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        cursor = await tx.execute(
            "INSERT INTO stack (title, dimension_x, dimension_y, dimension_z, resolution_x, resolution_y, resolution_z)"
            " VALUES ('s', 100, 100, 100, 10, 20, 40) RETURNING id"
        )
        (stack_id,) = await cursor.fetchone() or (0,)
        await tx.execute(
            "INSERT INTO project_stack (project_id, stack_id, translation_x, translation_y, translation_z,"
            " orientation) VALUES (%s, %s, 60, 120, 130, %s)",
            (service.project_id, stack_id, orientation),
        )
        sections = {0: 5, 1: 4, 2: 4}
        await tx.execute(
            "INSERT INTO broken_section (stack_id, section) VALUES (%s, %s)", (stack_id, sections[orientation])
        )
    found: Any = await service.tracer.post(f"/{service.project_id}/analytics/broken-section-nodes")
    low = {0: 330.0, 1: 280.0, 2: 220.0}[orientation]
    assert found == [[nodes[node], stack_id, "s", orientation, sections[orientation], low]]
    status, _ = await service.visitor.request("POST", f"/{service.project_id}/analytics/broken-section-nodes")
    assert status == 403


async def test_the_wiring_of_a_project_leaves_out_small_skeletons(service: Service, pair: dict[str, Any]) -> None:
    first, second = map(str, pair["skeletons"])
    path = f"/{service.project_id}/wiringdiagram"
    found: Any = await service.tracer.get(f"{path}/json")
    assert {(edge["source"], edge["target"]): edge["number_of_connector"] for edge in found["data"]["edges"]} == {
        (first, second): 2,
        (first, first): 1,
    }
    small: Any = await service.tracer.post(f"{path}/nx_json", lower_skeleton_count=4)
    assert [(edge["source"], edge["target"]) for edge in small["edges"]] == [(first, first)]
    assert [node["id"] for node in small["nodes"]] == [first]


async def test_groups_know_the_bracketed_spelling_only(service: Service, pair: dict[str, Any]) -> None:
    first, second = pair["skeletons"]
    path = f"/{service.project_id}/skeletongroup"
    sent = [("skeleton_list[]", str(first)), ("skeleton_list[]", str(second))]
    _, found = await service.tracer.request("POST", f"{path}/adjacency_matrix", data=sent)
    links: Any = found["links"]
    assert {(link["source"], link["target"]): link["value"] for link in links} == {(0, 1): 2, (0, 0): 1}
    _, found = await service.tracer.request("POST", f"{path}/skeletonlist_subgraph", data=sent)
    assert [node["skeletonid"] for node in found["nodes"]] == [str(first), str(second)]
    _, shared = await service.tracer.request(
        "POST", f"{path}/all_shared_connectors", data=[("skeletonlist[]", str(first)), ("skeletonlist[]", str(second))]
    )
    assert set(shared) == set(map(str, pair["connectors"][:3]))
    _, edge = await service.tracer.request(
        "POST",
        f"/{service.project_id}/connector/list/graphedge",
        data=[("skeletonlist[]", str(first)), ("skeletonlist[]", str(second))],
    )
    assert [(one["pretreenode"], one["posttreenode"]) for one in edge] == [
        (pair["pre"][1], pair["post"][1]),
        (pair["pre"][2], pair["post"][2]),
    ]
    unknown = await service.tracer.request("POST", f"{path}/adjacency_matrix", data=[("skeleton_list[]", "999999")])
    assert unknown[0] == 404


async def test_paths_count_skeletons_and_synapses(service: Service, pair: dict[str, Any]) -> None:
    first, second = pair["skeletons"]
    path = f"/{service.project_id}/graph"
    ends = {"sources[0]": first, "targets[0]": second}
    found: Any = await service.tracer.post(f"{path}/directedpaths", **ends, path_length=2, min_synapses=2)
    assert found == [[first, second]]
    assert await service.tracer.post(f"{path}/directedpaths", **ends, path_length=2, min_synapses=3) == []
    assert await service.tracer.post(f"{path}/directedpaths", **ends, path_length=1, min_synapses=1) == []
    assert await service.tracer.post(f"{path}/directedpaths", **ends) == []
    found = await service.tracer.post(f"{path}/dps", **ends, n_hops=2, min_synapses=1)
    assert set(found) == {first, second}
    await service.tracer.refused(f"{path}/circlesofhell", **{"skeleton_ids[0]": first})
    found = await service.tracer.post(f"{path}/circlesofhell", **{"skeleton_ids[0]": first, "min_post": 2})
    assert found[0] == [second]


async def test_graphs_count_links_to_others_and_other_kinds_of_links(service: Service, pair: dict[str, Any]) -> None:
    first, second = pair["skeletons"]
    path = f"/{service.project_id}/skeletons/confidence-compartment-subgraph"
    found: Any = await service.tracer.post(path, **{"skeleton_ids[0]": second, "with_overall_counts": "true"})
    relation = str(found["relation_map"]["postsynaptic_to"])
    assert found["edges"] == []
    assert found["overall_counts"] == {str(second): {relation: [0, 0, 0, 0, 2]}}
    found = await service.tracer.post(
        path,
        **{
            "skeleton_ids[0]": first,
            "skeleton_ids[1]": second,
            "link_types[0]": "synaptic-connector",
            "link_types[1]": "gapjunction-connector",
        },
    )
    assert found["gapjunction-connector"] == {"edges": []}
    assert [first, second, [0, 0, 0, 0, 2]] in found["synaptic-connector"]["edges"]
    await service.tracer.refused(path, **{"skeleton_ids[0]": first, "link_types[0]": "telepathic"})


async def test_the_work_of_a_user_is_drawn(service: Service, pair: dict[str, Any]) -> None:
    me: Any = await service.tracer.get("/accounts/login")
    path = f"/{service.project_id}/useranalytics"
    status, picture = await service.tracer.request("GET", path, params={"userid": me["userid"], "all_writes": "true"})
    assert status == 200
    assert ET.fromstring(bytes(picture)).tag.endswith("svg")
    assert (await service.tracer.request("GET", path))[0] == 400
    params = {"userid": me["userid"], "start": "2022-02-01", "end": "2022-01-01"}
    assert (await service.tracer.request("GET", path, params=params))[0] == 400
    params["start"] = "yesterday"
    assert (await service.tracer.request("GET", path, params=params))[0] == 400


async def test_point_sets_and_missing_sections_are_listed(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=service.project_id, label="set up") as tx:
        for name in ("z", "a"):
            await tx.execute(
                "INSERT INTO point_set (project_id, user_id, name, coordinates)"
                " SELECT %s, min(id), %s, '{1,2,3,4,5,6}' FROM app_user",
                (service.project_id, name),
            )
        await tx.execute(
            "INSERT INTO interpolatable_section (project_id, user_id, orientation, location_coordinate)"
            " SELECT %s, min(id), 0, 120.5 FROM app_user",
            (service.project_id,),
        )
    path = f"/{service.project_id}"
    found: Any = await service.tracer.get(f"{path}/pointsets/", order_by="name", simple="true")
    assert [one["name"] for one in found] == ["a", "z"]
    one: Any = await service.tracer.get(f"{path}/pointsets/{found[0]['id']}/", with_points="true")
    assert (one["name"], one["points"]) == ("a", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    assert await service.tracer.get(f"{path}/interpolatable-sections/") == {"x": [], "y": [], "z": [120.5]}
