"""How far a new radius reaches: CATMAID's five stretches of an arbor.

1 ─ 2 ─ 3 ─ 4 ─ 5         3 is a branch point; 4 and 6 are its children
          └ 6 ─ 7 ─ 8     7 has a radius
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.domain.tracing.radii import Reach, stretch

PARENTS = {1: None, 2: 1, 3: 2, 4: 3, 5: 4, 6: 3, 7: 6, 8: 7}
RADII = dict.fromkeys(PARENTS, -1.0) | {7: 20.0}


@pytest.mark.parametrize(("start", "reach", "expected"), [
    (4, Reach.NODE, [4]),
    (4, Reach.TO_NEXT_BRANCH_OR_END, [4, 5]),
    (1, Reach.TO_NEXT_BRANCH_OR_END, [1, 2, 3]),
    (3, Reach.TO_NEXT_BRANCH_OR_END, [3]),
    (5, Reach.TO_NEXT_BRANCH_OR_END, [5]),
    (8, Reach.TO_PREVIOUS_BRANCH, [8, 7, 6]),
    (3, Reach.TO_PREVIOUS_BRANCH, [3, 2]),
    (1, Reach.TO_PREVIOUS_BRANCH, [1]),
    (8, Reach.TO_PREVIOUS_RADIUS, [8]),
    (7, Reach.TO_PREVIOUS_RADIUS, [7, 6, 3, 2, 1]),
    (8, Reach.TO_ROOT, [8, 7, 6, 3, 2, 1]),
    (1, Reach.TO_ROOT, [1]),
    (8, Reach.ALL, [1, 2, 3, 4, 5, 6, 7, 8]),
])  # fmt: skip
def test_a_stretch_ends_where_it_should(start: int, reach: Reach, expected: list[int]) -> None:
    assert stretch(start, PARENTS, RADII, reach) == expected


@st.composite
def arbors(draw: st.DrawFn) -> dict[int, int | None]:
    size = draw(st.integers(1, 12))
    return {node: None if node == 0 else draw(st.integers(0, node - 1)) for node in range(size)}


@given(arbors(), st.data(), st.sampled_from(Reach))
def test_a_stretch_is_a_path_that_begins_at_the_node(
    parents: dict[int, int | None], data: st.DataObject, reach: Reach
) -> None:
    start = data.draw(st.sampled_from(sorted(parents)))
    radii = {node: data.draw(st.sampled_from([-1.0, 0.0, 5.0])) for node in parents}
    found = stretch(start, parents, radii, reach)
    assert len(set(found)) == len(found)
    if reach is Reach.ALL:
        assert set(found) == set(parents)
        return
    assert found[0] == start
    for below, above in pairwise(found):
        assert parents[below] == above or parents[above] == below
