"""Lengths for people. All numbers in this package are nm."""

from __future__ import annotations

import math

_STEPS = ((1e9, "m"), (1e6, "mm"), (1e3, "µm"))


def format_length(nm: float) -> str:
    """A length with three significant digits and a fitting unit: `format_length(11243.4)` is `'11.2 µm'`."""
    if not math.isfinite(nm):
        return "unknown"
    for size, unit in _STEPS:
        if abs(nm) >= size * 0.9995:
            return f"{_three_digits(nm / size)} {unit}"
    return f"{_three_digits(nm)} nm"


def _three_digits(value: float) -> str:
    return "0" if value == 0 else f"{value:#.3g}".rstrip(".")
