"""Workspaces: widgets that are saved and opened as one, from files, notebooks and the service."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api.kept_outputs import WORKSPACE
from catmaid_jupyter.widgets import TracingLayer
from catmaid_jupyter.widgets.base import Widget
from catmaid_jupyter.widgets.workspace import Workspace
from tests.helpers.service import Service
from tests.integration.test_client_selection import trace

CAMERA = {"position": [0, 0, -9e5], "target": [0, 0, 0], "up": [0, -1, 0], "kind": "perspective", "zoom": 1.5}


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


def four_linked(project: cj.Project) -> Workspace:
    """A stack viewer, the same place along another plane, neurons in space, and their table."""
    found = project.selection(["PN1", "PN2"], colors=["#112233", "#445566"])
    found.active = found.skeleton_ids[1]
    found.hide([found.skeleton_ids[0]])
    viewer = project.viewer(position=(10.5, 20, 80), nm_per_pixel=3.25, brightness=1.5, selection=found)
    viewer.active_node = project.nodes("PN2")["id"].iloc[0]
    side = project.viewer(cj.Stack.grid((200_000, 200_000, 200_000)).seen_along("xz"))
    viewer.link(side)
    v3 = project.viewer3d(found, viewer, camera=CAMERA, background="white", synapses=True)
    v3.show_points([(1, 2, 3)], "somata", radius=50)
    v3.shade("strahler", colormap="viridis")
    found.widget.viewer = viewer
    found.widget.sort, found.widget.filters = ["nodes", True], {"name": "PN"}
    found.widget.shown_columns, found.widget.column_widths = {"review": False}, {"name": 200}
    return project.workspace(viewer, side, v3, found, layout=[[viewer, side], v3, found])


def without_time(state: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in state.items() if name not in ("saved", "as_of")}


def told_by(call: Callable[[], Any]) -> tuple[Any, list[str]]:
    """What a call gives, and its warnings."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        return call(), [str(one.message) for one in told]


async def in_thread(story: Callable[[], None]) -> None:
    """Run a story; a warning that it does not expect is an error."""

    def strict() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            story()

    await asyncio.to_thread(strict)


async def test_four_linked_widgets_come_back_as_they_were(
    project: cj.Project, service: Service, tmp_path: Path
) -> None:
    def story() -> None:
        trace(project, "PN1", 3)
        trace(project, "PN2", 4)
        ws = four_linked(project)
        assert repr(ws) == "<Workspace of 4 widgets in 'Test'>"
        before = without_time(ws.state)
        file = tmp_path / "work.json"
        ws.save(file)
        ws.save("morning")
        bundle, _ = ws._repr_mimebundle_()
        notebook = tmp_path / "a.ipynb"
        notebook.write_text(json.dumps({"cells": [{"outputs": [{"data": bundle}]}, {"cell_type": "markdown"}]}))
        assert bundle[WORKSPACE]["rows"] == [["w1", "w3"], ["w5"], ["w6"]]
        for text in (file.read_text(), json.dumps(bundle[WORKSPACE])):
            assert not any(secret in text for secret in (service.url, service.tracer.token or "?", "tracer"))

        with cj.connect(service.url, service.tracer.token) as other:
            again = other.project("Test")
            for source in (str(file), file, "morning", str(notebook), ws.state):
                opened = again.workspace(source)
                assert without_time(opened.state) == before
            assert again.workspaces[["name", "shared", "version", "widgets"]].to_numpy().tolist() == [
                ["morning", False, "", 6]
            ]
            viewer, side, v3, table = opened.widgets
            assert v3.selection is table.selection is viewer.selection
            assert (v3.stack_viewer, table.viewer) == (viewer, viewer)
            assert viewer.link_group == side.link_group != ws.widgets[0].link_group
            assert v3.shading_rule["title"] == ws.widgets[2].shading_rule["title"]
            assert (side.stack["plane"], side.position) == ("xz", (10.5, 20, 80))
            layers = viewer.layers[0], side.layers
            assert isinstance(layers[0], TracingLayer)
            assert viewer.active_node == ws.widgets[0].active_node
            again.forget_workspace("morning")
            assert again.workspaces.empty
            with pytest.raises(cj.NotFound, match="There is no workspace 'morning' on the server"):
                again.workspace("morning")

    await in_thread(story)


