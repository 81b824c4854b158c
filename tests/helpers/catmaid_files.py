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
    return [
        {"model": "auth.user", "pk": pk, "fields": {"username": name, "password": "pbkdf2_sha256$1$x$y"}}
        for pk, name in ((ANA, "ana"), (BEN, "ben"))
    ]


def graph(project: int = 3) -> list[Object]:
    """Classes and relations of a project."""
    return [owned("class", pk, project=project, class_name=name, description="") for name, pk in CLASSES.items()] + [
        owned("relation", pk, project=project, relation_name=name, uri="", description="", isreciprocal=False)
        for name, pk in RELATIONS.items()
    ]


def thing(kind: str, pk: int, name: str, **fields: Any) -> Object:
    return owned("classinstance", pk, class_column=CLASSES[kind], name=name, **fields)


def link(relation: str, pk: int, a: int, b: int) -> Object:
    return owned("classinstanceclassinstance", pk, relation=RELATIONS[relation], class_instance_a=a, class_instance_b=b)


def node(pk: int, skeleton: int, parent: int | None = None, **fields: Any) -> Object:
    return owned(
        "treenode",
        pk,
        **{
            "editor": BEN,
            "location_x": pk * 10.0,
            "location_y": 20.5,
            "location_z": -3.0,
            "confidence": 5,
            "parent": parent,
            "radius": -1.0,
            "skeleton": skeleton,
            **fields,
        },
    )


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


