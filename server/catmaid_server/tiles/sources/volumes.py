"""Tiles cut from volumes: arrays with two to five axes, at one or several levels of detail."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.sources.base import Pixels

_LARGEST_SIDE: Final = 4096
"""Pixels read in x or y for one tile; a tile of a level that would need more is not there."""
_SLACK: Final = 1e-6


class OpenArray(Protocol):
    """An array that parts are read of; indices begin at 0 whatever the format says."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Extents."""

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""

    async def read(self, part: tuple[slice | int, ...]) -> NDArray[Any]:
        """A part. Raises `ImagesUnavailable`."""


@dataclass(frozen=True, slots=True)
class VolumeLevel:
    """A level of detail.

    factors
        How many pixels of full resolution one of its pixels is, for x, y and z.
    offset
        Where its first pixel begins, in pixels of full resolution from where the stack begins.
    """

    array: OpenArray
    factors: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class VolumeAxes:
    """Which axis of an array is x, y and z of the stack (z may be missing), and indices on the other ones."""

    x: int
    y: int
    z: int | None
    fixed: Mapping[int, int] = field(default_factory=dict)

    def part(self, x: slice, y: slice, z: int | slice, rank: int) -> tuple[slice | int, ...]:
        """The index of a box."""
        by_axis: dict[int, slice | int] = {**self.fixed, self.x: x, self.y: y}
        if self.z is not None:
            by_axis[self.z] = z
        return tuple(by_axis.get(axis, 0) for axis in range(rank))


