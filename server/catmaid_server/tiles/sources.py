"""Where tiles come from: one class for each kind of source, all answering the same question."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, Protocol

import tensorstore
from PIL import Image

from catmaid_server.tiles.encode import decode_grey, encode, image_size
from catmaid_server.tiles.omezarr import open_volume
from catmaid_server.tiles.pyramid import TileAddress, padded
from catmaid_server.tiles.tile_folders import padded_layout

_LARGEST_SIDE = 4096
"""Pixels of a tile's file; larger images that lie in the place of one are not decoded while people wait."""


class TileSource(Protocol):
    """An image stack cut into tiles of one size."""

    async def tile(self, address: TileAddress, extension: str) -> bytes | None:
        """The file (`jpg` or `png`) of a tile, padded with black to the tile size; None if there is none."""


class ZarrSource:
    """Tiles cut from an OME-Zarr volume, one array (z, y, x) uint8 for each zoom level."""

    def __init__(self, levels: list[tensorstore.TensorStore], tile_size: tuple[int, int], pool: Executor) -> None:
        self._levels = levels
        self._width, self._height = tile_size
        self._pool = pool

    @classmethod
    async def open(
        cls, path: Path, tile_size: tuple[int, int], *, context: tensorstore.Context, pool: Executor
    ) -> ZarrSource:
        """Open the volume at `path`; `tile_size` is (width, height) in pixels. `ValueError` if it is none."""
        return cls(await open_volume(path, context=context), tile_size, pool)

    async def tile(self, address: TileAddress, extension: str) -> bytes | None:
        """Read, pad and encode; sections never written are black."""
        if not 0 <= address.zoom < len(self._levels):
            return None
        level = self._levels[address.zoom]
        sections, height, width = level.shape
        top, left = address.row * self._height, address.col * self._width
        if not (0 <= address.z < sections and 0 <= top < height and 0 <= left < width):
            return None
        bottom, right = min(top + self._height, height), min(left + self._width, width)
        image = await level[address.z, top:bottom, left:right].read()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._pool, lambda: encode(padded(image, self._width, self._height), extension)
        )


class FilePyramid:
    """Tiles that exist as files, laid out as CATMAID's tile source types 1, 4 and 5.

    `widths` tells to how many digits `z`, `zoom`, `row` or `col` are padded with zeros, where they are.
    """

    def __init__(
        self,
        folder: Path,
        tile_source_type: int,
        file_extension: str,
        tile_size: tuple[int, int],
        pool: Executor,
        *,
        widths: Mapping[str, int] | None = None,
    ) -> None:
        self._folder = folder
        self._layout = padded_layout(tile_source_type, widths or {})
        self._extension = file_extension
        self._kind = image_kind(file_extension)
        self._tile_size = tile_size
        self._pool = pool

    def path(self, address: TileAddress) -> Path:
        """The file of a tile, whether it exists or not."""
        return tile_file(self._folder, self._layout, address, self._extension)

    async def tile(self, address: TileAddress, extension: str) -> bytes | None:
        """The file as it is, unless it is smaller than a tile or of another kind than wanted; None if it is none."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, address, extension)

    def _read(self, address: TileAddress, extension: str) -> bytes | None:
        if min(address.zoom, address.z, address.row, address.col) < 0:
            return None
        try:
            data = self.path(address).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        width, height = self._tile_size
        try:
            found = image_size(data)
            if self._kind == extension and found == self._tile_size:
                return data
            if max(found) > max(_LARGEST_SIDE, *self._tile_size):
                return None
            return encode(padded(decode_grey(data)[:height, :width], width, height), extension)
        except (OSError, ValueError, Image.DecompressionBombError):
            return None


def image_kind(file_extension: str) -> str:
    """An extension without its variants: `jpg` for `JPEG`."""
    kind = file_extension.lower()
    return "jpg" if kind == "jpeg" else kind


def tile_file(folder: Path, layout: str, address: TileAddress, extension: str) -> Path:
    """Path of a tile under `folder`; made of numbers only, so that it cannot lead out of it."""
    name = layout.format(zoom=address.zoom, z=address.z, row=address.row, col=address.col)
    return folder / f"{name}.{extension}"


async def open_source(
    described: dict[str, Any], folder: Path, tile_size: tuple[int, int], *, context: tensorstore.Context, pool: Executor
) -> TileSource:
    """The source that a mirror's `source` describes; a relative path starts at `folder`.

    Raises
    ------
    ValueError
        If it is of an unknown kind, or not there.
    """
    path = folder / described["path"]
    match described["kind"]:
        case "zarr":
            return await ZarrSource.open(path, tile_size, context=context, pool=pool)
        case "tiles":
            return FilePyramid(
                path,
                described["tile_source_type"],
                described["file_extension"],
                tile_size,
                pool,
                widths=described.get("widths"),
            )
        case kind:
            raise ValueError(f"unknown kind of tile source {kind!r}")
