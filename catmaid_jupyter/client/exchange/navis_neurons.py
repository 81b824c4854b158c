"""Neurons as those of navis, which is imported only here."""

from __future__ import annotations

import importlib
from typing import Any, Final

from catmaid_jupyter.client.arbors.arbors import Arbors
from catmaid_wire.relations import GAP_JUNCTION, POSTSYNAPTIC, PRESYNAPTIC

_TYPES: Final = {PRESYNAPTIC: "pre", POSTSYNAPTIC: "post", GAP_JUNCTION: "gap_junction"}


def navis_neurons(arbors: Arbors) -> Any:
    """A navis.NeuronList of TreeNeuron, in nm; `ImportError` says what to install."""
    try:
        navis = importlib.import_module("navis")
    except ImportError as error:
        raise ImportError("This needs navis: pip install 'catmaid-jupyter[navis]'.") from error
    neurons = []
    for skeleton_id, morphology in arbors.items():
        nodes = morphology.nodes.rename(columns={"id": "node_id"})[["node_id", "parent_id", "x", "y", "z", "radius"]]
        neuron = navis.TreeNeuron(nodes, units="nm", id=skeleton_id, name=arbors.names.get(skeleton_id, ""))
        connectors = morphology.connectors.rename(columns={"treenode_id": "node_id", "relation": "type"})
        neuron.connectors = connectors.assign(type=connectors["type"].map(lambda name: _TYPES.get(name, name)))
        neuron.tags = {
            str(tag): [int(node) for node in nodes_of["treenode_id"]]
            for tag, nodes_of in morphology.tags.groupby("tag")
        }
        if len(morphology.somata) == 1:
            neuron.soma = morphology.somata[0]
        neurons.append(neuron)
    return navis.NeuronList(neurons)
