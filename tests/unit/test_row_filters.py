"""Filters of columns are read in the kernel as in the page; the page's tests have the same cases."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from catmaid_jupyter.widgets.project_table.row_filters import BadFilter, numbers_that_fit, text_test
from tests.helpers.folders import REPOSITORY

CASES: Any = json.loads((REPOSITORY / "js" / "test" / "table" / "row-filters.json").read_text())
NUMBERS, TEXTS = CASES["numbers"], CASES["texts"]


@pytest.mark.parametrize(("text", "expected"), NUMBERS["cases"])
def test_numbers(text: str, expected: list[float]) -> None:
    values = np.array(NUMBERS["values"])
    assert values[numbers_that_fit(text, values)].tolist() == expected


@pytest.mark.parametrize(("text", "expected"), TEXTS["cases"])
def test_texts(text: str, expected: list[str]) -> None:
    assert list(filter(text_test(text), TEXTS["values"])) == expected


@pytest.mark.parametrize("text", NUMBERS["bad"])
def test_what_is_no_filter_of_numbers(text: str) -> None:
    with pytest.raises(BadFilter):
        numbers_that_fit(text, np.zeros(1))


@pytest.mark.parametrize("text", TEXTS["bad"])
def test_what_is_no_filter_of_texts(text: str) -> None:
    with pytest.raises(BadFilter):
        text_test(text)
