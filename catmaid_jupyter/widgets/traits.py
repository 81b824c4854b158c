"""Trait types for positions in project space, and for numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import traitlets

from catmaid_jupyter.widgets.shared_traits import SharedTrait


class PositionTrait(SharedTrait[tuple[float, float, float], Any]):
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


class BoxTrait(traitlets.TraitType[tuple[tuple[float, ...], tuple[float, ...]] | None, Any]):
    """A box in project space: its lower and upper corner, (x, y, z) in nm each; or None."""

    info_text = "a box: two corners (x, y, z) in nm, or None"
    default_value = None

    def validate(self, obj: Any, value: Any) -> tuple[tuple[float, ...], tuple[float, ...]] | None:
        """Read a box, with the corners in any order; `TraitError` for anything else."""
        if value is None:
            return None
        if isinstance(value, Iterable) and not isinstance(value, str | bytes):
            corners = [PositionTrait().validate(obj, corner) for corner in value]
            if len(corners) == 2:
                one, other = corners
                pairs = list(zip(one, other, strict=True))
                return tuple(min(pair) for pair in pairs), tuple(max(pair) for pair in pairs)
        self.error(obj, value)
        raise AssertionError("error() always raises")


class FiniteFloat(traitlets.Float[Any, Any]):
    """A number from `min` to `max` that is neither NaN nor infinite: pages have no such numbers."""

    def validate(self, obj: Any, value: Any) -> float:
        """Read a number; `TraitError` for anything else."""
        if isinstance(value, float) and not math.isfinite(value):
            self.error(obj, value, info="a finite number")
        return float(super().validate(obj, value))


class ZoomTrait(SharedTrait[Any, Any], FiniteFloat):
    """A zoom, which the mouse changes, too."""
