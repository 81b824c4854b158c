"""Volumes in HDF5 files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.metadata.found import FoundLevel, FoundVolume
from catmaid_server.tiles.sources.arrays import open_hdf5
from catmaid_server.tiles.sources.hdf5_sections import full_scale


def find_hdf5(path: Path, dataset: str | None = None) -> FoundVolume | tuple[int, int, int]:
    """The volume in a file, axes z, y, x; or, of CATMAID's layout of sections, its size (x, y, z). In a thread.

    dataset: which one, where there are several. Raises `InvalidInput` if that is not clear.
    """
    with open_hdf5(path) as file:
        if dataset is None and (size := _sections(file)) is not None:
            return size
        found = _datasets(file)
        if dataset is None:
            if len(found) != 1:
                if not found:
                    raise InvalidInput(f"{path} has no dataset with three axes, so there is no volume in it.")
                names = ", ".join(found)
                raise InvalidInput(f"{path} has these datasets with three axes: {names}. Say which with dataset.")
            dataset = found[0]
        if dataset not in file or len(getattr(file[dataset], "shape", ())) != 3:
            raise InvalidInput(f"{path} has no dataset {dataset!r} with three axes.")
        z, y, x = file[dataset].shape
        return FoundVolume(
            driver="hdf5",
            base=str(path),
            levels=[FoundLevel(dataset, (1.0, 1.0, 1.0))],
            axes=(2, 1, 0),
            dimension=(x, y, z),
            resolution=_resolution(file[dataset].attrs),
        )


def _sections(file: Any) -> tuple[int, int, int] | None:
    scale = full_scale(file)
    if scale not in file or "0/data" not in file[scale]:
        return None
    numbers = [int(name) for name in file[scale] if name.isdecimal()]
    height, width = file[scale]["0/data"].shape[:2]
    return width, height, max(numbers) + 1


def _datasets(file: Any) -> list[str]:
    found: list[str] = []

    def look(name: str, item: Any) -> None:
        if len(getattr(item, "shape", ())) == 3:
            found.append(name)

    file.visititems(look)
    return found


def _resolution(attributes: Any) -> tuple[float, float, float] | None:
    """(x, y, z) in nm from the attributes that people write, which are z, y, x."""
    for name, factor in (("resolution", 1.0), ("element_size_um", 1e3), ("pixel_size_nm", 1.0)):
        sizes = np.asarray(attributes.get(name, ()))
        if sizes.shape == (3,) and sizes.dtype.kind in "iuf":
            z, y, x = (float(value) * factor for value in sizes)
            return x, y, z
    return None
