"""Selections at a real service: what their table has, renaming and annotating, and what became of neurons."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.client.selection.table import SELECTED_SKELETONS, sizes_of
from catmaid_jupyter.widgets import StackViewer
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_jupyter.widgets.tracing_layer.active_neuron import active_neuron, named_neurons
from tests.helpers.service import Service


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


def dtypes_are(frame: pd.DataFrame, schema: Mapping[str, Any]) -> bool:
    assert list(frame.columns) == list(schema)
    return all(frame[name].dtype == pd.Series([], dtype=dtype).dtype for name, dtype in schema.items())


def trace(project: cj.Project, name: str, nodes: int) -> list[int]:
    """Make a neuron along z with steps of 100 nm; returns its treenodes."""
    made = [project.edit.create_treenode(0, 0, 0, neuron_name=name)]
    for step in range(1, nodes):
        made.append(project.edit.create_treenode(0, 0, 100 * step, parent_id=made[-1]))
    return made


async def test_a_selection_tells_of_its_neurons_and_changes_them(project: cj.Project, tmp_path: Path) -> None:
    def story() -> None:
        one, two = trace(project, "one", 3), trace(project, "two", 2)
        synapse = project.edit.create_connector(0, 0, 50)
        project.edit.create_link(one[1], synapse, "presynaptic_to")
        project.edit.create_link(two[1], synapse, "postsynaptic_to")
        found = project.selection(["two", "one"], colors=["#ff0000", "#00ff00"])
        found.annotate(["PN", "DA1"], meta="type")
        first, second = found.skeleton_ids
        table = found.table
        assert dtypes_are(table, SELECTED_SKELETONS)
        assert table.to_numpy().tolist() == [
            [first, "two", 2, 100.0, 0, 1, 0.0, ["DA1", "PN"], "#ff0000"],
            [second, "one", 3, 200.0, 1, 0, 0.0, ["DA1", "PN"], "#00ff00"],
        ]
        assert project.selection(annotation="PN").skeleton_ids == sorted([first, second])
        assert found.where("nodes > 2").skeleton_ids == [second]
        before = project.version
        found.rename(lambda row: f"{row['name']} (DA1)")
        assert sorted(found.table["name"]) == ["one (DA1)", "two (DA1)"]
        past = project.at(before).selection(found)
        assert past.table.equals(table)
        found.unannotate("DA1")
        assert found.table["annotations"].tolist() == [["PN"], ["PN"]]
        assert [skeleton.name for skeleton in found] == ["two (DA1)", "one (DA1)"]
        assert len(found.nodes()) == 5
        assert found[1:].partners()["skeleton_id"].tolist() == [first]
        assert list(found.to_networkx().edges) == [(second, first)]
        assert found.links()["skeleton_id"].tolist() == [second, first]
        assert found.connectors()["id"].tolist() == [synapse]
        assert found.reviews()["reviewed"].tolist() == [0, 0]
        assert found.contributors()["nodes"].tolist() == [5]
        assert set(found.annotations()["annotation"]) == {"PN"}
        assert (len(found.tags()), list(found.morphology())) == (0, [first, second])
        with zipfile.ZipFile(found.to_swc(tmp_path / "both.zip")) as archive:
            assert archive.namelist() == [f"two _DA1_-{first}.swc", f"one _DA1_-{second}.swc"]
        with pytest.raises(cj.NotFound, match="no annotation 'KC'"):
            project.selection(annotation="KC")
        with pytest.raises(cj.NotFound, match="7654321"):
            project.selection([7654321])

    await asyncio.to_thread(story)


async def test_the_table_of_all_neurons_gives_what_single_requests_give(
    project: cj.Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def story() -> None:
        trace(project, "one", 3)
        trace(project, "two", 2)
        ids = [*project.skeletons["id"].tolist()[::-1], 7654321]
        single = loop.run(sizes_of(project.place, ids))
        monkeypatch.setattr("catmaid_jupyter.client.selection.table._MANY", 1)
        together = loop.run(sizes_of(project.place, ids))
        assert (set(single.pop("editor")), set(together.pop("editor"))) == ({"tracer", ""}, {""})
        single["edition_time"], together["edition_time"] = (
            np.nan_to_num(part["edition_time"]).round(3) for part in (single, together)
        )
        assert {name: list(values) for name, values in together.items()} == {
            name: list(values) for name, values in single.items()
        }

    await asyncio.to_thread(story)


async def test_it_says_what_became_of_neurons_and_goes_to_them(project: cj.Project) -> None:
    def story() -> None:
        one, two = trace(project, "one", 3), trace(project, "two", 2)
        trace(project, "three", 1)
        found = project.selection(["one", "two", "three"])
        project.edit.join_skeletons(one[2], two[1])
        project.delete_neurons("three")
        project.edit.set_labels(two[0], ["soma"])
        assert found.table.attrs["gone"] == found.skeleton_ids[1:]
        kept = found.skeleton_ids[0]
        assert found.without_gone().skeleton_ids == [kept]
        with pytest.raises(cj.NotFound, match=r"became of it, and without_gone\(\) of a Selection leaves it out"):
            found.nodes()
        viewer = SimpleNamespace(project=project, position=(0.0, 0.0, 0.0), layers=[])
        found.widget.viewer = cast("StackViewer", viewer)

        def ask(method: str, **params: Any) -> Any:
            return loop.run(methods_of(found.widget)[method](params))

        joined, deleted = ask("fates", skeleton_ids=found.skeleton_ids[1:])
        assert joined["successor"] == kept
        assert joined["sentence"].startswith(f"Now part of “one” (skeleton {kept}); changed by tracer on ")
        assert deleted["sentence"].startswith("Deleted by tracer on ")
        for to, node in (("root", one[0]), ("soma", two[0]), ("nearest", one[2])):
            viewer.position = (0.0, 0.0, 180.0)
            assert f"treenode {node}" in ask("jump", skeleton_id=kept, to=to)
        assert ask("tag", skeleton_ids=[kept], tag="seen") == 1
        assert ["seen", one[0]] in project.tags(kept)[["tag", "treenode_id"]].to_numpy().tolist()
        assert project.undo()
        assert "seen" not in set(project.tags(kept)["tag"])
        found.widget.close()

    await asyncio.to_thread(story)


async def test_a_viewer_names_its_neuron_and_finds_others_also_in_the_past(project: cj.Project) -> None:
    def story() -> None:
        [root, *_] = trace(project, "<b>Zelle</b> שלום", 3)
        trace(project, "Zelle 2", 1)
        skeleton_id = project.selection(["<b>Zelle</b> שלום"]).skeleton_ids[0]
        project.pin("named")
        project.rename_neurons({skeleton_id: "x" * 255})
        renamed = project.selection([skeleton_id])[0].name
        now = loop.run(active_neuron(project.place, skeleton_id))
        assert now is not None
        assert (now["name"], now["author"], now["nodes"], now["cable_length"]) == (renamed, "tracer", 3, 200.0)
        then = loop.run(active_neuron(project.at("named").place, skeleton_id))
        assert then == {**now, "name": "<b>Zelle</b> שלום"}
        assert loop.run(active_neuron(project.place, 7654321)) is None
        found = loop.run(named_neurons(project.at("named").place, "zelle"))
        assert (found["total"], found["root"]) == (2, None)
        other = loop.run(named_neurons(project.place, "zelle"))
        assert [neuron["name"] for neuron in other["neurons"]] == ["Zelle 2"]
        own = loop.run(named_neurons(project.place, renamed))
        assert own["root"] == {"root_id": root, "x": 0.0, "y": 0.0, "z": 0.0}
        with pytest.raises(cj.NotFound, match="has 'nobody' in its name"):
            loop.run(named_neurons(project.place, "nobody"))
        with pytest.raises(cj.InvalidInput, match="a part of it"):
            loop.run(named_neurons(project.place, " "))

    await asyncio.to_thread(story)
