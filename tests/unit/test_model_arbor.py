"""Measures of arbors: laws over random arbors, and examples drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from catmaid_jupyter.model import arbor

#        0 (root)
#        |
#        1
#       / \
#      2   3
#         / \
#        4   5
Y_SHAPED = np.array([-1, 0, 1, 1, 3, 3], dtype=np.int64)
POSITIONS = np.array([[0, 0, 0], [0, 0, 10], [3, 4, 10], [0, 0, 20], [0, 5, 20], [0, 0, 50]], dtype=np.float64)


@st.composite
def arbors(draw: st.DrawFn) -> NDArray[np.int64]:
    """Parents of one arbor with its nodes in a random order."""
    n = draw(st.integers(1, 40))
    parents = [-1, *(draw(st.integers(0, index - 1)) for index in range(1, n))]
    order = np.array(draw(st.permutations(range(n))), dtype=np.int64)
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    shuffled = np.full(n, -1, dtype=np.int64)
    for index, parent in enumerate(parents):
        if parent >= 0:
            shuffled[place[index]] = place[parent]
    return shuffled


def test_examples() -> None:
    assert arbor.cable_length(Y_SHAPED, POSITIONS) == pytest.approx(10 + 5 + 10 + 5 + 30)
    assert arbor.roots(Y_SHAPED).tolist() == [0]
    assert arbor.branch_points(Y_SHAPED).tolist() == [1, 3]
    assert arbor.end_points(Y_SHAPED).tolist() == [2, 4, 5]
    assert arbor.distal_to(Y_SHAPED, 3).tolist() == [False, False, False, True, True, True]
    assert arbor.path_to_root(Y_SHAPED, 5).tolist() == [5, 3, 1, 0]
    assert arbor.strahler(Y_SHAPED).tolist() == [2, 2, 1, 2, 1, 1]
    assert arbor.distance_to_root(Y_SHAPED, POSITIONS).tolist() == [0, 10, 15, 20, 25, 50]


def test_a_lone_root_is_no_end_point() -> None:
    alone = np.array([-1], dtype=np.int64)
    assert arbor.end_points(alone).tolist() == []
    assert arbor.strahler(alone).tolist() == [1]
    assert arbor.cable_length(alone, np.zeros((1, 3))) == 0


def test_no_nodes_at_all() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert arbor.parent_indices([], []).tolist() == []
    assert arbor.from_root(nothing).tolist() == []
    assert arbor.cable_length(nothing, np.empty((0, 3))) == 0


@given(arbors())
def test_parents_come_before_their_children(parents: NDArray[np.int64]) -> None:
    order = arbor.from_root(parents).tolist()
    assert sorted(order) == list(range(len(parents)))
    place = {node: index for index, node in enumerate(order)}
    assert all(place[parent] < place[node] for node, parent in enumerate(parents.tolist()) if parent >= 0)


@given(arbors(), st.data())
def test_distal_nodes_are_those_whose_way_to_the_root_passes(parents: NDArray[np.int64], data: st.DataObject) -> None:
    node = data.draw(st.integers(0, len(parents) - 1))
    expected = [node in arbor.path_to_root(parents, other) for other in range(len(parents))]
    assert arbor.distal_to(parents, node).tolist() == expected


@given(arbors())
def test_cable_length_does_not_depend_on_the_root(parents: NDArray[np.int64]) -> None:
    xyz = np.random.default_rng(len(parents)).uniform(0, 1000, (len(parents), 3))
    before = arbor.cable_length(parents, xyz)
    path = arbor.path_to_root(parents, len(parents) - 1)
    rerooted = parents.copy()
    rerooted[path[0]] = -1
    rerooted[path[1:]] = path[:-1]
    assert arbor.cable_length(rerooted, xyz) == pytest.approx(before)


@given(arbors())
def test_strahler_numbers_never_grow_towards_the_ends(parents: NDArray[np.int64]) -> None:
    number = arbor.strahler(parents)
    inner = parents >= 0
    assert (number[parents[inner]] >= number[inner]).all()
    ends = arbor.children_count(parents) == 0
    assert (number[ends] == 1).all()


@given(arbors())
def test_ids_become_indices(parents: NDArray[np.int64]) -> None:
    ids = np.random.default_rng(0).permutation(10**6)[: len(parents)]
    parent_ids = np.where(parents >= 0, ids[parents], -1)
    assert arbor.parent_indices(ids, parent_ids).tolist() == parents.tolist()


def test_a_parent_outside_the_arbor_is_named() -> None:
    with pytest.raises(arbor.NotAnArbor, match="77"):
        arbor.parent_indices([1, 2], [-1, 77])


def test_a_cycle_is_refused() -> None:
    circle = np.array([-1, 2, 1], dtype=np.int64)
    with pytest.raises(arbor.NotAnArbor, match="cycle"):
        arbor.from_root(circle)
    with pytest.raises(arbor.NotAnArbor, match="cycle"):
        arbor.path_to_root(circle, 1)


@pytest.mark.parametrize("node", [-1, 6])
def test_a_node_outside_the_arbor_is_refused(node: int) -> None:
    with pytest.raises(arbor.NotInArbor):
        arbor.distal_to(Y_SHAPED, node)
