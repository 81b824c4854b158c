"""Volumes as sections to import: each format, values of all kinds, labels, and a limit of memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import mrcfile
import nrrd
import numpy as np
import pytest
import tensorstore
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.imports import volumes
from catmaid_server.tiles.imports.ingest import ingest
from catmaid_server.tiles.imports.sections import LabelSection
from catmaid_server.tiles.imports.survey import SurveyedStack
from catmaid_server.tiles.imports.value_range import with_range
from catmaid_server.tiles.imports.volumes import Slabs, is_volume, opened_volume
from catmaid_server.tiles.imports.voxel_size import voxel_size
from catmaid_server.tiles.pyramid import halved_labels

SHAPE = (5, 40, 60)  # z, y, x
VOXEL = (4.0, 4.5, 50.0)


def values_of(dtype: str) -> NDArray[Any]:
    ramp = np.linspace(0, 1, 5 * 40 * 60).reshape(SHAPE)
    if np.dtype(dtype).kind == "f":
        return (ramp * 3 - 1).astype(dtype)
    limits = np.iinfo(dtype)
    return (ramp * (float(limits.max) - limits.min) / 4 + limits.min / 2).astype(dtype)


def write_hdf5(path: Path, values: NDArray[Any]) -> None:
    with h5py.File(path, "w") as file:
        dataset = file.create_dataset("volume", data=values, chunks=(2, 20, 20))
        dataset.attrs["resolution"] = VOXEL[::-1]


def write_mrc(path: Path, values: NDArray[Any]) -> None:
    with mrcfile.new(path) as file:
        file.set_data(values)
        file.voxel_size = tuple(10 * nm for nm in VOXEL)


def write_nrrd(path: Path, values: NDArray[Any], encoding: str = "raw") -> None:
    header = {"spacings": VOXEL, "units": ["nm"] * 3, "encoding": encoding}
    nrrd.write(str(path), values, header, index_order="C")


def write_packed_nrrd(path: Path, values: NDArray[Any]) -> None:
    write_nrrd(path, values, "gzip")


def write_n5(path: Path, values: NDArray[Any]) -> None:
    # N5 counts axes x, y, z.
    metadata = {
        "dimensions": SHAPE[::-1],
        "blockSize": [16, 16, 2],
        "dataType": values.dtype.name,
        "compression": {"type": "gzip"},
        "resolution": VOXEL,
    }
    spec = {"driver": "n5", "kvstore": {"driver": "file", "path": f"{path}/"}, "metadata": metadata}
    tensorstore.open(spec, create=True).result().write(values.T).result()


def write_precomputed(path: Path, values: NDArray[Any]) -> None:
    spec = {
        "driver": "neuroglancer_precomputed",
        "kvstore": {"driver": "file", "path": f"{path}/"},
        "multiscale_metadata": {"type": "image", "data_type": values.dtype.name, "num_channels": 1},
        "scale_metadata": {"size": SHAPE[::-1], "resolution": VOXEL, "encoding": "raw", "chunk_size": [16, 16, 4]},
    }
    tensorstore.open(spec, create=True).result()[..., 0].write(values.T).result()


def write_zarr(path: Path, values: NDArray[Any]) -> None:
    spec = {
        "driver": "zarr",
        "kvstore": {"driver": "file", "path": f"{path}/"},
        "metadata": {"shape": SHAPE, "chunks": [3, 16, 16], "dtype": values.dtype.str},
    }
    tensorstore.open(spec, create=True).result().write(values).result()


@pytest.mark.parametrize(
    ("name", "write", "dtype", "voxel"),
    [
        ("a.h5", write_hdf5, "uint16", VOXEL),
        ("a.mrc", write_mrc, "int16", VOXEL),
        ("b.rec", write_mrc, "float32", VOXEL),
        ("a.nrrd", write_nrrd, "int32", VOXEL),
        ("b.nrrd", write_packed_nrrd, "uint8", VOXEL),
        ("a.n5", write_n5, "uint32", VOXEL),
        ("precomputed", write_precomputed, "float32", VOXEL),
        ("a.zarr", write_zarr, "int8", None),
    ],
)
async def test_each_format_gives_its_values_and_the_size_of_its_voxels(
    tmp_path: Path, name: str, write: Any, dtype: str, voxel: Any
) -> None:
    values = values_of(dtype)
    write(tmp_path / name, values)
    assert is_volume(tmp_path / name)
    volume = await opened_volume(tmp_path / name)
    assert volume.resolution == (None if voxel is None else pytest.approx(voxel))
    stored = [section.stored().image for section in volume.sections]
    np.testing.assert_array_equal(np.stack(stored), values)
    assert [section.size for section in volume.sections] == [(60, 40)] * 5

    stack = with_range(SurveyedStack(volume.sections, None, []))
    shown = np.stack([section.pixels() for section in stack.sections if hasattr(section, "pixels")]).astype(int)
    if dtype == "uint8":
        np.testing.assert_array_equal(shown, values)
        return
    assert (shown[0, 0, 0], shown[-1, -1, -1]) == (0, 255)
    assert (np.diff(shown.ravel()) >= 0).all(), "brighter values are brighter"
    assert any("become black to white" in note for note in stack.notes)


async def test_what_is_no_volume_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "bad.mrc").write_bytes(b"no MRC")
    (tmp_path / "bad.nrrd").write_bytes(b"no NRRD")
    with pytest.raises(InvalidInput, match="no MRC file that can be read"):
        await opened_volume(tmp_path / "bad.mrc")
    with pytest.raises(InvalidInput, match="no NRRD file that can be read"):
        await opened_volume(tmp_path / "bad.nrrd")
    write_mrc(tmp_path / "a.mrc", values_of("int16"))
    with pytest.raises(InvalidInput, match="leave out --dataset"):
        await opened_volume(tmp_path / "a.mrc", dataset="volume")
    assert not is_volume(tmp_path)


def test_as_many_sections_are_read_at_once_as_chunks_are_deep_and_memory_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, int]] = []
    values = values_of("uint16")

    def read(first: int, end: int) -> NDArray[Any]:
        asked.append((first, end))
        return values[first:end]

    slabs = Slabs(read, SHAPE, 2, chunk_depth=2)
    for z in range(5):
        np.testing.assert_array_equal(slabs.plane(z), values[z])
    slabs.plane(3, alone=True)
    assert asked == [(0, 2), (2, 4), (4, 5), (3, 4)]
    monkeypatch.setattr(volumes, "_SLAB_BYTES", 40 * 60 * 2 * 3)
    assert Slabs(read, SHAPE, 2, chunk_depth=64).depth == 3


async def test_labels_stay_ids_and_levels_have_the_most_frequent(tmp_path: Path) -> None:
    ids = np.random.default_rng(5).integers(0, 3, (40, 60)).astype(np.uint32)[None].repeat(5, axis=0) * 70_000
    write_n5(tmp_path / "a.n5", ids)
    volume = await opened_volume(tmp_path / "a.n5")
    sections = [LabelSection(section, "uint32") for section in volume.sections]
    made = ingest(sections, tmp_path / "labels", VOXEL, tile_size=32, dtype="uint32")
    assert made.layout.levels == 2
    levels = [
        tensorstore.open({"driver": "zarr3", "kvstore": f"file://{made.path}/{zoom}/"}).result().read().result()
        for zoom in range(2)
    ]
    np.testing.assert_array_equal(levels[0], ids)
    np.testing.assert_array_equal(levels[1][0], halved_labels(ids[0]))
    again = ingest(sections, tmp_path / "labels", VOXEL, tile_size=32, dtype="uint32")
    assert (again.revision, again.resumed) == (made.revision, 5)


@given(st.lists(st.integers(0, 3), min_size=4, max_size=4))
def test_the_most_frequent_of_four_ids(block: list[int]) -> None:
    found = int(halved_labels(np.array(block, np.uint64).reshape(2, 2))[0, 0])
    assert block.count(found) == max(map(block.count, block))


def test_ome_and_imagej_say_the_size_of_voxels(tmp_path: Path) -> None:
    path = tmp_path / "a.ome.tif"
    image = np.zeros((3, 20, 20), np.uint8)
    sizes: dict[str, Any] = {"axes": "ZYX", "PhysicalSizeX": 0.004, "PhysicalSizeY": 0.0045, "PhysicalSizeZ": 50}
    tifffile.imwrite(path, image, metadata={**sizes, "PhysicalSizeZUnit": "nm"}, ome=True)
    assert voxel_size(path) == (4, 4.5, 50)
    tifffile.imwrite(path, image, metadata=sizes | {"PhysicalSizeZ": 0.05}, ome=True)
    assert voxel_size(path) == (4, 4.5, 50)
    tifffile.imwrite(path, image, metadata={"axes": "ZYX"}, ome=True)
    assert voxel_size(path) is None
    path = tmp_path / "b.tif"
    metadata = {"axes": "ZYX", "unit": "um", "spacing": 0.05}
    tifffile.imwrite(path, image, imagej=True, resolution=(250, 200), metadata=metadata)
    assert voxel_size(path) == (4, 5, 50)
    tifffile.imwrite(path, image[0], resolution=(72, 72))
    assert voxel_size(path) is None
    path.write_bytes(b"no image")
    assert voxel_size(path) is None
