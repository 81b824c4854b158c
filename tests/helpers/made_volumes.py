"""Volumes with levels of detail, written in the formats that the service reads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorstore
from numpy.typing import NDArray

RESOLUTION = (4, 4, 40)
"""nm of a voxel in x, y and z; levels are reduced in x and y alone."""


async def write_levels(path: Path, kind: str, levels: Sequence[NDArray[np.uint8]]) -> None:
    """Write arrays (z, y, x), each half as large in x and y as the one before: `zarr`, `n5` or `precomputed`."""
    for number, values in enumerate(levels):
        factor = 2**number
        resolution = [RESOLUTION[0] * factor, RESOLUTION[1] * factor, RESOLUTION[2]]
        spec: dict[str, Any] = {"kvstore": {"driver": "file", "path": f"{path / f's{number}'}/"}}
        if kind == "precomputed":
            spec = {
                "driver": "neuroglancer_precomputed",
                "kvstore": {"driver": "file", "path": f"{path}/"},
                "multiscale_metadata": {"type": "image", "data_type": "uint8", "num_channels": 1},
                "scale_metadata": {
                    "size": values.shape[::-1],
                    "resolution": resolution,
                    "encoding": "raw",
                    "chunk_size": [64, 64, 4],
                },
            }
            made = await tensorstore.open(spec, create=True)
            await made.write(values.transpose(2, 1, 0)[..., None])
        elif kind == "n5":
            metadata = {
                "dimensions": values.shape[::-1],
                "blockSize": [64, 64, 4],
                "dataType": "uint8",
                "compression": {"type": "gzip"},
                "resolution": resolution,
                "downsamplingFactors": [factor, factor, 1],
            }
            made = await tensorstore.open({"driver": "n5", "metadata": metadata, **spec}, create=True)
            await made.write(values.transpose(2, 1, 0))
        else:
            chunks = {"chunks": [4, 64, 64], "dimension_separator": "/"}
            made = await tensorstore.open(
                {"driver": "zarr", "metadata": chunks, **spec}, create=True, dtype=tensorstore.uint8, shape=values.shape
            )
            await made.write(values)
    if kind == "zarr":
        axes = [{"name": name, "type": "space", "unit": "nanometer"} for name in "zyx"]
        datasets = [
            {
                "path": f"s{number}",
                "coordinateTransformations": [
                    {"type": "scale", "scale": [RESOLUTION[2], RESOLUTION[1] * 2**number, RESOLUTION[0] * 2**number]}
                ],
            }
            for number in range(len(levels))
        ]
        described = {"multiscales": [{"version": "0.4", "axes": axes, "datasets": datasets}]}
        (path / ".zgroup").write_text(json.dumps({"zarr_format": 2}))
        (path / ".zattrs").write_text(json.dumps(described))


def mean_of_blocks(values: NDArray[np.uint8], rows: int, cols: int) -> NDArray[np.uint8]:
    """The mean of each block, half rounded up; the last rows and columns count again where one is not whole."""
    padded = np.pad(values, ((0, -values.shape[0] % rows), (0, -values.shape[1] % cols)), mode="edge").astype(float)
    blocks = padded.reshape(padded.shape[0] // rows, rows, padded.shape[1] // cols, cols)
    return np.asarray(np.floor(blocks.mean(axis=(1, 3)) + 0.5), np.uint8)
