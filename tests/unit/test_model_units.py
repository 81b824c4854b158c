"""Lengths as people read them."""

from __future__ import annotations

import pytest

from catmaid_jupyter.model.units import format_length


@pytest.mark.parametrize(
    ("nm", "text"),
    [
        (0, "0 nm"),
        (4.6, "4.60 nm"),
        (999.4, "999 nm"),
        (999.9, "1.00 µm"),
        (11243.4, "11.2 µm"),
        (-2500, "-2.50 µm"),
        (3.2e6, "3.20 mm"),
        (float("nan"), "unknown"),
    ],
)
def test_format_length(nm: float, text: str) -> None:
    assert format_length(nm) == text
