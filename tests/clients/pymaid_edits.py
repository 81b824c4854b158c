"""Upload, edit and delete neurons and volumes with pymaid: one step, named in what was given, at a time."""

from __future__ import annotations

from typing import Any

import navis
import numpy as np
import pandas as pd
import pymaid
from given import answer, given, table
from pymaid_instance import instance

STEP = 100.0


def upload() -> dict[str, Any]:
    """A neuron of six nodes with tags, connectors, annotations and a source; and a volume around it."""
    nodes = pd.DataFrame(
        {
            "node_id": [1, 2, 3, 4, 5, 6],
            "parent_id": [-1, 1, 2, 3, 3, 5],
            "x": np.arange(6) * STEP,
            "y": [50.0] * 6,
            "z": [40.0] * 6,
            "radius": [30.0, 20.0, 10.0, 10.0, 5.0, 5.0],
        }
    )
    neuron = pymaid.CatmaidNeuron(navis.TreeNeuron(nodes, name="uploaded", units="nm"))
    neuron.neuron_name = "uploaded"
    neuron.annotations = ["from elsewhere"]
    neuron.tags = {"ends": [4, 6], "soma": [1]}
    neuron.connectors = pd.DataFrame(
        {
            "node_id": [4, 6],
            "connector_id": [1, 2],
            "type": [0, 1],
            "x": [310.0, 510.0],
            "y": [50.0, 50.0],
            "z": [40.0, 40.0],
        }
    )
    made = pymaid.upload_neuron(
        neuron,
        import_tags=True,
        import_annotations=True,
        import_connectors=True,
        source_type="segmentation",
        source_id=17,
        source_url="https://elsewhere.org",
        source_project_id=3,
    )
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]) * 3000.0 - 10
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    pymaid.upload_volume(navis.Volume(corners, faces, name="around"), "around", comments="a tetrahedron")
    skeleton_id = int(made["skeleton_id"])
    return {
        "skeleton_id": skeleton_id,
        "node_ids": {int(old): int(new) for old, new in made["node_id_map"].items()},
        "annotated": sorted(map(int, pymaid.get_skids_by_annotation(["from elsewhere"]))),
        "named": pymaid.get_skids_by_name("uploaded", allow_partial=False).skeleton_id.astype(int).tolist(),
        "from_origin": pymaid.get_skids_by_origin([17], "https://elsewhere.org", 3),
        "in_volume": sorted(map(int, pymaid.get_neurons_in_volume("around", min_nodes=1))),
        "volume": pymaid.get_volume("around").vertices.tolist(),
    }


def edit() -> dict[str, Any]:
    """Change nearly all that can be changed of the uploaded neuron."""
    first, second, third, fourth, _, sixth = given.node_ids
    pymaid.rename_neurons(given.skeleton_id, "renamed", no_prompt=True)
    pymaid.add_annotations([given.skeleton_id], ["seen", "done"])
    pymaid.add_meta_annotations(["seen", "done"], ["progress"])
    pymaid.remove_annotations([given.skeleton_id], ["done"])
    pymaid.move_nodes({second: [150.0, 60.0, 40.0]}, "TREENODE", no_prompt=True)
    pymaid.update_radii({third: 77.0})
    pymaid.update_node_confidence({second: 3})
    pymaid.add_tags([first, second], ["checked"], "TREENODE")
    pymaid.delete_tags([first], ["checked"], "TREENODE")
    pymaid.set_nodes_reviewed([first, second, third])
    pymaid.add_node((620.0, 50.0, 40.0), parent_id=sixth)
    connector_id = int(pymaid.add_connector([[610.0, 60.0, 40.0]])[0]["connector_id"])
    pymaid.link_connector([(fourth, connector_id, "postsynaptic_to"), (second, connector_id, "presynaptic_to")])
    pymaid.add_tags([connector_id], ["odd"], "CONNECTOR")
    pymaid.push_new_root(fourth, no_prompt=True)
    other = pymaid.upload_neuron(
        navis.TreeNeuron(
            pd.DataFrame(
                {
                    "node_id": [1, 2],
                    "parent_id": [-1, 1],
                    "x": [0.0, 10.0],
                    "y": [900.0] * 2,
                    "z": [40.0] * 2,
                    "radius": [1.0] * 2,
                }
            ),
            name="joined",
            units="nm",
        )
    )
    pymaid.join_nodes(first, int(other["node_id_map"][1]), no_prompt=True)
    neuron = pymaid.get_neuron(given.skeleton_id)
    return {
        "connector_id": connector_id,
        "nodes": table(neuron.nodes, "node_id", "parent_id", "x", "y", "z", "radius", "confidence"),
        "tags": neuron.tags,
        "connector_tags": pymaid.get_connector_tags([connector_id]),
        "links": table(neuron.connectors, "node_id", "connector_id", "type"),
        "annotations": sorted(pymaid.get_annotations([given.skeleton_id])[str(given.skeleton_id)]),
        "progressing": sorted(map(int, pymaid.get_annotated(["progress"], include_sub_annotations=True).id)),
        "review": table(pymaid.get_review(given.skeleton_id), "total_node_count", "nodes_reviewed"),
        "reviewers": [
            row for row in table(pymaid.get_review_details(given.skeleton_id), "node_id", given.user) if row[1] != "NaT"
        ],
    }


def delete() -> dict[str, Any]:
    """Take all of it away again."""
    pymaid.delete_nodes([given.node_ids[1]], "TREENODE", no_prompt=True)
    pymaid.delete_nodes([given.connector_id], "CONNECTOR", no_prompt=True)
    pymaid.delete_neuron(given.skeleton_id, no_prompt=True)
    pymaid.delete_volume("around", no_prompt=True)
    return {
        "skeletons": sorted(map(int, pymaid.fetch.skeletons.get_skeleton_ids())),
        "volumes": len(instance.fetch(instance._get_volumes())["data"]),
    }


answer({"upload": upload, "edit": edit, "delete": delete}[given.step]())
