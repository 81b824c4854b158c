"""The history table's kernel side: pages of the log, places, before and after, and taking back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, cast

import msgspec
import pytest

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.http import Answer, Http
from catmaid_jupyter.client.project import Project, ProjectHome
from catmaid_jupyter.widgets import HistoryTable, StackViewer, TracingLayer
from catmaid_jupyter.widgets.rpc import methods_of

TIME = "2026-06-30T12:00:00Z"
CONFLICT = {"table": "treenode", "key": {"id": 5}, "version": 9, "reason": "changed", "username": "ben", "time": TIME}


def entry(version: int, label: str, **more: Any) -> dict[str, Any]:
    own = {"version": version, "time": TIME, "user_id": 2, "username": "ana", "label": label, "note": None}
    return {**own, "reverts": [], **more}


class FakeHttp:
    """A server with the versions 7, a move, and 8, which took it back."""

    url = "http://catmaid.example/"
    server = url
    database, username = "f00d", "ana"
    honours_keys = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.place: dict[str, Any] = {"id": 5, "skeleton_id": 4, "x": 1.0, "y": 2.0, "z": 50.0}
        self.conflicts: list[dict[str, Any]] = []
        self.trimmed_before = 0
        self.not_allowed: str | None = None

    def same_access(self, other: object) -> bool:
        return self is other

    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        self.asked.append((path, form or params))
        if path == "3/versions/log":
            return {"entries": [entry(8, "versions.undo", reverts=[7]), entry(7, "nodes.update_location")], "next": 6}
        if path == "3/versions/details":
            neurons = [{"id": 11, "name": "PN 7"}, {"id": 12, "name": "PN 8"}]
            told = {7: (neurons, 8), 8: (neurons[:1], None)}
            return [
                {
                    "version": version,
                    "neurons": told[version][0],
                    "taken_back_by": told[version][1],
                    "trimmed_before": self.trimmed_before if version <= self.trimmed_before else None,
                }
                for version in msgspec.json.decode(form["versions"])
            ]
        if path == "3/versions/changes":
            changes = [{"table": "treenode", "created": 0, "changed": 2, "deleted": 1}]
            return {
                "changes": [] if form["versions"] == [8] else changes,
                "conflicts": self.conflicts,
                "not_allowed": self.not_allowed,
            }
        if path == "3/version":
            if int(params["as_of"]) < self.trimmed_before:
                raise NotFound(f"Version {params['as_of']} cannot be read any more.", status=410)
            return {"version": int(params["as_of"])}
        return {"3/versions/place": self.place, "3/transactions/location": {"x": 7.0, "y": 8.0, "z": 9.0}}[path]

    async def request(self, method: str, path: str, *, form: Any = None, headers: Any = None) -> Answer:
        self.asked.append((path, form))
        return Answer(200, "application/json", b'{"changes": []}')


class FakeInstance:
    url = FakeHttp.url

    def __init__(self, *capabilities: str) -> None:
        self.http = cast("Http", FakeHttp())
        self.capabilities = frozenset(capabilities)

    def submit(self, coro: Any) -> Future[Any]:
        return loop.submit(coro)


class FakeProject(Project):
    """A project that hears of no changes but those that a test tells."""

    changed: Callable[[dict[str, Any]], None] | None = None

    def on_change(self, changed: Any, on_service: Any = None) -> Callable[[], None]:
        self.changed = changed
        return lambda: setattr(self, "changed", None)


class FakeViewer:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.layers: list[Any] = [TracingLayer(project, opacity=0.5)]
        self.position = (0.0, 0.0, 0.0)


def project_at(*capabilities: str, **options: Any) -> FakeProject:
    return FakeProject(cast("ProjectHome", FakeInstance(*capabilities)), 3, "VNC", **options)


def http_of(project: Project) -> FakeHttp:
    return cast("FakeHttp", project.instance.http)


@pytest.fixture
def project() -> FakeProject:
    return project_at("history")


@pytest.fixture
def viewer(project: FakeProject) -> FakeViewer:
    return FakeViewer(project)


@pytest.fixture
def table(project: FakeProject, viewer: FakeViewer) -> Iterator[HistoryTable]:
    made = HistoryTable(project, cast("StackViewer", viewer))
    yield made
    made.close()


async def ask(table: HistoryTable, method: str, **params: Any) -> Any:
    return await methods_of(table)[method](params)


async def test_a_page_says_in_words_what_was_done_and_what_became_of_it(
    project: FakeProject, table: HistoryTable
) -> None:
    page = await ask(table, "page", user=" ana ", label="", last=None, since="3", until="", up_to=12)
    assert page["next"] == 6
    assert [(row["version"], row["what"], row["user"], row["taken_back_by"]) for row in page["rows"]] == [
        (8, "undo: 7", "ana", None),
        (7, "move nodes", "ana", 8),
    ]
    assert page["rows"][1]["neurons"] == ["PN 7", "PN 8"]
    _, form = http_of(project).asked[0]
    assert {name: form[name] for name in ("username", "since", "up_to", "box")} == {
        "username": "ana",
        "since": "3",
        "up_to": 12,
        "box": None,
    }


async def test_where_the_history_was_trimmed_what_remains_is_shown(
    project: FakeProject, viewer: FakeViewer, table: HistoryTable
) -> None:
    http_of(project).trimmed_before = 7
    page = await ask(table, "page")
    assert [(row["version"], row["user"], row["is_trimmed"]) for row in page["rows"]] == [
        (8, "ana", False),
        (7, "ana", True),
    ]
    assert page["note"].startswith("The history before version 7 was trimmed. Of that version")
    usual = viewer.layers[0]
    with pytest.raises(NotFound, match="Version 6 cannot be read any more"):
        await ask(table, "compare", version=7, side="before")
    assert (viewer.layers, table.compared) == ([usual], [])
    await ask(table, "compare", version=7, side="after")
    assert table.compared == [7, "after"]


async def test_the_list_can_be_restricted_to_neurons_and_a_place(project: FakeProject) -> None:
    table = project.history(neuron=[11, 12], box=((0, 0, 0), (10, 20.5, 30)), user="ana")
    assert table.restriction == "Only versions of neuron 11, 12 and in the box from 0, 0, 0 to 10, 20.5, 30 nm."
    await ask(table, "page", user=table.user)
    _, form = http_of(project).asked[0]
    assert (form["neuron_ids"], form["box"]) == ("[11,12]", "[0.0,0.0,0.0,10.0,20.5,30.0]")
    assert (table.has_viewer, table.lacking, table.version_shown) == (False, "", "")


async def test_the_last_days_and_a_beginning_are_not_given_together(table: HistoryTable) -> None:
    with pytest.raises(InvalidInput, match="not both"):
        await ask(table, "page", last="7d", since="3")
    with pytest.raises(InvalidInput, match="last is a time such as '7d'"):
        await ask(table, "page", last="some")


async def test_the_viewer_goes_to_the_place_and_selects_what_is_there(
    project: FakeProject, viewer: FakeViewer, table: HistoryTable
) -> None:
    assert await ask(table, "jump", version=7) == "This is the place of version 7."
    assert viewer.position == (1.0, 2.0, 50.0)
    assert viewer.layers[0].active_node == 5
    http_of(project).place["id"] = None
    assert "not there any more" in await ask(table, "jump", version=7)
    with pytest.raises(InvalidInput, match=r"project\.history\(viewer=viewer\)"):
        await ask(HistoryTable(project), "jump", version=7)


async def test_before_and_after_are_layers_of_the_past_in_place_of_the_usual_one(
    viewer: FakeViewer, table: HistoryTable
) -> None:
    usual = viewer.layers[0]
    await ask(table, "compare", version=7, side="before", label="nodes.update_location")
    before = viewer.layers[0]
    assert (before.project.as_of, before.read_only, before.opacity) == (6, True, 0.5)
    assert before.version_shown == "version 6, before version 7 (move nodes)"
    assert table.compared == [7, "before"]
    await ask(table, "compare", version=7, side="after", label="nodes.update_location")
    assert viewer.layers[0].version_shown == "version 7 (move nodes)"
    await ask(table, "compare", version=7, side="before", label="nodes.update_location")
    assert viewer.layers == [before]
    assert before.comm is not None, "what is shown is open"
    await ask(table, "compare", side="present")
    assert (viewer.layers, table.compared) == ([usual], [])
    assert before.comm is None, "layers that are not shown any more are closed"


async def test_the_layers_that_the_user_set_meanwhile_stay(
    project: FakeProject, viewer: FakeViewer, table: HistoryTable
) -> None:
    await ask(table, "compare", version=7, side="before")
    own = TracingLayer(project)
    viewer.layers = [own]
    await ask(table, "compare", side="present")
    assert viewer.layers == [own]
    viewer.layers = []
    with pytest.raises(InvalidInput, match="no tracing layer"):
        await ask(table, "compare", version=7, side="after")


def test_a_closed_table_leaves_the_present(project: FakeProject, viewer: FakeViewer) -> None:
    usual = viewer.layers[0]
    table = HistoryTable(project, cast("StackViewer", viewer))
    loop.run(ask(table, "compare", version=7, side="before"))
    assert viewer.layers != [usual]
    table.close()
    assert (viewer.layers, project.changed) == ([usual], None)


def test_the_viewer_shows_the_same_project(project: FakeProject) -> None:
    with pytest.raises(InvalidInput, match="shows another project"):
        HistoryTable(project, cast("StackViewer", FakeViewer(project_at("history"))))


async def test_taking_back_is_shown_before_it_is_done(project: FakeProject, table: HistoryTable) -> None:
    assert await ask(table, "preview", versions=[7]) == {
        "versions": [7],
        "changes": [{"table": "treenodes", "created": 0, "changed": 2, "deleted": 1}],
        "conflicts": [],
        "not_allowed": "",
    }
    http_of(project).not_allowed = "It is locked."
    assert (await ask(table, "preview", versions=[7]))["not_allowed"] == "It is locked."
    http_of(project).conflicts = [CONFLICT]
    (conflict,) = (await ask(table, "preview", versions=[7]))["conflicts"]
    assert conflict == {"what": "treenode 5 changed", "version": 9, "user": "ben", "time": TIME}
    with pytest.raises(InvalidInput, match="Version 8 changed nothing that can be taken back"):
        await ask(table, "preview", versions=[8])
    with pytest.raises(InvalidInput, match="Select at least one version"):
        await ask(table, "preview", versions=[])
    await ask(table, "compare", version=7, side="before")
    assert await ask(table, "take_back", versions=[8, 7]) == "Taken back: versions 7 and 8."
    assert http_of(project).asked[-1] == ("3/versions/revert", {"versions": [7, 8]})
    assert table.compared == []


async def test_of_the_past_nothing_is_taken_back() -> None:
    table = HistoryTable(project_at("history", as_of=8, version_name="fig-1 (version 8)"))
    assert table.version_shown == "fig-1 (version 8)"
    page = await ask(table, "page")
    assert len(page["rows"]) == 2
    with pytest.raises(InvalidInput, match="as of version 8, which cannot be changed"):
        await ask(table, "preview", versions=[7])


async def test_what_other_servers_lack_is_said() -> None:
    project = project_at()
    table = HistoryTable(project, cast("StackViewer", FakeViewer(project)))
    assert table.lacking.startswith("http://catmaid.example/ is not served by catmaid_jupyter: it lists")
    await ask(table, "jump", version=7, label="nodes.update_location", time=TIME)
    assert table.viewer is not None
    assert table.viewer.position == (7.0, 8.0, 9.0)
    with pytest.raises(InvalidInput, match="does not offer reading the past"):
        await ask(table, "compare", version=7, side="before")
    with pytest.raises(InvalidInput, match="does not offer taking versions back"):
        await ask(table, "preview", versions=[7])


def test_what_others_do_is_told_to_the_page(
    project: FakeProject, table: HistoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(table, "emit_soon", lambda event, **data: sent.append((event, data)))
    assert project.changed is not None
    project.changed({"version": 9, "label": "treenodes.create", "user_id": 2, "time": TIME})
    assert sent == [("changed", {"version": 9, "label": "treenodes.create", "user_id": 2})]


async def test_the_page_offers_all_labels_in_words(table: HistoryTable) -> None:
    labels = await ask(table, "labels")
    assert ["skeletons.split", "split a skeleton"] in labels
    assert [words for _, words in labels] == sorted(words for _, words in labels)
