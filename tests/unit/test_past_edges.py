"""Edges that skeletons ever had, of the states of their treenodes."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catmaid_jupyter.client.geometry.past_edges import PastEdges, edges_of
from catmaid_wire.columns import NODE_STATES

State = tuple[int, int, int, float, int, int]


def of(*states: State) -> PastEdges:
    """Edges of states (skeleton, node, parent, x, version, ended by)."""
    rows = [(skeleton, node, parent, x, 0, 0, begin, end) for skeleton, node, parent, x, begin, end in states]
    columns = list(zip(*rows, strict=True)) or [()] * len(NODE_STATES)
    return edges_of(
        {name: np.asarray(values, dtype) for (name, dtype), values in zip(NODE_STATES.items(), columns, strict=True)}
    )


def lives(edges: PastEdges) -> list[tuple[float, float, int, int]]:
    """Of each edge x of the child, x of the parent, first version, last version."""
    (child, parent) = edges.ends[:, :, 0].T
    return list(zip(child.tolist(), parent.tolist(), edges.first.tolist(), edges.last.tolist(), strict=True))


def test_an_edge_is_there_while_both_ends_are() -> None:
    edges = of((1, 10, -1, 0, 5, 0), (1, 11, 10, 4, 6, 0), (1, 12, 11, 8, 7, 9))
    assert lives(edges) == [(4, 0, 6, 0), (8, 4, 7, 9)]
    assert edges.versions.tolist() == [6, 7, 9]


def test_a_node_that_moves_moves_its_edges_and_confidence_does_not_count() -> None:
    parent = [(1, 10, -1, 0, 5, 7), (1, 10, -1, 1, 7, 0)]
    child = [(1, 11, 10, 4, 5, 6), (1, 11, 10, 4, 6, 8), (1, 11, 10, 3, 8, 0)]
    assert lives(of(*parent, *child)) == [(4, 0, 5, 7), (4, 1, 7, 8), (3, 1, 8, 0)]


def test_what_was_split_off_and_came_back_is_gone_meanwhile() -> None:
    root = (1, 10, -1, 0, 5, 0)
    split = [(1, 11, 10, 4, 5, 6), (2, 11, -1, 4, 6, 7), (1, 11, 10, 4, 7, 0)]
    tip = [(1, 12, 11, 8, 5, 6), (2, 12, 11, 8, 6, 7), (1, 12, 11, 8, 7, 0)]
    edges = of(root, *split, *tip)
    assert edges.skeleton_ids.tolist() == [1, 1, 1, 1, 2]
    assert lives(edges) == [(4, 0, 5, 6), (4, 0, 7, 0), (8, 4, 5, 6), (8, 4, 7, 0), (8, 4, 6, 7)]


def test_nothing_has_no_edges() -> None:
    assert len(of()) == 0
    assert of((1, 10, -1, 0, 5, 0)).versions.tolist() == []


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-1, 3), st.integers(0, 3)), max_size=12))
def test_at_each_version_the_edges_are_those_of_its_states(changes: list[tuple[int, int, int]]) -> None:
    """Nodes get other parents and places, one with each version."""
    states: list[State] = []
    for version, (node, parent, x) in enumerate(changes, start=1):
        states = [(*one[:5], version) if one[1] == node and not one[5] else one for one in states]
        states.append((1, node, parent if parent < node else -1, x, version, 0))
    edges = of(*sorted(states, key=lambda one: (one[0], one[1], one[4])))
    for version in range(len(changes) + 1):
        now = {one[1]: one for one in states if one[4] <= version and (not one[5] or one[5] > version)}
        expected = sorted((one[3], now[one[2]][3]) for one in now.values() if one[2] in now)
        there = (edges.first <= version) & ((edges.last == 0) | (edges.last > version))
        assert sorted(map(tuple, edges.ends[there][:, :, 0].tolist())) == expected
