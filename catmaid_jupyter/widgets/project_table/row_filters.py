"""What people write to filter a column, read as in the page: text, an expression, a number or a range of numbers.

`js/test/table/row-filters.json` has the cases on which both sides agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.widgets.project_table.page_expressions import page_expression

_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?"
_COMPARED: Final = re.compile(rf"(>=|<=|>|<|=)\s*({_NUMBER})", re.IGNORECASE | re.ASCII)
_RANGE: Final = re.compile(rf"({_NUMBER})?\s*\.\.\s*({_NUMBER})?", re.IGNORECASE | re.ASCII)
_BEGINNING: Final = re.compile(r"-?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_COMPARISONS: Final[dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]]] = {
    ">": np.greater,
    ">=": np.greater_equal,
    "<": np.less,
    "<=": np.less_equal,
    "=": np.equal,
}

TextTest = Callable[[str], bool]


class BadFilter(ValueError):
    """A filter that cannot be understood."""


def text_test(text: str) -> TextTest:
    """A test for texts that contain a text in either case; `/expression/` is searched for, `!text` must be missing."""
    if len(text) > 1 and text.startswith("!"):
        test = text_test(text[1:].strip())
        return lambda value: not test(value)
    if len(text) > 1 and text.startswith("/"):
        try:
            expression = page_expression(text[1:-1] if text.endswith("/") else text[1:])
        except re.error as error:
            raise BadFilter(f"{text} is no regular expression.") from error
        return lambda value: expression.search(value) is not None
    wanted = text.lower()
    return lambda value: wanted in value.lower()


def numbers_that_fit(text: str, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which numbers fit `>500`, `<=3`, `=7`, `10..20` or `..20`; `12` alone is how they begin."""
    if compared := _COMPARED.fullmatch(text):
        return _COMPARISONS[compared[1]](values, float(compared[2]))
    limits = _RANGE.fullmatch(text)
    if limits and (limits[1] or limits[2]):
        return (values >= float(limits[1] or "-inf")) & (values <= float(limits[2] or "inf"))
    if _BEGINNING.fullmatch(text):
        distinct, rows = np.unique(values, return_inverse=True)
        begins = np.array([_written(value).startswith(text) for value in distinct.tolist()], dtype=bool)
        fitting: NDArray[np.bool_] = begins[rows]
        return fitting
    raise BadFilter(f"{text} is no filter of numbers.")


def _written(value: float) -> str:
    """A number as the page writes it."""
    return str(int(value)) if value.is_integer() else repr(value)
