"""The selection table's kernel side: rows, what became of skeletons, actions, places, and what it tells pages."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.project import Project, ProjectHome
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets import SelectionTable, StackViewer
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_wire import columns
from tests.unit.test_selection import FakeHttp, FakeInstance

NODES = [[5, None, 1, 100.0, 0.0, 50.0, -1.0, 5], [6, 5, 1, 900.0, 0.0, 50.0, -1.0, 5]]
LOG: dict[str, Any] = {
    "entries": [
        {
            "version": 9,
            "time": "2026-06-30T12:00:00Z",
            "user_id": 2,
            "username": "ana",
            "label": "skeletons.join",
            "note": None,
            "reverts": [],
        }
    ],
    "next": None,
}


class TracedHttp(FakeHttp):
    """A server with history: 98 was joined to 17, 99 deleted; 17 has a soma at its end, 18 none."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[str, Any]] = []

    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        if path == "3/skeletons/lineage":
            became = [{"skeleton_id": 17, "neuron_id": 117, "name": "PN 17", "nodes": 2}]
            gone = [{"skeleton_id": -1, "neuron_id": -1, "name": "", "nodes": 3}]
            return {"passages": [], "cut": "", "became": became if form["skeleton_ids"] == "[98]" else gone}
        if path == "3/versions/log":
            return LOG
        if path in ("3/skeletons/17/root", "3/skeletons/18/root"):
            return {"root_id": 5, "x": 100.0, "y": 0.0, "z": 50.0}
        return await super().read_json(method, path, form=form, params=params)

    async def columns_or_json(self, method: str, path: str, *, form: Any = None) -> Any:
        tags = {"soma": [6]} if "/17/" in path else {}
        return SimpleNamespace(is_columns=False, json=lambda: [NODES, [], tags, [], []])


class TracedProject(Project):
    changed: Callable[[dict[str, Any]], None] | None = None
    on_service: Callable[[bool, str], None] | None = None

    def __init__(self, *capabilities: str) -> None:
        instance = FakeInstance()
        instance.http = cast("Any", TracedHttp())
        instance.capabilities = frozenset(capabilities)
        super().__init__(cast("ProjectHome", instance), 3, "VNC")
        self.done: list[Any] = []

    def on_change(self, changed: Any, on_service: Any = None) -> Callable[[], None]:
        self.changed, self.on_service = changed, on_service
        return lambda: setattr(self, "changed", None)

    def annotate(self, *arguments: Any, **options: Any) -> Any:
        self.done.append(("annotate", *arguments, options))

    def unannotate(self, *arguments: Any) -> Any:
        self.done.append(("unannotate", *arguments))

    def rename_neurons(self, names: Any) -> Any:
        self.done.append(("rename", names))


class FakeLayer:
    active_node: int | None = None

    def has_trait(self, name: str) -> bool:
        return name == "active_node"


class FakeViewer:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.layers = [FakeLayer()]
        self.position: Any = (800.0, 0.0, 0.0)


@pytest.fixture
def project() -> TracedProject:
    return TracedProject("history")


@pytest.fixture
def table(project: TracedProject) -> Iterator[SelectionTable]:
    made = SelectionTable(Selection(project, [17, 18, 98, 99]))
    yield made
    made.close()


async def ask(table: SelectionTable, method: str, **params: Any) -> Any:
    return await methods_of(table)[method](params)


async def test_rows_come_in_groups(table: SelectionTable) -> None:
    size = columns.decode((await ask(table, "rows", group="size", skeleton_ids=None)).payload)
    assert size["skeleton_id"].tolist() == [17, 18, 98, 99]
    assert size["names"].split("\0") == ["PN 17", "PN 18", "", ""]
    assert size["nodes"].tolist() == [170, 180, 0, 0]
    assert size["exists"].tolist() == [1, 1, 0, 0]
    synapses = columns.decode((await ask(table, "rows", group="synapses", skeleton_ids=[18, 17])).payload)
    assert synapses["pre"].tolist() == [0, 3]
    review = columns.decode((await ask(table, "rows", group="review", skeleton_ids=[17])).payload)
    assert review["review"].tolist() == [10.0]
    annotations = columns.decode((await ask(table, "rows", group="annotations", skeleton_ids=[17, 18])).payload)
    assert annotations["annotations"] == [["DA1", "PN"], []]
    assert annotations["annotation_authors"] == [[["DA1", "ana", ""], ["PN", "ana", ""]], []]
    with pytest.raises(InvalidInput, match="no group of columns 'weight'"):
        await ask(table, "rows", group="weight", skeleton_ids=[17])


