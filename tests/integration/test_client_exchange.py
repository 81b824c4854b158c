"""Neurons and volumes go into a project and come out again the same, at any CATMAID server."""

from __future__ import annotations

import asyncio
import sys
import types
import warnings
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import trimesh

import catmaid_jupyter as cj
from catmaid_jupyter.client.frames import (
    CONTRIBUTORS,
    IN_VOLUME,
    LANDMARK_GROUPS,
    LANDMARKS,
    REVIEWS,
    SAMPLERS,
    STATISTICS,
    UPLOADED,
    VOLUMES,
)
from catmaid_jupyter.edits.connectors import CreateLink
from catmaid_jupyter.edits.neurons import ImportSkeleton
from tests.helpers.service import Service
from tests.integration.test_client import dtypes_are
from tests.integration.test_client_neurons import plain, project, traced

__all__ = ["plain", "project"]

NODES = pd.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "parent_id": [-1, 1, 2, 2],
        "x": [0.0, 100, 200, 100],
        "y": [0.0, 0, 0, 50],
        "z": [10.0] * 4,
        "radius": [30.0, -1, 5, -1],
    }
)
SWC = "1 0 0 0 10 30 -1\n2 0 100 0 10 -1 1\n3 0 200 0 10 5 2\n4 0 100 50 10 -1 2\n"


def graph() -> Any:
    made = nx.DiGraph(name="from networkx")
    for row in NODES.to_dict("records"):
        made.add_node(row["id"], **{name: row[name] for name in ("x", "y", "z", "radius")})
    made.add_edges_from([(2, 1), (3, 2), (4, 2)])
    return made


def tree_neuron(**more: Any) -> Any:
    """What navis has: a table of nodes in micrometers, a name and tags."""
    nodes = NODES.rename(columns={"id": "node_id"})
    nodes[["x", "y", "z", "radius"]] /= 1000
    units = types.SimpleNamespace(to=lambda unit: types.SimpleNamespace(magnitude=1000))
    return types.SimpleNamespace(nodes=nodes, name="from navis", units=units, tags={"ends": [3, 4]}, **more)


async def test_neurons_of_any_kind_are_uploaded(project: cj.Project, plain: cj.Project, tmp_path: Path) -> None:
    def story() -> None:
        (tmp_path / "b.swc").write_text(SWC)
        (tmp_path / "a.SWC").write_text(SWC)
        (tmp_path / "readme.txt").write_text("no neuron")
        for one in (project, plain):
            sources: dict[str, Any] = {"🧠 <b>": SWC, "table": NODES, "graph": graph(), "navis": tree_neuron()}
            made = one.upload([tmp_path, str(tmp_path / "b.swc"), sources], annotations=["imported", "new"])
            assert dtypes_are(made, UPLOADED)
            assert made["name"].tolist() == ["a", "b", "b", *sources]
            assert made["nodes"].tolist() == [4] * 7
            nodes = one.nodes(made)
            for skeleton_id in made["skeleton_id"]:
                mine = nodes[nodes["skeleton_id"] == skeleton_id]
                for name in ("x", "y", "z", "radius"):
                    assert np.allclose(mine[name], NODES[name])
                assert (mine["parent_id"].to_numpy() == [-1, *mine["id"].to_numpy()[[0, 1, 1]]]).all()
            assert len(one.tags(made)) == 2
            assert len(one.tags()) == 2
            assert set(one.annotations_of(made)["annotation"]) == {"imported", "new"}
            again = one.upload(one.morphology(made["skeleton_id"].tolist()[-1:])[made["skeleton_id"].iloc[-1]])
            assert one.tags(again)["tag"].tolist() == ["ends", "ends"]
            one.delete_neurons([made, again])
        assert project.skeletons.empty
        project.undo()
        made = project.upload({"one": SWC, "two": graph()}, names=["first", "second"])
        assert project.neuron("second").skeleton_ids == made["skeleton_id"].tolist()[1:]
        project.undo()
        assert "first" not in set(project.skeletons["name"])
        assert "second" not in set(project.skeletons["name"])

    await asyncio.to_thread(story)


