"""An edit that is refused changes nothing at all, and says why in CATMAID's words."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from tests.helpers.answers import is_error
from tests.helpers.arbors import UNCHECKED, Node, Tracer
from tests.helpers.service import Service
from tests.helpers.snapshots import Snapshot, snapshot

PAST = "2001-02-03T04:05:06.789Z"


@dataclass
class Scene:
    """What there is to edit, by short names; all skeletons are chains from their root on."""

    tracer: Tracer
    own: list[Node]
    foreign: list[Node]
    locked: list[Node]
    stable: list[Node]
    stable_too: list[Node]
    elsewhere: list[Node]
    connector: int
    foreign_connector: int
    connector_elsewhere: int
    neuron: dict[str, int]

    async def state(self) -> tuple[Snapshot, list[tuple[Any, ...]]]:
        """All rows, and all versions."""
        versions = await self.tracer.rows("SELECT id, label FROM transaction_info ORDER BY id")
        async with self.tracer.store.reading() as connection:
            return await snapshot(connection), versions


@pytest.fixture(scope="module")
async def scene(module_service: Service) -> Scene:
    """A scene for one tracer, who is no superuser."""
    tracer, admin = Tracer.of(module_service), Tracer.of(module_service, module_service.admin)
    async with tracer.store.writing(user_id=None, project_id=None, label="set up") as tx:
        neighbour = await projects.create_project(tx, "Neighbour", owner_id=(await users.require_user(tx, "admin")).id)
        await users.grant(tx, neighbour, "can_browse", to="tracer")
    away = Tracer(admin.actor, admin.store, neighbour)

    async def nodes(of: Tracer, *annotations: str, annotator: Tracer = admin) -> list[Node]:
        chain = await of.chain(4)
        if annotations:
            await annotator.annotate(await of.skeleton_of(chain[0]), *annotations)
        found = await of.nodes(chain)
        return [found[node] for node in chain]

    own, foreign, elsewhere = await nodes(tracer), await nodes(admin), await nodes(away)
    connector = await tracer.connector(own[1].id)
    foreign_connector = await admin.connector(foreign[1].id)
    await admin.label(foreign[0].id, "theirs")
    locked = await nodes(tracer, "locked")
    stable, stable_too = await nodes(tracer, "stable"), await nodes(tracer, "stable")
    neurons = dict(await tracer.rows("SELECT id, neuron_id FROM skeleton"))
    return Scene(
        tracer,
        own,
        foreign,
        locked,
        stable,
        stable_too,
        elsewhere,
        connector,
        foreign_connector,
        await away.connector(elsewhere[1].id),
        {
            name: neurons[chain[0].skeleton_id]
            for name, chain in (("own", own), ("foreign", foreign), ("locked", locked), ("elsewhere", elsewhere))
        },
    )


def parent(node: Node, time: object = None) -> str:
    return json.dumps({"parent": [node.id, time or node.edition_time.isoformat()]})


def neighbourhood(node: Node, above: Node | None, below: Node | None, **changed: object) -> str:
    """The state with which a node is deleted."""
    pair = {name: [n.id, n.edition_time.isoformat()] for name, n in (("above", above), ("below", below)) if n}
    return json.dumps(
        {
            "edition_time": node.edition_time.isoformat(),
            "parent": pair.get("above"),
            "children": [pair["below"]] if below else [],
            "links": [],
        }
        | changed
    )


def move(*nodes: Node | int, key: str = "t", state: str = UNCHECKED) -> dict[str, object]:
    return {
        f"{key}[{i}][{j}]": value
        for i, node in enumerate(nodes)
        for j, value in enumerate((getattr(node, "id", node), 1, 2, 3))
    } | {"state": state}


Request = tuple[str, dict[str, object]]
Case = Callable[[Scene], Request]

STALE: dict[str, Case] = {
    "child of a changed parent": lambda s: (
        "treenode/create",
        {"parent_id": s.own[1].id, "state": parent(s.own[1], PAST)},
    ),
    "insert under a changed parent": lambda s: (
        "treenode/insert",
        {"parent_id": s.own[0].id, "child_id": s.own[1].id, "state": parent(s.own[0], PAST)},
    ),
    "insert before an unmentioned child": lambda s: (
        "treenode/insert",
        {"parent_id": s.own[0].id, "child_id": s.own[1].id, "state": parent(s.own[0])},
    ),
    "move of a changed node": lambda s: ("node/update", move(s.own[2], state=json.dumps([[s.own[2].id, PAST]]))),
    "move of a node that the state does not know": lambda s: (
        "node/update",
        move(s.own[2], state=json.dumps([[s.own[3].id, s.own[3].edition_time.isoformat()]])),
    ),
    "delete of a changed node": lambda s: (
        "treenode/delete",
        {"treenode_id": s.own[3].id, "state": neighbourhood(s.own[3], s.own[2], None, edition_time=PAST)},
    ),
    "delete with a child that was not seen": lambda s: (
        "treenode/delete",
        {"treenode_id": s.own[2].id, "state": neighbourhood(s.own[2], s.own[1], None)},
    ),
    "delete with a link that was not seen": lambda s: (
        "treenode/delete",
        {"treenode_id": s.own[1].id, "state": neighbourhood(s.own[1], s.own[0], s.own[2])},
    ),
    "delete under another parent": lambda s: (
        "treenode/delete",
        {"treenode_id": s.own[3].id, "state": neighbourhood(s.own[3], s.own[1], None)},
    ),
    "radius of a changed node": lambda s: (
        f"treenode/{s.own[1].id}/radius",
        {"radius": 3, "state": json.dumps({"edition_time": PAST})},
    ),
    "radii of changed nodes": lambda s: (
        "treenodes/radius",
        {"treenode_ids[0]": s.own[1].id, "treenode_radii[0]": 3, "state": json.dumps([[s.own[1].id, PAST]])},
    ),
    "confidence of a changed node": lambda s: (
        f"treenodes/{s.own[1].id}/confidence",
        {"new_confidence": 3, "state": json.dumps({"edition_time": PAST})},
    ),
    "new parent of a changed node": lambda s: (
        f"treenodes/{s.own[3].id}/parent",
        {"parent_id": s.own[1].id, "state": neighbourhood(s.own[3], s.own[2], None, edition_time=PAST)},
    ),
    "connector with a link that was not seen": lambda s: (
        "connector/delete",
        {"connector_id": s.connector, "state": json.dumps({"edition_time": PAST, "c_links": []})},
    ),
    "link to a changed node": lambda s: (
        "link/create",
        {
            "from_id": s.own[2].id,
            "to_id": s.connector,
            "link_type": "postsynaptic_to",
            "state": json.dumps([[s.own[2].id, PAST], [s.connector, PAST]]),
        },
    ),
    "unlink of a changed node": lambda s: (
        "link/delete",
        {
            "treenode_id": s.own[1].id,
            "connector_id": s.connector,
            "state": json.dumps([[s.own[1].id, PAST], [s.connector, PAST]]),
        },
    ),
}


def without_state(case: Case) -> Case:
    def request(s: Scene) -> Request:
        path, form = case(s)
        return path, {key: value for key, value in form.items() if key != "state"}

    return request


NO_STATE: dict[str, Case] = {name: without_state(case) for name, case in STALE.items()}

FOREIGN: dict[str, Case] = {
    "move": lambda s: ("node/update", move(s.foreign[1])),
    "move of own and foreign": lambda s: ("node/update", move(s.own[1], s.foreign[1])),
    "move of a connector": lambda s: ("node/update", move(s.foreign_connector, key="c")),
    "delete": lambda s: ("treenode/delete", {"treenode_id": s.foreign[3].id, "state": UNCHECKED}),
    "radius": lambda s: (f"treenode/{s.foreign[1].id}/radius", {"radius": 3, "state": UNCHECKED}),
    "radius of the whole skeleton": lambda s: (
        f"treenode/{s.foreign[1].id}/radius",
        {"radius": 3, "option": 5, "state": UNCHECKED},
    ),
    "radii of own and foreign": lambda s: (
        "treenodes/radius",
        {
            "treenode_ids[0]": s.own[1].id,
            "treenode_ids[1]": s.foreign[1].id,
            "treenode_radii[0]": 3,
            "treenode_radii[1]": 3,
            "state": UNCHECKED,
        },
    ),
    "new parent": lambda s: (f"treenodes/{s.foreign[3].id}/parent", {"parent_id": s.foreign[1].id, "state": UNCHECKED}),
    "delete of a connector": lambda s: ("connector/delete", {"connector_id": s.foreign_connector, "state": UNCHECKED}),
    "unlink": lambda s: (
        "link/delete",
        {"treenode_id": s.foreign[1].id, "connector_id": s.foreign_connector, "state": UNCHECKED},
    ),
    "label": lambda s: (f"label/treenode/{s.foreign[0].id}/remove", {"tag": "theirs"}),
    "neuron": lambda s: (f"neuron/{s.neuron['foreign']}/delete", {}),
    "delete in a locked neuron": lambda s: ("treenode/delete", {"treenode_id": s.locked[3].id, "state": UNCHECKED}),
    "split of a locked neuron": lambda s: ("skeleton/split", {"treenode_id": s.locked[2].id}),
    "confidence in a locked neuron": lambda s: (
        f"treenodes/{s.locked[1].id}/confidence",
        {"new_confidence": 3, "state": UNCHECKED},
    ),
    "name of a locked neuron": lambda s: (f"neurons/{s.neuron['locked']}/rename", {"name": "mine"}),
    "delete of a locked neuron": lambda s: (f"neuron/{s.neuron['locked']}/delete", {}),
}

IMPOSSIBLE: dict[str, Case] = {
    "node in a locked neuron": lambda s: ("treenode/create", {"parent_id": s.locked[1].id, "state": UNCHECKED}),
    "insert in a locked neuron": lambda s: (
        "treenode/insert",
        {"parent_id": s.locked[1].id, "child_id": s.locked[2].id, "state": UNCHECKED},
    ),
    "join with a locked neuron": lambda s: ("skeleton/join", {"from_id": s.own[1].id, "to_id": s.locked[1].id}),
    "join of a locked neuron": lambda s: ("skeleton/join", {"from_id": s.locked[1].id, "to_id": s.own[1].id}),
    "join of two stable neurons": lambda s: ("skeleton/join", {"from_id": s.stable[1].id, "to_id": s.stable_too[1].id}),
    "join with itself": lambda s: ("skeleton/join", {"from_id": s.own[0].id, "to_id": s.own[2].id}),
    "join across projects": lambda s: ("skeleton/join", {"from_id": s.own[0].id, "to_id": s.elsewhere[0].id}),
    "split at a root": lambda s: ("skeleton/split", {"treenode_id": s.own[0].id}),
    "split in another project": lambda s: ("skeleton/split", {"treenode_id": s.elsewhere[1].id}),
    "split that loses annotations": lambda s: (
        "skeleton/split",
        {"treenode_id": s.stable[1].id, "upstream_annotation_map": "{}", "downstream_annotation_map": "{}"},
    ),
    "split with a stranger as annotator": lambda s: (
        "skeleton/split",
        {"treenode_id": s.own[1].id, "downstream_annotation_map": '{"DN": 99999}'},
    ),
    "reroot at the root": lambda s: ("skeleton/reroot", {"treenode_id": s.own[0].id}),
    "reroot in another project": lambda s: ("skeleton/reroot", {"treenode_id": s.elsewhere[1].id}),
    "delete of a root with children": lambda s: ("treenode/delete", {"treenode_id": s.own[0].id, "state": UNCHECKED}),
    "delete in another project": lambda s: ("treenode/delete", {"treenode_id": s.elsewhere[3].id, "state": UNCHECKED}),
    "delete of nothing": lambda s: ("treenode/delete", {"treenode_id": 999_999, "state": UNCHECKED}),
    "child of nothing": lambda s: ("treenode/create", {"parent_id": 999_999, "state": UNCHECKED}),
    "child in another project": lambda s: ("treenode/create", {"parent_id": s.elsewhere[1].id, "state": UNCHECKED}),
    "root of no neuron": lambda s: ("treenode/create", {"useneuron": 999_999}),
    "root of a neuron in another project": lambda s: ("treenode/create", {"useneuron": s.neuron["elsewhere"]}),
    "node nowhere": lambda s: ("treenode/create", {"x": "nan"}),
    "node infinitely far": lambda s: ("treenode/create", {"z": "1e999"}),
    "node too near to 0 for the index": lambda s: ("treenode/create", {"x": "1e-310"}),
    "node with a word for a place": lambda s: ("treenode/create", {"x": "left"}),
    "node linked to a connector in another project": lambda s: (
        "treenode/create",
        {"links[0][0]": s.connector_elsewhere, "links[0][1]": 1, "links[0][2]": 5},
    ),
    "insert at a stranger": lambda s: (
        "treenode/insert",
        {"parent_id": s.own[0].id, "child_id": s.own[2].id, "state": UNCHECKED},
    ),
    "insert with a stranger taken over": lambda s: (
        "treenode/insert",
        {"parent_id": s.own[0].id, "child_id": s.own[1].id, "takeover_child_ids[0]": s.own[3].id, "state": UNCHECKED},
    ),
    "move of an unknown node": lambda s: ("node/update", move(s.own[1], 999_999)),
    "move in another project": lambda s: ("node/update", move(s.own[1], s.elsewhere[1])),
    "move to nowhere": lambda s: ("node/update", move(s.own[1]) | {"t[0][1]": "inf"}),
    "move with too few coordinates": lambda s: (
        "node/update",
        {"t[0][0]": s.own[1].id, "t[0][1]": 1, "state": UNCHECKED},
    ),
    "radius of a kind unknown": lambda s: (
        f"treenode/{s.own[1].id}/radius",
        {"radius": 3, "option": 6, "state": UNCHECKED},
    ),
    "radius that is no number": lambda s: (f"treenode/{s.own[1].id}/radius", {"radius": "nan", "state": UNCHECKED}),
    "more radii than nodes": lambda s: (
        "treenodes/radius",
        {"treenode_ids[0]": s.own[1].id, "treenode_radii[0]": 3, "treenode_radii[1]": 3, "state": UNCHECKED},
    ),
    "confidence of 0": lambda s: (f"treenodes/{s.own[1].id}/confidence", {"new_confidence": 0, "state": UNCHECKED}),
    "confidence of 6": lambda s: (f"treenodes/{s.own[1].id}/confidence", {"new_confidence": 6, "state": UNCHECKED}),
    "confidence of no link": lambda s: (
        f"treenodes/{s.own[3].id}/confidence",
        {"new_confidence": 3, "to_connector": "true", "state": UNCHECKED},
    ),
    "parent of another skeleton": lambda s: (
        f"treenodes/{s.own[1].id}/parent",
        {"parent_id": s.locked[0].id, "state": UNCHECKED},
    ),
    "itself as parent": lambda s: (f"treenodes/{s.own[1].id}/parent", {"parent_id": s.own[1].id, "state": UNCHECKED}),
    "second presynaptic link": lambda s: (
        "link/create",
        {"from_id": s.own[2].id, "to_id": s.connector, "state": UNCHECKED},
    ),
    "link that is there": lambda s: ("link/create", {"from_id": s.own[1].id, "to_id": s.connector, "state": UNCHECKED}),
    "link of an unknown kind": lambda s: (
        "link/create",
        {"from_id": s.own[2].id, "to_id": s.connector, "link_type": "likes", "state": UNCHECKED},
    ),
    "link to a connector in another project": lambda s: (
        "link/create",
        {"from_id": s.own[2].id, "to_id": s.connector_elsewhere, "state": UNCHECKED},
    ),
    "link from a node in another project": lambda s: (
        "link/create",
        {"from_id": s.elsewhere[2].id, "to_id": s.connector, "link_type": "postsynaptic_to", "state": UNCHECKED},
    ),
    "unlink of what is not linked": lambda s: (
        "link/delete",
        {"treenode_id": s.own[3].id, "connector_id": s.connector, "state": UNCHECKED},
    ),
    "delete of no connector": lambda s: ("connector/delete", {"connector_id": s.own[1].id, "state": UNCHECKED}),
    "label on nothing": lambda s: ("label/treenode/999999/update", {"tags": "soma"}),
    "label in another project": lambda s: (f"label/treenode/{s.elsewhere[0].id}/update", {"tags": "soma"}),
    "removal of no label": lambda s: (f"label/treenode/{s.own[0].id}/remove", {"tag": "soma"}),
    "empty name": lambda s: (f"neurons/{s.neuron['own']}/rename", {"name": " "}),
    "annotation without a name": lambda s: (
        "annotations/add",
        {"annotations[0]": " ", "entity_ids[0]": s.neuron["own"]},
    ),
    "annotation of nothing": lambda s: ("annotations/add", {"annotations[0]": "DN", "entity_ids[0]": 999_999}),
    "annotation in another project": lambda s: (
        "annotations/add",
        {"annotations[0]": "DN", "entity_ids[0]": s.neuron["elsewhere"]},
    ),
    "delete of no neuron": lambda s: ("neuron/999999/delete", {}),
    "delete of a neuron in another project": lambda s: (f"neuron/{s.neuron['elsewhere']}/delete", {}),
}


async def refuse(scene: Scene, case: Case, statuses: set[int], kind: str | None) -> None:
    before = await scene.state()
    path, form = case(scene)
    status, body = await scene.tracer.refused(path, **form)
    assert status in statuses, body
    assert is_error(body, kind), body
    assert await scene.state() == before


@pytest.mark.parametrize("case", STALE.values(), ids=STALE)
async def test_a_stale_state_is_refused(scene: Scene, case: Case) -> None:
    await refuse(scene, case, {400}, "StateMatchingError")


@pytest.mark.parametrize("case", NO_STATE.values(), ids=NO_STATE)
async def test_an_edit_without_state_is_refused(scene: Scene, case: Case) -> None:
    await refuse(scene, case, {400}, "ValueError")


@pytest.mark.parametrize("case", FOREIGN.values(), ids=FOREIGN)
async def test_what_is_not_ones_own_to_edit_is_refused(scene: Scene, case: Case) -> None:
    await refuse(scene, case, {403}, "PermissionError")


@pytest.mark.parametrize("case", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
async def test_the_impossible_is_refused(scene: Scene, case: Case) -> None:
    await refuse(scene, case, {400, 404}, None)


async def test_every_edit_of_the_tables_is_possible_with_the_right_state(module_service: Service, scene: Scene) -> None:
    """Else the refusals above would prove little: an administrator may do what the tracer may not."""
    admin = Tracer.of(module_service, module_service.admin)
    for name in (
        "move",
        "move of own and foreign",
        "radius",
        "radii of own and foreign",
        "label",
        "unlink",
        "delete",
        "split of a locked neuron",
        "name of a locked neuron",
    ):
        path, form = FOREIGN[name](scene)
        await admin.post(path, **form)
