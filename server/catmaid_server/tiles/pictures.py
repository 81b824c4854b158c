"""Pictures of rectangles of a section, put together from tiles."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.domain.errors import NotFound
from catmaid_server.tiles.encode import decode_grey, encode
from catmaid_server.tiles.look import TileWish
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.service import StackRevision, TileService

LARGEST_PX: Final = 2048
"""No picture is wider or higher than this; it is taken from a coarser zoom level instead."""


@dataclass(frozen=True, slots=True)
class PictureWindow:
    """A rectangle of a section: centre and size in pixels of full resolution, turned clockwise by degrees."""

    x: float
    y: float
    section: int
    width: float
    height: float
    rotation_cw: float = 0.0

    def sizes(self, scales: tuple[float, float]) -> tuple[float, float]:
        """Width and height in pixels of a zoom level."""
        return self.width / scales[0], self.height / scales[1]


@dataclass(frozen=True, slots=True)
class TilePyramid:
    """The images of a stack: size of a tile in pixels, and what a pixel of each zoom level is in x and y."""

    of: StackRevision
    tile_width: int
    tile_height: int
    factors: Sequence[tuple[float, float]]


async def picture(tiles: TileService, pyramid: TilePyramid, window: PictureWindow, *, zoom: int) -> bytes:
    """A PNG of what a window shows, upright, at a zoom level or a coarser one; black where there is no image.

    Raises `NotFound` if the window is too large even at the coarsest level.
    """
    coarsest = len(pyramid.factors) - 1
    zoom = max(0, min(zoom, coarsest))
    while zoom < coarsest and max(window.sizes(pyramid.factors[zoom])) > LARGEST_PX:
        zoom += 1
    scales = pyramid.factors[zoom]
    width, height = (max(1, round(extent)) for extent in window.sizes(scales))
    if max(width, height) > LARGEST_PX:
        raise NotFound(f"A picture of {width} x {height} pixels is too large; {LARGEST_PX} is the most.")
    angle = window.rotation_cw % 360
    reach = math.ceil(math.hypot(width, height)) if angle else 0
    outer = tuple(max(extent, reach + (reach - extent) % 2) for extent in (width, height))  # the same centre
    left, top = (
        round(centre / scale - extent / 2)
        for centre, scale, extent in zip((window.x, window.y), scales, outer, strict=True)
    )
    pixels = await _pixels(tiles, pyramid, zoom, window.section, left, top, *outer)
    return await asyncio.to_thread(_upright, pixels, angle, width, height)


async def _pixels(
    tiles: TileService, pyramid: TilePyramid, zoom: int, section: int, left: int, top: int, width: int, height: int
) -> NDArray[np.uint8]:
    """The (height, width) uint8 pixels from `left` and `top` on, in pixels of the zoom level."""
    image = np.zeros((height, width), np.uint8)
    rows = range(max(0, top // pyramid.tile_height), -(-(top + height) // pyramid.tile_height))
    cols = range(max(0, left // pyramid.tile_width), -(-(left + width) // pyramid.tile_width))
    for row in rows:
        for col in cols:
            tile = await _tile(tiles, pyramid, TileAddress(zoom, section, row, col))
            if tile is not None:
                _paste(tile, image, col * pyramid.tile_width - left, row * pyramid.tile_height - top)
    return image


async def _tile(tiles: TileService, pyramid: TilePyramid, address: TileAddress) -> NDArray[np.uint8] | None:
    try:
        data = await tiles.tile(pyramid.of, address, TileWish("png"))
    except NotFound:
        return None
    return await asyncio.to_thread(decode_grey, data)


def _paste(tile: NDArray[np.uint8], image: NDArray[np.uint8], x: int, y: int) -> None:
    """Put a tile into an image with its first pixel at column x and row y, which may be outside."""
    part = tile[max(0, -y) : max(0, image.shape[0] - y), max(0, -x) : max(0, image.shape[1] - x)]
    image[max(0, y) : max(0, y) + part.shape[0], max(0, x) : max(0, x) + part.shape[1]] = part


def _upright(pixels: NDArray[np.uint8], angle: float, width: int, height: int) -> bytes:
    if angle:
        turned = Image.fromarray(pixels).rotate(angle, resample=Image.Resampling.BILINEAR)
        left, top = (turned.width - width) // 2, (turned.height - height) // 2
        pixels = np.asarray(turned.crop((left, top, left + width, top + height)))
    return encode(np.ascontiguousarray(pixels), "png")
