"""Objects of the client as values: what they show, when they are equal, what a pickle holds, what they ask for."""

from __future__ import annotations

import asyncio
import copy
import pickle
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.api.place import Place
from tests.helpers.service import Service


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


@pytest.fixture
async def plain(service: Service) -> AsyncIterator[cj.Project]:
    """The same project through a connection that is told of none of the service's own abilities."""
    http = Http(Origin(parse_url(service.url), service.tracer.token))
    instance = cj.Instance(http, version="2021.12.21", capabilities=frozenset(), username="tracer")
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


def traced(project: cj.Project, name: str = "one") -> cj.Skeleton:
    """A skeleton of two nodes."""
    root = project.edit.create_treenode(0, 0, 0, neuron_name=name)
    project.edit.create_treenode(0, 0, 50, parent_id=root)
    rows = project.skeletons
    return project.skeleton(int(rows[rows["name"] == name]["id"].iloc[0]))


@contextmanager
def asked(http: Http) -> Iterator[list[str]]:
    """Paths of the requests that are sent meanwhile."""
    paths: list[str] = []
    send = http._send

    async def noted(method: str, path: str, body: dict[str, Any], *, repeatable: bool) -> Any:
        paths.append(path)
        return await send(method, path, body, repeatable=repeatable)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(http, "_send", noted)
        yield paths


async def test_dir_shows_what_users_may_call(project: cj.Project) -> None:
    def story() -> None:
        skeleton = traced(project)
        project.instance.close()
        assert dir(project.instance) == [
            "add_to_group", "capabilities", "close", "create_group", "create_project", "create_token",
            "delete_group", "groups", "inactive_members", "inactivity", "join", "project", "project_browser",
            "projects", "remove_from_group", "revoke_token", "revoke_tokens", "set_inactivity", "tokens", "url",
            "username", "users", "version",
        ]  # fmt: skip
        assert dir(project) == [
            "add_stack", "add_volume", "adjacency", "annotate", "annotate_annotations",
            "annotation_browser", "annotation_tree", "annotations", "annotations_of", "approve_join",
            "archive", "as_of", "ask_before", "at", "connectivity", "connector_table", "connectors", "contributors",
            "course",
            "courses", "delete", "delete_neurons", "delete_volume", "diff", "diff_tables", "edit",
            "export", "favor", "forget_region", "forget_search", "forget_workspace", "fork",
            "give_neurons", "grant", "history", "id", "import_skeletons", "imported_from", "in_volume",
            "instance", "invitations", "invite", "is_archived", "jobs", "join_requests", "keep_region",
            "keys", "landmark_groups", "landmarks", "lineage", "links", "locate", "log", "matrix", "members",
            "morphology",
            "navigator", "neuroglancer", "neuron", "neuron_search", "neurons", "neurons_in", "nodes",
            "nodes_in_box", "on_change", "open", "origins", "partners", "pin", "pins", "proofread",
            "proofreading", "questions", "redo", "refuse_join", "regions", "remove_stack", "rename", "rename_neurons",
            "reset_keys", "restore", "revert", "review", "review_table", "reviews", "revoke", "samplers",
            "save_search", "saved_searches", "search", "selection", "set_key", "shading", "show_hints",
            "skeleton", "skeletons", "stack", "stack_group", "stacks", "statistics", "successors",
            "synapses", "tag_table", "tags", "title", "to_navis", "to_networkx", "treenode_table",
            "tutorial", "unannotate", "unannotate_annotations", "undo", "upload", "url", "version",
            "viewer", "viewer3d", "volume", "volume_around", "volumes", "withdraw_invitation",
            "workspace", "workspaces",
        ]  # fmt: skip
        assert dir(skeleton.neuron) == [
            "annotations",
            "id",
            "life",
            "name",
            "project",
            "rename",
            "skeleton_ids",
            "skeletons",
        ]
        assert dir(skeleton) == [
            "branch_points", "cable_length", "connectors", "distal_to", "end_points", "id", "join", "lineage",
            "morphology", "name", "neuron", "nodes", "project", "reload", "rename", "reroot", "root", "split",
            "strahler", "tags", "to_swc",
        ]  # fmt: skip
        for thing in (project, project.instance, skeleton, skeleton.neuron):
            assert all(hasattr(type(thing), name) or name in vars(thing) for name in dir(thing))

    await asyncio.to_thread(story)


