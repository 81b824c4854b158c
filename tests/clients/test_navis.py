"""Neurons go to navis and come back the same, and what both measure is equal.

navis is in the clients' environment, and is imported from there.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.clients.laboratory import PAIRS, Laboratory

SCRIPT = """
import json, os, sys
sys.path.append(os.environ["CLIENT_PACKAGES"])  # behind our own: what both have is ours
import catmaid_jupyter as cj

given = json.loads(os.environ["GIVEN"])
with cj.connect(given["url"], given["token"]) as instance:
    project = instance.project("Test")
    one = given["skeleton_id"]
    root = project.skeleton(one).root
    project.edit.set_labels(root, ["soma"])
    (neuron,) = project.to_navis(one)
    made = project.upload(neuron)
    nodes, back = project.nodes(one), project.nodes(made)
    columns = ["x", "y", "z", "radius"]
    json.dump(
        {
            "name": neuron.name,
            "names": [project.skeleton(one).name, made["name"].iloc[0]],
            "cable": [float(neuron.cable_length), project.skeleton(one).cable_length],
            "units": str(neuron.units),
            "soma": [int(neuron.soma), root],
            "types": sorted(set(neuron.connectors["type"])),
            "connectors": [len(neuron.connectors), len(project.skeleton(one).connectors)],
            "same": bool((nodes[columns].to_numpy() - back[columns].to_numpy() < 1e-3).all()),
            "tags": project.tags(made)["tag"].tolist(),
        },
        sys.stdout,
    )
"""


async def in_clients_environment(script: str, clients_python: Path, given: str) -> Any:
    """What a script that has our packages and the clients' writes as JSON."""
    (packages,) = (clients_python.parent.parent / "lib").glob("python*/site-packages")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "ignore",
        "-c",
        script,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"GIVEN": given, "CLIENT_PACKAGES": str(packages), "MPLBACKEND": "agg"},
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()[-4000:]
    return json.loads(out)


async def test_neurons_go_to_navis_and_come_back(laboratory: Laboratory) -> None:
    service = laboratory.service
    (source, *_), *_ = await laboratory.rows(PAIRS)
    given = {"url": service.url, "token": service.tracer.token, "skeleton_id": source}
    found = await in_clients_environment(SCRIPT, laboratory.python, json.dumps(given))
    assert found["names"] == [found["name"]] * 2
    assert abs(found["cable"][0] - found["cable"][1]) < 1e-3 * found["cable"][1]
    assert found["units"] in ("1 nanometer", "nanometer")
    assert found["soma"][0] == found["soma"][1]
    assert "pre" in found["types"]
    assert found["connectors"][0] == found["connectors"][1] > 0
    assert found["same"]
    assert found["tags"] == ["soma"]


MEASURES = """
import json, os, sys
from pathlib import Path
sys.path.append(os.environ["CLIENT_PACKAGES"])
import navis
import numpy as np
import pandas as pd
from catmaid_jupyter.model import arbor
from catmaid_jupyter.model.axon_dendrite import Compartment, axon_dendrite
from catmaid_jupyter.model.synapse_flow import synapse_flow_centrality

navis.set_pbars(hide=True)
folder = Path(os.environ["GIVEN"])
synapses = pd.read_csv(folder / "synapses_nm.csv")
names = np.array(["unknown", "axon", "dendrite", "linker"])
differences = {}
for path in sorted((folder / "swc_nm").glob("*.swc")):
    neuron = navis.read_swc(path)
    own = synapses[synapses["neuron_id"] == int(path.stem)]
    own = own.assign(type=own["relation"].map({"presynaptic_to": "pre", "postsynaptic_to": "post"}))
    neuron.connectors = own[["connector_id", "node_id", "type", "x", "y", "z"]].reset_index(drop=True)
    ids = neuron.nodes["node_id"].to_numpy(np.int64)
    parents = arbor.parent_indices(ids, neuron.nodes["parent_id"].to_numpy())
    outputs, inputs = (
        own.loc[own["type"] == one, "node_id"].value_counts().reindex(ids, fill_value=0).to_numpy()
        for one in ("pre", "post")
    )
    pairs = {"strahler": (navis.strahler_index(neuron).nodes["strahler_index"], arbor.strahler(parents))}
    for mode in ("centrifugal", "centripetal", "sum"):
        theirs = navis.synapse_flow_centrality(neuron, mode=mode).nodes["synapse_flow_centrality"].copy()
        pairs[mode] = theirs, synapse_flow_centrality(parents, outputs, inputs, mode)
    found = {
        name: float((np.abs(theirs.to_numpy(float) - ours) / np.maximum(ours, 1)).max())
        for name, (theirs, ours) in pairs.items()
    }
    for threshold in (0.5, 0.9):
        split = navis.split_axon_dendrite(neuron, label_only=True, flow_thresh=threshold).nodes["compartment"]
        ours = names[axon_dendrite(parents, outputs, inputs, flow_threshold=threshold)]
        found[f"split {threshold}"] = float((split.astype(str).to_numpy() != ours).sum())
        assert len(set(ours)) > 1
    differences[path.stem] = found
json.dump(differences, sys.stdout)
"""


async def test_strahler_flow_and_split_equal_those_of_navis(clients: Path, shared: Path) -> None:
    differences = await in_clients_environment(MEASURES, clients, str(shared / "data" / "hemibrain"))
    assert len(differences) == 5
    assert max(value for pairs in differences.values() for value in pairs.values()) <= 1e-6, differences