async def test_every_widget_tells_what_it_shows(project: cj.Project) -> None:
    def story() -> None:
        trace(project, "PN1", 3)
        trace(project, "PN2", 4)
        found = project.selection(["PN1", "PN2"])
        viewer = project.viewer()
        viewer.show_volumes({project.add_volume(((0, 0, 0), (100, 100, 100)), "box"): "red"})
        widgets: list[Widget] = [
            viewer,
            project.history(viewer, skeleton=found.skeleton_ids, user="ana", last="7d"),
            project.neuron_search("name:PN nodes:2..", selections={"mine": found}, view="text"),
            project.annotation_browser(selections={"mine": found}, height=500),
            project.connectivity(found, viewer, groups={"all": found}, min_synapses=3, filters={"name": "DA"}),
            project.matrix(found, groups={"all": found}, order="cluster", palette="viridis"),
            project.treenode_table(found, viewer, sort=["radius", True]),
            project.connector_table(found, viewer, selections={"mine": found, "other": project.selection("PN1")}),
            project.tag_table(found),
            project.review_table(found, viewer, height=450),
            project.proofread(found, viewer, jump=2000, shown_points="all"),
            project.navigator(found, viewer, column_widths={"name": 170}),
        ]
        viewer.layers[1].opacity = 0.5
        viewer.layers[1].colors = {found.skeleton_ids[0]: "orange"}
        ws = project.workspace(*widgets, layout="tabs")
        opened = project.workspace(json.loads(json.dumps(ws.state)))
        assert without_time(opened.state) == without_time(ws.state)
        assert [type(one).__name__ for one in opened.widgets] == [type(one).__name__ for one in widgets]
        assert opened.children[0].titles[:3] == ("Images", "History", "Search")
        assert opened.widgets[0].layers[1].colors == {found.skeleton_ids[0]: "orange"}
        assert [volume.name for volume in opened.widgets[0].layers[0].volumes] == ["box"]
        assert opened.widgets[1].restriction == widgets[1].restriction
        assert opened.widgets[7].selections["other"].skeleton_ids == found.skeleton_ids[:1]
        assert opened.widgets[2].view_state()["query"] == "name:PN nodes:2.."

    await in_thread(story)


async def test_what_changed_meanwhile_is_told(project: cj.Project, tmp_path: Path) -> None:
    def story() -> None:
        trace(project, "gone", 2)
        trace(project, "longer", 3)
        trace(project, "renamed", 4)
        ids = project.selection(["gone", "longer", "renamed"]).skeleton_ids
        version = project.pin("figure")
        viewer = project.viewer(selection=project.selection(ids))
        viewer.active_node = gone_node = int(project.nodes(ids[0])["id"].iloc[0])
        volume = project.add_volume(((0, 0, 0), (100, 100, 100)), "box")
        v3 = project.viewer3d(ids, volumes=[volume])
        ws = project.workspace(viewer, v3)
        ws.save(tmp_path / "now.json")
        past = project.at("figure")
        past.workspace(past.viewer(), past.viewer3d(ids)).save(tmp_path / "then.json")

        project.edit.delete_neurons([project.neuron("gone").id])
        project.edit.create_treenode(0, 0, 900, parent_id=int(project.nodes(ids[1])["id"].max()))
        project.neuron("renamed").rename("other")
        project.edit.delete_volume(volume.id)

        opened, notes = told_by(lambda: project.workspace(tmp_path / "now.json"))
        assert tuple(notes) == opened.notes
        assert f"The volume {volume.id} 'box' is gone." in notes
        assert any(
            note.startswith(f"Skeleton {ids[0]} 'gone' is gone, and stays in its selection. Deleted") for note in notes
        )
        assert f"Skeleton {ids[1]} 'longer' has 4 nodes now; it had 3." in notes
        assert f"Skeleton {ids[2]} is called 'other' now; it was 'renamed'." in notes
        assert f"Node {gone_node}, which was active, is gone." in notes
        assert len(notes) == 5
        assert opened.widgets[0].selection.skeleton_ids == ids
        assert opened.widgets[0].active_node is None
        assert repr(opened) == "<Workspace of 2 widgets in 'Test'; 5 notes on what changed: see its notes>"

        # At a pin nothing changes.
        pinned = project.workspace(tmp_path / "then.json")
        assert (pinned.project.as_of, pinned.project.version_name) == (version, f"figure (version {version})")
        assert pinned.notes == ()
        assert pinned.state["as_of"] == {"version": version, "pin": "figure"}
        _, notes = told_by(lambda: past.workspace(ws.state))
        assert notes[0] == f"It was saved at the present; here is figure (version {version})."

    await in_thread(story)