async def test_equal_things_are_equal(project: cj.Project, service: Service) -> None:
    def story() -> None:
        one, two = traced(project, "one"), traced(project, "two")
        with (
            cj.connect(service.url, service.tracer.token) as same,
            cj.connect(service.url, service.admin.token) as admin,
        ):
            here, theirs = same.project("Test"), admin.project("Test")
            assert project.skeleton(one.id) == one == here.skeleton(one.id) != two
            assert one.neuron == project.neuron("one") == here.neuron(one.neuron.id) != two.neuron
            assert project == here != theirs
            assert project.instance == same != admin
            assert theirs.skeleton(one.id) != one, "another user may see and do something else"
            assert len({one, project.skeleton(one.id), here.skeleton(one.id), two}) == 2
            assert len({one.neuron, here.neuron("one"), project, here, same, project.instance}) == 3
            assert project.place == here.place == Place(same.http, project.id, frozenset())
            assert one != one.id
            assert one.neuron != one

    await asyncio.to_thread(story)


async def test_pickles_connect_again_without_holding_the_token(
    project: cj.Project, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, admin = service.tracer.token or "", service.admin.token or ""

    def story() -> None:
        skeleton = traced(project)
        nodes = skeleton.nodes
        for thing in (project.instance, project, skeleton.neuron, skeleton):
            written = pickle.dumps(thing)
            assert own
            assert own.encode() not in written

            monkeypatch.setenv("CATMAID_TOKEN", own)
            read = pickle.loads(written)
            assert read == thing
            assert hash(read) == hash(thing)
            assert repr(read) == repr(thing)

            monkeypatch.setenv("CATMAID_TOKEN", admin)
            assert pickle.loads(written) != thing
        monkeypatch.setenv("CATMAID_TOKEN", own)
        instance, again, other = pickle.loads(pickle.dumps((project.instance, skeleton, project)))
        assert again.project is other
        assert other.instance is instance
        assert again.nodes.equals(nodes)
        again.rename("renamed")
        assert project.neuron(again.neuron.id).name == "renamed"
        assert other.undo()
        assert copy.copy(project) is project
        for secret in (project.instance.http, project.instance.http._origin, project.place):
            with pytest.raises(TypeError, match="not pickled"):
                pickle.dumps(secret)
        instance.close()

    await asyncio.to_thread(story)


async def test_a_pickled_stranger_is_anonymous_without_a_token(
    project: cj.Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def story() -> None:
        monkeypatch.delenv("CATMAID_TOKEN", raising=False)
        written = pickle.dumps(project)
        read = pickle.loads(written)
        assert read.instance.username == "AnonymousUser"
        with pytest.raises(cj.NotAllowed):
            _ = read.neurons
        read.instance.close()

    await asyncio.to_thread(story)


async def test_one_thing_is_read_without_the_table_of_all(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        skeleton = traced(project, "a.b (c) 1")
        traced(project, "A.B (C) 1")
        traced(project, "a.b (c) 12")
        neuron_id = skeleton.neuron.id
        for at in (project, plain):
            tables = {f"{at.id}/neurons/table", f"{at.id}/skeletons/summary", "projects/"}
            with asked(at.place.http) as paths:
                assert at.neuron("a.b (c) 1").id == neuron_id
                assert paths == [f"{at.id}/annotations/query-targets"]
            with asked(at.place.http) as paths:
                neuron = at.neuron(neuron_id)
                assert neuron.name == "a.b (c) 1"
                assert len(paths) == 2
                assert not tables & set(paths)
            with asked(at.place.http) as paths:
                assert neuron.skeletons == [skeleton]
                assert paths == [f"{at.id}/neuron/{neuron_id}/get-all-skeletons"]
            with asked(at.place.http) as paths:
                assert at.instance.project(at.id) is at
                assert not tables & set(paths)
            for key in (neuron_id + 1000, "nobody", "a.b (c)"):
                with pytest.raises(cj.NotFound, match=r"There is no neuron .* in 'Test'\."):
                    at.neuron(key)
            with pytest.raises(cj.NotFound, match=r"There is no project 99 at .* There are: 'Test'\."):
                at.instance.project(99)

    await asyncio.to_thread(story)


async def test_a_project_that_the_user_may_not_see_is_not_found_by_id(service: Service, project: cj.Project) -> None:
    def story() -> None:
        with cj.connect(service.url) as visitor, pytest.raises(cj.NotFound, match="you may not see it"):
            visitor.project(project.id)

    await asyncio.to_thread(story)
