"""Skeletons with all they ever were, as clients read them to go back in time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service

NOW, ONCE, ELSEWHERE = 1, 2, 3


def period(row: list[Any]) -> tuple[datetime, datetime]:
    """The two times of a node's or connector's row, which are blank-separated and in UTC."""
    texts = [value for value in row if isinstance(value, str)]
    assert all(text.endswith("+00:00") and text[10] == " " for text in texts)
    began, ended = map(datetime.fromisoformat, texts)
    return began, ended


async def skeleton_of(tracer: Tracer, treenode_id: int) -> int:
    found = await tracer.get("skeletons/")
    roots = {(await tracer.get(f"skeletons/{skeleton_id}/root"))["root_id"]: skeleton_id for skeleton_id in found}
    return int(roots[treenode_id])


async def test_every_state_of_a_node_is_told(service: Service) -> None:
    tracer = Tracer.of(service)
    root, middle, end = await tracer.chain(3)
    skeleton_id = await skeleton_of(tracer, root)
    await tracer.post(
        "node/update", **{"t[0][0]": middle, "t[0][1]": 15, "t[0][2]": 1, "t[0][3]": 2, "state": UNCHECKED}
    )
    await tracer.post("treenode/delete", treenode_id=end, state=UNCHECKED)
    nodes, *_ = await tracer.get(f"skeletons/{skeleton_id}/compact-detail", with_history="true", ordered="true")
    assert [(row[0], row[3], row[-1]) for row in nodes] == [
        (root, 0, NOW),
        (middle, 15, NOW),
        (middle, 10, ONCE),
        (end, 20, ONCE),
    ]
    for row in nodes:
        began, ended = period(row)
        assert (began < ended) == (row[-1] == ONCE), row
    assert period(nodes[2])[1] <= period(nodes[3])[1]


async def test_what_came_from_another_skeleton_is_told_if_asked(service: Service) -> None:
    tracer = Tracer.of(service)
    one, other = await tracer.chain(2), await tracer.chain(2, y=100)
    skeleton_id = await skeleton_of(tracer, one[0])
    connector_id = (await tracer.post("connector/create", x=0, y=0, z=0))["connector_id"]
    await tracer.post("link/create", from_id=other[1], to_id=connector_id, link_type="presynaptic_to", state=UNCHECKED)
    await tracer.post("skeleton/join", from_id=one[1], to_id=other[0], annotation_set="{}", state=UNCHECKED)

    async def origins(**wanted: str) -> tuple[set[tuple[int, int]], int]:
        nodes, links, *_ = await tracer.get(
            f"skeletons/{skeleton_id}/compact-detail", with_history="true", with_connectors="true", **wanted
        )
        assert {len(link) for link in links} == {8}
        return {(row[0], row[-1]) for row in nodes}, len(links)

    own, links = await origins()
    assert own == {(node, NOW) for node in one + other}
    assert links == 1
    merged, links = await origins(with_merge_history="true")
    assert merged == own | {(node, ELSEWHERE) for node in other}
    assert links == 2, "the link as it is, and as it was on the other skeleton"


async def test_the_users_of_parts_are_told_if_asked(service: Service) -> None:
    tracer = Tracer.of(service)
    root, end = await tracer.chain(2)
    skeleton_id = await skeleton_of(tracer, root)
    user_id = (await tracer.get("node/user-info", **{"node_ids[0]": root}))[str(root)]["user"]
    connector_id = (await tracer.post("connector/create", x=1, y=2, z=3))["connector_id"]
    await tracer.post("link/create", from_id=end, to_id=connector_id, link_type="postsynaptic_to", state=UNCHECKED)
    await tracer.post(f"label/treenode/{end}/update", tags="ends")
    await tracer.post("annotations/add", **{"skeleton_ids[0]": skeleton_id, "annotations[0]": "seen"})
    wanted = {"with_connectors": "true", "with_tags": "true", "with_annotations": "true"}

    _, plain_links, plain_tags, _, plain_annotations = await tracer.get(
        f"skeletons/{skeleton_id}/compact-detail", **wanted
    )
    _, links, tags, _, annotations = await tracer.get(
        f"skeletons/{skeleton_id}/compact-detail", **wanted, with_user_info="true"
    )
    assert links == [[*plain_links[0], user_id]]
    assert plain_tags == {"ends": [end]}
    assert tags == {"ends": [[end, user_id]]}
    assert annotations == [[*plain_annotations[0], user_id]]

    _, (link,), tags, _, (annotation,) = await tracer.get(
        f"{skeleton_id}/1/1/compact-skeleton", with_annotations="true", with_user_info="true", with_history="true"
    )
    assert link[:6] == plain_links[0]
    assert link[-1] == user_id
    assert [put[::2] for put in tags["ends"]] == [[end, user_id]]
    assert annotation[::2] == [*plain_annotations[0], user_id]


async def test_a_skeleton_that_never_was_has_no_past(service: Service) -> None:
    status, answer = await service.tracer.request(
        "GET", f"/{service.project_id}/skeletons/999999/compact-detail?with_history=true"
    )
    assert status == 404
    assert isinstance(answer, dict)
    assert set(answer) == {"detail"}
