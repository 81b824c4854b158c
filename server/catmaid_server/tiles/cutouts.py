"""Boxes of voxels, put together from tiles."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.mirrors import OpenMirrors
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.rendering import tile_values

MOST_VOXELS: Final = 2**24
"""In one cut-out."""
_TILES_AT_ONCE: Final = 8
_LUMA: Final = np.array([0.299, 0.587, 0.114])


@dataclass(frozen=True, slots=True)
class VoxelBox:
    """A box in voxels of a zoom level, z in sections; the ends do not belong to it."""

    zoom: int
    x: tuple[int, int]
    y: tuple[int, int]
    z: tuple[int, int]

    @property
    def shape(self) -> tuple[int, int, int]:
        """(z, y, x)."""
        return self.z[1] - self.z[0], self.y[1] - self.y[0], self.x[1] - self.x[0]

    def require_size(self) -> None:
        """Raise `InvalidInput` if it is empty, or too large to be given at once."""
        z, y, x = self.shape
        if min(z, y, x) < 1 or min(self.x[0], self.y[0], self.z[0]) < 0 or not 0 <= self.zoom <= 30:
            raise InvalidInput("A cut-out is a box of voxels that begins at 0 or above and is not empty.")
        if z * y * x > MOST_VOXELS:
            raise InvalidInput(f"A cut-out has at most {MOST_VOXELS} voxels, not {z * y * x}: ask for it in parts.")


async def cutout(mirrors: OpenMirrors, box: VoxelBox) -> NDArray[Any]:
    """The (z, y, x) values of a box, as the source has them; 0 where there is none, colours as luma.

    Raises `InvalidInput` for a box that is too large, `ImagesUnavailable` if a tile cannot be had now.
    """
    box.require_size()
    width, height = mirrors.tile_size
    places = [
        TileAddress(box.zoom, z, row, col)
        for z in range(*box.z)
        for row in range(box.y[0] // height, -(-box.y[1] // height))
        for col in range(box.x[0] // width, -(-box.x[1] // width))
    ]
    turns = asyncio.Semaphore(_TILES_AT_ONCE)
    made: list[NDArray[Any]] = []

    async def paste(place: TileAddress) -> None:
        async with turns:
            tile, _ = await mirrors.tile(place)
            if tile is None:
                return
            values = _grey(await asyncio.to_thread(tile_values, tile, mirrors.tile_size))
            if not made:
                made.append(np.zeros(box.shape, values.dtype))
            _paste(values, made[0][place.z - box.z[0]], place.col * width - box.x[0], place.row * height - box.y[0])

    await asyncio.gather(*(paste(place) for place in places))
    return made[0] if made else np.zeros(box.shape, np.uint8)


def _grey(values: NDArray[Any]) -> NDArray[Any]:
    return values if values.ndim == 2 else np.asarray(np.rint(values @ _LUMA), np.uint8)


def _paste(tile: NDArray[Any], image: NDArray[Any], x: int, y: int) -> None:
    """Put a tile into an image with its first pixel at column x and row y, which may be outside."""
    part = tile[max(0, -y) : max(0, image.shape[0] - y), max(0, -x) : max(0, image.shape[1] - x)]
    image[max(0, y) : max(0, y) + part.shape[0], max(0, x) : max(0, x) + part.shape[1]] = part
