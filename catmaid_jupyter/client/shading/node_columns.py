"""A byte for each node of a skeleton: its place on the skeleton's own scale, or that of its category.

Places do not depend on other skeletons, so that an edit of one changes those of no other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.client.shading.node_values import CategoryValues, ScaleValues
from catmaid_jupyter.client.shading.palettes import MOST_CATEGORIES, NO_VALUE_PLACE, OTHERS_PLACE, STEPS, ScaleLimits

_DIGEST_BYTES: Final = 6
"""JSON's numbers are exact up to 53 bits."""

_MOST: Final = float(np.finfo(np.float64).max / 4)
"""Beyond it differences of numbers are infinite."""


@dataclass(frozen=True)
class NodeColumn:
    """Places of a skeleton's nodes.

    places : (n,) uint8; 255: no value.
    low, high, step : of a scale: its lowest and highest value, and how much a place is; place p stands for
        low + p * step.
    nothing : how many nodes have no value.
    """

    places: NDArray[np.uint8]
    nothing: int
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0

    @cached_property
    def digest(self) -> int:
        """The same number for columns that are the same, and in practice for no others."""
        scale = np.array([self.low, self.step]).tobytes()
        return int.from_bytes(hashlib.blake2b(scale + self.places.tobytes(), digest_size=_DIGEST_BYTES).digest())

    @property
    def is_empty(self) -> bool:
        """Whether no node has a value."""
        return self.nothing == len(self.places)


def scale_column(values: ScaleValues, limits: ScaleLimits) -> NodeColumn:
    """Places of numbers. Whole numbers have a place each if they are not more than there are places."""
    known = np.isfinite(values.values)
    places = np.full(len(known), NO_VALUE_PLACE, np.uint8)
    if not known.any():
        return NodeColumn(places, len(known))
    lowest = -_MOST if limits.low is None else limits.low
    highest = _MOST if limits.high is None else limits.high
    numbers = np.clip(values.values[known], lowest, highest)
    low, high = float(numbers.min()), float(numbers.max())
    is_whole = high - low < STEPS and bool((numbers == np.rint(numbers)).all())
    step = 1.0 if is_whole else (high - low) / (STEPS - 1) or 1.0
    places[known] = np.rint((numbers - low) / step)
    return NodeColumn(places, int((~known).sum()), low, high, step)


def category_column(values: CategoryValues, places: dict[str, int]) -> NodeColumn:
    """Places of categories; those that have none of their own are the others."""
    codes, names = values.codes
    of_codes = [*(places.get(name, OTHERS_PLACE) for name in names), NO_VALUE_PLACE]
    return NodeColumn(np.array(of_codes, np.uint8)[codes], int((codes < 0).sum()))


class CategoryPlaces:
    """Places of categories by name, which stay the same as long as there is room for new ones."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def of(self, names: Collection[str]) -> dict[str, int]:
        """Places of at most `MOST_CATEGORIES` names."""
        fresh = [name for name in names if name not in self._places]
        if len(self._places) + len(fresh) > MOST_CATEGORIES:
            wanted = set(names)
            self._places = {name: place for name, place in self._places.items() if name in wanted}
        used = set(self._places.values())
        free = (place for place in range(MOST_CATEGORIES) if place not in used)
        self._places |= dict(zip(fresh, free, strict=False))
        return {name: self._places[name] for name in names}
