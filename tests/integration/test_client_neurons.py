"""Many neurons at once in Python: chosen, read, annotated, renamed, given away and deleted, at any CATMAID server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.client.frames import (
    ANNOTATION_TREE,
    ANNOTATIONS_OF_SKELETONS,
    CONNECTORS_OF_SKELETONS,
    MEASURES,
    NODES,
    NODES_OF_SKELETONS,
    PROJECT_ANNOTATIONS,
    TAGS_OF_SKELETONS,
)
from catmaid_jupyter.client.neuron_choice import skeleton_ids_of
from tests.helpers.service import Service
from tests.integration.test_client import dtypes_are

ODD_NAMES = ["a neuron", "🧠 ☃", "<b>bold</b> & 'quoted' \\d.*|^$", "x" * 10_000]


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


@pytest.fixture
async def plain(service: Service) -> AsyncIterator[cj.Project]:
    """The same through a connection that is told of none of the service's own abilities."""
    http = Http(Origin(parse_url(service.url), service.tracer.token))
    instance = cj.Instance(http, version="2021.12.21", capabilities=frozenset(), username="tracer")
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


def traced(project: cj.Project) -> list[int]:
    """A skeleton of three nodes with each odd name, one node in the last; and a synapse of the first two."""
    skeleton_ids, nodes = [], []
    for place, name in enumerate(ODD_NAMES):
        node = project.edit.create_treenode(0, 100 * place, 0, neuron_name=name, radius=5)
        skeleton_ids.append(int(project.neuron(name).skeleton_ids[0]))
        nodes.append(node)
        for step in range(2 if place < 3 else 0):
            node = project.edit.create_treenode(30 * (step + 1), 100 * place + 40 * (step + 1), 0, parent_id=node)
    synapse = project.edit.create_connector(5, 50, 0, treenode_id=nodes[0])
    project.edit.create_link(nodes[1], synapse, "postsynaptic_to")
    project.edit.set_labels(nodes[0], ["soma", "<i>"])
    return skeleton_ids


async def told(story: Callable[..., None], *args: object) -> None:
    await asyncio.to_thread(story, *args)


