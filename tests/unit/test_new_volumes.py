"""Volumes that are made by mouse, on the kernel's side: what is previewed is what is saved."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.client.space.volume import Volume
from catmaid_jupyter.client.space.volume_points import body_around
from catmaid_jupyter.widgets import Viewer3D
from catmaid_jupyter.widgets.rpc import Buffers, methods_of
from catmaid_jupyter.widgets.viewer3d import new_volumes, volumes
from tests.unit.test_selection_table import TracedProject
from tests.unit.test_viewer3d import stack_viewer

CUBE = np.array([[x, y, z] for x in (0, 10) for y in (0, 20) for z in (0, 30)], np.float64)
ORDER: dict[str, Any] = {"skeleton_ids": [17], "of": "nodes", "shape": "convex_hull"}


@pytest.fixture
def project() -> TracedProject:
    return TracedProject("history")


@pytest.fixture
def v3(project: TracedProject) -> Iterator[Viewer3D]:
    made = Viewer3D(Selection(project, [17, 18]))
    yield made
    made.close()


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked for of the points of a cube."""
    asked: list[Any] = []

    def points_of(_place: Any, *which: Any) -> Any:
        asked.append(which)
        return CUBE

    monkeypatch.setattr(new_volumes, "points_of", points_of)
    return asked


def preview(v3: Viewer3D, **more: Any) -> Buffers:
    made: Buffers = loop.run(methods_of(v3)["preview_volume"]({**ORDER, **more}))
    return made


def test_a_preview_follows_choices_and_reads_points_once(v3: Viewer3D, readings: list[Any]) -> None:
    hull = preview(v3)
    assert hull.result["points"] == 8
    assert hull.result["content"] == pytest.approx(6000)
    vertices = np.frombuffer(hull.buffers[0], "<f4").reshape(-1, 3)
    assert vertices.max(axis=0).tolist() == [10, 20, 30]
    box = preview(v3, shape="box", margin=5)
    assert box.result["number"] > hull.result["number"]
    assert box.result["content"] == pytest.approx(20 * 30 * 40)
    assert len(readings) == 1
    preview(v3, of="pre", partner_ids=[18], strahler=[None, 2], compartment="axon")
    ids, of, filters, partners = readings[-1]
    assert (ids, of, partners) == ([17], "pre", [18])
    assert (filters.strahler, filters.compartment) == ((None, 2), "axon")
    preview(v3)
    v3._changed({"skeleton_ids": [17], "treenode_ids": None})
    preview(v3)
    assert len(readings) == 4


