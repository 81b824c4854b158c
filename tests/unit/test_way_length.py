"""Ways along an arbor."""

from __future__ import annotations

import numpy as np
import pytest

from catmaid_jupyter.widgets.tracing_layer.node_finding import way_length

# Node 0 is the root, with branches 1-2 and 3.
PARENTS = np.array([-1, 0, 1, 0])
PLACES = np.array([[0, 0, 0], [3, 4, 0], [3, 4, 12], [0, 0, 7]], float)


@pytest.mark.parametrize(
    ("one", "other", "length"), [(0, 0, 0), (0, 2, 17), (2, 0, 17), (2, 3, 24), (3, 1, 12), (1, 2, 12)]
)
def test_a_way_goes_up_to_where_both_meet_and_down(one: int, other: int, length: float) -> None:
    assert way_length(PLACES, PARENTS, one, other) == pytest.approx(length)
