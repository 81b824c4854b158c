"""Ask pymaid questions; each is a name and what a laboratory types (see test_same_questions.py)."""

from __future__ import annotations

from typing import Any

import navis
import pymaid
from given import answer, given, table
from pymaid_instance import instance

ids = given.skeleton_ids
one = given.skeleton_id
neurons = pymaid.get_neuron(ids, remote_instance=instance)
neuron = next(neuron for neuron in neurons if int(neuron.id) == one)
some_nodes = neuron.nodes.node_id.tolist()[:5]
low, high = given.box


def partners(relation: str) -> list[list[Any]]:
    found = pymaid.get_partners(one)
    return table(found[found.relation == relation], "skeleton_id", "neuron_name", "num_nodes", "total")


def matrix() -> list[list[Any]]:
    found = pymaid.adjacency_matrix(ids)
    return [[int(a), int(b), found.loc[a, b]] for a in found.index for b in found.columns if found.loc[a, b]]


def reviewed_by() -> list[Any]:
    found = pymaid.get_review_details(one)
    return [row[0] for row in table(found, "node_id", given.user) if row[1] != "NaT"]


def strahler(some: Any) -> list[list[Any]]:
    navis.strahler_index(some)
    return table(some.nodes, "node_id", "strahler_index")


def geodesics() -> list[list[Any]]:
    found = navis.geodesic_matrix(neuron, from_=given.cut)
    return [[int(node), found.loc[given.cut, node]] for node in found.columns]


def contributors() -> list[list[Any]]:
    found = pymaid.get_contributor_statistics(ids)
    return [[user, count] for user, count in found.node_contributors.items()]


def history() -> list[Any]:
    found = pymaid.get_history()
    return [int(found.nodes.loc[given.user].sum()), float(found.cable.loc[given.user].sum())]


QUESTIONS = {
    "skeleton ids": lambda: sorted(map(int, pymaid.get_skeleton_ids())),
    "names": lambda: pymaid.get_names(ids),
    "neuron ids": lambda: pymaid.get_neuron_id(ids),
    "skeletons by name": lambda: sorted(
        map(int, pymaid.get_skids_by_name(given.name, allow_partial=False).skeleton_id)
    ),
    "a neuron exists": lambda: bool(pymaid.neuron_exists(one)),
    "nodes": lambda: [
        [int(some.id), *row]
        for some in neurons
        for row in table(some.nodes, "node_id", "parent_id", "creator_id", "x", "y", "z", "radius", "confidence")
    ],
    "node table": lambda: table(pymaid.get_node_table(one), "node_id", "parent_node_id", "radius", "confidence"),
    "arbor": lambda: table(pymaid.get_arbor(one)["nodes"].iloc[0], "node_id", "x", "y", "z"),
    "links of nodes to connectors": lambda: [
        [int(some.id), *row] for some in neurons for row in table(some.connectors, "node_id", "connector_id", "x")
    ],
    "tags": lambda: [[int(some.id), tag, node] for some in neurons for tag in some.tags for node in some.tags[tag]],
    "all tags": lambda: table(pymaid.get_label_list(), "skeleton_id", "tag", "node_id"),
    "tagged nodes": lambda: table(pymaid.find_nodes(tags=["soma"]), "node_id", "skeleton_id"),
    "somata": lambda: {int(key): value for key, value in pymaid.has_soma(ids, min_rad=-1).items()},
    "roots": lambda: [[int(some.id), int(some.root[0])] for some in neurons],
    "node places": lambda: table(pymaid.get_node_location(some_nodes), "node_id", "x", "y", "z"),
    "skeletons of nodes": lambda: [
        [int(key), int(value)] for key, value in pymaid.get_skid_from_node(some_nodes).items()
    ],
    "creators of nodes": lambda: table(pymaid.get_node_details(some_nodes), "node_id", "creator"),
    "cable lengths": lambda: {int(key): value for key, value in pymaid.get_cable_lengths(ids).items()},
    "connectors": lambda: table(pymaid.get_connectors(ids), "connector_id", "x", "y", "z", "creator"),
    "links": lambda: table(
        pymaid.get_connector_links(ids), "connector_id", "node_id", "skeleton_id", "relation", "confidence"
    ),
    "connectors with partners": lambda: table(
        pymaid.get_connector_details(given.connector_ids), "connector_id", "presynaptic_to"
    ),
    "connectors between": lambda: table(
        pymaid.get_connectors_between(ids, ids),
        "connector_id",
        "source_neuron",
        "target_neuron",
        "node1_id",
        "node2_id",
    ),
    "partners downstream": lambda: partners("downstream"),
    "partners upstream": lambda: partners("upstream"),
    "adjacency": matrix,
    "edges": lambda: table(pymaid.get_edges(ids), "source", "target", "weight"),
    "annotations": lambda: {key: sorted(value) for key, value in pymaid.get_annotations(ids).items()},
    "annotation list": lambda: table(pymaid.get_annotation_list(), "id", "name"),
    "annotation ids": lambda: pymaid.get_annotation_id(["left", "right"]),
    "details of annotations": lambda: table(pymaid.get_annotation_details(ids), "skeleton_id", "annotation", "user"),
    "skeletons by annotation": lambda: sorted(map(int, pymaid.get_skids_by_annotation(["left"]))),
    "annotated neurons": lambda: sorted(map(int, pymaid.get_annotated(["left"]).id)),
    "annotations of a user": lambda: sorted(pymaid.get_user_annotations([given.user]).annotation),
    "review": lambda: table(pymaid.get_review(ids), "skeleton_id", "total_node_count", "nodes_reviewed"),
    "reviewed nodes": lambda: sorted(map(int, reviewed_by())),
    "contributors": contributors,
    "contributions": lambda: table(
        pymaid.get_user_contributions(ids), "user", "nodes", "presynapses", "postsynapses", "nodes_reviewed"
    ),
    "history": history,
    "users": lambda: table(pymaid.get_user_list(), "id", "login", "full_name"),
    "stacks": lambda: [[stack.title] for stack in pymaid.get_stacks()],
    "volumes": lambda: table(pymaid.get_volume(), "id", "name", "area", "volume"),
    "surface of a volume": lambda: sorted(pymaid.get_volume("box").vertices.tolist()),
    "neurons in a volume": lambda: sorted(map(int, pymaid.get_neurons_in_volume("box", min_nodes=1))),
    "nodes in a volume": lambda: [
        [int(some.id), len(navis.in_volume(some, pymaid.get_volume("box"), inplace=False).nodes)] for some in neurons
    ],
    "graph of nodes": lambda: [list(edge) for edge in navis.neuron2nx(neuron).edges(data="weight")],
    "cable length of a morphology": lambda: [[int(some.id), float(some.cable_length)] for some in neurons],
    "strahler numbers": lambda: strahler(neuron.copy()),
    "branch and end points": lambda: [int((neuron.nodes.type == kind).sum()) for kind in ("branch", "end")],
    "distances along a skeleton": geodesics,
    "pruned by strahler number": lambda: sorted(
        navis.prune_by_strahler(neuron, to_prune=1, inplace=False).nodes.node_id.astype(int)
    ),
    "split": lambda: [sorted(map(int, part.nodes.node_id)) for part in navis.cut_skeleton(neuron, given.cut)],
}

given_answers: dict[str, Any] = {}
for question, ask in QUESTIONS.items():
    try:
        given_answers[question] = ask()
    except Exception as error:  # the test says which question this is
        given_answers[question] = f"{type(error).__name__}: {error}"
answer(given_answers)
