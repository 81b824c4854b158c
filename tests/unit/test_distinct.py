"""Distinct values of arrays, as numpy finds them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from catmaid_wire.distinct import distinct


@given(
    st.sampled_from([np.int16, np.int32, np.int64, np.uint8]).flatmap(
        lambda kind: arrays.arrays(kind, st.integers(0, 40))
    )
)
def test_each_value_comes_once_in_order(values: Any) -> None:
    """The values, the order and the dtype are those of `numpy.unique`."""
    before = values.copy()
    found = distinct(values)
    assert found.dtype == values.dtype
    np.testing.assert_array_equal(found, np.unique(values))
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("values", [[], [7], [3, 3, 3]])
def test_few_values(values: list[int]) -> None:
    """Of nothing there is nothing; of one value, one."""
    assert distinct(np.array(values, np.int32)).tolist() == sorted(set(values))
