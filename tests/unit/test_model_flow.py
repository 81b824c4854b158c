"""Synapse flow and the split into axon and dendrite are what slow and plain references say."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.frames import NODES, TAGS, frame
from catmaid_jupyter.client.morphology import Morphology
from catmaid_jupyter.model.axon_dendrite import Compartment, axon_dendrite
from catmaid_jupyter.model.synapse_flow import FlowMode, subtree_sums, synapse_flow_centrality
from tests.unit.test_model_morphology import grown

AXON, DENDRITE, LINKER, UNKNOWN = Compartment.AXON, Compartment.DENDRITE, Compartment.LINKER, Compartment.UNKNOWN


def paths_by_edge(
    parents: NDArray[np.int64], outputs: NDArray[np.int64], inputs: NDArray[np.int64]
) -> dict[str, NDArray[np.int64]]:
    """How many paths from inputs to outputs lead along the edge above each node, away from the root and towards it."""
    tree = nx.Graph([(node, int(parent)) for node, parent in enumerate(parents) if parent >= 0])
    tree.add_nodes_from(range(len(parents)))
    found = {"centrifugal": np.zeros(len(parents), int), "centripetal": np.zeros(len(parents), int)}
    for start, end in product(np.flatnonzero(inputs), np.flatnonzero(outputs)):
        if nx.has_path(tree, start, end):
            path = nx.shortest_path(tree, start, end)
            for one, other in pairwise(path):
                is_away = parents[other] == one
                mode, child = ("centrifugal", other) if is_away else ("centripetal", one)
                found[mode][child] += inputs[start] * outputs[end]
    return found | {"sum": found["centrifugal"] + found["centripetal"]}


@pytest.mark.parametrize("seed", [2, 4, 7])
@pytest.mark.parametrize("mode", ["centrifugal", "centripetal", "sum"])
def test_flow_counts_paths(seed: int, mode: FlowMode) -> None:
    parents, _ = grown(seed)
    random = np.random.default_rng(seed)
    outputs, inputs = random.integers(0, 3, (2, len(parents)))
    of_edges = paths_by_edge(parents, outputs, inputs)[mode]
    flow = synapse_flow_centrality(parents, outputs, inputs, mode)
    for node in range(len(parents)):
        children = np.flatnonzero(parents == node)
        assert flow[node] == (of_edges[children].max() if len(children) > 1 else of_edges[node])


def comb(parents: list[int], at: int, teeth: int) -> list[int]:
    """Grow a row of twigs, of two nodes each, from a node; returns their ends."""
    ends = []
    for _ in range(teeth):
        parents.append(at)
        at = len(parents) - 1
        parents += [at, len(parents)]
        ends.append(len(parents) - 1)
    return ends


def bipolar() -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """A trunk of nodes 0 to 10 with 20 inputs around 0, 20 outputs around 10, and a bare twig, the last node, at 5."""
    parents = list(range(-1, 10))
    dendrite, axon = comb(parents, 0, 20), comb(parents, 10, 20)
    parents.append(5)
    outputs, inputs = np.zeros((2, len(parents)), np.int64)
    inputs[dendrite], outputs[axon] = 5, 5
    return np.array(parents), outputs, inputs


def test_split_of_a_bipolar_arbor() -> None:
    parents, outputs, inputs = bipolar()
    found = axon_dendrite(parents, outputs, inputs)
    assert set(found[:11]) == set(found[-1:]) == {LINKER}
    assert set(found[11:71]) == {DENDRITE}
    assert set(found[71:131]) == {AXON}
    inputs[-1] = 2  # from 1 % of the inputs on, a twig tells where the dendrite is
    found = axon_dendrite(parents, outputs, inputs)
    assert [*found[:6], found[-1]] == [DENDRITE] * 7
    assert set(found[6:11]) == {LINKER}
    inputs[-1], outputs[75] = 0, 1  # a twig of the axon with nearly nothing is of the axon
    assert axon_dendrite(parents, outputs, inputs)[74] == AXON


def test_arbors_together_are_as_one_by_one() -> None:
    parents, outputs, inputs = bipolar()
    count = len(parents)
    both = np.concatenate([parents, [-1], np.where(parents < 0, -1, parents + count + 1)])
    with_between = [np.concatenate([of, [3], of]) for of in (outputs, inputs)]
    found = axon_dendrite(both, *with_between)
    assert found[count] == UNKNOWN  # one node has no edge along which anything flows
    np.testing.assert_array_equal(found[:count], axon_dendrite(parents, outputs, inputs))
    np.testing.assert_array_equal(found[:count], found[count + 1 :])
    order = np.random.default_rng(1).permutation(count)
    shuffled = np.where(parents[order] < 0, -1, np.argsort(order)[parents[order]])
    np.testing.assert_array_equal(axon_dendrite(shuffled, outputs[order], inputs[order]), found[:count][order])


def test_without_inputs_nothing_flows() -> None:
    parents, outputs, inputs = bipolar()
    assert set(axon_dendrite(parents, outputs, 0 * inputs)) == {UNKNOWN}
    assert not synapse_flow_centrality(parents, outputs, 0 * inputs).any()
    none = np.zeros(0, np.int64)
    assert axon_dendrite(none, none, none).shape == synapse_flow_centrality(none, none, none).shape == (0,)


def test_what_is_out_of_range_is_refused() -> None:
    parents, outputs, inputs = bipolar()
    with pytest.raises(ValueError, match="above 0 and at most 1, not 0"):
        axon_dendrite(parents, outputs, inputs, flow_threshold=0)
    wrong: Any = "both"
    with pytest.raises(ValueError, match="one of centrifugal, centripetal, sum, not 'both'"):
        synapse_flow_centrality(parents, outputs, inputs, wrong)


def test_sums_of_a_deep_arbor_are_exact() -> None:
    parents = np.arange(-1, 99_999)
    np.testing.assert_array_equal(subtree_sums(parents, np.ones(len(parents))), np.arange(len(parents), 0, -1))


def test_a_morphology_knows_its_flow_and_compartments() -> None:
    parents, outputs, inputs = bipolar()
    ids = np.arange(len(parents)) * 10
    nodes = frame(
        {"id": ids, "parent_id": np.where(parents < 0, -1, ids[parents]), **dict.fromkeys("xyz", 0.0 * ids)}
        | {"radius": -1.0 + 0 * ids, "confidence": 5 + 0 * ids, "user_id": 0 * ids},
        NODES,
    )
    linked = {"presynaptic_to": outputs, "postsynaptic_to": inputs, "gapjunction_with": inputs}
    links = pd.concat(
        pd.DataFrame({"treenode_id": np.repeat(ids, counts), "relation": relation})
        for relation, counts in linked.items()
    )
    one = Morphology(
        nodes, links.assign(connector_id=1, x=0.0, y=0.0, z=0.0), frame({"tag": [], "treenode_id": []}, TAGS)
    )
    assert one.compartments.loc[[0, 110, 710]].tolist() == ["linker", "dendrite", "axon"]
    assert one.flow_centrality().max() == one.flow_centrality("centrifugal").loc[50] == 100 * 100
    wrong: Any = "both"
    with pytest.raises(InvalidInput, match="A flow is one of"):
        one.flow_centrality(wrong)
