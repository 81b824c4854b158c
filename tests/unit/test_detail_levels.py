"""Levels of detail: how many are wanted, and which treenodes come in which."""

from __future__ import annotations

import numpy as np
import pytest

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.tracing.detail_levels import FIRST, LEVELS, portioned, wanted_levels
from catmaid_server.domain.tracing.viewports import Viewport


@pytest.mark.parametrize(("lod_type", "lod", "levels"), [
    ("percent", "max", LEVELS), ("percent", "1", LEVELS), ("percent", "7", LEVELS), ("percent", "0", 1),
    ("percent", "-1", 1), ("percent", "0.5", 3), ("absolute", "max", LEVELS), ("absolute", "0", LEVELS),
    ("absolute", "1", 1), ("absolute", "NaN", LEVELS), ("percent", "NaN", LEVELS),
    ("absolute", "3", 3), ("absolute", "99", LEVELS),
])  # fmt: skip
def test_a_client_wants_a_part_or_a_number_of_levels(lod_type: str, lod: str, levels: int) -> None:
    assert wanted_levels(lod_type, lod) == levels


@pytest.mark.parametrize(("lod_type", "lod"), [
    ("percent", "half"), ("absolute", "inf"), ("absolute", ""), ("linear", "1"),
])  # fmt: skip
def test_other_wishes_are_refused(lod_type: str, lod: str) -> None:
    with pytest.raises(InvalidInput):
        wanted_levels(lod_type, lod)


def straight(count: int) -> Viewport:
    """A line of treenodes along x, each further from its parent than the one before; ids descend."""
    ids = np.arange(count, 0, -1, dtype="<i4")
    x = np.cumsum(np.arange(count, dtype=float))
    nodes = {"id": ids, "parent_id": np.append(-1, ids)[:count], "x": x, "y": 0 * x, "z": 0 * x}
    return Viewport(nodes, {}, {}, {}, {}, False)


def test_each_treenode_is_in_one_level() -> None:
    found = straight(5 * FIRST)
    first, more = portioned(found, LEVELS)
    sizes = [len(nodes["id"]) for nodes in (first.nodes, *more)]
    assert sizes == [FIRST, 2 * FIRST, 2 * FIRST]
    everything = np.concatenate([nodes["id"] for nodes in (first.nodes, *more)])
    assert sorted(everything.tolist()) == sorted(found.nodes["id"].tolist())


def test_a_level_is_a_sample_of_all_with_both_ends_of_edges() -> None:
    first, more = portioned(straight(5 * FIRST), 1)
    assert more == []
    ids = np.sort(first.nodes["id"])
    assert np.histogram(ids, bins=5, range=(0, 5 * FIRST))[0].min() > FIRST / 10, "from everywhere"
    assert np.count_nonzero(np.isin(ids + 1, ids)) > 0.9 * len(ids), "parents, which have the next higher id, are there"


def test_an_edge_whose_upper_end_is_elsewhere_is_in_one_level() -> None:
    found = straight(2 * FIRST)
    found.nodes["parent_id"][1] = 10**6
    first, more = portioned(found, LEVELS)
    assert [len(nodes["id"]) for nodes in (first.nodes, *more)] == [FIRST, FIRST]


def test_nothing_has_one_empty_level() -> None:
    first, more = portioned(straight(0), LEVELS)
    assert (len(first.nodes["id"]), more) == (0, [])
