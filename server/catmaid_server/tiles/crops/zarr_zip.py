"""A crop as OME-Zarr 0.5 (Zarr v3) in a zip archive, written chunk by chunk and never as a folder.

Chunks are stored in the archive as they are, compressed by themselves: `zarr.storage.ZipStore` opens it in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self
from zipfile import ZIP_STORED, ZipFile

import imagecodecs
import msgspec
import numpy as np
from numpy.typing import NDArray

from catmaid_server.tiles.crops.plan import StackCrop

CHUNK: Final = (16, 256, 256)
_ZSTD_LEVEL: Final = 1


class ZarrArchive:
    """A zip archive with one image for each stack: at its root if there is one, else in folders 0, 1, ….

    To be used in a `with` block; calls take time, so make them in a thread.
    """

    def __init__(self, path: Path, crops: Sequence[StackCrop], dtypes: Sequence[np.dtype[Any]]) -> None:
        self._zip = ZipFile(path, "x", ZIP_STORED, allowZip64=True)
        self._roots = [""] if len(crops) == 1 else [f"{number}/" for number in range(len(crops))]
        if len(crops) > 1:
            self._put("zarr.json", _group({"ome": {"version": "0.5", "bioformats2raw.layout": 3}}))
        for root, crop, dtype in zip(self._roots, crops, dtypes, strict=True):
            self._put(f"{root}zarr.json", _group({"ome": _image(crop)}))
            self._put(f"{root}0/zarr.json", _array(crop, dtype))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def put_chunk(self, image: int, place: tuple[int, int, int], values: NDArray[Any]) -> None:
        """Write a chunk, (z, y, x), of an image; it may be smaller at the ends. Chunks of zeros are left out."""
        if not values.any():
            return
        chunk = values
        if chunk.shape != CHUNK:
            chunk = np.zeros(CHUNK, values.dtype)
            chunk[: values.shape[0], : values.shape[1], : values.shape[2]] = values
        little = np.ascontiguousarray(chunk, chunk.dtype.newbyteorder("<"))
        name = f"{self._roots[image]}0/c/{place[0]}/{place[1]}/{place[2]}"
        self._zip.writestr(name, imagecodecs.zstd_encode(little.tobytes(), level=_ZSTD_LEVEL))

    def _put(self, name: str, content: dict[str, Any]) -> None:
        self._zip.writestr(name, msgspec.json.format(msgspec.json.encode(content), indent=1))


def _group(attributes: dict[str, Any]) -> dict[str, Any]:
    return {"zarr_format": 3, "node_type": "group", "attributes": attributes}


def _image(crop: StackCrop) -> dict[str, Any]:
    steps = [
        {"type": "scale", "scale": list(reversed(crop.grid.resolution))},
        {"type": "translation", "translation": list(reversed(crop.origin))},
    ]
    return {
        "version": "0.5",
        "multiscales": [
            {
                "name": crop.grid.title,
                "axes": [{"name": name, "type": "space", "unit": "nanometer"} for name in "zyx"],
                "datasets": [{"path": "0", "coordinateTransformations": steps}],
            }
        ],
    }


def _array(crop: StackCrop, dtype: np.dtype[Any]) -> dict[str, Any]:
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": list(crop.box.shape),
        "data_type": dtype.name,
        "fill_value": 0,
        "dimension_names": ["z", "y", "x"],
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": list(CHUNK)}},
        "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}},
        "codecs": [
            {"name": "bytes", "configuration": {"endian": "little"}},
            {"name": "zstd", "configuration": {"level": _ZSTD_LEVEL, "checksum": False}},
        ],
        "attributes": {},
    }
