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

from catmaid_server.tiles.pyramid import TileAddress, level_extent
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
    """A level of detail; `factors` are how many pixels of full resolution one of its pixels is, for x, y and z."""

    array: OpenArray
    factors: tuple[float, float, float] = (1.0, 1.0, 1.0)


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

    Zoom level n is 1/2**n in x and y, all sections, whatever levels the volume has: tiles are made of the coarsest one
    that is fine enough. `dimension` is that of the stack, (x, y, z).
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
    ) -> None:
        self._levels = levels
        self._axes = axes
        self._dimension = dimension
        self._width, self._height = tile_size
        self._pool = pool
        self._labels = labels

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
        level = self._level(zoom)
        rank = len(level.array.shape)
        steps = [2**zoom / factor for factor in level.factors[:2]]
        spans = [_span(span, step) for span, step in zip((x, y), steps, strict=True)]
        extents = [level.array.shape[axis] for axis in (self._axes.x, self._axes.y)]
        spans = [(min(a, n - 1), max(min(a, n - 1) + 1, min(b, n))) for (a, b), n in zip(spans, extents, strict=True)]
        if max(b - a for a, b in spans) > max(_LARGEST_SIDE, self._width, self._height):
            return None
        section = math.floor(z / level.factors[2] + _SLACK)
        if self._axes.z is not None:
            section = min(section, level.array.shape[self._axes.z] - 1)
        part = self._axes.part(slice(*spans[0]), slice(*spans[1]), section, rank)
        values = await level.array.read(part)
        if self._axes.x < self._axes.y:
            values = values.T
        if all(abs(step - 1) < _SLACK for step in steps):
            return values
        wanted = ((y[0], y[1], steps[1], spans[1][0]), (x[0], x[1], steps[0], spans[0][0]))
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._reduced, values, wanted)

    def _reduced(self, values: Pixels, wanted: Sequence[tuple[int, int, float, int]]) -> Pixels:
        """Values of a finer level: means of whole blocks, but the nearest of labels and for odd factors."""
        factors = [round(step) for _, _, step, _ in wanted]
        is_whole = all(abs(step - factor) < _SLACK for (_, _, step, _), factor in zip(wanted, factors, strict=True))
        if is_whole and not self._labels and values.dtype != np.bool_:
            return _block_means(values, factors[0], factors[1])
        for axis, (first, end, step, start) in enumerate(wanted):
            centres = np.arange(first, end) + (0 if self._labels else 0.5)
            places = np.floor(centres * step + _SLACK).astype(int) - start
            values = np.take(values, np.clip(places, 0, values.shape[axis] - 1), axis=axis)
        return values

    def _extent(self, zoom: int) -> tuple[int, int, int]:
        x, y, z = self._dimension
        return level_extent(x, max(0, zoom)), level_extent(y, max(0, zoom)), z

    def _level(self, zoom: int) -> VolumeLevel:
        """The coarsest level that is as fine as a zoom level in x and y."""
        wanted = 2**zoom * (1 + _SLACK)
        fine = [level for level in self._levels if max(level.factors[:2]) <= wanted]
        return max(fine, key=lambda level: level.factors[0] * level.factors[1], default=self._levels[0])


def _span(span: tuple[int, int], step: float) -> tuple[int, int]:
    return math.floor(span[0] * step + _SLACK), math.ceil(span[1] * step - _SLACK)


def _block_means(values: Pixels, rows: int, cols: int) -> Pixels:
    """Mean of each block of rows x cols, half rounded up for integers; the last rows and columns count again."""
    height, width = values.shape
    padding = ((0, -height % rows), (0, -width % cols))
    blocks = np.pad(values, padding, mode="edge") if padding != ((0, 0), (0, 0)) else values
    blocks = blocks.reshape(blocks.shape[0] // rows, rows, blocks.shape[1] // cols, cols)
    means = blocks.mean(axis=(1, 3), dtype=np.float64)
    return np.asarray(np.floor(means + 0.5) if values.dtype.kind in "iu" else means, values.dtype)
