"""Export files of CATMAID as its own command writes them, made up for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

TIME = "2019-05-04T03:02:01.250Z"
CLASSES = {"neuron": 1, "skeleton": 2, "label": 3, "annotation": 4}
RELATIONS = {"model_of": 5, "labeled_as": 6, "annotated_with": 7, "presynaptic_to": 8, "postsynaptic_to": 9}
ANA, BEN = 40, 41

Object = dict[str, Any]


def row(model: str, pk: int, **fields: Any) -> Object:
    return {"model": f"catmaid.{model}", "pk": pk, "fields": fields}


def owned(model: str, pk: int, *, user: Any = ANA, project: int = 3, **fields: Any) -> Object:
    return row(model, pk, project=project, user=user, creation_time=TIME, edition_time=TIME, **fields)


def users() -> list[Object]:
    """As a reduced export names them: after all else, with random passwords."""
    return [{"model": "auth.user", "pk": pk, "fields": {"username": name, "password": "pbkdf2_sha256$1$x$y"}}
            for pk, name in ((ANA, "ana"), (BEN, "ben"))]


def graph(project: int = 3) -> list[Object]:
    """Classes and relations of a project."""
    return ([owned("class", pk, project=project, class_name=name, description="") for name, pk in CLASSES.items()]
            + [owned("relation", pk, project=project, relation_name=name, uri="", description="", isreciprocal=False)
               for name, pk in RELATIONS.items()])


def thing(kind: str, pk: int, name: str, **fields: Any) -> Object:
    return owned("classinstance", pk, class_column=CLASSES[kind], name=name, **fields)


def link(relation: str, pk: int, a: int, b: int) -> Object:
    return owned("classinstanceclassinstance", pk, relation=RELATIONS[relation], class_instance_a=a,
                 class_instance_b=b)


def node(pk: int, skeleton: int, parent: int | None = None, **fields: Any) -> Object:
    return owned("treenode", pk, **{
        "editor": BEN, "location_x": pk * 10.0, "location_y": 20.5, "location_z": -3.0, "confidence": 5,
        "parent": parent, "radius": -1.0, "skeleton": skeleton, **fields})


def whole() -> list[Object]:
    """One project with two linked neurons, and something of everything that an export has."""
    return [
        *graph(),
        thing("neuron", 100, "first, \"quoted\" \\ and ünïcode"), thing("neuron", 101, "second"),
        link("model_of", 104, 102, 100), link("model_of", 105, 103, 101),
        thing("skeleton", 102, "skeleton 102"), thing("skeleton", 103, "skeleton 103"),
        node(13, 102, 12), node(12, 102, 11), node(11, 102, radius=4.25, confidence=3), node(14, 103, user=BEN),
        owned("connector", 20, editor=ANA, location_x=1.0, location_y=2.0, location_z=3.0, confidence=5),
        owned("treenodeconnector", 110, relation=RELATIONS["presynaptic_to"], treenode=13, connector=20, skeleton=102,
              confidence=5),
        owned("treenodeconnector", 111, relation=RELATIONS["postsynaptic_to"], treenode=14, connector=20, skeleton=103,
              confidence=2, user=BEN),
        thing("label", 120, "soma"), thing("label", 121, "uncertain"),
        owned("treenodeclassinstance", 122, relation=RELATIONS["labeled_as"], treenode=11, class_instance=120),
        owned("connectorclassinstance", 123, relation=RELATIONS["labeled_as"], connector=20, class_instance=121),
        thing("annotation", 130, "glia"), thing("annotation", 131, "cell types"),
        link("annotated_with", 132, 100, 130), link("annotated_with", 133, 130, 131),
        row("review", 7, project=3, reviewer=BEN, review_time=TIME, skeleton=102, treenode=12),
        owned("volume", 4, editor=BEN, name="cube corner", comment=None,
              geometry="TIN Z (((0 0 0,10 0 0,0 10 0,0 0 0)),((0 0 0,0 10 0,0 0 10,0 0 0)),"
                       "((0 0 0,0 0 10,10 0 0,0 0 0)),((10 0 0,0 0 10,0 10 0,10 0 0)))"),
        *users(),
    ]  # fmt: skip


def written(path: Path, objects: Any) -> Path:
    """The file, indented as CATMAID's."""
    path.write_text(json.dumps(objects, indent=2), encoding="utf-8")
    return path


names = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
places = st.floats(-1e6, 1e6).map(lambda value: value + 0.0)


@st.composite
def projects(draw: st.DrawFn) -> list[Object]:
    """Files of one project: any arbors, labels, annotations and links, in any order."""
    arbors = draw(st.lists(st.lists(st.integers(0, 10**6), max_size=5), min_size=1, max_size=3))
    objects, nodes = [], []
    for index, choices in enumerate(arbors):
        neuron, skeleton = 100 + 10 * index, 101 + 10 * index
        objects += [thing("neuron", neuron, draw(names)), thing("skeleton", skeleton, "s"),
                    link("model_of", 102 + 10 * index, skeleton, neuron)]
        mine: list[int] = []
        for choice in [0, *choices]:
            pk = 1000 + len(nodes)
            objects.append(node(pk, skeleton, mine[choice % len(mine)] if mine else None,
                                user=draw(st.sampled_from([ANA, BEN, "cleo", ["dan"]])), location_x=draw(places),
                                location_y=draw(places), location_z=draw(places), confidence=draw(st.integers(1, 5)),
                                radius=draw(st.sampled_from([-1.0, 0.0, 12.5]))))
            mine.append(pk)
            nodes.append(pk)
    objects.append(owned("connector", 2000, editor=ANA, location_x=0.1, location_y=0.2, location_z=0.3, confidence=5))
    linked = draw(st.sets(st.sampled_from(nodes), max_size=3))
    objects += [owned("treenodeconnector", 200 + i, relation=RELATIONS["postsynaptic_to"], treenode=pk, connector=2000,
                      skeleton=101, confidence=5) for i, pk in enumerate(sorted(linked))]
    labels = draw(st.lists(names, unique=True, max_size=2))
    for i, name in enumerate(labels):
        objects += [thing("label", 300 + i, name), thing("annotation", 310 + i, name),
                    owned("treenodeclassinstance", 320 + i, relation=RELATIONS["labeled_as"], class_instance=300 + i,
                          treenode=draw(st.sampled_from(nodes))),
                    link("annotated_with", 330 + i, draw(st.sampled_from([100, 310])), 310 + i),
                    row("review", 1 + i, project=3, reviewer=draw(st.sampled_from([ANA, BEN])), review_time=TIME,
                        skeleton=101, treenode=draw(st.sampled_from(nodes)))]
    return draw(st.permutations([*graph(), *objects, *users()]))
