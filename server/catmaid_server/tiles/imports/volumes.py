"""Sections of volumes of this machine: HDF5, Zarr, N5, precomputed, MRC and NRRD, read a few sections at a time."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import tensorstore
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space.stacks import Triple
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.gateway.hosts import ImageHosts
from catmaid_server.tiles.imports.grey import value_type
from catmaid_server.tiles.imports.sections import VolumeSection
from catmaid_server.tiles.imports.single_files import READERS, FileVolume
from catmaid_server.tiles.metadata.addresses import parsed_address
from catmaid_server.tiles.metadata.found import FoundVolume
from catmaid_server.tiles.metadata.reader import SourceReader
from catmaid_server.tiles.metadata.volumes import find_volume
from catmaid_server.tiles.sources.arrays import open_hdf5

_SLAB_BYTES: Final = 128 * 2**20
_SLABS_KEPT: Final = 2
_HDF5: Final = (".h5", ".hdf5", ".hdf")
_MARKS: Final = ("zarr.json", ".zattrs", ".zarray", "attributes.json", "info")
"""Files of which one is in the folder of a volume."""


@dataclass(frozen=True, slots=True)
class SourceVolume:
    """A volume to import: its sections, and what its files say of it; notes: what was decided that nobody asked for."""

    sections: Sequence[VolumeSection]
    resolution: Triple | None
    is_labels: bool
    notes: list[str]


def is_volume(path: Path) -> bool:
    """Whether a path is a volume, not a folder or file of sections."""
    if path.is_dir():
        return any((path / name).is_file() for name in _MARKS)
    return path.suffix.lower() in (*_HDF5, *READERS)


async def opened_volume(path: Path, *, dataset: str | None = None, channel: int | None = None) -> SourceVolume:
    """The sections of a volume, none of which is read yet.

    dataset: path of an array, where there are several. channel: from 1. Raises `InvalidInput` if it cannot be read.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is not None:
        if dataset is not None or channel is not None:
            raise InvalidInput(f"{path.name} has one array and one channel: leave out --dataset and --channel.")
        return _volume_of(path, await asyncio.to_thread(reader, path))
    address = parsed_address(str(path))
    fetcher = ObjectFetcher(ImageHosts(), None)
    try:
        found = await find_volume(address, SourceReader(address.location, fetcher), dataset)
    finally:
        await fetcher.close()
    if not isinstance(found, FoundVolume):
        raise InvalidInput(
            f"{path} is no volume that can be imported: OME-Zarr, Zarr, N5, precomputed, HDF5, MRC or NRRD."
        )
    chosen = found.channel(channel)
    volume = _hdf5(chosen) if chosen.driver == "hdf5" else await _tensorstore(chosen)
    made = _volume_of(path, volume)
    said = f"It has {found.channels} channels; the first is imported, --channel takes another."
    notes = [said] if found.channels > 1 and channel is None else []
    return SourceVolume(made.sections, made.resolution, found.labels, [*made.notes, *notes])


def _volume_of(path: Path, volume: FileVolume) -> SourceVolume:
    depth, height, width = volume.shape
    if min(volume.shape) < 1:
        raise InvalidInput(f"{path} is empty: it has {width} x {height} x {depth} voxels.")
    slabs = Slabs(volume.read, volume.shape, volume.dtype.itemsize, volume.chunk_depth)
    stamp = _stamp(path)
    values = value_type(volume.dtype)
    sections = [
        VolumeSection(slabs.plane, z, f"section {z} of {path.name}", f"{stamp}:{z}", (width, height), values)
        for z in range(depth)
    ]
    return SourceVolume(sections, volume.resolution, is_labels=False, notes=list(volume.notes))


def _stamp(path: Path) -> str:
    """What changes when the volume may have changed."""
    marks = [path, *(path / name for name in _MARKS)] if path.is_dir() else [path]
    found = [(mark.stat().st_size, mark.stat().st_mtime_ns) for mark in marks if mark.exists()]
    return f"{path.name}:{found}"


@dataclass(slots=True)
class Slabs:
    """Reads as many sections at once as chunks are deep, within a limit, and keeps the last ones.

    read: (z, y, x) values of some sections, of a volume of a shape (z, y, x).
    """

    read: Callable[[int, int], NDArray[Any]]
    shape: tuple[int, int, int]
    itemsize: int
    chunk_depth: int
    _kept: OrderedDict[int, NDArray[Any]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def depth(self) -> int:
        """Sections that are read at once."""
        section = self.shape[1] * self.shape[2] * self.itemsize
        return max(1, min(self.chunk_depth, _SLAB_BYTES // max(1, section)))

    def plane(self, index: int, *, alone: bool = False) -> NDArray[Any]:
        """The (y, x) values of a section; alone: its neighbours are not wanted."""
        if alone or self.depth == 1:
            return np.asarray(self.read(index, index + 1)[0])
        first = index - index % self.depth
        with self._lock:
            slab = self._kept.get(first)
            if slab is None:
                while len(self._kept) >= _SLABS_KEPT:
                    self._kept.popitem(last=False)
                slab = self.read(first, min(first + self.depth, self.shape[0]))
                self._kept[first] = slab
        return np.asarray(slab[index - first])


def _hdf5(found: FoundVolume) -> FileVolume:
    dataset = open_hdf5(Path(found.base))[found.levels[0].path]
    z, y, x = dataset.shape
    depth = dataset.chunks[0] if dataset.chunks else 1
    return FileVolume(lambda a, b: np.asarray(dataset[a:b]), (z, y, x), dataset.dtype, depth, found.resolution)


async def _tensorstore(found: FoundVolume) -> FileVolume:
    level = found.levels[0].path
    store: dict[str, Any] = {"driver": "file", "path": f"{found.base}/"}
    if found.driver == "neuroglancer_precomputed":
        spec = {"driver": found.driver, "kvstore": store, "scale_index": int(level)}
    else:
        spec = {"driver": found.driver, "kvstore": store | ({"path": f"{found.base}/{level}/"} if level else {})}
    context = tensorstore.Context({"cache_pool": {"total_bytes_limit": 0}})
    array = await tensorstore.open(spec, open=True, read=True, write=False, context=context)
    array = array[tensorstore.d[:].translate_to[0]]
    x_axis, y_axis, z_axis = found.axes
    rank = len(array.shape)
    order = [axis for axis in (z_axis, y_axis, x_axis) if axis is not None]

    def read(first: int, end: int) -> NDArray[Any]:
        part: list[Any] = [found.fixed.get(axis, 0) if axis not in order else slice(None) for axis in range(rank)]
        if z_axis is not None:
            part[z_axis] = slice(first, end)
        found_values = np.asarray(array[tuple(part)].read().result())
        kept = sorted(order)
        values: NDArray[Any] = np.transpose(found_values, [kept.index(axis) for axis in order])
        return np.asarray(values if z_axis is not None else values[None])

    width, height, depth = found.dimension
    chunk = array.chunk_layout.read_chunk.shape or (1,) * rank
    chunk_depth = 1 if z_axis is None else int(chunk[z_axis] or 1)
    dtype: np.dtype[Any] = np.dtype(array.dtype.numpy_dtype)
    return FileVolume(read, (depth, height, width), dtype, chunk_depth, found.resolution)
