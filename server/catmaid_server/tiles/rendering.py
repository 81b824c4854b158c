"""Make the tile that was asked for of what a source has. These take time: call them in a thread."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from catmaid_server.tiles.encode import JPEG_QUALITY, decode_values, encode, image_size, is_whole
from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.look import StackLook, TileWish, shown
from catmaid_server.tiles.pyramid import padded
from catmaid_server.tiles.sources.base import ImageFile, Pixels

_LARGEST_SIDE: Final = 4096
"""Pixels of a tile's file; larger images that lie in the place of one are not decoded while people wait."""
_GREY: Final = 48
_INK: Final = 200
_FONT_SIZE: Final = 13


def rendered(tile: ImageFile | Pixels, size: tuple[int, int], look: StackLook, wish: TileWish) -> bytes:
    """A tile as an image file of the kind that is wanted, padded with black to (width, height).

    A file that is so already is given as it is. Raises `ImagesUnavailable` if a file is no whole image of that size.
    """
    look = wish.look or look
    if not isinstance(tile, ImageFile):
        return encode(padded(shown(tile, look), *size), wish.extension, wish.quality)
    found = _size(tile)
    as_it_is = look.is_plain and wish.quality == JPEG_QUALITY and tile.kind == wish.extension and found == size
    if as_it_is and is_whole(tile.data, tile.kind):
        return tile.data
    values = tile_values(tile, size)
    return encode(padded(np.ascontiguousarray(shown(values, look)), *size), wish.extension, wish.quality)


def tile_values(tile: ImageFile | Pixels, size: tuple[int, int]) -> Pixels:
    """The values of a tile, no more than (width, height) of them. Raises `ImagesUnavailable`."""
    width, height = size
    if not isinstance(tile, ImageFile):
        return tile[:height, :width]
    if max(_size(tile)) > max(_LARGEST_SIDE, *size):
        raise ImagesUnavailable(f"The image of the tile is larger than {_LARGEST_SIDE} pixels.")
    try:
        return decode_values(tile.data)[:height, :width]
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImagesUnavailable(f"The image of the tile is damaged: {error}.") from error


def placeholder(message: str, size: tuple[int, int], extension: str) -> bytes:
    """A grey tile with a sentence on it, for viewers that show nothing but images."""
    image = Image.new("L", size, _GREY)
    draw = ImageDraw.Draw(image)
    columns = max(12, size[0] // 7)
    text = "\n".join(textwrap.wrap(message, columns)[: max(1, size[1] // 18)])
    draw.multiline_text((8, 8), text, fill=_INK, font=ImageFont.load_default(_FONT_SIZE))
    return encode(np.asarray(image), extension)


def _size(tile: ImageFile) -> tuple[int, int]:
    try:
        return image_size(tile.data)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ImagesUnavailable(f"The image of the tile is damaged: {error}.") from error
