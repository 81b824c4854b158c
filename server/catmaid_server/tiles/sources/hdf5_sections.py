"""Sections in an HDF5 file as CATMAID's tile source type 3 has them: `/<scale>/<section>/data`, each (y, x)."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.sources.arrays import Hdf5Array, open_hdf5
from catmaid_server.tiles.sources.base import Pixels
from catmaid_server.tiles.sources.volumes import VolumeAxes, VolumeLevel, VolumeSource


class Hdf5Sections:
    """Tiles of sections that are datasets of their own; coarser zoom levels are made of full resolution."""

    def __init__(self, path: Path, tile_size: tuple[int, int], pool: Executor) -> None:
        self._file = open_hdf5(path)
        self._scale = full_scale(self._file)
        self._tile_size = tile_size
        self._pool = pool

    async def tile(self, address: TileAddress) -> Pixels | None:
        """The values of a tile, smaller at the edges."""
        section = await asyncio.get_running_loop().run_in_executor(self._pool, self._section, address.z)
        if section is None:
            return None
        height, width = section.shape[:2]
        level = VolumeLevel(section)
        source = VolumeSource([level], VolumeAxes(1, 0, None), (width, height, 1), self._tile_size, self._pool)
        return await source.tile(TileAddress(address.zoom, 0, address.row, address.col))

    def _section(self, z: int) -> Hdf5Array | None:
        dataset = self._file.get(f"{self._scale}/{z}/data")
        return None if dataset is None else Hdf5Array(dataset, self._pool)


def full_scale(file: Any) -> str:
    """The name of the group with the sections at full resolution: CATMAID asks for scale 1."""
    return "1" if "1" in file and "0" in file["1"] else "0"
