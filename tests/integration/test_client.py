"""The Python client against a running service."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.api.written import written_versions
from catmaid_jupyter.client.frames import CONNECTORS, LINKS, NEURONS, NODES, NODES_IN_BOX, PROJECTS, SKELETONS, USERS
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Service


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


def traced(project: cj.Project) -> tuple[int, list[int]]:
    """A skeleton of five nodes that branches at the third: its id, and its nodes."""
    edit = project.edit
    a = edit.create_treenode(0, 0, 0, neuron_name="branched")
    b = edit.create_treenode(0, 0, 100, parent_id=a)
    c = edit.create_treenode(0, 0, 200, parent_id=b, radius=30)
    d = edit.create_treenode(30, 40, 200, parent_id=c)
    e = edit.create_treenode(0, 0, 400, parent_id=c)
    (skeleton_id,) = project.skeletons["id"]
    return int(skeleton_id), [a, b, c, d, e]


def dtypes_are(frame: pd.DataFrame, schema: Mapping[str, Any]) -> bool:
    """Whether columns and dtypes are as promised."""
    assert list(frame.columns) == list(schema)
    return all(frame[name].dtype == pd.Series([], dtype=dtype).dtype for name, dtype in schema.items())


async def test_tables_have_their_dtypes_even_when_empty(project: cj.Project) -> None:
    def story() -> None:
        for _ in range(2):
            assert dtypes_are(project.neurons, NEURONS)
            assert dtypes_are(project.skeletons, SKELETONS)
            assert dtypes_are(project.instance.projects, PROJECTS)
            assert dtypes_are(project.instance.users, USERS)
            assert dtypes_are(project.nodes_in_box((-1, -1, -1), (1, 1, 1)), NODES_IN_BOX)
            assert dtypes_are(project.connectors(), CONNECTORS)
            assert dtypes_are(project.links(), LINKS)
            _, nodes = traced(project) if project.neurons.empty else (0, [])
            if nodes:
                assert dtypes_are(project.skeleton(int(project.skeletons["id"].iloc[0])).nodes, NODES)
                project.edit.create_connector(5, 5, 5, treenode_id=nodes[0])

    await asyncio.to_thread(story)


async def test_what_was_traced_can_be_read(project: cj.Project, tmp_path: Path) -> None:
    def story() -> None:
        skeleton_id, (a, b, c, d, e) = traced(project)
        skeleton = project.skeleton(skeleton_id)
        assert skeleton.name == "branched"
        assert skeleton.cable_length == pytest.approx(100 + 100 + 50 + 200)
        assert skeleton.root == a
        assert skeleton.branch_points["id"].tolist() == [c]
        assert set(skeleton.end_points["id"]) == {d, e}
        assert set(skeleton.distal_to(c)["id"]) == {c, d, e}
        assert skeleton.strahler[b] == 2
        assert skeleton.nodes.set_index("id").loc[c, "radius"] == 30
        assert "5 nodes, 450 nm" in repr(skeleton)

        (row,) = project.neurons.to_dict("records")
        assert (row["name"], row["skeleton_ids"], row["nodes"]) == ("branched", [skeleton_id], 5)
        assert row["cable_length"] == pytest.approx(450)
        assert row["creator"] == "tracer"
        assert row["edition_time"] >= row["creation_time"] > pd.Timestamp("2020", tz="UTC")

        assert project.locate(d) == (30, 40, 200)
        assert set(project.nodes_in_box((20, 20, 190), (40, 50, 210))["id"]) >= {d}

        lines = skeleton.to_swc(tmp_path / "branched.swc").read_text().splitlines()
        rows = [line.split() for line in lines if not line.startswith("#")]
        assert rows[0] == [str(a), "0", "0.0", "0.0", "0.0", "-1", "-1"]
        assert {(row[0], row[6]) for row in rows[1:]} == {
            (str(b), str(a)),
            (str(c), str(b)),
            (str(d), str(c)),
            (str(e), str(c)),
        }
        marked = skeleton.to_swc(tmp_path / "marked.swc", soma_markers=["radius:30"]).read_text().splitlines()
        assert [line.split()[0] for line in marked if line.split()[1] == "1"] == [str(c)]
        with pytest.raises(cj.InvalidInput, match="A soma marker is"):
            skeleton.to_swc(tmp_path / "marked.swc", soma_markers=["cell"])
        authors = skeleton.to_swc(tmp_path / "authors.eswc", authors=True).read_text().splitlines()
        assert [line.split()[7] for line in authors] == ["tracer"] * 5

    await asyncio.to_thread(story)


async def test_synapses_and_tags(project: cj.Project) -> None:
    def story() -> None:
        skeleton_id, (a, _, c, d, _) = traced(project)
        synapse = project.edit.create_connector(10, 0, 200, treenode_id=c)
        target = project.edit.create_treenode(50, 0, 200, neuron_name="target")
        project.edit.create_link(target, synapse, "postsynaptic_to")
        project.edit.set_labels(a, ["soma", "TODO"])
        skeleton = project.skeleton(skeleton_id)
        assert skeleton.connectors[["treenode_id", "connector_id", "relation"]].to_numpy().tolist() == [
            [c, synapse, "presynaptic_to"]
        ]
        assert set(skeleton.tags["tag"]) == {"soma", "TODO"}
        assert set(skeleton.tags["treenode_id"]) == {a}
        links = project.links()
        assert set(zip(links["treenode_id"], links["relation"], strict=True)) == {
            (c, "presynaptic_to"),
            (target, "postsynaptic_to"),
        }
        assert project.locate(synapse) == (10, 0, 200)
        assert project.connectors(relation="presynaptic_to")["id"].tolist() == [synapse]
        del d

    await asyncio.to_thread(story)


async def test_objects_by_name_and_id(project: cj.Project) -> None:
    def story() -> None:
        skeleton_id, _ = traced(project)
        neuron = project.neuron("branched")
        assert neuron.skeleton_ids == [skeleton_id]
        assert project.neuron(neuron.id).name == "branched"
        neuron.rename("renamed")
        assert project.skeleton(skeleton_id).name == "renamed"
        for thing in (neuron, project.skeleton(skeleton_id)):
            with pytest.raises(cj.InvalidInput, match="The name is a text, not list"):
                thing.rename(["a", "b"])  # type: ignore[arg-type]
        project.edit.create_treenode(1, 1, 1, neuron_name="renamed")
        with pytest.raises(cj.InvalidInput, match="Several neurons"):
            project.neuron("renamed")
        for absent in (
            lambda: project.neuron("nobody"),
            lambda: project.skeleton(999999),
            lambda: project.locate(999999),
            lambda: project.instance.project("nothing"),
            lambda: project.stack("nothing"),
        ):
            with pytest.raises(cj.NotFound):
                absent()

    await asyncio.to_thread(story)


async def test_skeleton_methods_change_the_store(project: cj.Project) -> None:
    def story() -> None:
        skeleton_id, (a, _, c, d, e) = traced(project)
        skeleton = project.skeleton(skeleton_id)
        skeleton.reroot(e)
        assert skeleton.root == e
        part = skeleton.split(c)
        assert len(part.nodes) + len(skeleton.nodes) == 5
        assert part.root == c
        skeleton.join(e, c)
        assert len(skeleton.nodes) == 5
        with pytest.raises(LookupError):
            skeleton.split(999999)
        assert {a, d} <= set(skeleton.nodes["id"])

    await asyncio.to_thread(story)


async def test_who_may_do_what(service: Service) -> None:
    def story() -> None:
        with pytest.raises(cj.NotAllowed):
            cj.connect(service.url, token="0" * 40)
        visitor = cj.connect(service.url)
        assert visitor.username == "AnonymousUser"
        assert visitor.projects.empty
        with pytest.raises(cj.NotFound, match="you may not see it"):
            visitor.project("Test")
        tracer = cj.connect(service.url, service.tracer.token).project("Test")
        admin = cj.connect(service.url, service.admin.token).project("Test")
        node = admin.edit.create_treenode(1, 2, 3)
        with pytest.raises(cj.NotAllowed):
            tracer.edit.move_nodes({node: (4, 5, 6)})
        assert tracer.locate(node) == (1, 2, 3)

    await asyncio.to_thread(story)


async def test_an_administrator_makes_projects(service: Service) -> None:
    def story() -> None:
        with cj.connect(service.url, service.admin.token) as instance:
            project = instance.create_project("Larva")
            project.edit.create_treenode(1, 2, 3)
            assert instance.projects["title"].tolist() == ["Larva", "Test"]
            with pytest.raises(cj.InvalidInput, match="already"):
                instance.create_project("Larva")
        with cj.connect(service.url, service.tracer.token) as instance, pytest.raises(cj.NotAllowed):
            instance.create_project("Adult")

    await asyncio.to_thread(story)


async def test_a_change_reaches_every_connection(service: Service) -> None:
    heard: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def hear(change: dict[str, Any]) -> None:
        loop.call_soon_threadsafe(heard.put_nowait, change)

    def listen() -> cj.Project:
        project = cj.connect(service.url, service.admin.token).project("Test")
        project.on_change(hear)
        return project

    watched = await asyncio.to_thread(listen)
    editor = await asyncio.to_thread(lambda: cj.connect(service.url, service.tracer.token).project("Test"))
    async with asyncio.timeout(PATIENCE_S):
        while heard.empty():  # the subscription may still be on its way when the first edits happen
            await asyncio.to_thread(editor.edit.create_treenode, 0, 0, 0)
            await asyncio.sleep(0.05)
        change = await heard.get()
    assert change["label"] == "treenodes.create"
    assert isinstance(change["version"], int)
    await asyncio.to_thread(watched.instance.close)


async def test_an_edit_knows_the_versions_that_it_wrote(service: Service) -> None:
    """One for each request; others' edits at the same time are not among them."""

    def story() -> tuple[list[int], list[int]]:
        with cj.connect(service.url, service.tracer.token) as instance:
            project = instance.project("Test")
            heard: queue.Queue[int] = queue.Queue()
            project.on_change(lambda change: heard.put(change["version"]))
            node = project.edit.create_treenode(0, 0, 0)
            while heard.empty():  # the subscription may still be on its way
                project.edit.create_treenode(0, 0, 0)

            async def edit() -> list[int]:
                with written_versions() as versions:
                    args = {"x": 1.0, "y": 1.0, "z": 1.0, "treenode_id": node, "relation": "presynaptic_to"}
                    await project.edits.perform("create_connector", args)
                    return versions

            written = loop.run(edit())
            told = [heard.get(timeout=PATIENCE_S)]
            while told[-1] < max(written):
                told.append(heard.get(timeout=PATIENCE_S))
            return written, told

    written, told = await asyncio.to_thread(story)
    assert len(written) == 2
    assert told[-2:] == written
