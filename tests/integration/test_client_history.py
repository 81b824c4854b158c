"""Versions in Python: the past of a project, pins, and taking versions back."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pandas.testing import assert_frame_equal

import catmaid_jupyter as cj
from catmaid_jupyter.widgets import TracingLayer
from catmaid_server.db.store import Connection
from catmaid_server.domain.history import versions
from tests.helpers.service import Service


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


async def test_a_pinned_project_stays_as_it_was(project: cj.Project) -> None:
    def story() -> None:
        root = project.edit.create_treenode(0, 0, 0, neuron_name="one")
        project.edit.create_treenode(0, 0, 100, parent_id=root, radius=7)
        project.edit.set_labels(root, ["soma"])
        project.edit.create_connector(5, 0, 0, treenode_id=root)
        neurons, box = project.neurons, ((-10, -10, -10), (10, 10, 10))
        nodes, links = project.nodes_in_box(*box), project.links()
        version = project.pin("fig-3", "as in the paper")
        moment = datetime.now(UTC)
        project.edit.move_nodes({root: (500, 500, 500)})
        project.neuron("one").rename("other")
        project.edit.create_treenode(1, 1, 1)
        for key in ("fig-3", version, moment, moment.isoformat()):
            past = project.at(key)
            assert past.version == past.as_of
            assert_frame_equal(past.neurons, neurons)
            assert_frame_equal(past.nodes_in_box(*box), nodes)
            assert_frame_equal(past.links(), links)
        past = project.at("fig-3")
        assert past.version == version
        skeleton = past.neuron("one").skeletons[0]
        assert skeleton.nodes["radius"].tolist() == [-1, 7]
        assert skeleton.tags["tag"].tolist() == ["soma"]
        assert past.locate(root) == (0, 0, 0)
        assert project.locate(root) == (500, 500, 500)
        assert repr(past).startswith(f"<Project {project.id} 'Test' as of fig-3 (version {version}) at http")
        assert past == project.at(version) != project == past.at("now")
        assert pickle.loads(pickle.dumps(skeleton)).nodes.equals(skeleton.nodes)
        assert project.pins[["name", "version", "creator", "note"]].to_numpy().tolist() == [
            ["fig-3", version, "tracer", "as in the paper"]
        ]

    await asyncio.to_thread(story)


async def test_version_0_is_a_version_and_an_empty_text_is_none(project: cj.Project) -> None:
    def story() -> None:
        project.edit.create_treenode(0, 0, 0, neuron_name="one")
        start = project.at(0)
        assert (start.version, start.as_of, len(start.neurons)) == (0, 0, 0)
        assert start.pin("start") == project.pin("zero", version=0) == 0
        assert project.at("start") == start
        for key in ("", " "):
            with pytest.raises(cj.InvalidInput, match="Name a version, a pin or a time"):
                project.at(key)
        with pytest.raises(cj.InvalidInput, match="a time that has not come"):
            project.at("2100-01-01")

    await asyncio.to_thread(story)


async def test_a_version_that_is_not_settled_is_asked_for_again(
    project: cj.Project, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(versions, "_PATIENCE_S", 0.0)
    refused: list[int] = []
    wait = versions.wait_until_settled

    async def counted(connection: Connection, version: int) -> None:
        try:
            await wait(connection, version)
        except versions.NotSettled:
            refused.append(version)
            raise

    monkeypatch.setattr(versions, "wait_until_settled", counted)
    root = await asyncio.to_thread(project.edit.create_treenode, 0, 0, 0)
    async with service.store.writing(user_id=None, project_id=None, label="slow"):
        await asyncio.to_thread(project.edit.move_nodes, {root: (1, 1, 1)})
        async with service.store.reading() as connection:
            moved = await versions.newest(connection)
        asked = asyncio.create_task(asyncio.to_thread(project.at, moved))
        pinned = asyncio.create_task(asyncio.to_thread(project.pin, "after"))
        while len(refused) < 2:
            await asyncio.sleep(0.01)
    assert (await asked).version == moved
    assert await pinned >= moved


async def test_the_past_cannot_be_changed(project: cj.Project) -> None:
    def story() -> None:
        root = project.edit.create_treenode(0, 0, 0, neuron_name="one")
        past = project.at(project.version)
        for change in (
            lambda: past.edit.create_treenode(0, 0, 0),
            lambda: past.edit.move_nodes({root: (1, 1, 1)}),
            lambda: past.neuron("one").rename("other"),
            lambda: past.neuron("one").skeletons[0].rename("other"),
            lambda: past.rename("Other"),
            lambda: past.grant("admin", "can_browse"),
            lambda: past.delete(confirm="Test"),
            lambda: past.revert(past.version),
            past.undo,
            past.redo,
        ):
            with pytest.raises(cj.InvalidInput, match=f"as of version {past.version}, which cannot be changed"):
                change()
        assert past.pin("later") == past.version
        layer = TracingLayer(past)
        assert layer.read_only
        assert layer.version_shown == f"version {past.version}"
        layer.close()
        heard: list[object] = []
        past.on_change(heard.append)()
        assert project.neurons["name"].tolist() == ["one"]

    await asyncio.to_thread(story)


async def test_versions_that_there_are_not_are_told(project: cj.Project) -> None:
    def story() -> None:
        project.edit.create_treenode(0, 0, 0)
        with pytest.raises(cj.InvalidInput, match="no version 2000000 yet: the newest is"):
            project.at(2_000_000)
        with pytest.raises(cj.InvalidInput, match="name of a pin"):
            project.at("fig-4")
        project.pin("fig-4")
        with pytest.raises(cj.InvalidInput, match="Pins do not move"):
            project.pin("fig-4")
        pinned = project.at("fig-4").version
        project.edit.create_treenode(1, 1, 1)
        assert project.pin("fig-4", exist_ok=True) == pinned < project.pin("fig-5", exist_ok=True)
        with pytest.raises(cj.InvalidInput, match="cannot be called '12'"):
            project.pin("12")

    await asyncio.to_thread(story)


async def test_anybody_s_versions_are_taken_back_after_a_look(service: Service, project: cj.Project) -> None:
    def story() -> None:
        root = project.edit.create_treenode(0, 0, 0, neuron_name="one")
        end = project.edit.create_treenode(0, 0, 100, parent_id=root)
        project.edit.delete_treenode(end)
        deleted = project.version
        with cj.connect(service.url, service.admin.token) as instance:
            admin = instance.project("Test")
            looked = admin.revert(deleted, dry_run=True)
            assert looked.attrs["conflicts"] == []
            assert ("treenode", 1) in set(zip(looked["table"], looked["deleted"], strict=True))
            assert end not in set(project.skeleton(project.skeletons["id"].iloc[0]).nodes["id"])
            assert admin.revert([deleted]).equals(looked)
            assert project.locate(end) == (0, 0, 100)
            project.edit.move_nodes({root: (1, 1, 1)})
            moved = project.version
            admin.edit.move_nodes({root: (2, 2, 2)})
            (conflict,) = project.revert(moved, dry_run=True).attrs["conflicts"]
            assert (conflict["table"], conflict["key"], conflict["username"]) == ("treenode", {"id": root}, "admin")
            with pytest.raises(cj.Conflict, match=rf"treenode {root} was changed \(version \d+ by admin, "):
                project.revert(moved)
            with pytest.raises(cj.NotFound, match="has no version 1999999"):
                project.revert(1_999_999)
            with pytest.raises(cj.InvalidInput, match="at least one"):
                project.revert([])
            with pytest.raises(cj.InvalidInput, match=r"Versions are given by their numbers, not str \('last'\)"):
                project.revert("last")  # type: ignore[arg-type]

    await asyncio.to_thread(story)


async def test_other_servers_say_what_they_lack(project: cj.Project) -> None:
    def story() -> None:
        instance = project.instance
        plain = cj.Instance(instance.http, version="2021.12.21", capabilities=frozenset(), username="tracer")
        other = plain.project("Test")
        for ask in (
            lambda: other.version,
            lambda: other.at(1),
            lambda: other.pins,
            other.redo,
            lambda: other.revert(1),
        ):
            with pytest.raises(cj.InvalidInput, match="it is not served by catmaid_jupyter"):
                ask()

    await asyncio.to_thread(story)
