"""Zoom levels of sections whose pixels are not square, as those along xz and zy.

Halved along both axes, sections of 4 x 40 nm would lose detail along the second one that a screen still shows. So each
level halves only what is finer, until pixels are about square.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import count

ZoomFactors = tuple[int, int]
"""How many pixels of full resolution a pixel of a level is, to the right and down."""


def zoom_factors(extent: Sequence[int], resolution: Sequence[float], tile: Sequence[int]) -> list[ZoomFactors]:
    """The factors of each level, until a section fits one tile; pixels and nm to the right and down."""
    found: list[ZoomFactors] = []
    finest = min(resolution[:2])
    for level in count():
        across, down = (_nearest_power(finest * 2**level / nm) for nm in resolution[:2])
        found.append((across, down))
        if extent[0] <= tile[0] * across and extent[1] <= tile[1] * down:
            return found
    raise AssertionError("unreachable")


def are_halved(factors: Sequence[Sequence[float]]) -> bool:
    """Whether each level is half of the one before along both axes, as viewers take it if nothing is said."""
    return all(tuple(pair[:2]) == (2**level, 2**level) for level, pair in enumerate(factors))


def _nearest_power(ratio: float) -> int:
    """The power of two that is nearest to a ratio by its logarithm, at least 1."""
    return int(2 ** max(0, math.floor(math.log2(ratio) + 0.5)))