def everything() -> list[Object]:
    """As `whole`, and with all that a file may have beside."""
    return [
        *whole()[:-2],
        row("project", 3, title="lab", comment=None),
        row("stack", 6, title="FIB", dimension="(100, 200, 30)", resolution="(4.500, 4.500, 50.000)", comment="c",
            description="", metadata={"clamp": False}, downsample_factors=[[1, 1, 1], [2, 2, 1]]),
        row("stackmirror", 8, stack=6, title="m", image_base="https://example.org/tiles/", tile_source_type=4),
        row("projectstack", 2, project=3, stack=6, translation="(1.000, 2.000, 3.000)"),
        row("brokenslice", 1, stack=6, index=7), row("interpolatablesection", 3, project=3, location_coordinate=50.0,
                                                     orientation=0),
        row("stackgroup", 5, title="group", comment=None), row("stackgrouprelation", 2, name="channel"),
        row("stackstackgroup", 1, stack=6, stack_group=5, group_relation=2, position=3),
        owned("class", 54, class_name="volume"), owned("classinstance", 155, class_column=54, name="cube corner"),
        owned("volumeclassinstance", 156, relation=5, volume=4, class_instance=155),
        link("annotated_with", 157, 155, 130),
        owned("class", 50, class_name="group", description="d"), owned("class", 51, class_name="landmark"),
        owned("class", 52, class_name="landmarkgroup"), owned("class", 53, class_name="root"),
        owned("relation", 60, relation_name="part_of", uri="u", description=None, isreciprocal=False),
        owned("relation", 61, relation_name="adjacent_to", uri="", description="", isreciprocal=True),
        owned("classclass", 62, relation=60, class_a=50, class_b=53),
        owned("cardinalityrestriction", 63, enabled=True, restricted_link=62, cardinality_type=1, value=2),
        owned("classinstance", 150, class_column=50, name="left"),
        owned("classinstance", 151, class_column=53, name="neuropile"),
        owned("classinstance", 160, class_column=51, name="tip"),
        owned("classinstance", 161, class_column=52, name="left side"),
        owned("classinstance", 162, class_column=52, name="right side"),
        *(owned("classinstanceclassinstance", pk, relation=relation, class_instance_a=a, class_instance_b=b)
          for pk, relation, a, b in ((152, 60, 100, 150), (153, 60, 150, 151), (163, 60, 160, 161),
                                     (164, 61, 161, 162))),
        *(owned("point", pk, editor=BEN, location_x=1.5, location_y=2.0, location_z=3.0, radius=0, confidence=5)
          for pk in (30, 31)),
        owned("pointclassinstance", 170, relation=7, point=30, class_instance=160),
        owned("pointclassinstance", 171, relation=7, point=30, class_instance=161),
        owned("pointcloud", 2, name="cloud", description="", source_path=""),
        row("pointcloudpoint", 9, project=3, pointcloud=2, point=31),
        owned("pointset", 3, name="set", description="", points=[1.0, 2.0, 3.5]),
        owned("regionofinterest", 32, editor=ANA, location_x=1.0, location_y=2.0, location_z=3.0, stack=6,
              zoom_level=0, width=10.0, height=20.0, rotation_cw=0.5),
        owned("regionofinterestclassinstance", 172, relation=60, region_of_interest=32, class_instance=150),
        owned("log", 173, operation_type="create_neuron", location="(1.000, 2.000, 3.000)", freetext="x"),
        row("textlabel", 3, project=3, type="text", text="here", colour="(1.000, 0.498, 0.000, 1.000)", font_name=None,
            font_style="bold", font_size=160.0, scaling=True, creation_time=TIME, edition_time=TIME, deleted=False),
        row("textlabellocation", 3, textlabel=3, location="(3155.000, 1775.000, 27.000)", deleted=False),
        row("reviewerwhitelist", 4, project=3, user=ANA, reviewer=BEN, accept_after=TIME),
        owned("suppressedvirtualtreenode", 5, child=12, location_coordinate=5.0, orientation=0),
        owned("deeplink", 6, alias="fig-1", is_public=True, is_exportable=True, location_x=1.0, location_y=2.0,
              location_z=3.0, active_treenode=12, active_skeleton=102, follow_id_history=False, message="see"),
        owned("sampler", 1, interval_length=1000.0, interval_error=250.0, create_interval_boundaries=True,
              review_required=True, sampler_state=1, skeleton=102, leaf_segment_handling="ignore", merge_limit=0.0),
        owned("samplerdomain", 2, sampler=1, start_node=11, domain_type=1, parent_interval=4),
        row("samplerdomainend", 3, domain=2, end_node=13),
        owned("samplerinterval", 4, domain=2, interval_state=2, start_node=11, end_node=12),
        owned("samplerconnector", 5, interval=4, connector=20, connector_state=3),
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
    objects: list[Object] = []
    nodes: list[int] = []
    for index, choices in enumerate(arbors):
        neuron, skeleton = 100 + 10 * index, 101 + 10 * index
        objects += [
            thing("neuron", neuron, draw(names)),
            thing("skeleton", skeleton, "s"),
            link("model_of", 102 + 10 * index, skeleton, neuron),
        ]
        mine: list[int] = []
        for choice in [0, *choices]:
            pk = 1000 + len(nodes)
            objects.append(
                node(
                    pk,
                    skeleton,
                    mine[choice % len(mine)] if mine else None,
                    user=draw(st.sampled_from([ANA, BEN, "cleo", ["dan"]])),
                    location_x=draw(places),
                    location_y=draw(places),
                    location_z=draw(places),
                    confidence=draw(st.integers(1, 5)),
                    radius=draw(st.sampled_from([-1.0, 0.0, 12.5])),
                )
            )
            mine.append(pk)
            nodes.append(pk)
    objects.append(owned("connector", 2000, editor=ANA, location_x=0.1, location_y=0.2, location_z=0.3, confidence=5))
    linked = draw(st.sets(st.sampled_from(nodes), max_size=3))
    objects += [
        owned(
            "treenodeconnector",
            200 + i,
            relation=RELATIONS["postsynaptic_to"],
            treenode=pk,
            connector=2000,
            skeleton=101,
            confidence=5,
        )
        for i, pk in enumerate(sorted(linked))
    ]
    labels = draw(st.lists(names, unique=True, max_size=2))
    for i, name in enumerate(labels):
        objects += [
            thing("label", 300 + i, name),
            thing("annotation", 310 + i, name),
            owned(
                "treenodeclassinstance",
                320 + i,
                relation=RELATIONS["labeled_as"],
                class_instance=300 + i,
                treenode=draw(st.sampled_from(nodes)),
            ),
            link("annotated_with", 330 + i, draw(st.sampled_from([100, 310])), 310 + i),
            row(
                "review",
                1 + i,
                project=3,
                reviewer=draw(st.sampled_from([ANA, BEN])),
                review_time=TIME,
                skeleton=101,
                treenode=draw(st.sampled_from(nodes)),
            ),
        ]
    return draw(st.permutations([*graph(), *objects, *users()]))
