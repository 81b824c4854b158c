"""Which rows of a table fit filters, and in which order they are shown; for tables too long to do that in the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.widgets.project_table.column_values import CodedTexts, column_values
from catmaid_jupyter.widgets.project_table.row_filters import BadFilter, numbers_that_fit, text_test
from catmaid_wire.natural_order import natural_key

RowOrder: TypeAlias = "Sequence[str | bool]"
"""A column, and whether the largest come first, as in `["nodes", True]`; empty for the rows' own order."""


def arranged(rows: pd.DataFrame, order: RowOrder, filters: Mapping[str, str]) -> tuple[NDArray[np.int64], list[str]]:
    """Places of the rows that fit, in an order; and a sentence for each expression that only the page can read.

    Filters that say nothing, and those of columns that are not there, do not count.
    """
    fitting, unread = np.ones(len(rows), dtype=bool), []
    for name, text in filters.items():
        if name not in rows or not text.strip():
            continue
        try:
            fitting &= _fits(rows[name], text.strip())
        except BadFilter:
            if rows[name].dtype.kind not in "iuf":
                unread.append(f"The filter {text.strip()[:200]} is applied to the rows that are here only.")
    found = np.flatnonzero(fitting)
    if order and order[0] in rows:
        ranks = _ranks(rows[str(order[0])].iloc[found])
        is_descending = len(order) > 1 and bool(order[1])
        found = found[np.argsort(-ranks if is_descending else ranks, kind="stable")]
    return found, unread


def _fits(column: pd.Series, text: str) -> NDArray[np.bool_]:
    values = column_values(column)
    if not isinstance(values, CodedTexts):
        return numbers_that_fit(text, values.astype(np.float64))
    test = text_test(text)
    fitting: NDArray[np.bool_] = np.array([test(one) for one in values.texts], dtype=bool)[values.codes]
    return fitting


def _ranks(column: pd.Series) -> NDArray[np.float64]:
    """Numbers that are in the order of the values."""
    values = column_values(column)
    if not isinstance(values, CodedTexts):
        return values.astype(np.float64)
    _, ranks = np.unique(np.array([natural_key(text) for text in values.texts], dtype=object), return_inverse=True)
    ordered: NDArray[np.float64] = ranks[values.codes].astype(np.float64)
    return ordered