def test_a_volume_is_combined_with_another(
    v3: Viewer3D, project: TracedProject, readings: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    far = Volume(7, "far", "", *body_around(CUBE + np.array([5, 0, 0]), "box"))
    named = {7: far, "far": far, "else": Volume(8, "else", "", *body_around(CUBE + np.array([90, 0, 0]), "box"))}
    named["1234"] = Volume(9, "1234", "", *body_around(CUBE + np.array([0, 10, 0]), "box"))

    def volume(key: int | str) -> Volume:
        if key not in named:
            raise NotFound(f"There is no volume {key!r}.")
        return named[key]

    monkeypatch.setattr(project, "volume", volume, raising=False)
    digits = preview(v3, combination="union", other="1234").result
    assert digits["content"] == pytest.approx(10 * 30 * 30, rel=1e-6)
    assert preview(v3, combination="union", other="7").result["content"] == pytest.approx(15 * 20 * 30, rel=1e-6)
    with pytest.raises(NotFound, match="no volume 'nothing'"):
        preview(v3, inside="nothing")
    assert preview(v3, combination="union", other=7).result["content"] == pytest.approx(15 * 20 * 30, rel=1e-6)
    both = preview(v3, combination="intersection", other="far").result
    assert both["content"] == pytest.approx(5 * 20 * 30, rel=1e-6)
    assert both["points"] == 8
    with pytest.raises(InvalidInput, match="Nothing is inside all of 'new volume', 'else'"):
        preview(v3, combination="intersection", other="else")
    with pytest.raises(InvalidInput, match="by union or intersection, not by 'without'"):
        preview(v3, combination="without", other=7)
    assert len(readings) == 1


def test_errors_are_sentences(v3: Viewer3D, readings: list[Any]) -> None:
    with pytest.raises(InvalidInput, match="alpha is the radius of an alpha_shape"):
        preview(v3, shape="alpha_shape", alpha=-1)
    with pytest.raises(InvalidInput, match="no compartment 'soma'"):
        preview(v3, compartment="soma")
    assert readings


def test_what_is_shown_is_saved(
    v3: Viewer3D, project: TracedProject, readings: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    added: list[Any] = []

    def add_volume(volume: Volume, name: str) -> Any:
        added.append((volume, name))
        there[5] = name
        return SimpleNamespace(id=5, name=name)

    there = {6: "AL_R", 7: "MB"}

    async def volume_table(_place: Any) -> Any:
        return pd.DataFrame({"id": list(there), "name": list(there.values())})

    monkeypatch.setattr(project, "add_volume", add_volume, raising=False)
    monkeypatch.setattr(volumes, "volume_table", volume_table)
    save = methods_of(v3)["save_volume"]
    v3.volumes = ["AL_R", "MB"]
    told: list[Any] = []
    monkeypatch.setattr(v3, "emit", lambda event, **data: told.append((event, data.get("text"))))
    number = preview(v3).result["number"]
    with pytest.raises(InvalidInput, match=r"There is a volume “MB” already \(7\). Give it another name"):
        loop.run(save({"number": number, "name": " MB"}))
    # Somebody deletes another one that is shown.
    del there[6]
    with pytest.raises(InvalidInput, match="needs a name"):
        loop.run(save({"number": number, "name": " "}))
    with pytest.raises(InvalidInput, match="Another volume is shown"):
        loop.run(save({"number": number - 1, "name": "hull"}))
    assert loop.run(save({"number": number, "name": " hull "})) == {"id": 5, "name": "hull"}
    assert added[0][1] == "hull"
    assert len(added[0][0].vertices) == 8
    assert [one["id"] for one in v3.volumes] == [7, 5]
    assert v3.volumes[1]["color"] == new_volumes.PREVIEW_COLOR
    assert told == [("notice", "Not shown any more, since deleted: “AL_R” (6).")]
    del there[7]
    with pytest.raises(NotFound, match="no volume 7 “MB” in this project: it was deleted, so leave it out"):
        v3.volumes = [*v3.volumes, "hull"]
    v3._changed({"label": "volumes.delete", "skeleton_ids": []})
    deadline = time.monotonic() + 20
    while len(v3.volumes) > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [one["id"] for one in v3.volumes] == [5]
    with pytest.raises(InvalidInput, match="Another volume is shown"):
        loop.run(save({"number": number, "name": "hull"}))
    assert len(readings) == 1


def test_the_linked_viewer_shows_its_outline_meanwhile(
    v3: Viewer3D, project: TracedProject, readings: list[Any]
) -> None:
    viewer = stack_viewer(project)
    v3.link(viewer)
    preview(v3)
    (layer,) = viewer.layers
    assert [one.name for one in layer.volumes] == ["new volume"]
    preview(v3, shape="box", margin=1, page="one")
    assert viewer.layers == [layer]
    end = methods_of(v3)["end_preview"]
    loop.run(end({"page": "other"}))
    assert viewer.layers == [layer]
    loop.run(end({"page": "one"}))
    assert viewer.layers == []

    # A page that is closed while the volume is on its way: what comes late shows no outline.
    late = new_volumes.VolumePreview(0, Volume.of(((0, 0, 0), (1, 1, 1)), "late"), "one")
    v3._outline(late)
    assert viewer.layers == []

    preview(v3)
    box = Volume.of(((0, 0, 0), (1, 1, 1)), "mine")
    kept = viewer.show_volumes(box)
    v3.link(None)
    assert viewer.layers == [kept]
    assert readings