async def test_it_says_what_became_of_skeletons(table: SelectionTable) -> None:
    joined, deleted = await ask(table, "fates", skeleton_ids=[98, 99])
    assert joined["successor"] == 17
    assert joined["sentence"] == (
        "Now part of “PN 17” (skeleton 17); changed by ana on 2026-06-30 at 12:00 UTC (version 9)."
    )
    assert deleted["successor"] is None
    assert deleted["sentence"] == "Deleted by ana on 2026-06-30 at 12:00 UTC (version 9)."


async def test_other_servers_do_not_tell_what_became_of_skeletons() -> None:
    table = SelectionTable(Selection(TracedProject(), [98]))
    assert "does not tell" in (await ask(table, "fates", skeleton_ids=[98]))[0]["sentence"]
    table.close()


async def test_actions_are_the_projects(table: SelectionTable, project: TracedProject) -> None:
    await ask(table, "annotate", skeleton_ids=[17, 18], annotations=["DA1"], meta="glomerulus")
    await ask(table, "unannotate", skeleton_ids=[17], annotations=["DA1"])
    assert await ask(table, "rename", names=[[17, "seventeen"], [18, "PN 18"]]) == 1
    assert project.done == [
        ("annotate", [17, 18], ["DA1"], {"meta": "glomerulus"}),
        ("unannotate", [17], ["DA1"]),
        ("rename", {17: "seventeen"}),
    ]
    await ask(table, "color_by", column="nodes", palette="gray", skeleton_ids=[17, 18])
    assert [table.selection.colors[one] for one in (17, 18)] == ["#000000", "#ffffff"]
    with pytest.raises(InvalidInput, match="Select at least one row"):
        await ask(table, "annotate", skeleton_ids=[], annotations=["DA1"])


async def test_skeletons_are_given_as_a_zip_file(table: SelectionTable) -> None:
    answer = await ask(table, "swc", skeleton_ids=[17, 19])
    with zipfile.ZipFile(io.BytesIO(answer.buffers[0])) as archive:
        assert archive.namelist() == ["PN 17-17.swc", "KC _b_19_b_-19.swc"]
        assert "6 1 900.0 0.0 50.0" in archive.read("PN 17-17.swc").decode()
    with pytest.raises(NotFound, match="Skeleton 98 is not there any more"):
        await ask(table, "swc", skeleton_ids=[98])


async def test_it_goes_to_root_soma_and_nearest_node(table: SelectionTable, project: TracedProject) -> None:
    with pytest.raises(InvalidInput, match=r"selection\.widget\.viewer"):
        await ask(table, "jump", skeleton_id=17, to="root")
    viewer = FakeViewer(project)
    table.viewer = cast("StackViewer", viewer)
    assert table.has_viewer
    for to, node in (("nearest", 6), ("root", 5), ("soma", 6)):
        assert await ask(table, "jump", skeleton_id=17, to=to) == (
            f"This is the {to} node of skeleton 17: treenode {node}."
        )
        assert viewer.layers[0].active_node == node
    assert viewer.position == (900.0, 0.0, 50.0)
    with pytest.raises(NotFound, match="No node of skeleton 18 has the tag"):
        await ask(table, "jump", skeleton_id=18, to="soma")
    with pytest.raises(InvalidInput, match="not to 'axon'"):
        await ask(table, "jump", skeleton_id=18, to="axon")
    elsewhere = TracedProject("history")
    with pytest.raises(InvalidInput, match="another project"):
        table.viewer = cast("StackViewer", FakeViewer(elsewhere))


def test_pages_are_told_which_rows_may_be_otherwise(
    table: SelectionTable, project: TracedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []
    for emit in ("emit", "emit_soon"):
        monkeypatch.setattr(table, emit, lambda event, **data: told.append((event, data)))
    assert project.changed is not None
    assert project.on_service is not None
    project.changed({"skeleton_ids": [17, 5], "username": "ana", "label": "neurons.rename"})
    project.changed({"skeleton_ids": None})
    project.on_service(False, "No answer.")
    assert [data.get("skeleton_ids", data.get("message")) for _, data in told] == [[17], None, "No answer."]
    table.close()
    assert project.changed is None


def test_what_a_notebook_saves_is_the_look_and_the_first_rows(table: SelectionTable) -> None:
    saved = {name for name in table.get_state() if not name.startswith("_")}
    assert saved - {"layout", "tabbable", "tooltip"} == {
        "model",
        "sort",
        "filters",
        "shown_columns",
        "column_widths",
        "height",
        "has_viewer",
        "version_shown",
        "first_rows",
    }
