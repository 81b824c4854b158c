"""Trait types for positions in project space."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import traitlets


class PositionTrait(traitlets.TraitType[tuple[float, float, float], Any]):
    """A position in project space: (x, y, z) in nm, finite float64; any iterable of three numbers is accepted."""

    info_text = "a position (x, y, z) in nm"
    default_value = (0.0, 0.0, 0.0)

    def validate(self, obj: Any, value: Any) -> tuple[float, float, float]:
        """Read a position; `TraitError` for anything else."""
        if isinstance(value, Iterable) and not isinstance(value, str | bytes):
            try:
                numbers = tuple(float(number) for number in value)
            except (TypeError, ValueError):
                numbers = ()
            if len(numbers) == 3 and all(math.isfinite(number) for number in numbers):
                return numbers
        self.error(obj, value)
        raise AssertionError("error() always raises")