async def test_what_is_no_neuron_is_refused_before_anything_is_sent(project: cj.Project, tmp_path: Path) -> None:
    def story() -> None:
        looping = NODES.assign(parent_id=[2, 1, 2, 2])
        branching = graph()
        branching.add_edge(3, 1)
        mistakes: list[tuple[Any, str]] = [
            (tmp_path, r"no file \*.swc"),
            (tmp_path / "none.swc", "no file or folder"),
            ("1 0 0 0 0 1 -1\n2 0 x 0 0 1 1\n", "line 2"),
            (NODES.drop(columns="x"), "columns id, parent_id, x, y, z"),
            (NODES.assign(parent_id=-1), "4 roots"),
            (looping, "0 roots"),
            (NODES.assign(parent_id=[-1, 9, 1, 1]), "Node 9 is a parent"),
            (NODES.assign(id=[1, 1, 2, 3]), "several nodes 1"),
            (NODES.assign(x=[np.nan, 1, 2, 3]), "node 1 has no finite position"),
            (branching, "edges to 2 parents"),
            (17, "not int"),
        ]
        for wrong, message in mistakes:
            with pytest.raises((cj.InvalidInput, cj.NotFound), match=message):
                project.upload([SWC, wrong])
        with pytest.raises(cj.InvalidInput, match="1 neurons, but 2 names"):
            project.upload(SWC, names=["a", "b"])
        assert project.skeletons.empty
        assert project.upload([]).empty
        with pytest.raises(cj.InvalidInput, match="An empty text is no SWC"):
            project.upload({"a": " "})
        assert project.upload({"one node": "1 0 0 0 0 1 -1"})["name"].tolist() == ["one node"]

    await asyncio.to_thread(story)


