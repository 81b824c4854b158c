"""Overviews of skeletons: few of the nodes, and each leads to the next one towards the root."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from catmaid_wire import geometry
from catmaid_wire.overviews import STEP, deflated_whole, overview_nodes, pack_forms

Parents = NDArray[np.int64]


@st.composite
def forests(draw: st.DrawFn) -> Parents:
    """Trees whose parents may stand after their children, with long unbranched runs."""
    n = draw(st.integers(0, 120))
    back = [draw(st.sampled_from([1, 1, 1, 1, 2, 30])) for _ in range(n)]
    parents = np.array([row - step if row >= step else -1 for row, step in enumerate(back)], np.int64).reshape(n)
    if not draw(st.booleans()):
        return parents
    order = np.array(draw(st.permutations(range(n))), np.int64).reshape(n)
    shuffled = np.full(n, -1)
    shuffled[order] = np.where(parents < 0, -1, order[parents])
    return shuffled


def way_to(kept: set[int], parents: Parents, row: int) -> tuple[int, int]:
    """The next kept node towards the root, -1 above a root, and how many steps away it is."""
    steps, row = 1, int(parents[row])
    while row >= 0 and row not in kept:
        steps, row = steps + 1, int(parents[row])
    return row, steps


@given(forests(), st.sampled_from([2, 5, 32]))
def test_an_overview_is_made_of_few_nodes_on_the_way_to_the_root(parents: Parents, step: int) -> None:
    rows, above = overview_nodes(parents, step)
    kept = {int(row) for row in rows}
    roots = np.flatnonzero(parents < 0)
    assert rows.tolist() == sorted(kept)
    assert kept >= set(roots.tolist())
    assert len(kept) <= 3 * len(parents) / step + len(roots)
    for row, place in zip(rows.tolist(), above.tolist(), strict=True):
        wanted, steps = way_to(kept, parents, row)
        assert (int(rows[place]) if place >= 0 else -1) == wanted
        assert wanted < 0 or steps <= step


def test_long_branches_keep_their_ends_and_where_they_part() -> None:
    main, branch, twig = np.arange(-1, 199), np.r_[100, 200:280], np.r_[50, 281:290]
    rows, _ = overview_nodes(np.r_[main, branch, twig].astype(np.int64))
    assert {0, 100, 199, 280} <= set(rows.tolist())
    assert not any(281 <= row <= 290 for row in rows.tolist())


def test_nodes_on_a_circle_are_left_out() -> None:
    rows, above = overview_nodes(np.array([-1, 0, 4, 2, 3, 3]), 2)
    assert rows.tolist()[0] == 0
    assert {2, 3, 4}.isdisjoint(rows.tolist())
    assert (above < len(rows)).all()


@pytest.mark.parametrize("rows", [[0], [1], [3, 0, 500], [4 * STEP - 1, 4 * STEP]])
def test_only_large_skeletons_have_one(rows: list[int]) -> None:
    parents = np.concatenate([np.empty(0, np.int64), *(np.arange(-1, n - 1) for n in rows)])
    positions = np.random.default_rng(1).random((len(parents), 3)) * 1e5
    forms = pack_forms(positions, parents, np.array(rows))
    assert [form.whole.rows for form in forms] == rows
    assert [form.overview is not None for form in forms] == [n >= 4 * STEP for n in rows]
    for form, start in zip(forms, np.cumsum(rows) - rows, strict=True):
        if form.overview is None:
            assert form.size == len(form.whole.blob)
            continue
        assert form.size > len(form.whole.blob)
        places, above = geometry.unpack(form.overview)
        assert above.tolist() == [*range(-1, len(above) - 1)]
        np.testing.assert_allclose(places[0], positions[start], atol=2)
    first = pack_forms(positions, parents, np.array(rows), overviews_first=True)
    assert [form.is_raw for form in first] == [n >= 4 * STEP for n in rows]
    assert all(form.size > ready.size for form, ready in zip(first, forms, strict=True) if form.is_raw)
    assert [deflated_whole(form) for form in first] == forms
