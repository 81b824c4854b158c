"""Versions in words, from their labels in the log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final

_WORDS: Final = {
    "annotations.add": "annotate",
    "annotations.addneuronname": "annotate with neuron names",
    "annotations.remove": "remove annotations",
    "annotations.rename": "rename an annotation",
    "annotations.replace": "replace annotations",
    "classifications.add_graph": "add a classification",
    "classifications.autofill_graph": "fill a classification",
    "classifications.link_graph": "link a classification",
    "classifications.link_roi": "link a region to a class",
    "classifications.rebuild_env": "set up classification",
    "classifications.remove_graph": "remove a classification",
    "classifications.update_graph": "change a classification",
    "connectors.create": "add a connector",
    "connectors.remove": "delete a connector",
    "courses.begin": "begin a neuron of a course",
    "labels.remove": "remove a tag",
    "labels.remove_unused": "remove unused tags",
    "labels.update": "change tags",
    "landmarkgroups.add_location": "add a place to a landmark group",
    "landmarkgroups.create": "add a landmark group",
    "landmarkgroups.delete": "delete landmark groups",
    "landmarkgroups.import": "import landmarks",
    "landmarkgroups.link": "link landmark groups",
    "landmarkgroups.materialize": "make landmarks of groups",
    "landmarkgroups.remove_location": "remove a place of a landmark group",
    "landmarkgroups.unlink": "unlink landmark groups",
    "landmarkgroups.update": "change a landmark group",
    "landmarks.add_location": "add a place of a landmark",
    "landmarks.create": "add a landmark",
    "landmarks.delete": "delete landmarks",
    "landmarks.remove_location": "remove a place of a landmark",
    "landmarks.update": "change a landmark",
    "links.create": "link a node and a connector",
    "links.delete": "remove a link",
    "links.remove": "remove a link",
    "neurons.give_to_user": "give neurons to another user",
    "neurons.remove": "delete a neuron",
    "neurons.rename": "rename a neuron",
    "nodes.add_or_update_review": "review",
    "nodes.update_location": "move nodes",
    "ontologies.add_class": "add a class",
    "ontologies.add_link": "link classes",
    "ontologies.add_relation": "add a relation",
    "ontologies.add_restriction": "restrict a class",
    "ontologies.remove_all_classes": "remove all classes",
    "ontologies.remove_all_links": "remove all links of classes",
    "ontologies.remove_all_relations": "remove all relations",
    "ontologies.remove_class": "remove a class",
    "ontologies.remove_link": "remove a link of classes",
    "ontologies.remove_relation": "remove a relation",
    "ontologies.remove_restriction": "remove the restriction of a class",
    "ontologies.rename_class": "rename a class",
    "ontologies.rename_relation": "rename a relation",
    "pins.add": "pin a version",
    "pointclouds.create": "add a point cloud",
    "pointclouds.delete": "delete a point cloud",
    "projects.archive": "archive the project",
    "projects.create": "make the project",
    "projects.fork": "copy the project",
    "projects.restore": "bring the project back from the archive",
    "projects.update": "change the project",
    "rois.create": "add a region of interest",
    "rois.create_link": "link a region of interest",
    "rois.remove_link": "unlink a region of interest",
    "samplers.add_domain": "add a domain to a sampler",
    "samplers.add_intervals": "add intervals to a sampler",
    "samplers.create": "add a sampler",
    "samplers.delete": "delete a sampler",
    "samplers.set_connector_state": "set the state of a connector of a sampler",
    "samplers.set_interval_state": "set the state of an interval of a sampler",
    "samplers.update": "change a sampler",
    "skeletons.import": "import a skeleton",
    "skeletons.merge": "join two skeletons",
    "skeletons.reroot": "reroot a skeleton",
    "skeletons.reset_own_reviews": "reset own reviews",
    "skeletons.split": "split a skeleton",
    "skeletons.update_id": "change the id of a skeleton",
    "stacks.add": "add images",
    "stacks.remove": "remove images",
    "suppressed_virtual_treenodes.create": "hide a virtual node",
    "suppressed_virtual_treenodes.delete": "show a virtual node",
    "textlabels.create": "add a text label",
    "textlabels.delete": "delete a text label",
    "textlabels.update": "change a text label",
    "treenodes.create": "add a treenode",
    "treenodes.insert": "insert a treenode",
    "treenodes.remove": "delete a treenode",
    "treenodes.update_confidence": "set a confidence",
    "treenodes.update_parent": "give a treenode another parent",
    "treenodes.update_radius": "set radii",
    "versions.redo": "redo",
    "versions.revert": "take versions back",
    "versions.undo": "undo",
    "volumes.create": "add a volume",
    "volumes.delete": "delete a volume",
    "volumes.update": "change a volume",
}
_MOVE: Final = "nodes.update_location"

EDITS_IN_WORDS: Final[Mapping[str, str]] = MappingProxyType(_WORDS)
"""Words for each label of the log."""


def edit_in_words(label: str, changes: Iterable[Mapping[str, Any]] = ()) -> str:
    """An edit in words, for "Undone: …"; the label itself if there are none for it.

    changes : rows by table, `{"table", "created", "changed", "deleted"}`, as the service counts them.
    """
    if label == _MOVE:
        moved = sum(row["changed"] for row in changes if row["table"] in ("treenode", "connector"))
        if moved:
            return f"move {moved} {'node' if moved == 1 else 'nodes'}"
    return _WORDS.get(label, label)
