"""Tiles that exist as files of this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from pathlib import Path

from catmaid_server.tiles.encode import image_kind
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.sources.base import ImageFile
from catmaid_server.tiles.tile_folders import padded_layout


class FilePyramid:
    """Tiles that exist as files, laid out as CATMAID's tile source types 1, 4 and 5.

    `widths` tells to how many digits `z`, `zoom`, `row` or `col` are padded with zeros, where they are.
    """

    def __init__(
        self,
        folder: Path,
        tile_source_type: int,
        file_extension: str,
        pool: Executor,
        *,
        widths: Mapping[str, int] | None = None,
    ) -> None:
        self._folder = folder
        self._layout = padded_layout(tile_source_type, widths or {})
        self._extension = file_extension
        self._kind = image_kind(file_extension)
        self._pool = pool

    def path(self, address: TileAddress) -> Path:
        """The file of a tile, whether it exists or not."""
        return tile_file(self._folder, self._layout, address, self._extension)

    async def tile(self, address: TileAddress) -> ImageFile | None:
        """The file as it is; None if there is none."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, address)

    def _read(self, address: TileAddress) -> ImageFile | None:
        if min(address.zoom, address.z, address.row, address.col) < 0:
            return None
        try:
            return ImageFile(self.path(address).read_bytes(), self._kind)
        except (FileNotFoundError, NotADirectoryError):
            return None


def tile_file(folder: Path, layout: str, address: TileAddress, extension: str) -> Path:
    """Path of a tile under `folder`; made of numbers only, so that it cannot lead out of it."""
    name = layout.format(zoom=address.zoom, z=address.z, row=address.row, col=address.col)
    return folder / f"{name}.{extension}"
