"""What is known of perturbed copies of arbors is what the comparison says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from catmaid_jupyter.model.cable_pieces import CablePieces, are_near, cut
from catmaid_jupyter.model.comparison import CableMatch, match_cable, match_places

TOLERANCE = 100.0
STEP = TOLERANCE / 4
APART = 4 * TOLERANCE

Xyz = NDArray[np.float64]


@dataclass(frozen=True)
class Comb:
    """A straight trunk along x, and straight branches across it that are far from each other."""

    xyz: Xyz
    parents: NDArray[np.int64]
    tooth: NDArray[np.int64]
    """To which branch each node belongs; -1: the trunk."""
    lengths: list[float]
    """Of the branches, nm."""

    def without(self, tooth: int) -> tuple[NDArray[np.int64], Xyz]:
        return kept(self.parents, self.xyz, self.tooth != tooth)


def kept(parents: NDArray[np.int64], xyz: Xyz, mask: NDArray[np.bool_]) -> tuple[NDArray[np.int64], Xyz]:
    """Some nodes of an arbor; those whose parent is not kept are roots."""
    place = np.full(len(parents) + 1, -1)
    place[np.flatnonzero(mask)] = np.arange(mask.sum())
    return place[parents[mask]], xyz[mask]


@st.composite
def combs(draw: st.DrawFn) -> Comb:
    lengths = draw(st.lists(st.floats(3 * TOLERANCE, 40 * TOLERANCE), min_size=1, max_size=6))
    xyz, parents, tooth = [(0.0, 0.0, 0.0)], [-1], [-1]
    for number, length in enumerate(lengths):
        xyz.append(((number + 1) * APART, 0.0, 0.0))
        parents.append(max(index for index, of in enumerate(tooth) if of == -1))
        tooth.append(-1)
        before, steps = len(xyz) - 1, draw(st.integers(1, 4))
        across = np.array([(0, 1, 0), (0, 0, 1), (0, -1, 0), (0, 0, -1)][draw(st.integers(0, 3))])
        for step in range(1, steps + 1):
            xyz.append(tuple(np.array(xyz[before if step == 1 else -1]) + across * length / steps))
            parents.append(before if step == 1 else len(xyz) - 2)
            tooth.append(number)
    xyz.append(((len(lengths) + 1) * APART, 0.0, 0.0))
    parents.append(max(index for index, of in enumerate(tooth) if of == -1))
    tooth.append(-1)
    return Comb(np.array(xyz), np.array(parents), np.array(tooth), lengths)


def pieces(parents: NDArray[np.int64], xyz: Xyz) -> CablePieces:
    return cut(parents, xyz, STEP)


def matched(mine: CablePieces, gold: CablePieces, min_length: float = 0.0) -> CableMatch:
    """What of the first one is in the second one."""
    return match_cable(mine, gold, TOLERANCE, min_length=min_length)


def rerooted(parents: NDArray[np.int64], root: int) -> NDArray[np.int64]:
    found, node, below = parents.copy(), root, -1
    while node >= 0:
        found[node], node, below = below, int(parents[node]), node
    return found


@given(combs())
def test_pieces_are_the_arbor(comb: Comb) -> None:
    cable = pieces(comb.parents, comb.xyz)
    trunk = (len(comb.lengths) + 1) * APART
    assert cable.lengths.sum() == pytest.approx(trunk + sum(comb.lengths))
    assert cable.lengths.max() <= STEP + 1e-6
    on_edge = np.linalg.norm(cable.middles - comb.xyz[cable.node], axis=1)
    assert (on_edge <= np.linalg.norm(comb.xyz[cable.node] - comb.xyz[comb.parents[cable.node]], axis=1)).all()


@given(combs(), st.integers(0, 2**32 - 1))
def test_what_moved_within_the_tolerance_is_the_same(comb: Comb, seed: int) -> None:
    random = np.random.default_rng(seed)
    way = random.normal(size=comb.xyz.shape)
    way *= TOLERANCE * random.random((len(way), 1)) / np.linalg.norm(way, axis=1, keepdims=True)
    one, other = pieces(comb.parents, comb.xyz), pieces(comb.parents, comb.xyz + way)
    for match in (matched(one, other), matched(other, one)):
        assert match.matched == pytest.approx(match.cable)
        assert match.branches == []


@given(combs(), st.data())
def test_a_branch_that_is_missing_is_told_with_its_length_and_place(comb: Comb, data: st.DataObject) -> None:
    """All but the first stretch, which is within the tolerance of the trunk; whichever of both lacks it."""
    tooth = data.draw(st.integers(0, len(comb.lengths) - 1))
    whole, rest = pieces(comb.parents, comb.xyz), pieces(*comb.without(tooth))
    assert matched(rest, whole).branches == []
    match = matched(whole, rest)
    (branch,) = match.branches
    assert branch.length == pytest.approx(comb.lengths[tooth] - TOLERANCE, abs=STEP)
    assert match.cable - match.matched == pytest.approx(branch.length)
    base = np.array([(tooth + 1) * APART, 0, 0])
    assert np.linalg.norm(branch.place - base) == pytest.approx(TOLERANCE, abs=STEP)
    tip = comb.xyz[comb.tooth == tooth][-1]
    assert branch.end == pytest.approx(tip)
    assert comb.tooth[branch.node] == tooth
    rest_xyz = comb.without(tooth)[1]
    assert np.linalg.norm(rest_xyz[branch.nearest] - base) <= APART


@given(combs(), st.data())
def test_another_root_changes_nothing(comb: Comb, data: st.DataObject) -> None:
    tooth = data.draw(st.integers(0, len(comb.lengths) - 1))
    root = data.draw(st.integers(0, len(comb.xyz) - 1))
    rest = pieces(*comb.without(tooth))
    one, other = (matched(pieces(parents, comb.xyz), rest) for parents in (comb.parents, rerooted(comb.parents, root)))
    assert one.matched == pytest.approx(other.matched)
    for first, second in zip(one.branches, other.branches, strict=True):
        assert first.length == pytest.approx(second.length)
        assert first.place == pytest.approx(second.place)
        assert first.end == pytest.approx(second.end)


@given(combs(), st.data())
def test_one_half_lacks_the_other_and_both_lack_nothing(comb: Comb, data: st.DataObject) -> None:
    cut_at = data.draw(st.integers(1, len(comb.xyz) - 1))
    is_distal = np.zeros(len(comb.xyz), dtype=bool)
    is_distal[cut_at] = True
    for node in range(cut_at + 1, len(comb.xyz)):
        is_distal[node] |= is_distal[comb.parents[node]]
    whole = pieces(comb.parents, comb.xyz)
    both = np.where(np.arange(len(comb.xyz)) == cut_at, -1, comb.parents)
    edge = float(np.linalg.norm(comb.xyz[cut_at] - comb.xyz[comb.parents[cut_at]]))
    together = matched(whole, pieces(both, comb.xyz))
    assert together.cable - together.matched <= edge + 1e-6, "only the edge that was cut can be missing"
    half = pieces(*kept(comb.parents, comb.xyz, ~is_distal))
    lost = whole.lengths.sum() - half.lengths.sum()
    match = matched(whole, half)
    assert matched(half, whole).matched == pytest.approx(half.lengths.sum())
    assert lost - TOLERANCE - STEP <= match.cable - match.matched <= lost + 1e-6


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.floats(5, 400), st.sampled_from([1.0, STEP, 3 * TOLERANCE]))
def test_pieces_are_near_where_all_distances_say_so(seed: int, apart: float, step: float) -> None:
    """However densely either arbor is sampled."""
    random = np.random.default_rng(seed)
    mine, gold = (
        cut(np.arange(-1, 11), np.cumsum(random.normal(0, scale, (12, 3)), axis=0), cut_at)
        for scale, cut_at in ((apart, STEP), (apart / 2, max(step, apart / 20)))
    )
    along = np.einsum("ijk,jk->ij", mine.middles[:, None] - gold.starts, gold.vectors) / np.square(gold.lengths)
    nearest = gold.starts + np.clip(along, 0, 1)[:, :, None] * gold.vectors
    distances = np.linalg.norm(mine.middles[:, None] - nearest, axis=2).min(axis=1)
    is_clear = np.abs(distances - TOLERANCE) > 1e-6
    assert np.array_equal(are_near(mine, gold, TOLERANCE)[is_clear], (distances <= TOLERANCE)[is_clear])


def test_short_branches_are_counted_but_not_listed() -> None:
    comb = Comb(np.array([(0, 0, 0), (400, 0, 0), (400, 300, 0.0)]), np.array([-1, 0, 1]), np.array([-1, -1, 0]), [300])
    match = matched(pieces(comb.parents, comb.xyz), pieces(*comb.without(0)), min_length=250)
    assert match.branches == []
    assert match.matched == pytest.approx(500, abs=STEP)


def test_a_neuron_elsewhere_is_missing_as_a_whole() -> None:
    parents, xyz = np.array([-1, 0]), np.array([(0, 0, 0), (1000, 0, 0.0)])
    far, alone = pieces(parents, xyz + 10_000), pieces(np.array([-1]), np.zeros((1, 3)))
    match = matched(pieces(parents, xyz), far)
    assert match.matched == 0
    (branch,) = match.branches
    assert (branch.length, branch.place.tolist(), branch.end.tolist()) == (1000, [1000, 0, 0], [0, 0, 0])
    assert (branch.node, branch.nearest) == (1, 0)
    assert matched(pieces(parents, xyz), alone).matched == pytest.approx(TOLERANCE, abs=STEP)
    assert matched(alone, pieces(parents, xyz)).branches == [], "a single node has no cable"


def test_cable_across_does_not_count_where_the_direction_does() -> None:
    one = pieces(np.array([-1, 0]), np.array([(-1000, 0, 0), (1000, 0, 0.0)]))
    across = pieces(np.array([-1, 0]), np.array([(0, -1000, 0), (0, 1000, 0.0)]))
    assert are_near(one, across, TOLERANCE).any()
    assert not are_near(one, across, TOLERANCE, angle=45).any()
    assert are_near(one, one, TOLERANCE, angle=0).all()


@given(st.integers(0, 2**32 - 1), st.integers(0, 5), st.integers(0, 5))
@settings(max_examples=60)
def test_places_are_paired_as_often_as_can_be(seed: int, count: int, others: int) -> None:
    random = np.random.default_rng(seed)
    one, other = random.random((count, 3)) * 3, random.random((others, 3)) * 3
    is_near = np.linalg.norm(one[:, None] - other[None], axis=2) <= 1
    few, many = (is_near, others) if count <= others else (is_near.T, count)
    best = max(
        (
            sum(bool(few[row, column]) for row, column in enumerate(chosen))
            for chosen in permutations(range(many), len(few))
        ),
        default=0,
    )
    partners = match_places(one, other, 1.0)
    rows = np.flatnonzero(partners >= 0)
    assert len(rows) == len(set(partners[rows])) == best
    assert is_near[rows, partners[rows]].all()


@given(st.sets(st.integers(0, 30)), st.sets(st.integers(0, 30)), st.integers(0, 2**32 - 1))
def test_synapses_that_both_have_are_counted_once(mine: set[int], gold: set[int], seed: int) -> None:
    random = np.random.default_rng(seed)

    def places(numbers: set[int]) -> Xyz:
        exact = np.array([(number * APART, 0, 0) for number in sorted(numbers)]).reshape(-1, 3)
        return exact + random.uniform(-0.25, 0.25, exact.shape) * TOLERANCE

    partners = match_places(places(mine), places(gold), TOLERANCE)
    found = [sorted(gold)[one] if one >= 0 else None for one in partners]
    assert found == [number if number in gold else None for number in sorted(mine)]