async def test_what_cannot_be_a_workspace_is_refused(project: cj.Project, tmp_path: Path) -> None:
    def story() -> None:
        viewer, other = project.viewer(), project.viewer()
        hull = cj.Volume.of(((0, 0, 0), (9, 9, 9)), "hull")
        v3 = project.viewer3d([], volumes=[hull])
        v3.show_points([(0, 0, 0)] * 5001, "many")
        _, left_out = told_by(lambda: project.workspace(viewer, v3).save(tmp_path / "a.json"))
        assert [one.partition(" left out")[0] for one in left_out] == ["The volume 'hull' is", "The points 'many' are"]
        wrong: list[tuple[Callable[[], Any], str]] = [
            (project.workspace, "at least one widget"),
            (lambda: project.workspace(viewer, 5), "A workspace has widgets of catmaid_jupyter, such as .*, not int"),
            (lambda: project.workspace(viewer, layout="cols"), "no layout 'cols': take row, column, tabs, or rows"),
            (lambda: project.workspace(viewer, other, layout=[[viewer]]), "each widget of the workspace once"),
            (lambda: project.workspace(viewer, project.at(1).viewer()), "of one project, at one version"),
            (lambda: project.workspace({}), "no workspace of catmaid_jupyter"),
            (lambda: project.workspace({**state, "number": 99}), "newer version of catmaid_jupyter"),
            (lambda: project.workspace({**state, "project_id": 77}), r"of project 77 .*instance.project\(77\)"),
            (lambda: project.workspace({**state, "rows": [["w9"]]}), "damaged"),
            (lambda: project.workspace({**state, "widgets": 5}), "damaged"),
            (lambda: project.workspace({**state, "widgets": {"w1": unknown}}), "'Popen', which this version"),
            (lambda: project.workspace(tmp_path / "none.json"), "There is no file"),
            (partial(project.workspace(viewer).save, " "), "needs a name"),
        ]
        state = project.workspace(viewer).state
        unknown = {**state["widgets"]["w1"], "kind": "Popen"}
        for call, sentence in wrong:
            with pytest.raises((cj.InvalidInput, cj.NotFound), match=sentence):
                call()
        odd = {**state["widgets"]["w1"], "traits": {"nm_per_pixel": "wide", "old_trait": 1, "brightness": 2}}
        opened, notes = told_by(lambda: project.workspace({**state, "widgets": {**state["widgets"], "w1": odd}}))
        assert notes[0].startswith("nm_per_pixel of StackViewer stays as it is by default: ")
        assert notes[1:] == ["StackViewer has nothing called 'old_trait' any more."]
        assert opened.widgets[0].brightness == 2

    await in_thread(story)
