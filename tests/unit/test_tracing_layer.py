"""The tracing layer's kernel side: traits, what its page may ask, and the news it passes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import msgspec
import pytest
import traitlets

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.answers import read_columns
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.http import Answer, Http
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.api.presence import Presence
from catmaid_jupyter.api.written import note_written
from catmaid_jupyter.client.project import Project
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.edits.journal import Outage
from catmaid_jupyter.widgets import TracingLayer
from catmaid_jupyter.widgets.rpc import Binary, methods_of
from catmaid_wire.columns import MEDIA_TYPE

BOX = {"left": 0, "top": 0, "z1": 0, "right": 100, "bottom": 100, "z2": 50}
NODE_LIST = [
    [[5, None, 1.5, 2.0, 50.0, 5, -1.0, 9, 12.25, 2], [6, 5, 2.0, 3.0, 50.0, 4, 20.0, 9, 13.5, 2]],
    [[7, 0.0, 0.0, 50.0, 5, 14.0, 2, [[6, 31, 5, 15.0, 70]]]],
    {"6": ["ends"]},
    True,
    {"31": "presynaptic_to"},
]


CHANGE = {
    "version": 8,
    "label": "treenodes.create",
    "user_id": 2,
    "username": "ana",
    "time": "t",
    "is_detailed": True,
    "treenode_ids": [5],
    "connector_ids": [],
    "skeleton_ids": [9],
    "old_box": None,
    "new_box": [[1, 2, 3], [1, 2, 3]],
}


class FakeHttp:
    """A CATMAID server with the skeleton 5 - 6 - 8, of which 8 is far away."""

    honours_keys = True
    database, server, username = "f00d", "http://catmaid.example/", "ana"
    url = server

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.columns: bytes | None = None

    async def columns_or_json(self, method: str, path: str, *, form: Any = None) -> Answer:
        self.asked.append((f"{method} {path}", form))
        if self.columns is None:
            return Answer(200, "application/json", msgspec.json.encode(NODE_LIST))
        return Answer(200, MEDIA_TYPE, self.columns)

    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        self.asked.append((f"{method} {path}", form))
        if path == "3/node/list":
            wanted = {5: NODE_LIST[0][0], 6: NODE_LIST[0][1]}  # type: ignore[index]
            found = [row for node, row in wanted.items() if node in form["treenode_ids"]]
            return [found, [], {}, False, {}]
        if path == "3/nodes/404/last-change":
            raise NotFound("There is no such route.")
        if path == "3/skeletons/summary":
            return {
                str(skeleton_id): {"num_nodes": 3, "cable_length": 1500.0}
                for skeleton_id in form["skeleton_ids"]
                if skeleton_id == 9
            }
        if path == "3/skeletons/404/neuron-details":
            raise NotFound("There is no skeleton 404.")
        return {
            "user-list": [{"id": 2, "login": "ana"}],
            "3/annotations/": {"annotations": [{"id": 31, "name": "PN"}, {"id": 30, "name": "LN"}]},
            "3/skeletons/9/neuron-details": {"neuron_id": 8, "name": "Basin-4", "user_id": 2},
            "3/labels/": ["soma", "ends"],
            "3/nodes/5/last-change": {
                "version": 8,
                "label": "nodes.update_location",
                "user_id": 2,
                "username": "ana",
                "is_deleted": True,
                "ancestor": None,
            },
            "3/skeletons/9/root": {"root_id": 5, "x": 1.5, "y": 2.0, "z": 50.0},
            "3/skeleton/neuronnames": {"9": "Basin-4"},
            "3/skeletons/review-status": {"9": [4, 1]},
            "3/skeletons/origin": {
                "data_sources": {"1": {"name": "", "url": "http://elsewhere.example", "source_project_id": 7}},
                "origins": {"9": {"data_source_id": 1, "source_id": 50}},
            },
            "3/treenodes/5/children": [[[8, 0, 0, 0]], [[6, 2.0, 3.0, 50.0]]],
            "3/treenodes/8/children": [],
            "3/treenodes/5/next-branch-or-end": [[[6, 2, 3, 50], [6, 2, 3, 50], [8, 9, 9, 900]]],
            "3/treenodes/8/next-branch-or-end": [],
            "3/treenodes/8/previous-branch-or-root": [5, 1.5, 2.0, 50.0],
            "3/treenodes/5/previous-branch-or-root": [5, 1.5, 2.0, 50.0],
        }[path]


class FakeEdits:
    def __init__(self) -> None:
        self.performed: list[tuple[Any, ...]] = []
        self.undone: dict[str, Any] | None = None
        self.redone: dict[str, Any] | None = None

    async def perform(
        self, op: str, args: Mapping[str, Any], state: str | None, key: str, *, group: str | None, outage: Outage
    ) -> dict[str, Any]:
        self.performed.append((op, args, state, key, group))
        note_written(12)
        return {"treenode_id": 77}

    async def undo(self, key: str, *, outage: Outage) -> dict[str, Any] | None:
        self.performed.append(("undo", key))
        return self.undone

    async def redo(self, key: str, *, outage: Outage) -> dict[str, Any] | None:
        self.performed.append(("redo", key))
        return self.redone


class FakeSocket:
    def __init__(self) -> None:
        self.sent: list[Any] = []

    async def send_str(self, text: str) -> None:
        self.sent.append(msgspec.json.decode(text))


class FakeProject:
    id = 3
    title = "Theirs"
    as_of: int | None = None
    version_name = ""

    def __init__(self) -> None:
        self.http = FakeHttp()
        self.place = Place(cast("Http", self.http), 3, frozenset())
        self.edits = FakeEdits()
        self.instance = self
        self.events = SimpleNamespace(user_id=2, presence=Presence())
        self.changed: Callable[[dict[str, Any]], None] | None = None
        self.service: Callable[[bool, str], None] | None = None

    def submit(self, coro: Any) -> Future[Any]:
        return loop.submit(coro)

    def on_change(self, changed: Any, on_service: Any) -> Callable[[], None]:
        self.changed, self.service = changed, on_service

        def unsubscribe() -> None:
            self.changed = self.service = None

        return unsubscribe

    def undo(self) -> str | None:
        return "add treenode 77"


@pytest.fixture
def project() -> FakeProject:
    return FakeProject()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    monkeypatch.setattr(TracingLayer, "send", lambda _self, content, _buffers=None: messages.append(content))
    return messages


@pytest.fixture
def layer(project: FakeProject, sent: list[dict[str, Any]]) -> Iterator[TracingLayer]:
    made = TracingLayer(cast("Project", project))
    yield made
    made.close()


async def ask(layer: TracingLayer, method: str, **params: Any) -> Any:
    return await methods_of(layer)[method](params)


def test_traits_have_defaults(layer: TracingLayer) -> None:
    assert (layer.active_node, layer.active_skeleton, layer.active_kind) == (None, None, None)
    state = layer.get_state()
    assert (state["sample"], state["import_offer"]) == (None, None)
    assert layer.project_id == 3
    assert layer.get_state()["project_id"] == 3


def test_colours_travel_with_text_keys_and_are_numbers_in_python(layer: TracingLayer) -> None:
    orange: Any = {12: "orange"}
    layer.colors = orange
    assert layer.get_state("colors") == {"colors": {"12": "orange"}}
    layer.set_state({"colors": {"13": "#abc"}})
    colors: Any = layer.colors
    assert colors == {13: "#abc"}


def test_a_node_is_sent_again_together_with_its_skeleton(layer: TracingLayer, monkeypatch: pytest.MonkeyPatch) -> None:
    layer.active_node, layer.active_skeleton = 5, 1
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(layer, "_send", lambda message, **_: sent.append(message["state"]))
    with layer.hold_sync():
        layer.active_node, layer.active_skeleton = 5, 9
    changes = layer.get_state("_program_changes")
    assert sent == [{"active_node": 5, "active_skeleton": 9, **changes}]


def test_a_node_that_a_program_chose_stays_active_when_a_click_from_before_arrives(layer: TracingLayer) -> None:
    layer.active_node = 5
    seen = layer.get_state("_program_changes")["_program_changes"]
    layer.active_node = 6
    click = {"active_node": 8, "active_skeleton": 9, "active_kind": "treenode"}
    layer.set_state({**click, "_known_changes": seen})
    assert layer.active_node == 6
    layer.set_state({**click, "_known_changes": seen + 1})
    assert layer.active_node == 8


@pytest.mark.parametrize(
    ("name", "value"),
    [("colors", {"twelve": "red"}), ("colors", {12: 5}), ("opacity", 1.5), ("active_node", "n"), ("fade_sections", -1)],
)
def test_wrong_values_are_refused(layer: TracingLayer, name: str, value: Any) -> None:
    with pytest.raises(traitlets.TraitError):
        setattr(layer, name, value)


def test_a_wrong_argument_fails_with_advice(project: FakeProject) -> None:
    with pytest.raises(TypeError, match="Did you mean 'opacity'"):
        TracingLayer(cast("Project", project), opacty=0.5)


async def test_columns_pass_through_as_they_came(project: FakeProject, layer: TracingLayer) -> None:
    project.http.columns = b"columns"
    assert await ask(layer, "nodes", **BOX, treenode_ids=[8]) == Binary(b"columns")
    path, form = project.http.asked[-1]
    assert path == "POST 3/node/list"
    assert form["treenode_ids"] == [8]
    assert (form["labels"], form["limit"]) == (True, 50_000)
    assert {name: form[name] for name in BOX} == BOX
    layer.most_nodes = 200_000
    await ask(layer, "nodes", **BOX)
    assert project.http.asked[-1][1]["limit"] == 200_000


async def test_json_of_another_server_becomes_columns(layer: TracingLayer) -> None:
    """A server that only knows CATMAID's API looks the same to the browser."""
    found = read_columns((await ask(layer, "nodes", **BOX)).payload)
    assert found["nodes"]["parent_id"].tolist() == [-1, 5]
    assert found["nodes"]["edition_time"].tolist() == [12.25, 13.5]
    assert found["links"]["connector_id"].tolist() == [7]
    assert found["links"]["id"].tolist() == [70]
    assert (found["labels"], found["relations"]) == ({"6": ["ends"]}, {"31": "presynaptic_to"})
    assert found["limit_reached"] is True


