"""What can be known of a volume before its values are read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.pyramid import zoom_levels
from catmaid_wire.zoom_factors import ZoomFactors, zoom_factors

Factors = tuple[float, float, float]

_SAME: Final = 0.01
"""Of a pixel; sizes in nm are rounded."""
_LARGEST_STEP_PX: Final = 4096
"""So many pixels of the coarsest level may become one tile."""
_NM: Final[Mapping[str, float]] = {
    "nm": 1.0,
    "nanometer": 1.0,
    "nanometers": 1.0,
    "nanometre": 1.0,
    "um": 1e3,
    "\N{MICRO SIGN}m": 1e3,
    "\N{GREEK SMALL LETTER MU}m": 1e3,
    "micron": 1e3,
    "microns": 1e3,
    "micrometer": 1e3,
    "micrometers": 1e3,
    "micrometre": 1e3,
    "mm": 1e6,
    "millimeter": 1e6,
    "millimetre": 1e6,
    "m": 1e9,
    "meter": 1e9,
    "angstrom": 0.1,
    "pm": 1e-3,
    "picometer": 1e-3,
}


@dataclass(frozen=True, slots=True)
class FoundLevel:
    """A level of detail.

    path: below the volume. factors: how many pixels of full resolution one of its pixels is. offset: where its first
    pixel begins, in pixels of full resolution from the first of these.
    """

    path: str
    factors: Factors
    offset: Factors = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVolume:
    """A volume as its files describe it, x, y, z throughout.

    driver, base: how and where tensorstore or h5py find it. levels: the finest first.
    axes: which axis of the arrays is x, y and z. fixed: indices on the other axes. resolution: nm, None where it is
    not said. translation: nm. channels: how many there are, on the axis `channel_axis`. times: points in time, of which
    the first is read.
    """

    driver: str
    base: str
    levels: Sequence[FoundLevel]
    axes: tuple[int, int, int | None]
    dimension: tuple[int, int, int]
    resolution: tuple[float, float, float] | None = None
    translation: tuple[float, float, float] = (0.0, 0.0, 0.0)
    fixed: Mapping[int, int] = field(default_factory=dict)
    labels: bool = False
    channels: int = 1
    channel_axis: int | None = None
    times: int = 1
    voxel_offset: tuple[int, int, int] = (0, 0, 0)

    def require_extent(self) -> None:
        """Raise `InvalidInput` if there is nothing in it, or its voxels have a size that voxels cannot have."""
        if min(self.dimension) < 1:
            raise InvalidInput(
                f"{self.base} has {' x '.join(map(str, self.dimension))} voxels, so there is nothing in it."
            )
        if self.resolution is not None and not all(0 < size < math.inf for size in self.resolution):
            sizes = " x ".join(f"{size:g}" for size in self.resolution)
            raise InvalidInput(f"{self.base} says that a voxel is {sizes} nm large; each size has to be above 0.")

    def cut(self, orientation: int) -> FoundVolume:
        """As a stack of sections along another plane: 0 xy, 1 xz, 2 zy."""
        order = {0: (0, 1, 2), 1: (0, 2, 1), 2: (2, 1, 0)}[orientation]
        if orientation and self.axes[2] is None:
            raise InvalidInput(f"{self.base} has no z axis, so it can only be cut along xy.")
        return replace(
            self,
            axes=_ordered(self.axes, order),
            dimension=_ordered(self.dimension, order),
            resolution=None if self.resolution is None else _ordered(self.resolution, order),
            levels=[
                FoundLevel(level.path, _ordered(level.factors, order), _ordered(level.offset, order))
                for level in self.levels
            ],
        )

    def channel(self, number: int | None) -> FoundVolume:
        """With one of its channels, counted from 1. Raises `InvalidInput` if it has no such channel."""
        if number is None:
            return self
        if not 1 <= number <= self.channels:
            raise InvalidInput(f"{self.base} has {self.channels} channel(s), so there is no channel {number}.")
        if self.channel_axis is None:
            return self
        return replace(self, fixed={**self.fixed, self.channel_axis: number - 1})

    def source(self) -> dict[str, Any]:
        """As the store keeps it, for `sources.opening`."""
        return {
            "kind": "volume",
            "driver": self.driver,
            "base": self.base,
            "levels": [
                {
                    "path": level.path,
                    "factors": list(level.factors),
                    **({"offset": list(level.offset)} if any(level.offset) else {}),
                }
                for level in self.levels
            ],
            "axes": list(self.axes),
            "fixed": {str(axis): index for axis, index in self.fixed.items()},
            "dimension": list(self.dimension),
            **({"labels": True} if self.labels else {}),
        }

    def zoom_factors(
        self, tile_width: int, tile_height: int, resolution: Sequence[float] | None = None
    ) -> list[ZoomFactors]:
        """As `zoom_factors`, as far as they can be made; `resolution` (nm) is by default what the volume says."""
        tile = tile_width, tile_height
        factors = zoom_factors(self.dimension, resolution or self.resolution or (1, 1, 1), tile)
        coarsest = self.levels[-1].factors
        most = [max(1, _LARGEST_STEP_PX // side) * factor for side, factor in zip(tile, coarsest, strict=False)]
        return [pair for pair in factors if pair[0] <= most[0] and pair[1] <= most[1]]

    def zoom_levels(self, tile_width: int, tile_height: int) -> int:
        """How many zoom levels can be made: until a section fits one tile, or tiles would need too much to be read."""
        x, y, _ = self.dimension
        tile = min(tile_width, tile_height)
        coarsest = max(max(level.factors[:2]) for level in self.levels)
        possible = int(math.log2(coarsest * max(1, _LARGEST_STEP_PX // max(tile_width, tile_height)))) + 1
        return min(zoom_levels(x, y, tile), possible)


def begin_of(middle: float, factor: float) -> float:
    """Where a level's first pixel begins whose middle is so far from the first of full resolution, in its pixels.

    0 also where the middles are said to be the same: so write those who mean that the pixels begin there.
    """
    begin = 0.0 if abs(middle) < _SAME else middle - (factor - 1) / 2
    return 0.0 if abs(begin) < _SAME else round(begin, 3)


def nm_per(unit: str) -> float | None:
    """How many nm a unit of length is; None if it is none that is known."""
    return _NM.get(unit.strip().lower())


def _ordered(values: Sequence[Any], order: Sequence[int]) -> Any:
    return tuple(values[index] for index in order)
