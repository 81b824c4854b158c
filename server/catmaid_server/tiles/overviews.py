"""Overviews: small pictures of whole sections, as CATMAID's stack viewer and lists of projects show them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

import numpy as np
from PIL import Image

from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.space.stacks import TiledExtent
from catmaid_server.tiles.encode import decode_grey, encode
from catmaid_server.tiles.pictures import PictureWindow, TilePyramid, picture
from catmaid_server.tiles.service import StackRevision, TileService

LARGEST_PX: Final = 256
"""No overview is wider or higher than this."""


async def overview(tiles: TileService, of: StackRevision, extent: TiledExtent, section: int, extension: str) -> bytes:
    """A whole section as one small image file, `jpg` or `png`.

    Raises `NotFound` if the stack has no such section, its images cannot be read, or its coarsest zoom level is too
    large to be put together.
    """
    if not 0 <= section < extent.sections:
        raise NotFound(f"Stack {of.stack_id} has no section {section}.")
    factors = (await tiles.mirrors(of)).zoom_factors[: extent.zoom_levels]
    pyramid = TilePyramid(of, extent.tile_width, extent.tile_height, factors)
    window = PictureWindow(extent.width / 2, extent.height / 2, section, extent.width, extent.height)
    png = await picture(tiles, pyramid, window, zoom=_zoom(window, factors))
    return await asyncio.to_thread(_reduced, png, extension)


def _zoom(window: PictureWindow, factors: Sequence[tuple[float, float]]) -> int:
    """The finest zoom level at which a section is no larger than an overview, else the coarsest one."""
    fitting = (zoom for zoom, scales in enumerate(factors) if max(window.sizes(scales)) <= LARGEST_PX)
    return next(fitting, len(factors) - 1)


def _reduced(png: bytes, extension: str) -> bytes:
    image = Image.fromarray(decode_grey(png))
    image.thumbnail((LARGEST_PX, LARGEST_PX))
    return encode(np.ascontiguousarray(image), extension)
