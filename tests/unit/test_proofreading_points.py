"""Points of an arbor to proofread, and a walk along them."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.proofreading import point_walk
from catmaid_jupyter.client.proofreading.point_walk import PointWalk
from catmaid_jupyter.client.proofreading.rules import proofreading_rules
from catmaid_jupyter.model.proofreading import ProofreadingRules, ReadArbor, points_to_proofread

# A stem along x with a twig at each of five nodes, and a long tail without any: 0 … 5, twigs 6 … 10, tail 11 … 20.
PARENTS = np.array([-1, 0, 1, 2, 3, 4, 1, 2, 3, 4, 5, 5, *range(11, 20)])
PLACES = np.array(
    [(100.0 * at, 0, 0) for at in range(6)]
    + [(100.0 * at, 100, 0) for at in range(1, 6)]
    + [(600.0 + 100 * at, 0, 0) for at in range(10)]
)


def arbor(**changes: Any) -> ReadArbor:
    values = {"parents": PARENTS, "positions": PLACES, "confidences": np.full(len(PARENTS), 5), "tags": ()}
    return ReadArbor(**{**values, **changes})


def rows_of(found: list[Any], kind: str) -> list[int]:
    return [point.row for point in found if point.kind == kind]


def test_ends_without_a_closing_tag_are_open_the_nearest_to_the_root_first() -> None:
    closed = arbor(tags=[(6, "ends"), (20, "Uncertain Continuation"), (7, "bright")])
    assert rows_of(points_to_proofread(closed, ProofreadingRules()), "open end") == [0, 7, 8, 9, 10]


def test_low_confidence_tags_and_jumps() -> None:
    confidences = np.full(len(PARENTS), 5)
    confidences[[0, 3, 8]] = 4, 4, 1
    places = PLACES.copy()
    places[20] += (0, 0, 5000)
    odd = arbor(confidences=confidences, positions=places, tags=[(2, "todo"), (3, "todo not")])
    found = points_to_proofread(odd, ProofreadingRules(confidence_below=5))
    assert rows_of(found, "low confidence") == [3, 8], "the root has no edge"
    assert rows_of(found, "tag") == [2]
    assert rows_of(found, "far jump") == [20]
    assert [point.what for point in found if point.kind == "far jump"] == [
        "The edge to the parent is 5.0 µm long, 50 times the median."
    ]
    assert rows_of(points_to_proofread(odd, ProofreadingRules(confidence_below=2)), "low confidence") == [8]
    assert rows_of(points_to_proofread(odd, ProofreadingRules(jump=1e9)), "far jump") == []


def test_long_cable_without_a_branch_is_told_at_its_middle() -> None:
    found = points_to_proofread(arbor(), ProofreadingRules())
    assert rows_of(found, "missing twigs") == [15], "the tail of 1 µm; all else is 100 nm"
    assert rows_of(points_to_proofread(arbor(), ProofreadingRules(twigless=2000)), "missing twigs") == []
    alone = arbor(parents=np.array([-1, 0]), positions=PLACES[[0, 20]], confidences=np.array([5, 5]))
    assert rows_of(points_to_proofread(alone, ProofreadingRules()), "missing twigs") == [], "nothing to compare with"
    assert rows_of(points_to_proofread(alone, ProofreadingRules(twigless=1000)), "missing twigs") == [1]


def test_arbors_of_no_and_of_one_node() -> None:
    nothing = np.array([], np.int64)
    empty = ReadArbor(nothing, np.empty((0, 3)), nothing, ())
    assert points_to_proofread(empty, ProofreadingRules()) == []
    one = ReadArbor(np.array([-1]), np.zeros((1, 3)), np.array([5]), ())
    assert [(point.row, point.kind) for point in points_to_proofread(one, ProofreadingRules())] == [(0, "open end")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"jumps": 1}, "no rule 'jumps'.*jump"),
        ({"jump": -1}, "length in nm"),
        ({"twigless": "long"}, "length in nm"),
        ({"confidence_below": 9}, "1 .none. to 5"),
        ({"tags": "TODO"}, "list of tags"),
    ],
)
def test_rules_that_cannot_be_are_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        proofreading_rules(given)


class Walked:
    """A walk along points of treenodes 1 to 4, of which some are gone; what is kept as seen."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, gone: set[int]) -> None:
        self.kept: list[tuple[int, bool]] = []

        class FakeSite:
            def __init__(self, _place: object) -> None:
                pass

            async def nodes(self, ids: list[int]) -> Any:
                there = {one: FakeNode(one) for one in ids if one not in gone}
                return type("Seen", (), {"treenodes": there})

        class FakeNode:
            skeleton_id = 9

            def __init__(self, one: int) -> None:
                self.position = (float(one), 0.0, 0.0)

        async def keep(_place: object, points: list[Any], *, seen: bool) -> None:
            self.kept += [(point.treenode_id, seen) for point in points]

        monkeypatch.setattr(point_walk, "Site", FakeSite)
        monkeypatch.setattr(point_walk, "keep_seen", keep)
        self.walk = PointWalk(None, points(1, 2, 3, 4))  # type: ignore[arg-type]

    def go(self, way: str) -> int | None:
        stop = asyncio.run(self.walk.on() if way == "on" else self.walk.back())
        return stop["treenode_id"]


def points(*nodes: int) -> pd.DataFrame:
    rows = [(9, "PN", "open end", node, 0.0, 0.0, 0.0, "An end.", "open", False) for node in nodes]
    names = ["skeleton_id", "neuron", "kind", "treenode_id", "x", "y", "z", "what", "mark", "seen"]
    return pd.DataFrame(rows, columns=names)


def test_a_walk_marks_what_it_leaves_and_ends_when_all_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    walked = Walked(monkeypatch, gone={2})
    assert [walked.go("on") for _ in range(3)] == [1, 3, 4]
    assert walked.kept == [(1, True), (3, True)]
    assert [walked.go("back"), walked.go("back")] == [3, 1]
    stop = asyncio.run(walked.walk.back())
    assert (stop["treenode_id"], stop["text"]) == (None, "This is the first point.")
    walked.walk.stand_at(3, "open end", "open")
    assert walked.go("on") == 4


def test_a_walk_goes_on_when_its_points_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    walked = Walked(monkeypatch, gone=set())
    assert [walked.go("on"), walked.go("on")] == [1, 2]
    walked.walk.replace(points(1, 3, 4))
    assert walked.go("on") == 3, "what was there is no point any more: the next one has its place"
    walked.walk.replace(points(3, 5))
    assert walked.go("on") == 5
