"""A selection's state and its deltas: whatever is done in whatever order, a list of rows would have the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catmaid_jupyter.model.selection import (
    ALL_FLAGS,
    DEFAULT_FLAGS,
    PALETTE,
    OutOfStep,
    SelectionDelta,
    SelectionState,
    SkeletonFlag,
)
from catmaid_jupyter.widgets.selection_model.delta_messages import delta_of, message_of

Rows = list[tuple[int, int, int]]

some_ids = st.lists(st.integers(1, 9), max_size=4)
actions = st.one_of(
    st.tuples(st.just("add"), some_ids, st.integers(0, 3), st.integers(0, ALL_FLAGS)),
    st.tuples(st.just("remove"), some_ids),
    st.tuples(st.just("set_rgba"), some_ids, st.integers(0, 3)),
    st.tuples(st.just("set_flags"), some_ids, st.integers(0, ALL_FLAGS), st.integers(0, ALL_FLAGS)),
    st.tuples(st.just("select"), some_ids),
    st.tuples(st.just("set_active"), st.one_of(st.none(), st.integers(1, 9))),
)


class NaiveSelection:
    """The same as a list of rows (id, rgba, flags)."""

    def __init__(self) -> None:
        self.rows: Rows = []
        self.active: int | None = None

    def do(self, name: str, *arguments: Any) -> None:
        getattr(self, name)(*arguments)
        if self.active not in [row[0] for row in self.rows]:
            self.active = None

    def add(self, ids: list[int], rgba: int, flags: int) -> None:
        for skeleton_id in ids:
            if skeleton_id not in [row[0] for row in self.rows]:
                self.rows.append((skeleton_id, rgba, flags))

    def remove(self, ids: list[int]) -> None:
        self.rows = [row for row in self.rows if row[0] not in ids]

    def set_rgba(self, ids: list[int], rgba: int) -> None:
        self.rows = [(key, rgba if key in ids else color, flags) for key, color, flags in self.rows]

    def set_flags(self, ids: list[int], mask: int, flags: int) -> None:
        self.rows = [(k, c, (f & ~mask) | (flags & mask) if k in ids else f) for k, c, f in self.rows]

    def select(self, ids: list[int]) -> None:
        bit = int(SkeletonFlag.SELECTED)
        self.rows = [(k, c, f | bit if k in ids else f & ~bit) for k, c, f in self.rows]

    def set_active(self, skeleton_id: int | None) -> None:
        if skeleton_id is None or skeleton_id in [row[0] for row in self.rows]:
            self.active = skeleton_id


def rows_of(state: SelectionState) -> Rows:
    return list(zip(state.skeleton_ids.tolist(), state.rgba.tolist(), state.flags.tolist(), strict=True))


def do(state: SelectionState, name: str, *arguments: Any) -> SelectionDelta | None:
    if name == "add":
        ids, rgba, flags = arguments
        return state.add(ids, rgba=rgba, flags=flags)
    if name == "set_active" and arguments[0] is not None and arguments[0] not in state:
        return None
    delta: SelectionDelta | None = getattr(state, name)(*arguments)
    return delta


@given(st.lists(actions, max_size=12))
def test_any_changes_give_what_a_list_would_have_and_deltas_give_a_copy_the_same(steps: list[tuple[Any, ...]]) -> None:
    state, copy, naive = SelectionState(), SelectionState(), NaiveSelection()
    for step in steps:
        before = (rows_of(state), state.active)
        delta = do(state, *step)
        naive.do(*step)
        assert (delta is None) == (before == (rows_of(state), state.active))
        if delta is not None:
            content, buffers = message_of(delta)
            copy.apply(delta_of(content, buffers))
        assert (rows_of(state), state.active) == (naive.rows, naive.active)
        assert (rows_of(copy), copy.active, copy.revision) == (rows_of(state), state.active, state.revision)


def test_colours_come_in_turn_and_rows_are_in_the_order_in_which_they_came() -> None:
    state = SelectionState()
    state.add([5, 3, 5])
    state.add([4])
    assert rows_of(state) == [
        (5, PALETTE[0], DEFAULT_FLAGS),
        (3, PALETTE[1], DEFAULT_FLAGS),
        (4, PALETTE[2], DEFAULT_FLAGS),
    ]
    assert len(state) == 3
    assert 3 in state


def test_a_delta_that_does_not_follow_is_refused_and_all_rows_always_fit() -> None:
    state, copy = SelectionState(), SelectionState()
    state.add([5])
    missed = state.add([6])
    assert missed is not None
    with pytest.raises(OutOfStep, match="begins at revision 1, but this is revision 0"):
        copy.apply(missed)
    copy.apply(state.everything())
    assert (rows_of(copy), copy.revision) == (rows_of(state), 2)


def test_all_rows_are_replaced() -> None:
    state = SelectionState()
    state.add([5, 6])
    state.replace([7, 6], 1, [2, 3], active=6)
    assert (rows_of(state), state.active) == ([(7, 1, 2), (6, 1, 3)], 6)
    with pytest.raises(ValueError, match="only once"):
        state.replace([7, 7], 1, 2)
    with pytest.raises(ValueError, match="Skeleton 8 is not in the selection"):
        state.replace([7], 1, 2, active=8)


@pytest.mark.parametrize(
    ("ids", "sentence"),
    [([0], "0 is no skeleton id"), ([2**31], "ids are from 1 to 2147483647"), (["PN 1"], "whole numbers, not 'PN 1'")],
)
def test_what_is_no_id_is_refused(ids: list[Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        SelectionState().add(ids)


def test_a_thousand_of_a_hundred_thousand_rows_change() -> None:
    state = SelectionState()
    state.add(np.arange(1, 100_001))
    delta = state.set_rgba(np.arange(1, 1001), 7)
    assert delta is not None
    assert sum(map(len, message_of(delta)[1])) == 8000
