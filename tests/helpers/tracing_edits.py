"""Requests that write nodes, skeletons, connectors, labels, reviews, neurons and annotations."""

from __future__ import annotations

from tests.helpers.arbors import UNCHECKED
from tests.helpers.edit_choice import Choice, EditKind, Form, Request, numbered, on


def _create(c: Choice) -> Request:
    parent = -1 if c.random.random() < 0.15 else c.one("treenode") if c.ids["treenode"] else -1
    return "POST", "treenode/create", {"parent_id": parent, "state": UNCHECKED, **c.place()}


def _insert(c: Choice) -> Request:
    child, parent = c.one("edge")
    return "POST", "treenode/insert", {"parent_id": parent, "child_id": child, "state": UNCHECKED, **c.place()}


def _move(c: Choice) -> Request:
    form: Form = {"state": UNCHECKED}
    for key, ids in (("t", c.some("treenode")), ("c", c.some("connector", 1) if c.ids["connector"] else [])):
        for index, one in enumerate(ids):
            form |= {f"{key}[{index}][{i}]": value for i, value in enumerate([one, *c.place().values()])}
    return "POST", "node/update", form


def _join(c: Choice) -> Request:
    return "POST", "skeleton/join", {"from_id": c.one("treenode"), "to_id": c.one("treenode")}


def _label(kind: str) -> EditKind:
    def make(c: Choice) -> Request:
        form: Form = {"tags": f"{c.word()},{c.word()}", "delete_existing": c.random.choice(["true", "false"])}
        return "POST", f"label/{kind}/{c.one(kind)}/update", form

    return make


def _unlabel(c: Choice) -> Request:
    return "POST", f"label/treenode/{c.one('treenode')}/remove", {"tag": c.word()}


def _link(c: Choice) -> Request:
    kinds = ["presynaptic_to", "postsynaptic_to", "gapjunction_with"]
    form: Form = {"from_id": c.one("treenode"), "to_id": c.one("connector"), "link_type": c.random.choice(kinds)}
    return "POST", "link/create", form | {"state": UNCHECKED}


def _unlink(c: Choice) -> Request:
    connector, node = c.one("link")
    return "POST", "link/delete", {"connector_id": connector, "treenode_id": node, "state": UNCHECKED}


def _confidence(c: Choice) -> Request:
    form: Form = {"new_confidence": c.number(1, 5), "to_connector": c.random.choice(["true", "false"])}
    return "POST", f"treenodes/{c.one('treenode')}/confidence", form | {"state": UNCHECKED}


def _annotate(c: Choice) -> Request:
    form = numbered("annotations", [c.word()]) | numbered("entity_ids", c.some("neuron"))
    return (
        "POST",
        "annotations/add",
        form | (numbered("meta_annotations", [c.word()]) if c.random.random() < 0.3 else {}),
    )


def _annotate_volume(c: Choice) -> Request:
    return (
        "POST",
        "annotations/add",
        numbered("annotations", [c.word()]) | numbered("entity_ids", c.some("volume_entity")),
    )


def _unannotate(c: Choice) -> Request:
    form = numbered("annotation_ids", c.some("annotation", 2)) | numbered("entity_ids", c.some("neuron"))
    return "POST", "annotations/remove", form


def _suppress(c: Choice) -> Request:
    child, _ = c.one("edge")
    form: Form = {"orientation": c.number(0, 2), "location_coordinate": c.number(0, 1000)}
    return "POST", f"treenodes/{child}/suppressed-virtual/", form


def _unsuppress(c: Choice) -> Request:
    suppressed, child = c.one("suppressed")
    return "DELETE", f"treenodes/{child}/suppressed-virtual/{suppressed}", {}


def _renumber(c: Choice) -> Request:
    form: Form = {"new_skeleton_id": 10**6 + c.number(0, 10**6), "new_neuron_id": 10**7 + c.number(0, 10**6)}
    return "POST", f"skeletons/{c.one('skeleton')}/id", form


def _import(c: Choice) -> Request:
    first, second = c.place().values(), c.place().values()
    swc = f"1 0 {' '.join(map(str, first))} 1 -1\n2 0 {' '.join(map(str, second))} 1 1\n"
    return (
        "POST",
        "skeletons/import",
        {
            "file": swc.encode(),
            "name": c.name(),
            "source_id": c.number(1, 9),
            "source_url": "https://elsewhere",
            "source_project_id": 1,
        },
    )


def _unchecked(_: Choice) -> object:
    return UNCHECKED


TRACING_EDITS: dict[str, EditKind] = {
    "create": _create,
    "insert": _insert,
    "move": _move,
    "delete": on("POST", "treenode/delete?treenode_id", "treenode", state=_unchecked),
    "split": on("POST", "skeleton/split?treenode_id", "treenode"),
    "join": _join,
    "reroot": on("POST", "skeleton/reroot?treenode_id", "treenode"),
    "parent": on(
        "POST", "treenodes/{1}/parent", "treenode", parent_id=lambda c: c.one("treenode"), state=_unchecked
    ),
    "radius": on(
        "POST", "treenode/{1}/radius", "treenode", radius=lambda c: c.number(1, 90), option=lambda c: c.number(0, 5),
        state=_unchecked,
    ),
    "confidence": _confidence,
    "label": _label("treenode"),
    "label a connector": _label("connector"),
    "unlabel": _unlabel,
    "delete a label": on("POST", "label/remove?label_id", "label"),
    "suppress": _suppress,
    "unsuppress": _unsuppress,
    "connector": lambda c: ("POST", "connector/create", c.place()),
    "delete a connector": on("POST", "connector/delete?connector_id", "connector", state=_unchecked),
    "link": _link,
    "unlink": _unlink,
    "review": on("POST", "node/{1}/reviewed", "treenode"),
    "no review": on("POST", "skeleton/{1}/review/reset-own", "skeleton"),
    "annotate": _annotate,
    "annotate a volume": _annotate_volume,
    "unannotate": _unannotate,
    "rename": on("POST", "neurons/{1}/rename", "neuron", name=lambda c: c.name()),
    "delete a neuron": on("POST", "neuron/{1}/delete", "neuron"),
    "renumber": _renumber,
    "import": _import,
}  # fmt: skip
"""Names of edits, and how a request is made up; `{0}` in its path is the project."""
