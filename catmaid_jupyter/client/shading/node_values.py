"""Values at nodes: numbers on a scale, or categories."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput

Unit: TypeAlias = Literal["", "nm", "time"]
"""What numbers of a scale count: nothing in particular, nm, or seconds since 1970."""

NO_VALUE: Final = "no value"


@dataclass(frozen=True)
class ScaleValues:
    """A number at each node.

    values : (n,) float64, NaN where there is none.
    """

    values: NDArray[np.float64]
    unit: Unit = ""
    nothing: str = NO_VALUE
    """How the legend names nodes without a value."""


@dataclass(frozen=True)
class CategoryValues:
    """The name of a category at each node.

    names : (n,) str, None where there is none.
    """

    names: NDArray[np.object_]
    colors: dict[str, Any] = field(default_factory=dict)
    """Colours of categories that have a fixed one."""
    nothing: str = NO_VALUE

    @cached_property
    def codes(self) -> tuple[NDArray[np.int64], list[str]]:
        """(n,) index of each node's category, -1: none; and the categories."""
        codes, names = pd.factorize(self.names)
        return codes.astype(np.int64), [str(name) for name in names]

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many nodes have each category."""
        codes, names = self.codes
        return dict(zip(names, np.bincount(codes[codes >= 0], minlength=len(names)).tolist(), strict=True))


NodeValues: TypeAlias = ScaleValues | CategoryValues


def values_of(given: Any, what: str) -> NodeValues:
    """Values as users give them: numbers and times are on a scale; text, bool and all else are categories.

    what : whose values these are, for the message of the `InvalidInput` that anything but a list of them raises.
    """
    array = given.to_numpy() if isinstance(given, pd.Series) else np.asarray(given)
    if array.ndim != 1:
        raise InvalidInput(f"{what}: values are in a list, one for each treenode, not of shape {array.shape}.")
    if array.dtype.kind == "O":
        known = [value for value in array.tolist() if not _is_nothing(value)]
        if known and all(isinstance(value, int | float | np.number) and not isinstance(value, bool) for value in known):
            array = np.array([np.nan if _is_nothing(value) else float(value) for value in array.tolist()])
        elif known and all(isinstance(value, pd.Timestamp) for value in known):
            array = pd.to_datetime(pd.Series(array), utc=True).dt.tz_localize(None).to_numpy()
    if array.dtype.kind in "iuf":
        return ScaleValues(array.astype(np.float64))
    if array.dtype.kind == "M":
        seconds = array.astype("datetime64[us]").astype(np.int64) / 1e6
        return ScaleValues(np.where(np.isnat(array), np.nan, seconds), "time")
    if array.dtype.kind in "OUbT":
        names = [None if _is_nothing(value) else str(value) for value in array.tolist()]
        return CategoryValues(np.array(names, dtype=object))
    raise InvalidInput(f"{what}: values are numbers, times or names, not of the type {array.dtype}.")


def _is_nothing(value: Any) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)  # noqa: PLR0124
