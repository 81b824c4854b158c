"""What a page without a kernel needs to show treenodes and connectors over an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from catmaid_jupyter.client.selection.table import reviews_of, sizes_of
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedAnswer, SavedBox, SavedWidget, counted
from catmaid_wire import columns


class NodesWidget(Protocol):
    """A tracing layer, as far as it is saved."""

    project: Any
    fade_sections: Any
    version_shown: Any
    _nodes: Any
    _skeletons: Any
    _neuron_values: Any
    _users: Any


async def saved_tracing(layer: NodesWidget, scope: PageScope) -> SavedWidget:
    """The nodes of the boxes that are saved of stack viewers, and names and sizes of their neurons."""
    state = {
        "read_only": True,
        "presence": False,
        "version_shown": layer.version_shown or scope.date,
        "kernel_id": "",
        "edits_place": "",
        "edits_repeat": False,
        "warns_outside": False,
        "import_offer": None,
    }
    nodes = await layer._nodes({**_corners(scope.boxes), "treenode_ids": []})
    content = columns.decode(nodes.payload)
    ids = sorted({int(one) for one in content["nodes"]["skeleton_id"]})
    answers = [
        SavedAnswer.of("nodes", nodes),
        SavedAnswer.of("skeletons", await layer._skeletons({"skeleton_ids": ids}) if ids else []),
        SavedAnswer.of("users", await layer._users({}) if scope.with_people else []),
        *(SavedAnswer.of(method, []) for method in ("lacking_permissions", "unasked", "labels", "annotation_names")),
        *await _neurons(layer, ids),
        *[await _values(layer, of, ids) for of in ("annotation", "review")],
    ]
    left_out = ["Nodes far from what stack viewers show."]
    if content["limit_reached"]:
        left_out = ["Some of the nodes, of which there are too many."]
    return SavedWidget(answers, state, counted(len(content["nodes"]["id"]), "node"), left_out)


def _corners(boxes: Sequence[SavedBox]) -> dict[str, float]:
    """Around all boxes, as the method `nodes` has it."""
    lower = [min(box.lower[axis] for box in boxes) for axis in range(3)]
    upper = [max(box.upper[axis] for box in boxes) for axis in range(3)]
    names = (("left", "right"), ("top", "bottom"), ("z1", "z2"))
    return {
        name: value
        for (first, second), low, high in zip(names, lower, upper, strict=True)
        for name, value in ((first, low), (second, high))
    }


async def _values(layer: NodesWidget, of: str, ids: list[int]) -> SavedAnswer:
    """What colours of neurons say, by skeleton."""
    values = await layer._neuron_values({"of": of, "skeleton_ids": ids}) if ids else []
    return SavedAnswer.of("neuron_values", {str(one): value for one, value in zip(ids, values, strict=True)}, of=of)


async def _neurons(layer: NodesWidget, ids: list[int]) -> list[SavedAnswer]:
    """What is said of the active neuron, without who made it."""
    if not ids:
        return []
    sizes, reviewed = await sizes_of(layer.project.place, ids), await reviews_of(layer.project.place, ids)
    facts = zip(ids, sizes["name"], sizes["nodes"].tolist(), sizes["cable_length"].tolist(), reviewed, strict=True)
    return [
        SavedAnswer.of(
            "neuron",
            {
                "skeleton_id": one,
                "neuron_id": -1,
                "name": name,
                "author": "",
                "nodes": nodes,
                "cable_length": cable,
                "reviewed": float(percent),
                "origin": "",
            },
            skeleton_id=one,
        )
        for one, name, nodes, cable, percent in facts
    ]