async def test_an_upload_that_breaks_can_be_gone_on_with(project: cj.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def story() -> None:
        apply = ImportSkeleton._apply

        async def breaking(edit: ImportSkeleton, site: Any, key: str) -> Any:
            applied = await apply(edit, site, key)
            if edit.name == "two":  # it is in, but its answer gets lost
                raise cj.Unreachable("The service does not answer.")
            return applied

        monkeypatch.setattr(ImportSkeleton, "_apply", breaking)
        with pytest.raises(cj.UploadStopped, match=r"'two'.*1 of 3 neurons are uploaded") as stopped:
            project.upload({"one": SWC, "two": SWC, "three": SWC})
        monkeypatch.setattr(ImportSkeleton, "_apply", apply)
        assert stopped.value.uploaded["name"].tolist() == ["one"]
        rest = project.upload(stopped.value.left)
        assert rest["name"].tolist() == ["two", "three"]
        assert sorted(project.skeletons["name"]) == ["one", "three", "two"]
        with pytest.warns(UserWarning, match="links to connectors of 1 neurons"):
            project.upload(tree_neuron(connectors=pd.DataFrame({"connector_id": [1]})))

    await asyncio.to_thread(story)


async def test_links_come_along_with_connectors_of_their_own(
    project: cj.Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def story() -> None:
        first, second, *_ = traced(project)
        connectors = len(project.connectors())
        with pytest.warns(UserWarning, match="With links=True they come along"):
            bare = project.upload([project.skeleton(first), project.skeleton(second)])
        assert project.links(bare).empty
        made = project.upload([project.skeleton(first), project.skeleton(second)], links=True)
        old, new = ((project.links(ids)[["relation"]], project.synapses(ids)) for ids in ([first, second], made))
        assert new[0].value_counts().equals(old[0].value_counts())
        places = ["x", "y", "z", "pre_x", "post_x"]
        assert len(new[1]) == 1
        assert new[1][places].equals(old[1][places])
        assert not set(new[1]["connector_id"]) & set(old[1]["connector_id"])
        project.undo()
        assert len(project.connectors()) == connectors

        links = pd.DataFrame({"connector_id": [7], "node_id": [3], "type": ["pre"], "x": 0.1, "y": 0.2, "z": 0.3})
        apply = CreateLink._apply

        async def breaking(edit: CreateLink, site: Any, key: str) -> Any:
            await apply(edit, site, key)
            raise cj.Unreachable("The service does not answer.")

        monkeypatch.setattr(CreateLink, "_apply", breaking)
        with pytest.raises(cj.UploadStopped, match="0 of 1 neurons are uploaded") as stopped:
            project.upload(tree_neuron(connectors=links), links=True)
        monkeypatch.setattr(CreateLink, "_apply", apply)
        one = project.upload(stopped.value.left)
        (link,) = project.morphology(one)[one["skeleton_id"].iloc[0]].connectors.to_dict("records")
        assert (link["relation"], link["x"], link["z"]) == ("presynaptic_to", 100, 300)
        assert len(project.connectors()) == connectors + 1

        mistakes = [
            (links.assign(type="prae"), "no relation 'prae'"),
            (links.assign(node_id=9), "a link of node 9, but no such node"),
            (links.assign(x=np.inf), "connector 7 has no finite position"),
            (links.drop(columns="type"), "a table of treenode_id, connector_id, relation"),
        ]
        before = len(project.skeletons)
        for wrong, message in mistakes:
            with pytest.raises(cj.InvalidInput, match=message):
                project.upload([SWC, tree_neuron(connectors=wrong)], links=True)
        moved = tree_neuron(connectors=links.assign(x=0.9))
        with pytest.raises(cj.InvalidInput, match=r"connector 7 is at .* nm in a neuron before it"):
            project.upload([tree_neuron(connectors=links), moved], links=True)
        with pytest.raises(cj.InvalidInput, match=r"mesh.*add_volume"):
            project.upload(trimesh.creation.box())
        assert len(project.skeletons) == before

    await asyncio.to_thread(story)


async def test_graphs_of_networkx(project: cj.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def story() -> None:
        first, second, *_ = ids = traced(project)
        connected = project.to_networkx(ids)
        assert list(connected.nodes) == ids
        assert list(connected.edges(data="weight")) == [(first, second, 1)]
        assert connected.nodes[first]["name"] == "a neuron"
        one = project.morphology(first)[first].to_networkx("x")
        assert sorted(weight for _, _, weight in one.edges(data="weight")) == [50, 50]
        made = project.upload(one)
        assert project.nodes(made)[["x", "y", "z"]].equals(project.nodes(first)[["x", "y", "z"]])
        monkeypatch.setitem(sys.modules, "navis", None)  # as if it were not installed
        with pytest.raises(ImportError, match=r"catmaid-jupyter\[navis\]"):
            project.to_navis(first)

    await asyncio.to_thread(story)


async def test_volumes(project: cj.Project, plain: cj.Project, tmp_path: Path) -> None:
    def story() -> None:
        assert dtypes_are(project.volumes, VOLUMES)
        ids = traced(project)
        ball = trimesh.creation.icosphere(radius=60.0)
        ball.apply_translation([0, 100, 0])
        ball.export(tmp_path / "ball.stl")
        open_ball = trimesh.Trimesh(ball.vertices, ball.faces[:-1])
        for one in (project, plain):
            box = one.add_volume(((-10, -10, -10), (50, 310, 10)), "<b>box</b>", comment="a box")
            assert (box.mesh.volume, box.mesh.is_watertight) == (60 * 320 * 20, True)
            assert box == one.volume("<b>box</b>") == one.volume(box.id)
            assert dtypes_are(one.volumes, VOLUMES)
            (row,) = one.volumes.to_dict("records")
            assert (row["name"], row["volume"], row["is_closed"]) == ("<b>box</b>", pytest.approx(384_000), True)

            inside = one.in_volume(ids, box)
            assert isinstance(inside, pd.DataFrame)
            assert dtypes_are(inside, IN_VOLUME)
            nodes = one.nodes(ids)
            within = nodes["x"].between(-10, 50) & nodes["y"].between(-10, 310) & nodes["z"].between(-10, 10)
            assert inside["nodes_inside"].tolist() == within.groupby(nodes["skeleton_id"], sort=False).sum().tolist()
            assert inside["cable_inside"].tolist() == [50, 50, 50, 0]

            for source in (ball, tmp_path / "ball.stl", (ball.vertices, ball.faces)):
                made = one.add_volume(source, "ball")
                random = np.random.default_rng(1).uniform(-70, 170, (2000, 3))
                distance = np.linalg.norm(random - [0, 100, 0], axis=1)
                found = one.in_volume(random, made)
                assert (found[distance < 57]).all()
                assert not (found[distance > 60]).any()
                one.delete_volume(made)
            flat = one.add_volume(([[0, 0, 5], [100, 0, 5], [0, 100, 5]], [[0, 1, 2]]))
            assert flat.is_flat
            assert flat.contains([[10, 10, 900], [90, 90, 5]]).tolist() == [True, False]
            with pytest.warns(UserWarning, match="not closed"):
                one.add_volume(open_ball, "open").contains([[0, 100, 0]])
            kept = one.morphology(ids[0])[ids[0]].pruned(inside=box)
            assert len(kept.nodes) == 2
            assert len(one.morphology(ids[0])[ids[0]].pruned(outside=box).nodes) == 1
            mistakes: list[tuple[Any, str]] = [
                (7, "not int"),
                (([[0, 0, 0]], [[0, 1, 2]]), "0 to 0"),
                (([[0, 0]], [[0, 0, 0]]), r"\(n, 3\)"),
                (([[0, 0, 0]], np.zeros((0, 3), dtype=int)), "at least one"),
                (tmp_path / "none.stl", "no file"),
            ]
            for wrong, message in mistakes:
                with pytest.raises((cj.InvalidInput, cj.NotFound), match=message):
                    one.add_volume(wrong)
            with pytest.raises(cj.NotFound, match="Did you mean '<b>box</b>'"):
                one.volume("<b>bax</b>")
            for name in one.volumes["id"]:
                one.delete_volume(int(name))
        project.undo()
        assert len(project.volumes) == 1

    await asyncio.to_thread(story)


async def test_landmarks_samplers_and_records(service: Service, project: cj.Project, plain: cj.Project) -> None:
    root = f"/{service.project_id}"

    async def put(path: str, **form: object) -> Any:
        status, body = await service.tracer.request("PUT", root + path, data={k: str(v) for k, v in form.items()})
        assert status == 200, body
        return body

    landmark = await put("/landmarks/", name="soma tract")
    await put("/landmarks/", name="nowhere")
    group = await put("/landmarks/groups/", name="left")
    await put(f"/landmarks/{landmark['id']}/locations/", x=1, y=2, z=3)
    await service.tracer.post(f"{root}/landmarks/groups/{group['id']}/", **{"members[0]": landmark["id"]})

    def story() -> None:
        ids = traced(project)
        root_node = project.skeleton(ids[0]).root
        for one in (project, plain):
            marks = one.landmarks
            assert dtypes_are(marks, LANDMARKS)
            assert marks["name"].tolist() == ["soma tract", "nowhere"]
            assert marks[["x", "y", "z"]].iloc[0].tolist() == [1, 2, 3]
            assert dtypes_are(one.landmark_groups, LANDMARK_GROUPS)
            assert one.landmark_groups["landmark_ids"].tolist() == [[landmark["id"]]]
            assert dtypes_are(one.samplers, SAMPLERS)

            reviews = one.reviews(ids)
            assert dtypes_are(reviews, REVIEWS)
            assert reviews["percent"].tolist() == [0] * 4
            assert one.reviews(ids, by="tracer")["nodes"].tolist() == [3, 3, 3, 1]
            contributors = one.contributors(ids)
            assert dtypes_are(contributors, CONTRIBUTORS)
            assert contributors.to_numpy().tolist() == [["tracer", 10, 1, 1, 0]]
            done = one.statistics()
            assert dtypes_are(done, STATISTICS)
            assert done[["user", "nodes"]].to_numpy().tolist() == [["tracer", 10]]
            assert one.statistics("2020-01-01", "2020-01-03").empty
            assert one.statistics("2020-01-01").equals(done)
            for nothing in (one.reviews([]), one.contributors([])):
                assert nothing.empty
            with pytest.raises(cj.InvalidInput, match="after the last"):
                one.statistics("2020-01-03", "2020-01-01")
            with pytest.raises(cj.InvalidInput, match="written as"):
                one.statistics("yesterday?")
            link = one.url(skeleton=ids[0])
            assert link.startswith(service.url)
            assert f"active_node_id={root_node}" in link
            assert "xp=0.0&yp=0.0" in link
            assert "token" not in one.url((1, 2, 3), treenode=4, stack=5)
            mistakes: list[Any] = [(1, 2), one.selection(ids), 17]
            for wrong in mistakes:
                with pytest.raises(cj.InvalidInput, match=r"A position is \(x, y, z\) in nm.*skeleton="):
                    one.url(wrong)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        await asyncio.to_thread(story)
