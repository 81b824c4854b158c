"""Arbors for measurements: valid trees at any size, in the columns of the bulk import."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catmaid_server.demo.specimen import benchmark_arbors


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 99), st.integers(1, 12), st.integers(2, 60))
def test_every_parent_is_an_earlier_node_of_its_skeleton(seed: int, neurons: int, each: int) -> None:
    made = benchmark_arbors(seed, neurons=neurons, nodes=neurons * each, connectors=7, annotations=2)
    nodes = made.treenodes
    assert len(nodes) == neurons * each
    child = nodes["parent_id"] >= 0
    parent = nodes[nodes["parent_id"][child] - nodes["id"][0]]
    assert np.all(parent["id"] < nodes["id"][child])
    assert np.array_equal(parent["skeleton_id"], nodes["skeleton_id"][child])
    assert np.count_nonzero(~child) == neurons
    assert int(made.neurons["num_nodes"].sum()) == len(nodes)


def test_nodes_walk_in_small_steps_within_the_box() -> None:
    nodes = benchmark_arbors(1, neurons=20, nodes=20_000, connectors=10).treenodes
    xyz = np.stack([nodes["x"], nodes["y"], nodes["z"]], axis=1)
    assert xyz.min() >= 0
    assert xyz.max() <= 60_000
    child = nodes["parent_id"] >= 0
    step = np.linalg.norm(xyz[child] - xyz[nodes["parent_id"][child] - nodes["id"][0]], axis=1)
    assert 60 < np.median(step) < 250
    assert step.max() < 1000
    assert np.bincount(nodes["parent_id"][child]).max() > 1


def test_links_join_connectors_to_existing_nodes() -> None:
    made = benchmark_arbors(2, neurons=30, nodes=6000, connectors=500)
    assert len(made.links) == 2000
    assert np.all(np.isin(made.links["treenode_id"], made.treenodes["id"]))
    owner = made.treenodes["skeleton_id"][made.links["treenode_id"] - made.treenodes["id"][0]]
    assert np.array_equal(owner, made.links["skeleton_id"])
    source = made.links[made.links["relation"] == "presynaptic_to"]
    assert np.array_equal(source["connector_id"], made.connectors["id"])


def test_ids_are_unique_across_tables() -> None:
    made = benchmark_arbors(3, neurons=10, nodes=400, connectors=50, annotations=4)
    ids = [made.treenodes["id"], made.connectors["id"], made.links["id"], made.neurons["neuron_id"]]
    ids += [made.neurons["skeleton_id"], made.neurons["model_of_link_id"], made.annotations["link_id"]]
    every = np.concatenate([*ids, np.unique(made.annotations["annotation_id"])])
    assert len(np.unique(every)) == len(every)


def test_equal_arguments_give_equal_tables() -> None:
    one, other = (benchmark_arbors(5, neurons=8, nodes=900, connectors=40) for _ in range(2))
    assert np.array_equal(one.treenodes, other.treenodes)
    assert np.array_equal(one.links, other.links)


def test_too_few_nodes_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        benchmark_arbors(1, neurons=10, nodes=15)
