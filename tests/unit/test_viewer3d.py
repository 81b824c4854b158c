"""The 3D viewer's kernel side: cameras, what it is asked to show, and the stack viewer that it is linked with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import numpy as np
import pandas as pd
import pytest
import traitlets

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, NotFound
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.client.shading.node_values import values_of
from catmaid_jupyter.client.shading.rules import ShadingRule
from catmaid_jupyter.client.space.volume import Volume
from catmaid_jupyter.client.stack import Stack
from catmaid_jupyter.widgets import SelectionTable, StackViewer, TracingLayer, Viewer3D
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_jupyter.widgets.viewer3d import viewer3d as module
from catmaid_jupyter.widgets.viewer3d import volumes
from tests.unit.test_selection_table import TracedProject
from tests.unit.test_widgets_stack_viewer import info

CAMERA = {"position": (1, 2, -5e4), "target": np.array([1.0, 2.0, 3.0]), "up": [0, -1, 0], "zoom": 2}


@pytest.fixture
def project() -> TracedProject:
    return TracedProject("history")


@pytest.fixture
def v3(project: TracedProject) -> Iterator[Viewer3D]:
    made = Viewer3D(Selection(project, [17, 18]))
    yield made
    made.close()


def stack_viewer(project: TracedProject, *layers: TracingLayer) -> StackViewer:
    return StackViewer(project, Stack.from_info(info()), layers=layers)


def test_a_camera_is_whole(v3: Viewer3D) -> None:
    assert v3.camera == {}
    v3.camera = CAMERA
    assert v3.camera == {
        "position": [1.0, 2.0, -50000.0],
        "target": [1.0, 2.0, 3.0],
        "up": [0.0, -1.0, 0.0],
        "kind": "perspective",
        "zoom": 2.0,
    }
    wrong: list[Any] = [
        5,
        {"position": (1, 2, 3)},
        CAMERA | {"kind": "fisheye"},
        CAMERA | {"target": CAMERA["position"]},
        CAMERA | {"up": (0, 0, 0)},
        CAMERA | {"zoom": 0},
        CAMERA | {"position": (1, 2, float("nan"))},
        CAMERA | {"tilt": 3},
    ]
    for value in wrong:
        with pytest.raises(traitlets.TraitError, match="a camera"):
            v3.camera = value


def test_views_are_standard_ones_or_kept_ones(v3: Viewer3D) -> None:
    v3.view("frontal")
    v3.fit()
    assert v3.asked_view == {"view": "frontal", "fit": None}
    with pytest.raises(InvalidInput, match=r"There is no view 'fronta'.*Did you mean 'frontal'"):
        v3.view("fronta")
    with pytest.raises(InvalidInput, match="show it first"):
        v3.keep_view("soma")
    v3.camera = CAMERA
    v3.keep_view("soma")
    v3.camera = CAMERA | {"zoom": 1}
    v3.view("soma")
    assert v3.camera["zoom"] == 2.0
    assert v3.asked_view == {}
    for name in ("frontal", " "):
        with pytest.raises(InvalidInput, match="needs a name of its own"):
            v3.keep_view(name)


def test_neurons_that_are_not_there_cannot_be_fitted(v3: Viewer3D) -> None:
    v3.fit([18])
    assert v3.asked_view == {"fit": [18]}
    with pytest.raises(InvalidInput, match="does not have skeleton 19: add it"):
        v3.fit([17, 19])
    with pytest.raises(InvalidInput, match="no neurons to show"):
        v3.fit([])


def test_it_takes_a_stack_viewer_of_the_same_project_only(v3: Viewer3D, project: TracedProject) -> None:
    viewer = stack_viewer(project)
    viewer.link(v3)
    assert v3.stack_viewer is viewer
    v3.link(None)
    assert v3.stack_viewer is None
    elsewhere = TracedProject("history")
    elsewhere.place = project.place.__class__(elsewhere.place.http, 4, elsewhere.place.capabilities, None)
    with pytest.raises(InvalidInput, match="shows another project"):
        v3.link(stack_viewer(elsewhere))
    across = StackViewer(project, Stack.from_info({**info(), "orientation": 1}))
    for link in (lambda: v3.link(across), lambda: across.link(v3), lambda: Viewer3D(v3.selection, across)):
        with pytest.raises(InvalidInput, match="shows sections along xy, and this stack viewer has those along xz"):
            link()
    with pytest.raises(InvalidInput, match="not with SelectionTable"):
        v3.link(cast("Any", SelectionTable(v3.selection)))
    with pytest.raises(InvalidInput, match="not with Selection"):
        viewer.link(cast("Any", v3.selection))
    with pytest.raises(InvalidInput, match="not with int"):
        Viewer3D(v3.selection, cast("Any", 5))


def test_a_closed_stack_viewer_is_linked_no_more(v3: Viewer3D, project: TracedProject) -> None:
    viewer = stack_viewer(project)
    v3.link(viewer)
    viewer.close()
    assert (v3.stack_viewer, v3._link) == (None, None)


def test_what_cannot_be_set_is_said(v3: Viewer3D, project: TracedProject) -> None:
    with pytest.raises(AttributeError, match="keeps its Selection: add neurons to it"):
        v3.selection = Selection(project, [18])
    assert v3.selection.skeleton_ids == [17, 18]
    with pytest.raises(AttributeError, match=r"no trait 'backgroud'\. Did you mean 'background'"):
        v3.backgroud = "red"
    v3.background = "navy"
    assert v3.background == "#000080"
    v3.background = ""
    for wrong in ("url(https://example.org/a.png)", "nvay"):
        with pytest.raises(InvalidInput, match="is no colour"):
            v3.background = wrong
        assert v3.background == ""


def test_a_selection_of_another_version_or_project(project: TracedProject) -> None:
    project.version_name = "v46"
    found = Selection(TracedProject("history"), [17])
    found.project.place = replace(project.place, as_of=46)
    shown = project.viewer3d(found)
    assert (shown.project, shown.selection.skeleton_ids) == (project, [17])
    assert shown.selection is not found
    shown.close()
    found.project.place = replace(project.place, project_id=4)
    with pytest.raises(InvalidInput, match="of different projects"):
        project.viewer3d(found)


def test_the_active_node_of_the_linked_viewer_is_found(
    v3: Viewer3D, project: TracedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = SimpleNamespace(treenodes={7: SimpleNamespace(position=(1.0, 2.0, 3.0))}, connectors={})

    class FakeSite:
        def __init__(self, _place: Any) -> None: ...

        async def nodes(self, *_ids: Any) -> Any:
            return found

    def submit(coroutine: Any) -> None:
        with pytest.raises(StopIteration):
            coroutine.send(None)

    monkeypatch.setattr(module, "Site", FakeSite)
    monkeypatch.setattr(project.instance, "submit", submit)
    monkeypatch.setattr(v3, "emit_soon", v3.emit)
    layer = TracingLayer(project)
    viewer = stack_viewer(project, layer)
    v3.link(viewer)
    assert viewer.selection is v3.selection
    assert v3.active_node is None
    layer.active_node = 7
    assert v3.active_node == {"node_id": 7, "position": [1.0, 2.0, 3.0]}
    found.treenodes[7].position = (4.0, 5.0, 6.0)
    assert project.changed is not None
    layer.active_node = -3
    assert v3.active_node is None
    layer.active_node = 7
    v3._changed({"skeleton_ids": [17], "treenode_ids": [7]})
    assert v3.active_node == {"node_id": 7, "position": [4.0, 5.0, 6.0]}
    viewer.layers = []
    assert v3.active_node is None
    v3.link(None)
    layer.active_node = 8
    assert v3.active_node is None


async def test_pages_hear_of_edits_of_its_neurons(v3: Viewer3D, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    for emit in ("emit", "emit_soon"):
        monkeypatch.setattr(v3, emit, lambda event, **data: told.append((event, data)))
    for ids in ([17, 99], [99], None):
        v3._changed({"skeleton_ids": ids, "treenode_ids": None})
    v3._service_changed(False, "The service is away.")
    assert told == [
        ("changed", {"skeleton_ids": [17]}),
        ("changed", {"skeleton_ids": None}),
        ("service", {"is_up": False, "message": "The service is away."}),
    ]


async def test_facts_of_a_neuron(v3: Viewer3D) -> None:
    facts = methods_of(v3)["neuron_facts"]
    assert await facts({"skeleton_id": 17}) == {"name": "PN 17", "nodes": 170}
    with pytest.raises(NotFound, match="Skeleton 99 is gone"):
        await facts({"skeleton_id": 99})


def test_volumes_are_given_in_many_ways(v3: Viewer3D, monkeypatch: pytest.MonkeyPatch) -> None:
    corner = np.array([[1e9, 0, 0], [1e9 + 1, 0, 0], [1e9, 1, 0]])
    known = Volume(5, "AL_R", "", corner, np.array([[0, 1, 2]]))

    async def volume_table(_place: Any) -> Any:
        return pd.DataFrame({"id": [5, 6, 7], "name": ["AL_R", "MB", "MB"]})

    async def read_volume(_place: Any, _key: Any) -> Any:
        return known

    monkeypatch.setattr(volumes, "volume_table", volume_table)
    monkeypatch.setattr(volumes, "read_volume", read_volume)
    v3.volumes = ["AL_R", 6, {"name": "AL_R", "color": "red", "opacity": 1, "wireframe": True}, known]
    assert [(one["id"], one["color"], one["opacity"]) for one in v3.volumes[1:3]] == [
        (6, "#ee6677", 0.1),
        (5, "#ff0000", 1.0),
    ]
    assert v3.volumes[0]["name"] == v3.volumes[3]["name"] == "AL_R"
    box = Volume.of(((0, 0, 0), (1, 1, 1)), "mine")
    v3.volumes = [*v3.volumes, box]
    assert v3._unsaved.names == {-1: "mine"}
    v3.set_trait("volumes", "AL_R")
    assert v3._unsaved.names == {}
    v3.volumes = [box]
    assert [one["id"] for one in v3.volumes] == [-2]
    v3.set_trait("volumes", "AL_R")
    assert [one["id"] for one in v3.volumes] == [5]
    wrong: dict[str, Any] = {
        "no volume 'AL_L' in this project. Did you mean 'AL_R'": "AL_L",
        "Several volumes are called 'MB'.*6, 7": "MB",
        "no volume 8": 8,
        "a number from 0 to 1, not 2": {"id": 5, "opacity": 2},
        "A volume has no 'colour'": {"id": 5, "colour": "red"},
        "not as float": 5.0,
    }
    for message, value in wrong.items():
        with pytest.raises(CatmaidError, match=message):
            v3.volumes = [value]
    answer = loop.run(methods_of(v3)["volume"]({"volume_id": 5}))
    assert answer.result == {"corner": [1e9, 0, 0]}
    assert np.frombuffer(answer.buffers[0], "<f4").tolist() == [0, 0, 0, 1, 0, 0, 0, 1, 0]


class FakeNodes:
    """Skeletons 17 and 18, of three and two treenodes, and one more after an edit of 17."""

    rows: ClassVar = {17: 3, 18: 2}

    def __init__(self, skeleton_ids: list[int]) -> None:
        self.ids = skeleton_ids
        self.node_ids = np.arange(sum(self.rows[one] for one in skeleton_ids))

    def slices(self) -> Iterator[tuple[int, slice]]:
        start = 0
        for one in self.ids:
            yield one, slice(start, start + self.rows[one])
            start += self.rows[one]


async def test_own_values_of_nodes(v3: Viewer3D, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(rule: ShadingRule, _place: Any, skeleton_ids: list[int]) -> Any:
        nodes: Any = FakeNodes(skeleton_ids)
        return nodes, rule.values(nodes)

    monkeypatch.setattr(ShadingRule, "read", read)
    with pytest.raises(InvalidInput, match=r"none of the skeletons to which values were given \(99\): add them"):
        v3.shade({99: [1]})
    with pytest.raises(InvalidInput, match="There are no values to colour nodes by"):
        v3.shade({})
    with pytest.raises(InvalidInput, match="Skeleton 17 has 3 treenodes, but 1 values"):
        v3.shade({17: [1]})
    colors = methods_of(v3)["shading"]
    v3.shade({17: [np.nan] * 3, 18: [np.nan] * 2})
    legend = (await colors({"skeleton_ids": [17, 18]})).result["legend"]
    assert (legend["kind"], legend["entries"]) == ("categories", [])
    assert legend["no_value"] == {"name": "no node has a value", "color": "#999999", "nodes": 5}
    v3.shade({17: [1, 2, 3], 18: [4, 5]})
    assert (await colors({"skeleton_ids": [17, 18]})).result["rows"] == [3, 2]
    monkeypatch.setitem(FakeNodes.rows, 17, 4)
    v3._changed({"skeleton_ids": [17], "treenode_ids": None})
    with pytest.raises(InvalidInput, match=r"Skeleton 17 was edited since its values were given.*Call shade\(\) again"):
        await colors({"skeleton_ids": [17, 18]})
    v3.shade({17: [1, 2, 3, 4]})
    assert (await colors({"skeleton_ids": [17, 18]})).result["rows"] == [4, 2]


async def test_an_edit_has_only_its_own_neuron_read_and_sent(v3: Viewer3D, monkeypatch: pytest.MonkeyPatch) -> None:
    values: dict[int, list[Any]] = {17: [1.0, 2.0, 3.5], 18: [0.5, 2.0]}
    read: list[list[int]] = []

    def read_values(_rule: ShadingRule, _place: Any, skeleton_ids: list[int]) -> Any:
        read.append(skeleton_ids)
        nodes: Any = FakeNodes(skeleton_ids)
        given = [value for one in skeleton_ids for value in values[one]]
        return nodes, values_of(given, "values")

    monkeypatch.setattr(ShadingRule, "read", read_values)
    colors = methods_of(v3)["shading"]
    v3.shade("depth")
    both = {"skeleton_ids": [17, 18]}
    whole = await colors(both)
    known = dict(zip(whole.result["skeleton_ids"], whole.result["digests"], strict=True))
    assert (list(known), len(whole.buffers[0]), whole.result["limits"]) == ([17, 18], 5, (0.5, 3.5))
    again = await colors({**both, "known": list(known.values())})
    assert (again.result["skeleton_ids"], again.buffers[0], again.result["limits"]) == ([], b"", (0.5, 3.5))
    values[17] = [1.0, 2.0, 9.5]
    v3._changed({"skeleton_ids": [17], "treenode_ids": None})
    edited = await colors({**both, "known": list(known.values())})
    assert (edited.result["skeleton_ids"], len(edited.buffers[0])) == ([17], 3)
    assert (edited.result["limits"], edited.result["legend"]["high_text"]) == ((0.5, 9.5), "9.5")
    assert read == [[17, 18], [17]]
    values.update({17: ["m", "z", None], 18: ["m", "m"]})
    v3.shade("label")
    whole = await colors(both)
    values[17] = ["a", "z", None]
    v3._changed({"skeleton_ids": [17], "treenode_ids": None})
    edited = await colors({**both, "known": whole.result["digests"]})
    assert (edited.result["skeleton_ids"], edited.result["limits"]) == ([17], None)
    assert [one["name"] for one in edited.result["legend"]["entries"]] == ["a", "m", "z"]


async def test_a_picked_row_is_visited(v3: Viewer3D, project: TracedProject, monkeypatch: pytest.MonkeyPatch) -> None:
    visit = methods_of(v3)["visit"]
    picked = {"skeleton_id": 17, "version": 1, "row": 2, "position": [1, 2, 3]}
    with pytest.raises(InvalidInput, match=r"viewer.link\(v3\) links one"):
        await visit(picked)

    async def found_node(_params: Any) -> Any:
        return {"treenode_id": 7, "x": 1.0, "y": 2.0, "z": 3.0, "is_current": True, "sentence": "This is treenode 7."}

    monkeypatch.setattr(v3, "found_node", found_node)
    viewer = stack_viewer(project)
    v3.link(viewer)
    assert await visit(picked) == {"treenode_id": 7, "sentence": "This is treenode 7."}
    assert viewer.position == (1.0, 2.0, 3.0)


def test_unknown_arguments_are_refused(project: TracedProject) -> None:
    with pytest.raises(TypeError, match="Did you mean 'height'"):
        Viewer3D(Selection(project), heigth=300)
    made = project.viewer3d(show_grid=True)
    assert (made.show_grid, len(made.selection)) == (True, 0)
    made.close()


def test_volumes_are_shown_before_they_are_saved(v3: Viewer3D, monkeypatch: pytest.MonkeyPatch) -> None:
    async def volume_table(_place: Any) -> Any:
        return pd.DataFrame({"id": [5], "name": ["hull"]})

    monkeypatch.setattr(volumes, "volume_table", volume_table)
    hull, box = (Volume.of(((0, 0, 0), (size, 1, 1)), "hull") for size in (1, 2))
    v3.volumes = [hull, "hull", {"id": box, "opacity": 0.5}]
    first, saved, second = (one["id"] for one in v3.volumes)
    assert saved == 5
    assert max(first, second) < 0
    assert first != second
    assert [one["name"] for one in v3.volumes] == ["hull"] * 3
    v3.volumes = [*v3.volumes[1:], hull]
    assert [one["id"] for one in v3.volumes] == [5, second, first]
    answer = loop.run(methods_of(v3)["volume"]({"volume_id": second}))
    assert np.frombuffer(answer.buffers[0], "<f4").reshape(-1, 3).max(axis=0).tolist() == [2, 1, 1]
    with pytest.raises(NotFound, match="no volume -9 in this viewer"):
        loop.run(methods_of(v3)["volume"]({"volume_id": -9}))