class VolumeSource:
    """Tiles cut from the levels of a volume, the finest first.

    Zoom level n is 1/2**n in x and y, or what `zoom_factors` say, all sections, whatever levels the volume has: tiles
    are made of the coarsest one that is fine enough. `dimension` is that of the stack, (x, y, z).
    """

    def __init__(
        self,
        levels: Sequence[VolumeLevel],
        axes: VolumeAxes,
        dimension: tuple[int, int, int],
        tile_size: tuple[int, int],
        pool: Executor,
        *,
        labels: bool = False,
        zoom_factors: Sequence[tuple[float, float]] | None = None,
    ) -> None:
        self._levels = levels
        self._axes = axes
        self._dimension = dimension
        self._width, self._height = tile_size
        self._pool = pool
        self._labels = labels
        self._zoom_factors = zoom_factors

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values."""
        return self._levels[0].array.dtype

    async def tile(self, address: TileAddress) -> Pixels | None:
        """The values of a tile, smaller at the edges."""
        left, top = address.col * self._width, address.row * self._height
        width, height, depth = self._extent(address.zoom)
        if not (0 <= address.z < depth and 0 <= top < height and 0 <= left < width and address.zoom >= 0):
            return None
        x, y = (left, min(left + self._width, width)), (top, min(top + self._height, height))
        return await self.plane(address.zoom, address.z, x, y)

    async def plane(self, zoom: int, z: int, x: tuple[int, int], y: tuple[int, int]) -> Pixels | None:
        """The (y, x) values of a rectangle of a section, in pixels of a zoom level; None if it is too large."""
        scales = self._scales(zoom)
        if scales is None:
            return None
        level = self._level(scales)
        rank = len(level.array.shape)
        steps = [scale / factor for scale, factor in zip(scales, level.factors, strict=False)]
        begins = [-offset / factor for offset, factor in zip(level.offset, level.factors, strict=True)]
        spans = [
            (math.floor(a * step + begin + _SLACK), math.ceil(b * step + begin - _SLACK))
            for (a, b), step, begin in zip((x, y), steps, begins, strict=False)
        ]
        extents = [level.array.shape[axis] for axis in (self._axes.x, self._axes.y)]
        spans = [
            (min(max(a, 0), n - 1), max(min(max(a, 0), n - 1) + 1, min(b, n)))
            for (a, b), n in zip(spans, extents, strict=True)
        ]
        if max(b - a for a, b in spans) > max(_LARGEST_SIDE, self._width, self._height):
            return None
        section = max(0, math.floor(z / level.factors[2] + begins[2] + _SLACK))
        if self._axes.z is not None:
            section = min(section, level.array.shape[self._axes.z] - 1)
        part = self._axes.part(slice(*spans[0]), slice(*spans[1]), section, rank)
        values = await level.array.read(part)
        if self._axes.x < self._axes.y:
            values = values.T
        if all(abs(step - 1) < _SLACK and begin == 0 for step, begin in zip(steps, begins, strict=False)):
            return values
        wanted = (
            _Resampled(y[0], y[1], steps[1], begins[1] - spans[1][0]),
            _Resampled(x[0], x[1], steps[0], begins[0] - spans[0][0]),
        )
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._reduced, values, wanted)

    def _reduced(self, values: Pixels, wanted: tuple[_Resampled, _Resampled]) -> Pixels:
        """Values of a finer level: means of whole blocks; the nearest of labels, and where blocks are not whole."""
        rows, cols = wanted
        if rows.is_whole and cols.is_whole and not self._labels and values.dtype != np.bool_:
            return _block_means(values, round(rows.step), round(cols.step))
        for axis, along in enumerate(wanted):
            places = along.nearest(first=self._labels)
            values = np.take(values, np.clip(places, 0, values.shape[axis] - 1), axis=axis)
        return values

    def _extent(self, zoom: int) -> tuple[int, int, int]:
        x, y, z = self._dimension
        across, down = self._scales(zoom) or (1.0, 1.0)
        return math.ceil(x / across), math.ceil(y / down), z

    def _scales(self, zoom: int) -> tuple[float, float] | None:
        """How many pixels of full resolution one of a zoom level is in x and y; None if there is no such level."""
        if self._zoom_factors is None:
            return 2.0**zoom, 2.0**zoom
        return self._zoom_factors[zoom] if 0 <= zoom < len(self._zoom_factors) else None

    def _level(self, scales: tuple[float, float]) -> VolumeLevel:
        """The coarsest level that is as fine in x and y as is wanted."""
        across, down = (scale * (1 + _SLACK) for scale in scales)
        fine = [level for level in self._levels if level.factors[0] <= across and level.factors[1] <= down]
        return max(fine, key=lambda level: level.factors[0] * level.factors[1], default=self._levels[0])


@dataclass(frozen=True, slots=True)
class _Resampled:
    """Pixels first to end, of which each is `step` pixels of what was read, and pixel 0 begins at `begin` of it."""

    first: int
    end: int
    step: float
    begin: float

    @property
    def is_whole(self) -> bool:
        """Whether each is a block of whole pixels, the first of which is the first that was read."""
        begin = self.first * self.step + self.begin
        return abs(self.step - round(self.step)) < _SLACK and abs(begin) < _SLACK

    def nearest(self, *, first: bool) -> NDArray[np.intp]:
        """The pixel that is in the middle of each, or that is `first` in it."""
        centres = np.arange(self.first, self.end) + (0 if first else 0.5)
        # In the middle between two pixels: the second of a block, but the first where it only lies between them.
        slack = _SLACK if first or self.step > 1 else -_SLACK
        places: NDArray[np.intp] = np.floor(centres * self.step + self.begin + slack).astype(np.intp)
        return places


def _block_means(values: Pixels, rows: int, cols: int) -> Pixels:
    """Mean of each block of rows x cols, half rounded up for integers; the last rows and columns count again."""
    height, width = values.shape
    padding = ((0, -height % rows), (0, -width % cols))
    blocks = np.pad(values, padding, mode="edge") if padding != ((0, 0), (0, 0)) else values
    blocks = blocks.reshape(blocks.shape[0] // rows, rows, blocks.shape[1] // cols, cols)
    means = blocks.mean(axis=(1, 3), dtype=np.float64)
    return np.asarray(np.floor(means + 0.5) if values.dtype.kind in "iu" else means, values.dtype)
