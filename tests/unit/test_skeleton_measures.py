"""Smoothing of cable."""

from __future__ import annotations

import pytest

from catmaid_server.domain.arbor_walk import ArborWalk
from catmaid_server.domain.positions import Position
from catmaid_server.domain.skeletons.skeleton_measures import smoothed

CHAIN = ArborWalk({1: None, 2: 1, 3: 2})


def test_ends_stay_and_slabs_are_drawn_to_the_farther_neighbour() -> None:
    places: dict[int, Position] = {1: (0.0, 0.0, 0.0), 2: (10.0, 0.0, 0.0), 3: (40.0, 0.0, 0.0)}
    moved = smoothed(CHAIN, places)
    assert (moved[1], moved[3]) == (places[1], places[3])
    assert moved[2] == pytest.approx((0.4 * 10 + 0.6 * (0.25 * 0 + 0.75 * 40), 0.0, 0.0))


def test_nodes_at_one_place_stay() -> None:
    places: dict[int, Position] = dict.fromkeys((1, 2, 3), (5.0, 5.0, 5.0))
    assert smoothed(CHAIN, places) == places


def test_branches_stay() -> None:
    fork = ArborWalk({1: None, 2: 1, 3: 2, 4: 2})
    places: dict[int, Position] = {1: (0.0, 0.0, 0.0), 2: (1.0, 3.0, 0.0), 3: (2.0, 0.0, 0.0), 4: (1.0, 9.0, 0.0)}
    assert smoothed(fork, places) == places