async def test_an_edit_reaches_the_client_with_state_and_key(project: FakeProject, layer: TracingLayer) -> None:
    args = {"x": 1.0, "parent_id": 5}
    answer = await ask(layer, "edit", op="create_treenode", args=args, state={"parent": [5, "t"]}, key="k", group="g")
    assert answer == {"treenode_id": 77, "versions": [12]}
    assert project.edits.performed == [("create_treenode", args, '{"parent":[5,"t"]}', "k", "g")]
    await ask(layer, "edit", op="create_connector", args={}, state=None, key="l")
    assert project.edits.performed[-1] == ("create_connector", {}, None, "l", None)


async def test_who_changed_a_node_last_is_told_if_the_server_knows(project: FakeProject, layer: TracingLayer) -> None:
    by_ana = await ask(layer, "last_change", node_id=5)
    assert (by_ana["username"], by_ana["is_own_user"], by_ana["words"]) == ("ana", True, "move nodes")
    project.events.user_id = 3
    assert (await ask(layer, "last_change", node_id=5))["is_own_user"] is False
    assert await ask(layer, "last_change", node_id=404) is None


async def test_pages_say_where_they_look_and_are_told_where_others_do(
    project: FakeProject, layer: TracingLayer, sent: list[dict[str, Any]]
) -> None:
    socket = FakeSocket()
    project.events.presence.connected(cast("aiohttp.ClientWebSocketResponse", socket))
    await ask(layer, "here", position=[1, 2, 300], section=6)
    await ask(layer, "here", position=[1, 2, 300], section=6)
    await ask(layer, "here", position=None, section=None)
    assert socket.sent == [{"here": {"position": [1, 2, 300], "section": 6}}, {"here": None}]
    places = {"position": [4, 5, 600], "section": 12}
    people = [{"id": "a", "user_id": 3, "username": "ana", **places}, {"id": "b", "user_id": 2, **places}]
    project.events.presence.received(people)
    told = [{**one, "is_own_user": is_own} for one, is_own in zip(people, (False, True), strict=True)]
    assert sent == [{"event": "present", "data": {"people": told}}]
    layer.presence = False
    await ask(layer, "here", position=[4, 4, 4], section=6)
    assert len(socket.sent) == 2


