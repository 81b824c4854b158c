"""Arithmetic of zoom levels and tiles: zoom n is 1/2**n in x and y, z is never reduced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class TileAddress:
    """One tile of a stack: zoom level, section, row and column, all from 0."""

    zoom: int
    z: int
    row: int
    col: int


def level_extent(extent: int, zoom: int) -> int:
    """Pixels left of `extent` full-resolution pixels at a zoom level; a last odd pixel keeps a place."""
    return -(-extent >> zoom)


def zoom_levels(width: int, height: int, tile_size: int) -> int:
    """How many levels (at least 1) it takes until a section fits one tile."""
    levels = 1
    while max(level_extent(width, levels - 1), level_extent(height, levels - 1)) > tile_size:
        levels += 1
    return levels


def halved(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Mean of each 2x2 block, half rounded up; the last row or column of an odd image counts twice.

    From (h, w) to (ceil(h / 2), ceil(w / 2)), both uint8.
    """
    height, width = image.shape
    if height % 2 or width % 2:
        image = np.pad(image, ((0, height % 2), (0, width % 2)), mode="edge")
    total = image[0::2, 0::2].astype(np.uint16)
    total += image[0::2, 1::2]
    total += image[1::2, 0::2]
    total += image[1::2, 1::2]
    total += 2
    total >>= 2
    return total.astype(np.uint8)


def halved_labels(labels: NDArray[Any]) -> NDArray[Any]:
    """The id that most of each 2x2 block has, the first of those that are as frequent; edges as in `halved`."""
    height, width = labels.shape
    if height % 2 or width % 2:
        labels = np.pad(labels, ((0, height % 2), (0, width % 2)), mode="edge")
    a, b, c, d = (labels[row::2, col::2] for row in (0, 1) for col in (0, 1))
    found = np.where((c == d) & (c != b), c, a)
    found = np.where((b == c) | (b == d), b, found)
    return np.where((a == b) | (a == c) | (a == d), np.where((b == c) & (c == d), b, a), found)


def padded(image: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    """Put an image, grey or in colours, into the upper left corner of a black one, contiguous in memory."""
    if image.shape[:2] == (height, width):
        return np.ascontiguousarray(image)
    tile = np.zeros((height, width, *image.shape[2:]), np.uint8)
    tile[: image.shape[0], : image.shape[1]] = image
    return tile
