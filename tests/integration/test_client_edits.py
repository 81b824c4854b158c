"""Edits, their undo, stale states and lost answers, against a running service."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeVar

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.api.place import HISTORY
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.widgets import TracingLayer
from catmaid_jupyter.widgets.rpc import methods_of
from tests.helpers.service import Service

T = TypeVar("T")


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


def chain(project: cj.Project, count: int, *, name: str = "chain", y: float = 0) -> list[int]:
    """A straight skeleton, 100 nm from node to node."""
    nodes = [project.edit.create_treenode(0, y, 0, neuron_name=name)]
    for index in range(1, count):
        nodes.append(project.edit.create_treenode(0, y, 100 * index, parent_id=nodes[-1]))
    return nodes


def shape(project: cj.Project) -> set[tuple[Any, ...]]:
    """All that was traced, without the ids that a restored node cannot keep."""
    found: set[tuple[Any, ...]] = set()
    for skeleton_id in project.skeletons["id"]:
        skeleton = project.skeleton(skeleton_id)
        place = {row.id: (row.x, row.y, row.z) for row in skeleton.nodes.itertuples()}
        for row in skeleton.nodes.itertuples():
            found.add((skeleton.name, place[row.id], place.get(row.parent_id), row.radius, row.confidence))
        for tag in skeleton.tags.itertuples():
            found.add(("tag", tag.tag, place[tag.treenode_id]))
        for link in skeleton.connectors.itertuples():
            found.add((link.relation, place[link.treenode_id], (link.x, link.y, link.z)))
    return found


async def in_fresh_projects(
    service: Service, cases: Mapping[str, T], test: Callable[[cj.Project, T], None], *, history: bool = True
) -> None:
    """Run a test for each case, in a project of its own; all failures are told together."""

    def story() -> None:
        failures = {}
        with cj.connect(service.url, service.admin.token) as instance:
            if not history:
                instance.capabilities -= {HISTORY}
            for name, case in cases.items():
                try:
                    test(instance.create_project(name), case)
                except (AssertionError, cj.CatmaidError) as error:
                    failures[name] = error
        assert failures == {}

    await asyncio.to_thread(story)


EditOfTracing = Callable[[cj.Project, list[int], list[int], int], object]

EDITS: dict[str, EditOfTracing] = {
    "create": lambda p, n, m, c: p.edit.create_treenode(9, 9, 9, parent_id=n[3]),
    "create a root": lambda p, n, m, c: p.edit.create_treenode(9, 9, 9),
    "insert": lambda p, n, m, c: p.edit.insert_treenode(1, 0, 50, parent_id=n[0], child_id=n[1]),
    "delete an end": lambda p, n, m, c: p.edit.delete_treenode(n[3]),
    "delete an inner node": lambda p, n, m, c: p.edit.delete_treenode(n[1]),
    "delete a branch point with link and tag": lambda p, n, m, c: p.edit.delete_treenode(n[2]),
    "delete the only node": lambda p, n, m, c: p.edit.delete_treenode(m[0]),
    "move": lambda p, n, m, c: p.edit.move_nodes({n[0]: (1, 2, 3), n[1]: (4, 5, 6)}, {c: (7, 8, 9)}),
    "radius": lambda p, n, m, c: p.edit.set_radius(n[1], 55),
    "radii to the root": lambda p, n, m, c: p.edit.set_radius(n[3], 44, option=4),
    "confidence": lambda p, n, m, c: p.edit.set_confidence(n[1], 2),
    "connector": lambda p, n, m, c: p.edit.create_connector(3, 3, 3, treenode_id=n[3]),
    "delete a connector": lambda p, n, m, c: p.edit.delete_connector(c),
    "link": lambda p, n, m, c: p.edit.create_link(m[0], c, "postsynaptic_to"),
    "unlink": lambda p, n, m, c: p.edit.delete_link(n[2], c),
    "join": lambda p, n, m, c: p.edit.join_skeletons(n[3], m[0]),
    "join at an inner node": lambda p, n, m, c: p.edit.join_skeletons(m[0], n[1]),
    "split": lambda p, n, m, c: p.edit.split_skeleton(n[2]),
    "split, and the name goes": lambda p, n, m, c: p.edit.split_skeleton(n[2], name_goes=True),
    "reroot": lambda p, n, m, c: p.edit.reroot_skeleton(n[3]),
    "labels": lambda p, n, m, c: p.edit.set_labels(n[2], ["other", "kept"]),
    "remove a label": lambda p, n, m, c: p.edit.remove_label(n[2], "kept"),
    "rename": lambda p, n, m, c: p.edit.rename_neuron(int(p.neuron("chain").id), "other"),
}


@pytest.mark.parametrize("history", [True, False], ids=["by the server", "by inverse edits"])
async def test_undo_restores_what_an_edit_changed(service: Service, *, history: bool) -> None:
    """Any edit followed by undo leaves the same arbors, names, tags and links."""

    def undone(project: cj.Project, edit: EditOfTracing) -> None:
        nodes, other = chain(project, 4), chain(project, 1, name="other", y=500)
        project.edit.create_treenode(50, 0, 200, parent_id=nodes[2])
        synapse = project.edit.create_connector(5, 5, 205, treenode_id=nodes[2])
        project.edit.set_labels(nodes[2], ["kept"])
        before = shape(project)
        edit(project, nodes, other, synapse)
        after = shape(project)
        assert after != before
        assert project.undo()
        assert shape(project) == before
        if HISTORY in project.place.capabilities:
            assert project.redo()
            assert shape(project) == after

    await in_fresh_projects(service, EDITS, undone, history=history)


async def test_a_whole_session_can_be_undone_step_by_step(project: cj.Project) -> None:
    """Undo goes back through nodes that come back under new ids."""

    def story() -> None:
        seen = []
        nodes = chain(project, 4)
        steps: list[Callable[[], object]] = [
            lambda: project.edit.move_nodes({nodes[2]: (7, 7, 207)}),
            lambda: project.edit.set_labels(nodes[2], ["soma"]),
            lambda: project.edit.reroot_skeleton(nodes[3]),
            lambda: project.edit.set_radius(nodes[2], 12),
            lambda: project.edit.split_skeleton(nodes[2]),
            lambda: project.edit.delete_treenode(nodes[1]),
            lambda: project.edit.move_nodes({nodes[2]: (8, 8, 8)}),
        ]
        for step in steps:
            seen.append(shape(project))
            step()
        for earlier in reversed(seen):
            project.undo()
            assert shape(project) == earlier
        for _ in range(4):
            project.undo()
        assert shape(project) == set()
        assert project.undo() is None

    await asyncio.to_thread(story)


async def test_an_edit_of_two_requests_is_undone_as_one(project: cj.Project) -> None:
    def story() -> None:
        (node,) = chain(project, 1)
        connector = project.edit.create_connector(5, 5, 5, treenode_id=node)
        assert project.undo() == "add a connector"
        assert project.connectors().empty
        assert project.redo() == "add a connector"
        assert project.links()["connector_id"].tolist() == [connector]
        assert project.undo() == "add a connector"
        assert project.undo() == "add a treenode"
        assert shape(project) == set()
        assert project.redo() == "add a treenode"
        assert project.redo() == "add a connector"
        assert project.redo() is None
        assert project.links()["treenode_id"].tolist() == [node]

    await asyncio.to_thread(story)


async def test_undo_leaves_what_others_changed_since(service: Service, project: cj.Project) -> None:
    def story() -> None:
        admin = cj.connect(service.url, service.admin.token).project("Test")
        (node,) = chain(project, 1)
        project.edit.move_nodes({node: (1, 1, 1)})
        admin.edit.move_nodes({node: (2, 2, 2)})
        later = project.edit.create_treenode(9, 9, 9)
        assert project.undo() == "add a treenode"
        with pytest.raises(cj.Conflict, match=rf"treenode {node} was changed \(version \d+ by admin.*Undo again"):
            project.undo()
        assert project.locate(node) == (2, 2, 2)
        with pytest.raises(cj.Conflict, match="Undo again"):
            project.undo()
        assert project.undo() is None, "both edits are passed over"
        assert project.locate(node) == (2, 2, 2)
        again = project.edit.create_treenode(9, 9, 9)
        assert project.undo() == "add a treenode"
        assert not {later, again} & set(project.nodes_in_box((8, 8, 8), (10, 10, 10))["id"])

    await asyncio.to_thread(story)


async def test_a_stale_state_is_a_conflict_and_changes_nothing(project: cj.Project) -> None:
    def story() -> None:
        a, b = chain(project, 2)
        stale = json.dumps([[b, "2001-01-01T00:00:00.000Z"]])
        with pytest.raises(cj.Conflict):
            project.edit.move_nodes({b: (9, 9, 9)}, state=stale)
        with pytest.raises(cj.Conflict):
            project.edit.create_treenode(
                9, 9, 9, parent_id=a, state=json.dumps({"parent": [a, "2001-01-01T00:00:00Z"]})
            )
        assert project.locate(b) == (0, 0, 100)
        assert len(project.nodes_in_box((-99, -99, -99), (999, 999, 999))) == 2

    await asyncio.to_thread(story)


async def test_skeletons_that_others_changed_are_not_joined_split_or_rerooted(project: cj.Project) -> None:
    def story() -> None:
        nodes, (other,) = chain(project, 3), chain(project, 1, name="other", y=500)
        box = (-99, -99, -99), (999, 999, 999)
        drawn = project.nodes_in_box(*box)
        times = {int(node): time.isoformat() for node, time in zip(drawn["id"], drawn["edition_time"], strict=True)}
        project.edit.split_skeleton(nodes[1], seen=[(nodes[1], times[nodes[1]])])
        before = shape(project)
        end = (nodes[2], times[nodes[2]])
        for change in (
            lambda: project.edit.join_skeletons(other, nodes[2], seen=[(other, times[other]), end]),
            lambda: project.edit.split_skeleton(nodes[2], seen=[end]),
            lambda: project.edit.reroot_skeleton(nodes[2], seen=[end]),
        ):
            with pytest.raises(cj.Conflict):
                change()
        assert shape(project) == before
        project.edit.join_skeletons(other, nodes[0], seen=[(other, times[other]), (nodes[0], times[nodes[0]])])
        project.edit.reroot_skeleton(nodes[2])

    await asyncio.to_thread(story)


async def test_bad_arguments_are_named(project: cj.Project) -> None:
    def refused(op: str, args: dict[str, object]) -> str:
        with pytest.raises(cj.InvalidInput) as caught:
            project.instance.run(project.edits.perform(op, args))
        return caught.value.message

    def story() -> None:
        assert "no edit named 'explode'" in refused("explode", {})
        assert "treenode_id" in refused("delete_treenode", {"treenode_id": "x"})
        assert "colour" in refused("create_treenode", {"x": 1, "y": 2, "z": 3, "colour": "red"})
        assert "confidence" in refused("set_confidence", {"treenode_id": 1, "confidence": 7})
        assert "comma" in refused("set_labels", {"node_id": 1, "labels": ["a,b"]})
        assert "No nodes" in refused("move_nodes", {})

    await asyncio.to_thread(story)


class LosesAnswers:
    """Makes an `Http` lose the answers to writes, after the service has applied them."""

    def __init__(self, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lost = 0
        self._send = http._send
        monkeypatch.setattr(http, "_send", self._losing)

    async def _losing(self, method: str, path: str, body: dict[str, Any], *, repeatable: bool) -> Any:
        answer = await self._send(method, path, body, repeatable=repeatable)
        if "Idempotency-Key" in body["headers"] and self.lost == 0:
            self.lost += 1
            raise cj.Unreachable("The answer was lost.")
        return answer


REQUESTS: dict[str, Callable[[list[int], list[int]], tuple[str, dict[str, Any]]]] = {
    "create": lambda n, m: ("create_treenode", {"x": 1, "y": 1, "z": 1, "parent_id": n[3]}),
    "delete an inner node": lambda n, m: ("delete_treenode", {"treenode_id": n[1]}),
    "join": lambda n, m: ("join_skeletons", {"from_id": n[3], "to_id": m[0]}),
    "split": lambda n, m: ("split_skeleton", {"treenode_id": n[2]}),
    "synapse": lambda n, m: ("create_connector", {"x": 1, "y": 1, "z": 1, "treenode_id": n[0]}),
    "insert": lambda n, m: ("insert_treenode", {"x": 1, "y": 1, "z": 1, "parent_id": n[0], "child_id": n[1]}),
    "move": lambda n, m: ("move_nodes", {"treenodes": [[n[0], 1, 1, 1]]}),
}


async def test_an_edit_tried_again_after_a_lost_answer_is_applied_once(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tried_again(project: cj.Project, request: Callable[[list[int], list[int]], tuple[str, dict[str, Any]]]) -> None:
        nodes, other = chain(project, 4), chain(project, 1, name="other", y=500)
        before = shape(project)
        op, args = request(nodes, other)
        key, run = str(uuid.uuid4()), project.instance.run
        with monkeypatch.context() as patch:
            loses = LosesAnswers(project.instance.http, patch)
            with pytest.raises(cj.Unreachable):
                run(project.edits.perform(op, args, key=key))
            run(project.edits.perform(op, args, key=key))
        assert loses.lost == 1
        once = shape(project)
        assert once != before
        run(project.edits.perform(op, args, key=key))
        assert shape(project) == once
        assert project.undo()
        assert shape(project) == before

    await in_fresh_projects(service, REQUESTS, tried_again)


SEEN = '{"nocheck": true}'


async def test_what_another_kernel_repeats_is_applied_once(service: Service) -> None:
    """A page that was loaded again, with a kernel that knows nothing of what was sent before."""

    def repeated(project: cj.Project, request: Callable[[list[int], list[int]], tuple[str, dict[str, Any]]]) -> None:
        nodes, other = chain(project, 4), chain(project, 1, name="other", y=500)
        op, args = request(nodes, other)
        key, undo_key = str(uuid.uuid4()), str(uuid.uuid4())

        def performed_anew() -> Any:
            return project.instance.run(EditJournal(project.place).perform(op, args, SEEN, key))

        before = shape(project)
        first = performed_anew()
        once = shape(project)
        assert performed_anew() == first
        assert shape(project) == once != before
        for _ in range(2):
            assert project.instance.run(EditJournal(project.place).undo(undo_key)) is not None
            assert shape(project) == before

    more = {
        "delete the only node": lambda n, m: ("delete_treenode", {"treenode_id": m[0]}),
        "reroot": lambda n, m: ("reroot_skeleton", {"treenode_id": n[2]}),
        "labels": lambda n, m: ("set_labels", {"node_id": n[2], "labels": ["ends"]}),
    }
    await in_fresh_projects(service, REQUESTS | more, repeated)


async def test_a_connector_is_deleted_once_by_two_kernels(project: cj.Project) -> None:
    def story() -> None:
        connector = project.edit.create_connector(1, 2, 3)
        key, args = str(uuid.uuid4()), {"connector_id": connector}
        answers = [
            project.instance.run(EditJournal(project.place).perform("delete_connector", args, SEEN, key))
            for _ in range(2)
        ]
        assert answers[0] == answers[1]
        with pytest.raises(cj.NotFound):
            project.instance.run(EditJournal(project.place).perform("delete_connector", args))
        with pytest.raises(cj.CatmaidError):
            project.instance.run(project.edits.perform("delete_connector", args, SEEN))

    await asyncio.to_thread(story)


async def test_a_tracing_layer_edits_by_the_same_journal(project: cj.Project) -> None:
    """What a page asks for is answered by the service, and `project.undo` takes its edits back."""

    def story() -> None:
        layer = TracingLayer(project)
        ask = methods_of(layer)
        skeleton_ids = []
        for name, y in (("one", 0), ("two", 500)):
            chain(project, 2, name=name, y=y)
            skeleton_ids.append(int(project.neuron(name).skeleton_ids[0]))
        rows = loop.run(ask["skeletons"]({"skeleton_ids": [*skeleton_ids, 2**31 - 1]}))
        assert {(row["skeleton_id"], row["name"], row["nodes"]) for row in rows} == {
            (skeleton_ids[0], "one", 2),
            (skeleton_ids[1], "two", 2),
        }
        args = {"x": 1, "y": 2, "z": 3}
        made = loop.run(ask["edit"]({"op": "create_treenode", "args": args, "state": None, "key": str(uuid.uuid4())}))
        assert project.locate(made["treenode_id"]) == (1, 2, 3)
        assert project.undo() == "add a treenode"
        assert project.redo() == "add a treenode"
        assert project.locate(made["treenode_id"]) == (1, 2, 3)
        assert loop.run(ask["undo"]({"key": str(uuid.uuid4())}))["position"] == [1, 2, 3]
        assert loop.run(ask["redo"]({"key": str(uuid.uuid4())}))["node_id"] == made["treenode_id"]
        assert layer.undo() is not None
        assert layer.redo() is not None
        layer.close()

    await asyncio.to_thread(story)
