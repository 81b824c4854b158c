"""Volumes that cannot be shown are refused with a sentence that says what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tensorstore

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.registration.adding import StackLooker
from catmaid_server.tiles.registration.request import StackRequest
from tests.helpers.image_sources import looking

ARRAY = {
    "zarr_format": 2,
    "shape": [3, 4, 5],
    "chunks": [3, 4, 5],
    "dtype": "|u1",
    "compressor": None,
    "fill_value": 0,
    "order": "C",
    "filters": None,
}
GROUP3 = {"zarr_format": 3, "node_type": "group", "attributes": {}}
SPACE = [{"name": name, "type": "space", "unit": "nanometer"} for name in "zyx"]
SCALES: dict[str, Any] = {"size": [5, 4, 3], "resolution": [4, 4, 40], "encoding": "raw", "chunk_sizes": [[5, 4, 3]]}


def multiscale(**changed: Any) -> dict[str, Any]:
    """Metadata of one level with a scale of 40, 4, 4 nm."""
    scale = changed.pop("scale", [40, 4, 4])
    dataset = {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": scale}]}
    return {"multiscales": [{"version": "0.4", "axes": SPACE, "datasets": [dataset], **changed}]}


@pytest.fixture
async def looker(tmp_path: Path) -> AsyncIterator[StackLooker]:
    async with looking(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({".zarray": {"zarr_format": 2, "dtype": "|u1"}}, "does not say its 'shape'"),
        ({"zarr.json": {"zarr_format": 3, "node_type": "array"}}, "does not say its 'shape'"),
        ({".zarray": ARRAY | {"shape": [0, 4, 5]}}, "has 0 x 4 x 5 values, so there is nothing in it"),
        ({".zarray": ARRAY | {"shape": [1, 1, 1, 3, 4, 5]}}, "an array with 6 axes"),
        ({".zarray": ARRAY | {"shape": 7}}, "does not describe itself as its format asks"),
        ({".zarray": ARRAY | {"dtype": "<c8", "fill_value": None}}, "are complex64, not numbers"),
        ({".zarray": ARRAY | {"dtype": "<U5"}}, 'cannot be read: .*Unsupported zarr dtype: "<U5"'),
        ({".zarray": ARRAY | {"dtype": [["a", "|u1"], ["b", "<u2"]], "fill_value": None}}, r"several parts \(a, b\)"),
        ({".zarray": ARRAY | {"compressor": {"id": "jxl"}}}, '"compressor": .*"jxl" is not registered'),
        ({".zarray": ARRAY | {"filters": [{"id": "delta"}]}}, "filters are not supported"),
        ({".zgroup": {"zarr_format": 2}}, "a group of Zarr without multiscales: say with dataset"),
        ({"zarr.json": GROUP3}, "a group of Zarr without multiscales: say with dataset"),
        ({".zattrs": {"bioformats2raw.layout": 3}}, "say which, as dataset='0'"),
        ({".zattrs": multiscale(scale=[40, 0, 4]), "0/.zarray": ARRAY}, "a scale that is not above 0"),
        ({".zattrs": multiscale(scale=[40, -4, 4]), "0/.zarray": ARRAY}, "a scale that is not above 0"),
        ({".zattrs": multiscale(scale=[40, 4]), "0/.zarray": ARRAY}, "does not describe itself"),
        ({".zattrs": multiscale(axes=["q", "y", "x"]), "0/.zarray": ARRAY | {"shape": [1, 0, 5]}}, "nothing in it"),
        ({".zattrs": multiscale()}, "is named as a level, but there is no array"),
        ({".zattrs": {"multiscales": []}}, "does not describe itself"),
        ({"attributes.json": {"n5": "2.5.0"}}, "a group of N5 without s0, s1, …: say with dataset"),
        ({"attributes.json": {"dimensions": [5, 4, "x"]}}, "does not describe itself"),
        (
            {"attributes.json": {"dimensions": [5] * 3, "blockSize": [5] * 3, "dataType": "uint8",
                                 "compression": {"type": "lz4"}}},
            '"lz4" is not registered',
        ),
        ({"info": {"type": "image", "scales": []}}, "does not describe itself"),
        ({"info": {"type": "image", "scales": [SCALES]}}, "does not say its 'num_channels'"),
        (
            {"info": {"type": "image", "num_channels": 1, "scales": [SCALES | {"resolution": [4, 4, 0]}]}},
            "does not describe itself",
        ),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said(looker: StackLooker, tmp_path: Path, files: dict[str, Any], message: str) -> None:
    for name, content in files.items():
        (tmp_path / "volume" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "volume" / name).write_text(json.dumps(content))
    with pytest.raises((InvalidInput, ImagesUnavailable), match=message) as refused:
        await looker.look(StackRequest(address=str(tmp_path / "volume"), resolution=(4, 4, 40)))
    assert "FAILED_PRECONDITION" not in str(refused.value)


async def test_datasets_of_groups_are_found_where_they_are_named(looker: StackLooker, tmp_path: Path) -> None:
    for name, content in ((".zattrs", multiscale()), ("0/.zarray", ARRAY)):
        (tmp_path / "0" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "0" / name).write_text(json.dumps(content))
    (tmp_path / ".zattrs").write_text(json.dumps({"bioformats2raw.layout": 3}))
    stack, _, _ = await looker.look(StackRequest(address=str(tmp_path), dataset="0"))
    assert (stack.dimension, stack.resolution) == ((5, 4, 3), (4.0, 4.0, 40.0))
    with pytest.raises(InvalidInput, match="There is no precomputed, Zarr or N5 volume '1' below "):
        await looker.look(StackRequest(address=str(tmp_path), dataset="1"))


async def test_units_are_read_in_both_spellings_and_points_in_time_are_said(
    looker: StackLooker, tmp_path: Path
) -> None:
    axes = [{"name": "t", "type": "time"}] + [axis | {"unit": "micrometre"} for axis in SPACE]
    described = multiscale(axes=axes, scale=[1, 0.04, 0.004, 0.004])
    (tmp_path / ".zattrs").write_text(json.dumps(described))
    spec = {"driver": "zarr", "kvstore": {"driver": "file", "path": f"{tmp_path / '0'}/"}}
    store = await tensorstore.open(spec, create=True, dtype="uint8", shape=[2, 3, 4, 5])
    await store.write(np.ones((2, 3, 4, 5), np.uint8))
    stack, _, notes = await looker.look(StackRequest(address=str(tmp_path)))
    assert stack.resolution == (4.0, 4.0, 40.0)
    assert "It has 2 points in time; the first is shown." in notes


@pytest.mark.parametrize(
    ("made", "message"),
    [
        ({}, "has no dataset with three axes, so there is no volume in it"),
        ({"names": ["a", "b"]}, "has no dataset with three axes"),
        ({"a": np.zeros((2, 3, 4)), "b": np.zeros((2, 3, 4))}, "three axes: a, b. Say which"),
        ({"a": np.zeros((2, 0, 4))}, "has 4 x 0 x 2 voxels, so there is nothing in it"),
        ({"a": np.zeros((2, 3, 4), np.complex64)}, "are complex64, not numbers"),
    ],
)
async def test_hdf5_files_without_a_volume(
    looker: StackLooker, tmp_path: Path, made: dict[str, Any], message: str
) -> None:
    with h5py.File(tmp_path / "volume.h5", "w") as file:
        for name, values in made.items():
            file[name] = values
            file[name].attrs["resolution"] = 4.0  # one number says nothing of three axes
    with pytest.raises((InvalidInput, ImagesUnavailable), match=message):
        await looker.look(StackRequest(address=str(tmp_path / "volume.h5"), resolution=(4, 4, 40)))
