"""The same questions asked of pymaid and of this package's client have the same answers, to 1e-6."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest

import catmaid_jupyter as cj
from tests.clients.laboratory import PAIRS, Laboratory

Rows = list[list[Any]]


@dataclass
class Question:
    """What is asked in `pymaid_questions.py`, and how here.

    ask : with the project and what the script was given.
    note : where pymaid means something else, what each of them means.
    """

    ask: Callable[[cj.Project, dict[str, Any]], Any]
    note: str = ""


def rows(table: pd.DataFrame, *columns: str) -> Rows:
    return [list(row) for row in table[list(columns)].itertuples(index=False)]


def names(project: cj.Project) -> dict[str, str]:
    table = project.skeletons
    return dict(zip(table["id"].astype(str), table["name"], strict=True))


def one(project: cj.Project, given: dict[str, Any]) -> Any:
    return project.morphology(given["skeleton_id"])[given["skeleton_id"]]


def some_nodes(project: cj.Project, given: dict[str, Any]) -> list[int]:
    return list(project.morphology(given["skeleton_id"]).nodes["id"][:5])


def partners(project: cj.Project, given: dict[str, Any], relation: str) -> Rows:
    found = project.partners(given["skeleton_id"], relation=relation)
    return [[str(row[0]), *row[1:]] for row in rows(found, "skeleton_id", "name", "nodes", "synapses")]


def edges(project: cj.Project, given: dict[str, Any]) -> Rows:
    found = project.adjacency(given["skeleton_ids"])
    ids, counts = given["skeleton_ids"], found.to_numpy()
    return [[ids[a], ids[b], int(counts[a, b])] for a, b in zip(*counts.nonzero(), strict=True)]


def by_annotation(project: cj.Project, given: dict[str, Any]) -> list[int]:
    found = project.annotations_of(given["skeleton_ids"])
    return sorted(found.loc[found["annotation"] == "left", "skeleton_id"])


def neurons_by_annotation(project: cj.Project, given: dict[str, Any]) -> list[int]:
    owners = project.skeletons.set_index("id")["neuron_id"]
    return sorted(owners[by_annotation(project, given)])


def somata(project: cj.Project, given: dict[str, Any]) -> dict[str, bool]:
    found = project.tags(given["skeleton_ids"])
    with_soma = set(found.loc[found["tag"] == "soma", "skeleton_id"])
    return {str(skeleton_id): skeleton_id in with_soma for skeleton_id in given["skeleton_ids"]}


def inside(project: cj.Project, given: dict[str, Any]) -> pd.DataFrame:
    found = project.in_volume(given["skeleton_ids"], "box")
    assert isinstance(found, pd.DataFrame)
    return found


def in_box(project: cj.Project, given: dict[str, Any]) -> list[int]:
    found = inside(project, given)
    return sorted(found.loc[found["nodes_inside"] > 0, "skeleton_id"])


def distances(project: cj.Project, given: dict[str, Any]) -> Rows:
    found = one(project, given).distances([given["cut"]]).loc[given["cut"]]
    return [[node, distance] for node, distance in found.items()]


def split(project: cj.Project, given: dict[str, Any]) -> list[list[int]]:
    distal, rest = one(project, given).split_at(given["cut"])
    return [sorted(distal.nodes["id"]), sorted([*rest.nodes["id"], given["cut"]])]


def pre_of_connectors(project: cj.Project, given: dict[str, Any]) -> Rows:
    links = project.links(given["skeleton_ids"], relation=None)
    found = links[links["connector_id"].isin(given["connector_ids"]) & (links["relation"] == "presynaptic_to")]
    return rows(found, "connector_id", "skeleton_id")


QUESTIONS: dict[str, Question] = {
    "skeleton ids": Question(lambda p, g: sorted(p.skeletons["id"])),
    "names": Question(lambda p, g: names(p)),
    "neuron ids": Question(lambda p, g: {str(a): b for a, b in rows(p.skeletons, "id", "neuron_id")}),
    "skeletons by name": Question(lambda p, g: p.neuron(g["name"]).skeleton_ids),
    "a neuron exists": Question(lambda p, g: p.skeleton(g["skeleton_id"]).id == g["skeleton_id"]),
    "nodes": Question(
        lambda p, g: rows(
            p.nodes(g["skeleton_ids"]),
            *("skeleton_id", "id", "parent_id", "user_id", "x", "y", "z", "radius", "confidence"),
        )
    ),
    "node table": Question(lambda p, g: rows(p.nodes(g["skeleton_id"]), "id", "parent_id", "radius", "confidence")),
    "arbor": Question(lambda p, g: rows(p.nodes(g["skeleton_id"]), "id", "x", "y", "z")),
    "links of nodes to connectors": Question(
        lambda p, g: rows(p.morphology(g["skeleton_ids"]).connectors, "skeleton_id", "treenode_id", "connector_id", "x")
    ),
    "tags": Question(lambda p, g: rows(p.tags(g["skeleton_ids"]), "skeleton_id", "tag", "treenode_id")),
    "all tags": Question(lambda p, g: rows(p.tags(), "skeleton_id", "tag", "treenode_id")),
    "tagged nodes": Question(lambda p, g: rows(p.tags().query("tag == 'soma'"), "treenode_id", "skeleton_id")),
    "somata": Question(somata, "pymaid asks for a radius, too, unless min_rad is -1."),
    "roots": Question(lambda p, g: rows(p.nodes(g["skeleton_ids"]).query("parent_id < 0"), "skeleton_id", "id")),
    "node places": Question(lambda p, g: [[node, *p.locate(node)] for node in some_nodes(p, g)]),
    "skeletons of nodes": Question(lambda p, g: [[node, g["skeleton_id"]] for node in some_nodes(p, g)]),
    "creators of nodes": Question(
        lambda p, g: rows(p.nodes(g["skeleton_id"])[:5], "id", "user_id"),
        "pymaid gives a column of ids, or of names once it has the list of users; here they are ids.",
    ),
    "cable lengths": Question(lambda p, g: {str(a): b for a, b in rows(p.skeletons, "id", "cable_length")}),
    "connectors": Question(lambda p, g: rows(p.connectors(g["skeleton_ids"]), "id", "x", "y", "z", "creator")),
    "links": Question(
        lambda p, g: rows(
            p.links(g["skeleton_ids"]), "connector_id", "treenode_id", "skeleton_id", "relation", "confidence"
        )
    ),
    "connectors with partners": Question(pre_of_connectors),
    "connectors between": Question(
        lambda p, g: rows(
            p.synapses(g["skeleton_ids"]),
            *("connector_id", "pre_skeleton_id", "post_skeleton_id", "pre_treenode_id", "post_treenode_id"),
        )
    ),
    "partners downstream": Question(lambda p, g: partners(p, g, "out")),
    "partners upstream": Question(lambda p, g: partners(p, g, "in")),
    "adjacency": Question(edges),
    "edges": Question(edges),
    "annotations": Question(
        lambda p, g: {
            str(skeleton_id): sorted(found)
            for skeleton_id, found in p.annotations_of(g["skeleton_ids"]).groupby("skeleton_id")["annotation"]
        }
    ),
    "annotation list": Question(lambda p, g: rows(p.annotations, "id", "name")),
    "annotation ids": Question(
        lambda p, g: {name: str(key) for key, name in rows(p.annotations, "id", "name") if name != "side"}
    ),
    "details of annotations": Question(
        lambda p, g: rows(p.annotations_of(g["skeleton_ids"]), "skeleton_id", "annotation", "creator")
    ),
    "skeletons by annotation": Question(by_annotation),
    "annotated neurons": Question(neurons_by_annotation, "pymaid gives ids of neurons here, not of skeletons."),
    "annotations of a user": Question(lambda p, g: sorted(p.annotations["name"])),
    "review": Question(lambda p, g: rows(p.reviews(g["skeleton_ids"]), "skeleton_id", "nodes", "reviewed")),
    "reviewed nodes": Question(lambda p, g: sorted(g["reviewed"])),
    "contributors": Question(lambda p, g: rows(p.contributors(g["skeleton_ids"]), "user", "nodes")),
    "contributions": Question(
        lambda p, g: rows(p.contributors(g["skeleton_ids"]), "user", "nodes", "presynapses", "postsynapses", "reviews")
    ),
    "history": Question(lambda p, g: p.statistics()[["nodes", "cable_length"]].sum().tolist()),
    "users": Question(lambda p, g: rows(p.instance.users, "id", "login", "full_name")),
    "stacks": Question(lambda p, g: rows(p.stacks, "title")),
    "volumes": Question(lambda p, g: rows(p.volumes, "id", "name", "area", "volume")),
    "surface of a volume": Question(lambda p, g: sorted(p.volume("box").vertices.tolist())),
    "neurons in a volume": Question(in_box),
    "nodes in a volume": Question(lambda p, g: rows(inside(p, g), "skeleton_id", "nodes_inside")),
    "graph of nodes": Question(lambda p, g: [list(edge) for edge in one(p, g).to_networkx().edges(data="weight")]),
    "cable length of a morphology": Question(
        lambda p, g: rows(p.morphology(g["skeleton_ids"]).measures, "skeleton_id", "cable_length")
    ),
    "strahler numbers": Question(lambda p, g: [list(item) for item in one(p, g).strahler.items()]),
    "branch and end points": Question(
        lambda p, g: p.morphology(g["skeleton_id"]).measures[["branch_points", "end_points"]].iloc[0].tolist()
    ),
    "distances along a skeleton": Question(distances),
    "pruned by strahler number": Question(lambda p, g: sorted(one(p, g).pruned(strahler=1).nodes["id"])),
    "split": Question(split, "navis leaves the node at which it cuts in both parts; here it is in the distal one."),
}


@contextmanager
def connected(laboratory: Laboratory) -> Iterator[cj.Project]:
    service = laboratory.service
    with cj.connect(service.url, service.tracer.token) as instance:
        yield instance.project("Test")


async def test_answers_are_the_same(laboratory: Laboratory) -> None:
    sources = [source for source, *_ in await laboratory.rows(PAIRS)]
    ids = await laboratory.rows("SELECT id FROM skeleton ORDER BY id")
    given: dict[str, Any] = await asyncio.to_thread(prepared, laboratory, sources, ids)
    root = f"/{laboratory.service.project_id}"
    for node in given["reviewed"]:
        await laboratory.service.tracer.post(f"{root}/node/{node}/reviewed")
    theirs = await laboratory.run("pymaid_questions.py", **given)

    def ours() -> dict[str, Any]:
        with connected(laboratory) as project:
            return {name: question.ask(project, given) for name, question in QUESTIONS.items()}

    mine = await asyncio.to_thread(ours)
    assert list(theirs) == list(mine)
    different = {name: (theirs[name], mine[name]) for name in mine if not same(theirs[name], mine[name])}
    assert not different, "\n".join(f"{name}: {str(a)[:500]} | {str(b)[:500]}" for name, (a, b) in different.items())
    assert len(mine) >= 40


def prepared(laboratory: Laboratory, sources: list[int], ids: list[int]) -> dict[str, Any]:
    """Annotations, tags and a volume; returns what the script is told."""
    with connected(laboratory) as project:
        branched = project.morphology(sources).measures.sort_values("branch_points")
        source = int(branched["skeleton_id"].iloc[-1])
        project.annotate(ids[:3], "left", meta="side")
        project.annotate(ids[2:5], "right")
        one = project.skeleton(source)
        project.edit.set_labels(one.root, ["soma"])
        nodes = project.nodes(ids)[["x", "y", "z"]]
        low, high = (nodes.min() - 1).tolist(), (nodes.quantile(0.6) + 0.37).tolist()
        project.add_volume((low, high), "box")
        return {
            "skeleton_ids": ids,
            "skeleton_id": source,
            "name": one.name,
            "user": "tracer",
            "box": [low, high],
            "connector_ids": sorted(project.connectors([source])["id"])[:3],
            "cut": int(one.branch_points["id"].iloc[0]),
            "reviewed": sorted(int(node) for node in one.nodes["id"][:3]),
        }


def same(theirs: Any, mine: Any) -> bool:
    """Whether answers are the same: rows in any order, numbers to 1e-6."""
    if isinstance(theirs, dict) and isinstance(mine, dict):
        return theirs.keys() == mine.keys() and all(same(theirs[key], mine[key]) for key in theirs)
    if isinstance(theirs, list) and isinstance(mine, list):
        if len(theirs) != len(mine):
            return False
        if theirs and isinstance(theirs[0], list) and isinstance(mine[0], list):
            theirs, mine = sorted(map(comparable, theirs)), sorted(map(comparable, mine))
        return all(same(a, b) for a, b in zip(theirs, mine, strict=True))
    if isinstance(theirs, float | int) and isinstance(mine, float | int):
        return bool(mine == pytest.approx(theirs, rel=1e-6, abs=1e-6))
    return str(theirs) == str(mine)


def comparable(row: Any) -> Any:
    """A row that sorts by its ids and names."""
    return [int(value) if isinstance(value, str) and value.isdigit() else value for value in row]