async def test_neurons_are_chosen_in_any_form(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        first, second, third, last = ids = traced(project)
        for place in (project.place, plain.place):
            choices: list[tuple[Any, list[int]]] = [
                (first, [first]),
                ([second, first, second], [second, first]),
                (ODD_NAMES, ids),
                (ODD_NAMES[2], [third]),
                ([project.neuron(ODD_NAMES[3]), project.skeleton(first), "a neuron"], [last, first]),
                (pd.DataFrame({"skeleton_id": [third]}), [third]),
                (pd.DataFrame({"id": [third]})["id"], [third]),
                (project.neurons, ids),
                (project.skeletons, ids),
                ([], []),
                (project.morphology([last]), [last]),
            ]
            for given, meant in choices:
                assert skeleton_ids_of(place, given) == meant, given
            mistakes: list[tuple[Any, type[cj.CatmaidError], str]] = [
                (999_999, cj.NotFound, "999999"),
                (project.neuron("a neuron").id, cj.NotFound, f"has skeleton {first}"),
                ("A neuron", cj.NotFound, "Did you mean 'a neuron'"),
                (1.5, cj.InvalidInput, "not float"),
                (None, cj.InvalidInput, "not NoneType"),
                (object(), cj.InvalidInput, "skeleton ids, names"),
                (pd.DataFrame({"name": ["x"]}), cj.InvalidInput, "none of the columns"),
                (pd.DataFrame({"id": [0.5]}), cj.InvalidInput, "whole numbers"),
            ]
            for wrong, error, message in mistakes:
                with pytest.raises(error, match=message):
                    skeleton_ids_of(place, wrong)
        for one in (project.skeleton, project.neuron, project.locate, project.volume):
            with pytest.raises(cj.InvalidInput, match="not list"):
                one([first, second])  # type: ignore[arg-type]
            with pytest.raises(cj.InvalidInput, match="a whole number"):
                one(1.5)  # type: ignore[arg-type]
        project.rename_neurons({second: "a neuron"})
        with pytest.raises(cj.InvalidInput, match=f"{first}, {second}"):
            project.nodes("a neuron")

    await told(story)


async def test_many_skeletons_are_read_at_once(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        for nothing in (project.nodes([]), plain.nodes([])):
            assert dtypes_are(nothing, NODES_OF_SKELETONS)
        ids = [*reversed(traced(project))]
        for one in (project, plain):
            arbors = one.morphology(ids)
            assert dtypes_are(arbors.nodes, NODES_OF_SKELETONS)
            assert dtypes_are(arbors.connectors, CONNECTORS_OF_SKELETONS)
            assert dtypes_are(arbors.tags, TAGS_OF_SKELETONS)
            assert dtypes_are(arbors.measures, MEASURES)
            assert arbors.nodes["skeleton_id"].drop_duplicates().tolist() == ids
            assert one.nodes(ids).equals(arbors.nodes)
            assert one.tags(ids).equals(arbors.tags)
            assert arbors.tags["tag"].tolist() == ["<i>", "soma"]
            assert list(arbors) == ids
            for skeleton_id, morphology in arbors.items():
                single = one.skeleton(skeleton_id).morphology
                assert morphology.nodes.equals(single.nodes)
                assert morphology.connectors.equals(single.connectors)
                assert sorted(morphology.tags.values.tolist()) == sorted(single.tags.values.tolist())
            measures = arbors.measures.set_index("skeleton_id")
            assert measures["cable_length"].tolist() == [0, 100, 100, 100]
            assert measures["strahler"].tolist() == [1, 1, 1, 1]
            assert measures["name"].tolist() == ODD_NAMES[::-1]
            assert one.links([]).empty
            assert set(one.links(ids[-1:])["skeleton_id"]) == {*ids[-2:]}
            with pytest.raises(cj.NotFound, match="not among these"):
                arbors[1]

    await told(story)


async def test_a_morphology_is_pruned_resampled_and_split(project: cj.Project, tmp_path: Path) -> None:
    def story() -> None:
        a = project.edit.create_treenode(0, 0, 0, neuron_name="branched")
        b = project.edit.create_treenode(100, 0, 0, parent_id=a)
        c = project.edit.create_treenode(100, 30, 0, parent_id=b)
        d = project.edit.create_treenode(200, 0, 0, parent_id=b)
        e = project.edit.create_treenode(301, 0, 0, parent_id=d)
        project.edit.set_labels(c, ["twig"])
        project.edit.create_connector(0, 0, 5, treenode_id=d)
        one = next(iter(project.morphology("branched").values()))
        assert one.cable_length == 331
        assert one.strahler.to_dict() == {a: 2, b: 2, c: 1, d: 1, e: 1}
        assert one.branch_order.to_dict() == {a: 0, b: 0, c: 1, d: 1, e: 1}
        assert one.distances([c]).loc[c].to_dict() == {a: 130, b: 30, c: 0, d: 130, e: 231}
        assert one.pruned(strahler=1).nodes["id"].tolist() == [a, b]
        left = one.pruned(twigs=30)
        assert (left.nodes["id"].tolist(), len(left.tags), len(left.connectors)) == ([a, b, d, e], 0, 1)
        made = project.upload(left.to_swc(tmp_path / "left.swc", title="left"))
        assert project.nodes(made)["x"].tolist() == [0, 100, 200, 301]
        distal, proximal = one.split_at(d)
        assert distal.nodes[["id", "parent_id"]].values.tolist() == [[d, -1], [e, d]]
        assert proximal.nodes["id"].tolist() == [a, b, c]
        even = one.resampled(60)
        assert dtypes_are(even.nodes, NODES)
        assert even.cable_length == pytest.approx(331)
        assert {a, b, c, e} <= set(even.nodes["id"])
        assert d not in set(even.nodes["id"])
        assert len(even.nodes) == 4 + 1 + 2
        (moved,) = even.connectors["treenode_id"]
        assert even.nodes.set_index("id").loc[moved, "x"] == pytest.approx(167)
        with pytest.raises(cj.InvalidInput, match="more than 0"):
            one.resampled(0)
        for wrong in (one.split_at, one.distances):
            with pytest.raises(LookupError, match="Treenode 999999 "):
                wrong(999_999)

    await told(story)


async def test_a_skeleton_that_is_gone_is_named(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        first, second, *_ = traced(project)
        before = project.version
        project.delete_neurons(first)
        for one, hint in ((project, rf"project.successors\({first}\)"), (plain, rf"no skeleton {first}")):
            for read in (one.nodes, one.tags, one.morphology, one.annotations_of):
                with pytest.raises(cj.NotFound, match=hint):
                    read([second, first])
        assert project.successors(first)["skeleton_id"].tolist() == [-1]
        assert len(project.at(before).nodes([first, second])) == 6

    await told(story)


async def test_annotating_many_is_one_edit(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        assert dtypes_are(project.annotations, PROJECT_ANNOTATIONS)
        assert dtypes_are(project.annotation_tree(), ANNOTATION_TREE)
        ids = traced(project)
        for one in (project, plain):
            one.annotate(ids, ["PN", "<i>olfactory</i>"], meta="kind")
            one.annotate(ids[:1], "PN")
            borne = one.annotations_of(ids[:2])
            assert dtypes_are(borne, ANNOTATIONS_OF_SKELETONS)
            assert borne["skeleton_id"].tolist() == [ids[0]] * 2 + [ids[1]] * 2
            assert borne["annotation"].tolist() == ["<i>olfactory</i>", "PN"] * 2
            assert set(borne["creator"]) == {"tracer"}
            assert borne["time"].notna().all()
            table = one.annotations.set_index("name")
            assert dtypes_are(one.annotations, PROJECT_ANNOTATIONS)
            assert table["neurons"].to_dict() == {"<i>olfactory</i>": 4, "PN": 4, "kind": 0}
            assert table["creators"]["PN"] == ["tracer"]
            assert table["meta"]["PN"] == ["kind"]
            tree = one.annotation_tree()
            assert tree["path"].tolist() == [["kind"], ["kind", "<i>olfactory</i>"], ["kind", "PN"]]
            assert tree["depth"].tolist() == [0, 1, 1]

            one.annotate_annotations("kind", "PN")  # a circle
            assert one.annotation_tree()["path"].str[0].tolist() == ["kind"] * 3
            assert one.unannotate_annotations("kind", "PN") == 1

            assert one.unannotate(ids[1:], ["PN"]) == 3
            with pytest.raises(cj.NotFound, match="Did you mean 'PN'"):
                one.unannotate(ids, "Pn")
            assert one.unannotate(ids, "PN") == 1
            assert one.undo() is not None
            assert one.undo() is not None
            assert one.annotations.set_index("name")["neurons"]["PN"] == 4
            one.unannotate(ids, ["PN", "<i>olfactory</i>"])
            assert "PN" not in set(one.annotations["name"])
            for wrong in ("", " ", [], [7], 7):
                with pytest.raises(cj.InvalidInput, match="name"):
                    one.annotate(ids, wrong)  # type: ignore[arg-type]
            with pytest.raises(cj.InvalidInput, match="no neurons"):
                one.annotate([], "PN")

    await told(story)


async def test_one_undo_takes_back_what_was_done_to_many(project: cj.Project) -> None:
    def story() -> None:
        ids = traced(project)
        before = project.neurons
        names = {skeleton_id: f"{skeleton_id} 🧠" for skeleton_id in ids}
        for change in (
            lambda: project.annotate(ids, ["one", "two"], meta=["three"]),
            lambda: project.rename_neurons(names),
            lambda: project.give_neurons(ids, "admin"),
            lambda: project.delete_neurons(ids),
        ):
            version = project.version
            change()
            assert project.version == version + 1
            project.undo()
            assert project.neurons.drop(columns="edition_time").equals(before.drop(columns="edition_time"))
            assert project.annotations.empty
        project.rename_neurons(names)
        assert project.skeletons.set_index("id")["name"].to_dict() == names
        with pytest.raises(cj.NotFound, match="no user 'nobody'"):
            project.give_neurons(ids, "nobody")

    await told(story)


async def test_names_and_deletes_at_other_servers(plain: cj.Project) -> None:
    def story() -> None:
        first, second, *rest = traced(plain)
        plain.rename_neurons({first: "x", second: "y"})
        assert plain.undo() == "rename 2 neurons"
        assert set(plain.skeletons["name"]) == set(ODD_NAMES)
        plain.give_neurons([first], "admin")
        assert plain.delete_neurons(rest) == rest
        assert not set(rest) & set(plain.skeletons["id"])

    await told(story)