async def test_undo_says_what_was_undone(project: FakeProject, layer: TracingLayer) -> None:
    assert await ask(layer, "undo", key="k") == {"undone": None, "versions": []}
    project.edits.undone = {"undone": "add treenode 77", "position": [1, 2, 3], "replaced": {}}
    assert await ask(layer, "undo", key="k") == {**project.edits.undone, "versions": []}
    assert layer.undo() == "add treenode 77"
    assert await ask(layer, "redo", key="l") == {"redone": None, "versions": []}
    project.edits.redone = {"redone": "add a treenode", "position": None, "replaced": {}}
    assert await ask(layer, "redo", key="l") == {**project.edits.redone, "versions": []}
    assert project.edits.performed == [("undo", "k"), ("undo", "k"), ("redo", "l"), ("redo", "l")]


def test_pages_keep_edits_for_the_same_database_user_and_project(project: FakeProject, layer: TracingLayer) -> None:
    def place(**differences: Any) -> Any:
        for name, value in differences.items():
            setattr(project.http, name, value)
        other = TracingLayer(cast("Project", project))
        found = other.get_state("edits_place")["edits_place"]
        other.close()
        return found

    own = layer.get_state()["edits_place"]
    assert "ana" not in own
    assert place(server="http://elsewhere.example/") == own
    assert place(username="ben") != own
    assert place(username="ana") == own
    assert place(database="beef") != own
    assert layer.get_state()["edits_repeat"] is True
    other = TracingLayer(cast("Project", project))
    assert layer.get_state()["kernel_id"] == other.get_state()["kernel_id"] != ""
    other.close()


