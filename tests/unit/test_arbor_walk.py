"""Walks on arbors."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.domain.arbor_walk import ArborWalk
from catmaid_server.domain.reviews.review_sequences import sequences


@st.composite
def arbors(draw: st.DrawFn) -> ArborWalk:
    """Any tree of up to 40 nodes; node 0 is the root."""
    size = draw(st.integers(1, 40))
    parents: dict[int, int | None] = {0: None}
    for node in range(1, size):
        parents[node] = draw(st.integers(0, node - 1))
    return ArborWalk(parents)


def forked() -> ArborWalk:
    """0 - 1 - 2, which forks into 3 - 4 - 5 and 6."""
    return ArborWalk({0: None, 1: 0, 2: 1, 3: 2, 4: 3, 5: 4, 6: 2})


def test_branches_come_largest_first() -> None:
    arbor = forked()
    assert arbor.branches(2) == [3, 6]
    assert [arbor.path_to_end_or_branch(first) for first in arbor.branches(2)] == [[3, 4, 5], [6]]
    assert arbor.path_to_end_or_branch(0) == [0, 1, 2]


def test_no_path_leads_up_from_the_root() -> None:
    arbor = forked()
    assert [arbor.path_to_previous_branch_or_root(node) for node in (5, 2, 1, 0)] == [[4, 3, 2], [1, 0], [0], []]


def test_ends_have_one_neighbour() -> None:
    arbor = forked()
    assert [node for node in arbor.parents if arbor.is_end(node)] == [0, 5, 6]


@given(arbors())
def test_a_distance_is_the_same_both_ways(arbor: ArborWalk) -> None:
    """From everywhere every node is reached, and the way back is as long."""
    first, last = min(arbor.parents), max(arbor.parents)
    there = arbor.distances(first)
    assert set(there) == set(arbor.parents)
    assert arbor.distances(last)[first] == there[last]


@given(arbors())
def test_sequences_walk_every_edge_once(arbor: ArborWalk) -> None:
    """Each edge is in one sequence, walked towards the root, and longer sequences come first."""
    found = sequences(arbor, arbor.root)
    edges = [edge for path in found for edge in pairwise(path)]
    assert sorted(edges) == sorted((node, parent) for node, parent in arbor.parents.items() if parent is not None)
    assert [len(path) for path in found] == sorted((len(path) for path in found), reverse=True)
    assert {node for path in found for node in path} == set(arbor.parents)


def test_sequences_of_a_fork() -> None:
    assert sequences(forked(), 0) == [[5, 4, 3, 2, 1, 0], [6, 2]]
    assert sequences(forked(), 3) == [[5, 4, 3]]
    assert sequences(forked(), 6) == [[6]]
