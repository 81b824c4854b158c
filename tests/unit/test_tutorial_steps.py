"""The lesson in tracing: where it takes place, and what its steps find right and wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catmaid_jupyter.client.tutorial.lesson import Lesson, LessonSynapse
from catmaid_jupyter.client.tutorial.steps import STEPS, Traced, Verdict, prepared_among
from catmaid_jupyter.model.known_neurites import KnownNeurites

# Neurite 1 along x with a branch at x = 1000 along y, neurite 2 beside it, 3 far away: 100 nm thick.
KNOWN = KnownNeurites(
    starts=np.array([[0, 0, 0], [1000, 0, 0], [0, 400, 0], [0, 9000, 0]], float),
    ends=np.array([[4000, 0, 0], [1000, 2000, 0], [900, 400, 0], [4000, 9000, 0]], float),
    radii=np.full(4, 100.0),
    neurites=np.array([1, 1, 2, 3]),
)
LESSON = Lesson(
    neurite=1,
    path=np.array([[0, 0, 0], [1000, 0, 0], [2000, 0, 0]], float),
    side=np.array([[1000, 1000, 0], [1000, 2000, 0]], float),
    rest=np.array([[3000, 0, 0], [4000, 0, 0]], float),
    wrong=np.array([900.0, 400.0, 0.0]),
    synapse=LessonSynapse(np.array([500.0, 8900, 0]), 3, np.array([500.0, 9000, 0]), [2], np.array([500.0, 400, 0])),
    known=KNOWN,
)


def traced(*nodes: tuple[int, int, int, float, float], own: int | None = 7, **more: Any) -> Traced:
    """Nodes as id, parent, skeleton, x and y."""
    table = pd.DataFrame(nodes, columns=["id", "parent_id", "skeleton_id", "x", "y"]).assign(z=0.0)
    return Traced(table.assign(neurite=KNOWN.at(table[["x", "y", "z"]].to_numpy(float))), own, **more)


def verdict(step: str, found: Traced) -> Verdict:
    return next(one for one in STEPS if one.name == step).check(LESSON, found)


PATH = [(1, -1, 7, 0.0, 0.0), (2, 1, 7, 1000.0, 50.0), (3, 2, 7, 2000.0, 0.0)]
SIDE = [(4, 2, 7, 1000.0, 1000.0), (5, 4, 7, 1000.0, 2000.0)]


def test_points_are_in_the_neurite_whose_surface_is_nearest() -> None:
    points = np.array([[2000, 90, 0], [500, 250, 0], [1000, 1500, 0], [500, 8000, 0]], float)
    assert KNOWN.at(points).tolist() == [1, 2, 1, 3]
    assert KNOWN.at(np.empty((0, 3))).tolist() == []


def test_nodes_are_placed_in_the_neurite_at_each_place() -> None:
    begin = verdict("place", traced(own=None))
    assert (begin.is_done, begin.sentence.startswith("The middle of the picture")) == (False, True)
    part = verdict("place", traced(*PATH[:2]))
    assert part.sentence == "2 of 3 places have a node. Go on to the next one."
    assert part.place is not None
    assert part.place.tolist() == [2000, 0, 0]
    wrong = verdict("place", traced(*PATH, (9, 3, 7, 500.0, 400.0)))
    assert (wrong.is_done, "another neurite" in wrong.sentence) == (False, True)
    assert verdict("place", traced(*PATH, (9, -1, 8, 500.0, 400.0))).is_done, "that is another neuron's"


@pytest.mark.parametrize(
    ("step", "nodes", "place"),
    [
        ("place", [*PATH[:2], (9, -1, 8, 2000.0, 50.0)], [2000, 0, 0]),
        ("branch", [*PATH, (9, -1, 8, 1000.0, 1000.0)], [1000, 1000, 0]),
    ],
)
def test_a_node_that_began_another_neuron_is_told(step: str, nodes: list[Any], place: list[int]) -> None:
    found = verdict(step, traced(*nodes))
    assert (found.is_done, "a neuron of its own" in found.sentence) == (False, True)
    assert found.place is not None
    assert found.place.tolist() == place
    assert "of its own" not in verdict(step, traced(*nodes, prepared=(9,))).sentence


def test_a_node_counts_for_the_nearest_place_alone() -> None:
    close = replace(LESSON, path=np.array([[0, 0, 0], [60, 0, 0], [120, 0, 0], [180, 0, 0]], float))
    place = next(one for one in STEPS if one.name == "place").check
    one_click = place(close, traced((1, -1, 7, 10.0, 0.0)))
    assert one_click.sentence == "1 of 4 places have a node. Go on to the next one."
    assert one_click.place is not None
    assert one_click.place.tolist() == [60, 0, 0]
    later = place(close, traced((1, -1, 7, 10.0, 0.0), (2, 1, 7, 125.0, 0.0)))
    assert later.place is not None
    assert later.place.tolist() == [60, 0, 0], "the node in between is the one that is missing"
    all_four = [(at, at - 1 or -1, 7, 60.0 * at - 50, 0.0) for at in (1, 2, 3, 4)]
    assert place(close, traced(*all_four)).is_done


def test_a_node_of_the_path_does_not_count_for_the_side_branch() -> None:
    near = replace(LESSON, side=np.array([[1000, 100, 0], [1000, 1000, 0]], float))
    check = next(one for one in STEPS if one.name == "branch").check
    twig, end = (4, 2, 7, 1000.0, 1000.0), (5, 2, 7, 1000.0, 120.0)
    missing = check(near, traced(*PATH, twig))
    assert (missing.is_done, missing.place is not None and missing.place.tolist()) == (False, [1000, 100, 0])
    assert check(near, traced(*PATH, twig, end)).is_done


def test_a_step_begins_at_the_own_node_that_it_speaks_of() -> None:
    rest = (10, -1, 8, 3000.0, 0.0)
    begin = {one.name: one.begins_at(LESSON, traced(*PATH, *SIDE, rest)) for one in STEPS}
    assert begin == {"place": None, "branch": None, "synapse": None, "join": 3, "split": None, "review": 1}
    assert STEPS[3].begins_at(LESSON, traced(own=None)) is None


def test_a_branch_needs_a_node_with_two_children_and_the_side_branch() -> None:
    assert "no branch yet" in verdict("branch", traced(*PATH)).sentence
    assert "where the cross is" in verdict("branch", traced(*PATH, SIDE[0])).sentence
    assert verdict("branch", traced(*PATH, *SIDE)).is_done


@pytest.mark.parametrize(
    ("source", "target", "sentence"),
    [
        (20, 21, "leads from the right neurite"),
        (21, 20, "not in the neurite with the T-bar"),
        (20, 20, "click into a profile that faces"),
        (None, None, "Make nothing active"),
    ],
)
def test_a_synapse_leads_from_the_known_neurite_to_a_known_partner(
    source: int | None, target: int | None, sentence: str
) -> None:
    sites = [(source, "presynaptic_to"), (target, "postsynaptic_to")] if source else []
    rows = [(node, 30, relation, 510.0, 8890.0, 0.0) for node, relation in sites]
    links = pd.DataFrame(rows, columns=["treenode_id", "connector_id", "relation", "x", "y", "z"])
    nodes = [(20, -1, 8, 500.0, 9000.0), (21, -1, 9, 500.0, 400.0)]
    assert sentence in verdict("synapse", traced(*PATH, *nodes, links=links)).sentence


def test_what_was_joined_and_what_was_split_off() -> None:
    rest = [(10, -1, 8, 3000.0, 0.0), (11, 10, 8, 4000.0, 0.0), (12, 11, 8, 900.0, 400.0)]
    made = (10, 11, 12)
    assert not verdict("join", traced(*PATH, *rest, prepared=made)).is_done
    joined = [(one, parent, 7, x, y) for one, parent, _, x, y in rest]
    assert verdict("join", traced(*PATH, *joined, prepared=made)).is_done
    assert "`Shift`+`X`" in verdict("split", traced(*PATH, *joined, prepared=made)).sentence
    right = [*joined[:2], (12, -1, 9, 900.0, 400.0)]
    assert verdict("split", traced(*PATH, *right, prepared=made)).is_done
    too_much = [joined[0], (11, -1, 9, 4000.0, 0.0), (12, 11, 9, 900.0, 400.0)]
    assert "More than the wrong node" in verdict("split", traced(*PATH, *too_much, prepared=made)).sentence
    stray = (6, 3, 7, 500.0, 400.0)
    elsewhere = verdict("split", traced(*PATH, *right, stray, prepared=made))
    assert (elsewhere.is_done, "is in another neurite" in elsewhere.sentence) == (False, True)


def test_a_review_is_done_when_all_nodes_are_reviewed() -> None:
    assert verdict("review", traced(*PATH, reviewed=2)).sentence.startswith("2 of 3 nodes are reviewed.")
    assert verdict("review", traced(*PATH, reviewed=3)).is_done


def test_what_was_made_for_the_learner_is_known_by_its_places() -> None:
    rest = [(21, -1, 8, 3000.0, 0.0), (22, 21, 8, 4000.0, 0.0), (23, 22, 8, 900.0, 400.0)]
    assert prepared_among(traced(*PATH, *rest).nodes, LESSON) == (21, 22, 23)
    assert prepared_among(traced(*PATH, *rest[:2]).nodes, LESSON) == (21, 22, -1)
    assert prepared_among(traced(*PATH).nodes, LESSON) == (-1, -1, -1)


@pytest.mark.parametrize("prepared", [(), (-1, -1, -1), (21, 22, 23)])
def test_before_the_join_there_is_nothing_to_split(prepared: tuple[int, ...]) -> None:
    rest = [(21, -1, 8, 3000.0, 0.0), (22, 21, 8, 4000.0, 0.0), (23, 22, 8, 900.0, 400.0)]
    nodes = [*PATH, *rest] if 21 in prepared else PATH
    found = verdict("split", traced(*nodes, prepared=prepared))
    assert (found.is_done, "join it first" in found.sentence) == (False, True)
    assert not verdict("split", traced(own=None, prepared=prepared)).is_done
