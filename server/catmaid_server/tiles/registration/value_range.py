"""Find the values that should be black and white."""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.tiles.sources.volumes import VolumeSource

_SECTIONS: Final = 3
_LARGEST_PX: Final = 2048
_OUTERMOST_PERCENT: Final = 0.1


async def found_window(
    source: VolumeSource, dimension: tuple[int, int, int], zoom_levels: int
) -> tuple[float, float] | None:
    """The range of the values of some sections, without the outermost 0.1 %; None if there are no values."""
    width, height, depth = dimension
    zoom = zoom_levels - 1
    sections = sorted({depth * number // (_SECTIONS + 1) for number in range(1, _SECTIONS + 1)})
    x = (0, min(_LARGEST_PX, max(1, math.ceil(width / 2**zoom))))
    y = (0, min(_LARGEST_PX, max(1, math.ceil(height / 2**zoom))))
    planes = [await source.plane(zoom, z, x, y) for z in sections]
    return _range([plane for plane in planes if plane is not None])


def _range(planes: list[NDArray[Any]]) -> tuple[float, float] | None:
    values = np.concatenate([plane.ravel() for plane in planes]) if planes else np.zeros(0)
    values = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if values.size == 0:
        return None
    black, white = (float(v) for v in np.percentile(values, (_OUTERMOST_PERCENT, 100 - _OUTERMOST_PERCENT)))
    return (black, white) if white > black else None
