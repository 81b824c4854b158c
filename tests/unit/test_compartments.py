"""Parts of skeletons: cut at uncertain edges, and divided by clusters of synapses."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.domain.graph.compartments import PlacedNodes, joined, parts, synapse_clusters


def cable(*, nodes: int, step: float = 100.0, confidence: int = 5) -> PlacedNodes:
    """Nodes 1, 2, ... in a row along x."""
    return {node: (node - 1 or None, confidence, (step * node, 0.0, 0.0)) for node in range(1, nodes + 1)}


def test_parts_are_cut_at_uncertain_edges_smallest_first() -> None:
    nodes = cable(nodes=7)
    nodes[3] = (2, 3, nodes[3][2])
    assert [sorted(part) for part in parts(nodes, 4)] == [[1, 2], [3, 4, 5, 6, 7]]
    assert [sorted(part) for part in parts(nodes, 3)] == [[1, 2, 3, 4, 5, 6, 7]]


def test_a_node_without_certain_edges_is_in_no_part() -> None:
    nodes = cable(nodes=4)
    nodes[4] = (3, 1, nodes[4][2])
    assert [sorted(part) for part in parts(nodes, 2)] == [[1, 2, 3]]
    assert parts(cable(nodes=1), 2) == []


def test_far_synapses_are_clusters_of_their_own() -> None:
    (part,) = parts(cable(nodes=40), 0)
    sites = [2, 3, 3, 4, 36, 37, 38]
    assert sorted(map(sorted, synapse_clusters(part, sites, 500.0))) == [[2, 3, 3, 4], [36, 37, 38]]
    assert len(synapse_clusters(part, sites, 50_000.0)) == 1


def test_branches_between_anchors_stay_and_others_go() -> None:
    tree = nx.Graph([(1, 2), (2, 3), (3, 4), (4, 5), (3, 6), (6, 7), (4, 8)])
    assert set(map(frozenset, joined(tree, {1, 5}).edges)) == {frozenset({1, 5})}
    assert set(map(frozenset, joined(tree, {1, 5, 7}).edges)) == {
        frozenset({1, 3}),
        frozenset({3, 5}),
        frozenset({3, 7}),
    }


@given(
    st.integers(2, 60).flatmap(
        lambda n: st.tuples(
            st.tuples(*(st.integers(0, k - 1) for k in range(1, n))), st.sets(st.integers(0, n - 1), min_size=1)
        )
    )
)
def test_what_joins_anchors_is_a_tree_whose_ends_are_anchors(case: tuple[tuple[int, ...], set[int]]) -> None:
    """For any tree and any anchors: connected, without circles, and no end or passing node but anchors."""
    parents, anchors = case
    tree = nx.Graph([(parent, node) for node, parent in enumerate(parents, 1)])
    found = joined(tree, anchors)
    assert nx.is_tree(found)
    assert all(node in anchors or degree > 2 for node, degree in found.degree)