def test_a_project_of_the_past_is_shown_with_its_version_and_read_only(
    project: FakeProject, sent: list[dict[str, Any]]
) -> None:
    project.as_of, project.version_name = 48, "fig-3 (version 48)"
    layer = TracingLayer(cast("Project", project))
    assert layer.get_state("version_shown") == {"version_shown": "fig-3 (version 48)"}
    assert layer.read_only
    with pytest.raises(traitlets.TraitError, match=r"fig-3 \(version 48\) is shown, which cannot be changed"):
        layer.read_only = False
    layer.close()


@pytest.mark.parametrize(
    ("start", "direction", "end"),
    [
        (6, "parent", 5),
        (5, "parent", None),
        (5, "child", 6),
        (8, "child", None),
        (6, "root", 5),
        (5, "root", None),
        (5, "next_branch", 8),
        (8, "next_branch", None),
        (8, "previous_branch", 5),
        (5, "previous_branch", None),
    ],
)
async def test_neighbours(layer: TracingLayer, start: int, direction: str, end: int | None) -> None:
    found = await ask(layer, "neighbour", treenode_id=start, direction=direction)
    assert (found and found["treenode_id"]) == end


async def test_a_neighbour_comes_with_its_place(layer: TracingLayer) -> None:
    found = await ask(layer, "neighbour", treenode_id=6, direction="parent")
    assert found == {"treenode_id": 5, "x": 1.5, "y": 2.0, "z": 50.0}


async def test_no_neighbour_of_nothing_nor_in_no_direction(layer: TracingLayer) -> None:
    with pytest.raises(NotFound):
        await ask(layer, "neighbour", treenode_id=404, direction="parent")
    with pytest.raises(InvalidInput, match="sideways"):
        await ask(layer, "neighbour", treenode_id=5, direction="sideways")


async def test_labels_are_sorted_for_completion(layer: TracingLayer) -> None:
    assert await ask(layer, "labels") == ["ends", "soma"]


async def test_skeletons_have_names_and_sizes_and_unknown_ones_are_left_out(
    project: FakeProject, layer: TracingLayer
) -> None:
    found = await ask(layer, "skeletons", skeleton_ids=[9, 404])
    assert found == [{"skeleton_id": 9, "name": "Basin-4", "nodes": 3}]
    assert project.http.asked == [
        ("POST 3/skeletons/summary", {"skeleton_ids": [9, 404]}),
        ("POST 3/skeleton/neuronnames", {"skids": [9]}),
    ]
    assert await ask(layer, "skeletons", skeleton_ids=[404]) == []


async def test_the_active_neuron_has_name_author_and_size(layer: TracingLayer) -> None:
    found = await ask(layer, "neuron", skeleton_id=9)
    size = {"nodes": 3, "cable_length": 1500.0, "origin": "skeleton 50 of project 7 at http://elsewhere.example"}
    assert found == {"skeleton_id": 9, "neuron_id": 8, "name": "Basin-4", "author": "ana", "reviewed": 25.0, **size}
    assert await ask(layer, "neuron", skeleton_id=404) is None
    assert await ask(layer, "annotation_names") == ["LN", "PN"]
    assert await ask(layer, "users") == [(2, "ana")]


def test_a_selection_is_referred_to_by_its_model_and_must_be_of_the_same_project(project: FakeProject) -> None:
    found = Selection(cast("Any", project), [9])
    layer = TracingLayer(cast("Project", project), selection=found)
    assert layer.selection is found
    assert layer.get_state("selection") == {"selection": f"IPY_MODEL_{found.model.model_id}"}
    layer.set_state({"selection": "IPY_MODEL_another", "shown_neurons": "selected"})
    assert (layer.selection, layer.shown_neurons) == (found, "selected")
    with pytest.raises(traitlets.TraitError, match="of another project"):
        layer.selection = Selection(cast("Any", FakeProject()))
    layer.selection = None
    assert layer.get_state("selection") == {"selection": None}


def test_news_is_passed_on(project: FakeProject, layer: TracingLayer, sent: list[dict[str, Any]]) -> None:
    assert project.changed is not None
    assert project.service is not None
    project.changed({**CHANGE, "more": "of a newer service"})
    project.service(False, "It does not answer.")
    project.service(True, "It answers.")
    assert sent == [
        {"event": "changed", "data": {**CHANGE, "is_own_user": True}},
        {"event": "service", "data": {"state": "down", "message": "It does not answer.", "pending": 0}},
        {"event": "service", "data": {"state": "up", "message": "It answers.", "pending": 0}},
    ]


def test_a_closed_layer_hears_no_news(project: FakeProject) -> None:
    layer = TracingLayer(cast("Project", project))
    layer.close()
    assert project.changed is None
