"""The same pixels come out of every kind of source, by its address alone or with what it does not say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tensorstore
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput, NotAllowed
from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.pyramid import TileAddress, halved
from catmaid_server.tiles.registration.adding import StackLooker
from catmaid_server.tiles.registration.request import StackRequest
from tests.helpers.image_hosts import TOKEN, ImageHost, sections_of, serving_images
from tests.helpers.image_sources import looking, pixels

SIZE = (256, 256)
SAID: dict[str, Any] = {"dimension": (1024, 1024, 20), "resolution": (4.6, 4.6, 50.0)}
CUT: dict[str, Any] = {"tile_size": SIZE}


@pytest.fixture(scope="module")
def volume(shared: Path) -> NDArray[np.uint8]:
    return sections_of(shared / "data/vnc1/raw")


@pytest.fixture
async def host(volume: NDArray[np.uint8], shared: Path, tmp_path: Path) -> AsyncIterator[ImageHost]:
    folders = {"vnc1": shared / "data/vnc1", "made": tmp_path / "made"}
    async with serving_images(ImageHost(volume, folders=folders)) as serving:
        yield serving


@pytest.fixture
async def looker(tmp_path: Path) -> AsyncIterator[StackLooker]:
    async with looking(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/1/{z}/{row}_{col}_{zoom}.png", SAID),
        ("/1/", {"tile_source_type": 1, "file_extension": "png", **SAID}),
        ("/2", {"tile_source_type": 2, **CUT, **SAID}),
        ("/3/7/stack/9/tile?basename=raw", {"tile_source_type": 3, **CUT, **SAID}),
        ("/4/{z}/{zoom}/{row}_{col}.png", SAID),
        ("/5/{zoom}/{z}/{row}/{col}.png", SAID),
        ("/7", {"tile_source_type": 7, "file_extension": "png", **CUT, **SAID}),
        ("/8/node/ab/em/tile/", {"tile_source_type": 8, **SAID}),
        ("/1", {"tile_source_type": 9, "file_extension": "png", **SAID}),
        ("/10/%SCALE_DATASET%/0_1/256_256/%AXIS_0%_%AXIS_1%_%AXIS_2%", {"file_extension": "png", **CUT, **SAID}),
        ("/12", {"tile_source_type": 12, "token": TOKEN, **CUT, **SAID}),
    ],
)
async def test_tiles_of_other_servers_have_the_pixels_of_the_sections(
    host: ImageHost, looker: StackLooker, volume: NDArray[np.uint8], address: str, said: dict[str, Any]
) -> None:
    stack, _, _ = await looker.look(StackRequest(address=host.url + address, **said))
    assert (stack.zoom_levels, stack.mirrors[0].tile_width) == (3, 256)
    tile = await pixels(looker, stack, TileAddress(0, 4, 1, 2))
    assert np.array_equal(tile, volume[4, 256:512, 512:768])
    assert np.array_equal(await pixels(looker, stack, TileAddress(1, 19, 1, 0)), halved(volume[19])[256:512, :256])


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/files/vnc1/vnc1.zarr", "zarr"),
        ("zarr:///files/vnc1/vnc1.zarr/", "zarr"),
    ],
)
async def test_an_ome_zarr_volume_says_all_of_itself(
    host: ImageHost, looker: StackLooker, volume: NDArray[np.uint8], address: str, kind: str
) -> None:
    url = address.replace("zarr:///", f"zarr://{host.url}/") if "://" in address else host.url + address
    stack, translation, notes = await looker.look(StackRequest(address=url, **CUT))
    assert (stack.title, stack.dimension, stack.resolution) == ("vnc1", (1024, 1024, 10), (4.6, 4.6, 50.0))
    assert (stack.zoom_levels, translation) == (3, (0, 0, 0))
    assert notes[0].startswith(f"{kind} at {host.url}/files/vnc1/vnc1.zarr: 3 level(s)")
    assert np.array_equal(await pixels(looker, stack, TileAddress(0, 9, 3, 3)), volume[9, 768:, 768:])
    half = halved(volume[2])[:256, 256:512]
    assert np.array_equal(await pixels(looker, stack, TileAddress(1, 2, 0, 1)), half)


async def test_n5_and_catmaids_type_11_have_the_pixels_of_the_crop(
    host: ImageHost, looker: StackLooker, volume: NDArray[np.uint8]
) -> None:
    crop = volume[5:15, 384:896, 256:768]
    for request in (
        StackRequest(address=f"{host.url}/files/vnc1/vnc1.n5", dataset="crop", **CUT),
        StackRequest(address=f"{host.url}/files/vnc1/vnc1.n5/crop/%SCALE_DATASET%/0_1_2", tile_source_type=11, **CUT),
    ):
        stack, translation, _ = await looker.look(request)
        assert (stack.dimension, stack.resolution) == ((512, 512, 10), (4.6, 4.6, 50.0))
        assert translation == (1177.6, 1766.4, 250.0)
        assert np.array_equal(await pixels(looker, stack, TileAddress(0, 7, 1, 0)), crop[7, 256:, :256])


async def test_precomputed_and_catmaids_types_13_and_14_have_the_same_pixels(
    host: ImageHost, looker: StackLooker, volume: NDArray[np.uint8], shared: Path
) -> None:
    path = shared / "data/vnc1/vnc1.precomputed"
    spec = {
        "driver": "neuroglancer_precomputed",
        "kvstore": {"driver": "file", "path": f"{path}/"},
        "scale_index": 0,
    }
    opened = await tensorstore.open(spec, open=True)
    lossy = np.asarray(await opened[:, :, 6, 0].read()).T
    for address, number in (
        ("precomputed://{}/files/vnc1/vnc1.precomputed", None),
        ("{}/files/vnc1/vnc1.precomputed", None),
        ("precomputed://{}/files/vnc1/vnc1.precomputed", 13),
        ("{}/files/vnc1/vnc1.precomputed/%SCALE_DATASET%/0_1_2", 14),
    ):
        request = StackRequest(address=address.format(host.url), tile_source_type=number, **CUT)
        stack, _, _ = await looker.look(request)
        assert (stack.dimension, stack.zoom_levels) == ((1024, 1024, 20), 3)
        tile = await pixels(looker, stack, TileAddress(0, 6, 2, 1))
        assert np.array_equal(tile, lossy[512:768, 256:512])
        assert np.abs(tile.astype(int) - volume[6, 512:768, 256:512]).mean() < 10


@pytest.mark.parametrize("sharded", [False, True])
async def test_lossless_precomputed_volumes_come_to_the_bit_also_sharded_and_with_an_offset(
    host: ImageHost, looker: StackLooker, volume: NDArray[np.uint8], tmp_path: Path, sharded: bool
) -> None:
    sharding = {
        "@type": "neuroglancer_uint64_sharded_v1",
        "hash": "identity",
        "preshift_bits": 2,
        "minishard_bits": 2,
        "shard_bits": 2,
        "minishard_index_encoding": "gzip",
        "data_encoding": "gzip",
    }
    spec = {
        "driver": "neuroglancer_precomputed",
        "kvstore": {"driver": "file", "path": f"{tmp_path}/made/"},
        "multiscale_metadata": {"type": "image", "data_type": "uint8", "num_channels": 1},
        "scale_metadata": {
            "size": [600, 500, 6],
            "voxel_offset": [100, 200, 3],
            "resolution": [8, 8, 30],
            "encoding": "raw",
            "chunk_size": [64, 64, 2],
            **({"sharding": sharding} if sharded else {}),
        },
    }
    made = await tensorstore.open(spec, create=True)
    await made.write(volume[:6, :500, :600].transpose(2, 1, 0)[..., None])
    stack, translation, _ = await looker.look(StackRequest(address=f"{host.url}/files/made", **CUT))
    assert (stack.dimension, stack.resolution, translation) == ((600, 500, 6), (8, 8, 30), (800, 1600, 90))
    assert stack.metadata == {"voxelOffset": [100, 200, 3]}
    assert np.array_equal(await pixels(looker, stack, TileAddress(0, 5, 1, 1)), volume[5, 256:500, 256:512])
    assert np.array_equal(
        await pixels(looker, stack, TileAddress(1, 5, 0, 0)), halved(volume[5, :500, :600])[:256, :256]
    )


async def test_zarr_3_with_shards_channels_and_reduced_sections_is_read(
    host: ImageHost, looker: StackLooker, volume: NDArray[np.uint8], tmp_path: Path
) -> None:
    path = tmp_path / "made"
    for name, values in (("0", volume[:8, :200, :300]), ("1", volume[:8:2, :200:2, :300:2])):
        both = np.stack([values, 255 - values])
        codec = {"name": "sharding_indexed", "configuration": {"chunk_shape": [1, 2, 64, 64]}}
        spec = {
            "driver": "zarr3",
            "kvstore": {"driver": "file", "path": f"{path / name}/"},
            "metadata": {
                "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1, 4, 128, 128]}},
                "codecs": [codec],
            },
        }
        made = await tensorstore.open(spec, create=True, dtype=tensorstore.uint8, shape=both.shape)
        await made.write(both)
    units = {"c": {}, "z": {"unit": "nanometer"}, "y": {"unit": "micrometer"}, "x": {"unit": "micrometer"}}
    datasets = [
        {"path": str(n), "coordinateTransformations": [{"type": "scale", "scale": [1, 40 * f, 0.004 * f, 0.004 * f]}]}
        for n, f in ((0, 1), (1, 2))
    ]
    multiscale = {"axes": [{"name": name, **unit} for name, unit in units.items()], "datasets": datasets}
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": {"multiscales": [multiscale]}}}
    (path / "zarr.json").write_text(json.dumps(group))
    url = f"{host.url}/files/made"
    stack, _, notes = await looker.look(StackRequest(address=url, **CUT))
    assert (stack.dimension, stack.resolution, stack.zoom_levels) == ((300, 200, 8), (4, 4, 40), 2)
    assert "It has 2 channels; the first is shown." in notes
    assert np.array_equal(await pixels(looker, stack, TileAddress(0, 7, 0, 1)), volume[7, :200, 256:300])
    assert np.array_equal(await pixels(looker, stack, TileAddress(1, 7, 0, 0)), volume[6, :200:2, :300:2])
    second, _, _ = await looker.look(StackRequest(address=url, channel=2, **CUT))
    assert np.array_equal(await pixels(looker, second, TileAddress(0, 7, 0, 1)), 255 - volume[7, :200, 256:300])
    with pytest.raises(InvalidInput, match="has 2 channel"):
        await looker.look(StackRequest(address=url, channel=3))


async def test_hdf5_sections_of_catmaid_and_volumes_are_read(
    looker: StackLooker, volume: NDArray[np.uint8], tmp_path: Path
) -> None:
    with h5py.File(tmp_path / "1_2_raw.hdf", "w") as file:
        for z, section in enumerate(volume[:3]):
            file[f"1/{z}/data"] = section
    with h5py.File(tmp_path / "volume.h5", "w") as file:
        file["volumes/raw"] = volume
        file["volumes/raw"].attrs["resolution"] = (50.0, 4.6, 4.6)
        file["volumes/labels"] = volume.astype(np.uint64)
    path = str(tmp_path / "1_2_raw.hdf")
    sections, _, _ = await looker.look(StackRequest(address=path, resolution=(4, 4, 40), **CUT))
    assert (sections.dimension, sections.mirrors[0].tile_source_type) == ((1024, 1024, 3), 3)
    whole, _, _ = await looker.look(StackRequest(address=str(tmp_path / "volume.h5"), dataset="volumes/raw", **CUT))
    assert (whole.dimension, whole.resolution) == ((1024, 1024, 20), (4.6, 4.6, 50.0))
    for stack in (sections, whole):
        assert np.array_equal(await pixels(looker, stack, TileAddress(0, 2, 1, 1)), volume[2, 256:512, 256:512])
        assert np.array_equal(await pixels(looker, stack, TileAddress(1, 1, 0, 1)), halved(volume[1])[:256, 256:])
    with pytest.raises(InvalidInput, match=r"volumes/labels, volumes/raw\. Say which with dataset"):
        await looker.look(StackRequest(address=str(tmp_path / "volume.h5")))


async def test_dvid_says_size_and_resolution_and_is_cut_along_any_plane(
    host: ImageHost, looker: StackLooker, volume: NDArray[np.uint8]
) -> None:
    base = f"{host.url}/6/node/ab/em/raw"
    said: dict[str, Any] = {"tile_source_type": 6, "file_extension": "png", **CUT}
    stack, _, _ = await looker.look(StackRequest(address=f"{base}/xy/", **said))
    assert (stack.dimension, stack.resolution, stack.zoom_levels) == ((1024, 1024, 20), (4.6, 4.6, 50.0), 1)
    assert np.array_equal(await pixels(looker, stack, TileAddress(0, 3, 2, 0)), volume[3, 512:768, :256])
    across: dict[str, Any] = {"dimension": (1024, 20, 1024), "resolution": (4.6, 50, 4.6)}
    xz, _, _ = await looker.look(StackRequest(address=f"{base}/xz/", orientation="xz", **said, **across))
    assert np.array_equal(await pixels(looker, xz, TileAddress(0, 77, 0, 1)), volume[:, 77, 256:512])
    tiles: dict[str, Any] = {"tile_source_type": 8, "dimension": (20, 1024, 1024), "resolution": (50, 4.6, 4.6), **CUT}
    zy, _, _ = await looker.look(StackRequest(address=f"{host.url}/8/node/ab/em/tile/", orientation="zy", **tiles))
    assert np.array_equal(await pixels(looker, zy, TileAddress(0, 99, 1, 0)), volume[:, 256:512, 99].T)


async def test_a_volume_is_cut_along_xz_and_zy(host: ImageHost, looker: StackLooker, volume: NDArray[np.uint8]) -> None:
    url = f"{host.url}/files/vnc1/vnc1.zarr"
    xz, _, _ = await looker.look(StackRequest(address=url, orientation="xz", **CUT))
    assert (xz.dimension, xz.resolution) == ((1024, 10, 1024), (4.6, 50.0, 4.6))
    assert np.array_equal(await pixels(looker, xz, TileAddress(0, 500, 0, 1)), volume[:10, 500, 256:512])
    zy, _, _ = await looker.look(StackRequest(address=url, orientation="zy", **CUT))
    assert (zy.dimension, zy.resolution) == ((10, 1024, 1024), (50.0, 4.6, 4.6))
    assert np.array_equal(await pixels(looker, zy, TileAddress(0, 500, 1, 0)), volume[:10, 256:512, 500].T)


async def test_tiles_that_are_files_are_not_cut_anew_and_a_note_says_so(host: ImageHost, looker: StackLooker) -> None:
    address = f"{host.url}/1/{{z}}/{{row}}_{{col}}_{{zoom}}.png"
    _, _, notes = await looker.look(StackRequest(address=address, orientation="xz", **SAID))
    assert "The tiles are taken to be sections along xz: image files are not cut anew." in notes
    _, _, notes = await looker.look(StackRequest(address=address, **SAID))
    assert not any("sections along" in note for note in notes)


async def test_values_of_more_than_8_bits_get_a_range_and_ids_get_colours(
    host: ImageHost, looker: StackLooker, tmp_path: Path
) -> None:
    grey, _, notes = await looker.look(StackRequest(address=f"{host.url}/files/vnc1/vnc1.n5", dataset="neurites"))
    source = grey.mirrors[0].source or {}
    assert source["window"][0] == 0
    assert 500 < source["window"][1] <= 1037
    assert any(note.startswith("Values of uint16 from 0 to ") for note in notes)
    with h5py.File(tmp_path / "labels.h5", "w") as file:
        file["labels"] = np.arange(4 * 300 * 300, dtype=np.uint32).reshape(4, 300, 300)
    labels, _, notes = await looker.look(StackRequest(address=str(tmp_path / "labels.h5"), resolution=(4, 4, 40)))
    assert (labels.mirrors[0].source or {})["labels"] is True
    assert labels.mirrors[0].file_extension == "png"
    assert any("taken for labels" in note for note in notes)


async def test_what_is_missing_is_said(host: ImageHost, looker: StackLooker, tmp_path: Path) -> None:
    for request, error, message in (
        (StackRequest(address=""), InvalidInput, "Say where the images are"),
        (StackRequest(address="ftp://example.org/x"), InvalidInput, "not from ftp"),
        (StackRequest(address=f"{host.url}/files/vnc1"), InvalidInput, "There is no precomputed, Zarr or N5 volume"),
        (StackRequest(address=f"n5://{host.url}/files/vnc1"), InvalidInput, "There is no n5 volume"),
        (StackRequest(address=f"{host.url}/1/{{z}}/{{row}}_{{col}}_{{zoom}}.png"), InvalidInput, "say its dimension"),
        (StackRequest(address=f"{host.url}/1/{{zoom}}_{{z}}.png"), InvalidInput, "laid out in none of the ways"),
        (
            StackRequest(address=f"{host.url}/1/", tile_source_type=1, dimension=(9, 9, 9), file_extension="gif"),
            ImagesUnavailable,
            "neither a tile in the middle nor one in the corner",
        ),
        (StackRequest(address=f"{host.url}/12", tile_source_type=12, **CUT, **SAID), ImagesUnavailable, "answered 401"),
        (StackRequest(address=f"{host.url}/1", tile_source_type=15), InvalidInput, "Tile source types are 1 to 14"),
        (StackRequest(address=str(tmp_path)), InvalidInput, "import stack --tiles"),
        (StackRequest(address="http://user:secret@127.0.0.1/x"), ImagesUnavailable, "user name or a password"),
    ):
        with pytest.raises(error, match=message):
            await looker.look(request)


async def test_paths_are_read_from_allowed_folders_only(looker: StackLooker, shared: Path, tmp_path: Path) -> None:
    guarded = StackLooker(looker.means, [tmp_path / "images"])
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "link").symlink_to(shared / "data/vnc1/vnc1.zarr")
    for path in (shared / "data/vnc1/vnc1.zarr", tmp_path / "images" / "link", tmp_path / "images/../secret"):
        with pytest.raises(NotAllowed, match="CATMAID_IMAGE_FOLDERS"):
            await guarded.look(StackRequest(address=str(path)))


async def test_a_source_that_names_parts_outside_of_itself_is_refused(looker: StackLooker, tmp_path: Path) -> None:
    (tmp_path / ".zattrs").write_text('{"multiscales":[{"axes":["z","y","x"],"datasets":[{"path":"../../secret"}]}]}')
    with pytest.raises(InvalidInput, match="lies outside"):
        await looker.look(StackRequest(address=f"zarr://{tmp_path}"))
