"""The voxels of a zoom level of an image stack, and which of them lie in a box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Box = Sequence[Sequence[float]]
"""Lower and upper corner, each (x, y, z) in nm."""


class NoSuchBox(ValueError):
    """A box is malformed, or has no voxel; the message says why."""


@dataclass(frozen=True, slots=True)
class VoxelGrid:
    """The voxels of a zoom level: (x, y, z) pixels, nm for each, and where the centre of the first is in nm.

    path : where the service gives them, below its address; empty if it does not.
    """

    title: str
    dimension: tuple[int, int, int]
    resolution: tuple[float, float, float]
    translation: tuple[float, float, float]
    zoom: int
    path: str

    @classmethod
    def at(
        cls,
        title: str,
        dimension: Sequence[int],
        resolution: Sequence[float],
        translation: Sequence[float],
        zoom: int,
        path: str,
    ) -> VoxelGrid:
        """The grid of a zoom level, of what holds for full resolution."""
        step = 2**zoom
        x, y, z = dimension
        rx, ry, rz = resolution
        tx, ty, tz = translation
        shift = (step - 1) / 2  # a mean of pixels lies between their centres
        return cls(
            title,
            (-(-x // step), -(-y // step), z),
            (rx * step, ry * step, rz),
            (tx + shift * rx, ty + shift * ry, tz),
            zoom,
            path,
        )

    def spans(self, box: Box) -> list[tuple[int, int]]:
        """First index and the one after the last, for x, y, z, of the voxels whose centres lie in a box.

        An extent of 0 is the nearest voxel. Raises `NoSuchBox` for a box outside of the stack.
        """
        lower, upper = corners_of(box)
        spans = []
        for axis in range(3):
            start, nm, extent = self.translation[axis], self.resolution[axis], self.dimension[axis]
            first, end = (math.ceil((value - start) / nm - 1e-9) for value in (lower[axis], upper[axis]))
            if lower[axis] == upper[axis]:
                first = round((lower[axis] - start) / nm)
                end = first + 1
            first, end = max(0, first), min(extent, end)
            if first >= end:
                reach = (start - nm / 2, start + (extent - 0.5) * nm)
                name = "xyz"[axis]
                raise NoSuchBox(
                    f"The box has no voxel of {self.title!r} along {name}: it is from {lower[axis]:g} to "
                    f"{upper[axis]:g} nm, the stack from {reach[0]:g} to {reach[1]:g} nm in steps of {nm:g}."
                )
            spans.append((first, end))
        return spans

    def coordinates(self, spans: Sequence[tuple[int, int]]) -> dict[str, NDArray[np.float64]]:
        """Centres of voxels in nm, by axis."""
        return {
            name: np.asarray(start + np.arange(*span) * nm, np.float64)
            for name, span, start, nm in zip("xyz", spans, self.translation, self.resolution, strict=True)
        }


def corners_of(box: Box) -> tuple[list[float], list[float]]:
    """Lower and upper corner of a box in nm. Raises `NoSuchBox`."""
    try:
        lower, upper = ([float(value) for value in corner] for corner in box)
    except (TypeError, ValueError):
        lower = upper = []
    if len(lower) != 3 or len(upper) != 3 or not all(map(math.isfinite, lower + upper)):
        raise NoSuchBox("A box is two corners, ((x, y, z), (x, y, z)), in nm.")
    if any(a > b for a, b in zip(lower, upper, strict=True)):
        raise NoSuchBox(f"The first corner of a box is the lower one: {lower} is above {upper} along some axis.")
    return lower, upper
