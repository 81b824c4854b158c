from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tensorstore
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.tiles.encode import decode_grey
from catmaid_server.tiles.gateway.bridge import VolumeBridge
from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.gateway.hosts import ImageHosts
from catmaid_server.tiles.imports.ingest import ingest_sections
from catmaid_server.tiles.look import StackLook, TileWish
from catmaid_server.tiles.omezarr import cache_context, open_volume
from catmaid_server.tiles.pyramid import TileAddress, halved, padded
from catmaid_server.tiles.rendering import rendered
from catmaid_server.tiles.sources.base import TileSource
from catmaid_server.tiles.sources.opening import SourceMeans, open_source
from catmaid_server.tiles.sources.tile_files import FilePyramid, tile_file
from catmaid_wire import tile_layouts

RESOLUTION = (4.0, 4.0, 40.0)


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as threads:
        yield threads


@pytest.fixture(scope="module")
def image() -> NDArray[np.uint8]:
    return np.random.default_rng(5).integers(0, 256, (150, 200), dtype=np.uint8)


def means_of(folder: Path, pool: Executor) -> SourceMeans:
    """What sources of a folder read with."""
    fetcher = ObjectFetcher(ImageHosts())
    return SourceMeans(
        folder=folder, context=cache_context(1 << 20), pool=pool, fetcher=fetcher, bridge=VolumeBridge(fetcher)
    )


@pytest.fixture
async def zarr(tmp_path: Path, image: NDArray[np.uint8], pool: Executor) -> TileSource:
    Image.fromarray(image).save(tmp_path / "0.png")
    Image.fromarray(255 - image).save(tmp_path / "1.png")
    volume = ingest_sections(tmp_path, tmp_path / "volume", RESOLUTION, tile_size=64)
    return await open_source({"kind": "zarr", "path": volume.path}, (64, 64), means_of(tmp_path, pool))


async def tile_file_of(source: TileSource, address: TileAddress, extension: str, size: int = 64) -> bytes:
    tile = await source.tile(address)
    assert tile is not None
    return rendered(tile, (size, size), StackLook(), TileWish(extension))


async def grey_tile(source: TileSource, address: TileAddress, size: int = 64) -> NDArray[np.uint8]:
    return decode_grey(await tile_file_of(source, address, "png", size))


async def test_tiles_put_together_are_the_section(zarr: TileSource, image: NDArray[np.uint8]) -> None:
    rows = [[await grey_tile(zarr, TileAddress(0, 1, row, col)) for col in range(4)] for row in range(3)]
    assert np.array_equal(np.block(rows), padded(255 - image, 256, 192))


async def test_a_zoom_level_is_the_mean_of_the_one_before(zarr: TileSource, image: NDArray[np.uint8]) -> None:
    tile = await grey_tile(zarr, TileAddress(2, 0, 0, 0))
    assert np.array_equal(tile, padded(halved(halved(image)), 64, 64))


async def test_a_jpeg_tile_looks_like_its_pixels(zarr: TileSource, image: NDArray[np.uint8]) -> None:
    data = await tile_file_of(zarr, TileAddress(0, 0, 0, 0), "jpg")
    assert data[:2] == b"\xff\xd8"
    assert np.abs(decode_grey(data).astype(int) - image[:64, :64]).mean() < 8


@pytest.mark.parametrize(
    "address",
    [
        TileAddress(0, 2, 0, 0),
        TileAddress(0, 0, 3, 0),
        TileAddress(0, 0, 0, 4),
        TileAddress(-1, 0, 0, 0),
        TileAddress(0, -1, 0, 0),
        TileAddress(0, 0, -1, 0),
        TileAddress(0, 0, 0, -1),
    ],
)
async def test_there_is_no_tile_beyond_the_stack(zarr: TileSource, address: TileAddress) -> None:
    assert await zarr.tile(address) is None


@pytest.mark.parametrize(
    ("tile_source_type", "path"),
    [
        (1, "7/2_3_1.jpg"),
        (4, "7/1/2_3.jpg"),
        (5, "1/7/2/3.jpg"),
    ],
)
async def test_file_tiles_come_as_they_are(tmp_path: Path, pool: Executor, tile_source_type: int, path: str) -> None:
    (tmp_path / path).parent.mkdir(parents=True)
    Image.new("L", (64, 64), 90).save(tmp_path / path)
    source = FilePyramid(tmp_path, tile_source_type, "jpg", pool)
    assert await tile_file_of(source, TileAddress(1, 7, 2, 3), "jpg") == (tmp_path / path).read_bytes()
    assert (await grey_tile(source, TileAddress(1, 7, 2, 3)) == 90).all()
    assert await source.tile(TileAddress(0, 7, 2, 3)) is None
    assert await source.tile(TileAddress(1, 7, 2, -3)) is None


@pytest.mark.parametrize("ending", ["jpeg", "JPG"])
async def test_jpeg_files_of_any_ending_come_as_they_are(tmp_path: Path, pool: Executor, ending: str) -> None:
    (tmp_path / "0").mkdir()
    Image.new("L", (64, 64), 90).save(tmp_path / "0" / f"0_0_0.{ending}", format="jpeg", quality=10)
    source = FilePyramid(tmp_path, 1, ending, pool)
    data = (tmp_path / "0" / f"0_0_0.{ending}").read_bytes()
    assert await tile_file_of(source, TileAddress(0, 0, 0, 0), "jpg") == data


async def test_a_small_file_at_the_edge_is_padded_with_black(tmp_path: Path, pool: Executor) -> None:
    path = tile_file(tmp_path, tile_layouts.PATHS[1], TileAddress(0, 0, 0, 0), "png")
    path.parent.mkdir()
    path.write_bytes(imagecodecs.png_encode(np.full((10, 20), 200, np.uint8)))
    source = FilePyramid(tmp_path, 1, "png", pool)
    tile = await grey_tile(source, TileAddress(0, 0, 0, 0))
    assert tile.shape == (64, 64)
    assert (tile[:10, :20] == 200).all()
    assert tile.sum() == 200 * 200


async def test_a_file_that_is_no_tile_is_refused_by_name(tmp_path: Path, pool: Executor) -> None:
    source = FilePyramid(tmp_path, 1, "png", pool)
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "0_0_0.png").write_bytes(b"not an image")
    with pytest.raises(ImagesUnavailable, match="is damaged"):
        await grey_tile(source, TileAddress(0, 0, 0, 0))
    Image.new("L", (5000, 64), 9).save(tmp_path / "0" / "0_0_0.png")
    with pytest.raises(ImagesUnavailable, match="larger than 4096 pixels"):
        await grey_tile(source, TileAddress(0, 0, 0, 0))
    Image.new("L", (70, 64), 9).save(tmp_path / "0" / "0_0_0.png")
    assert (await grey_tile(source, TileAddress(0, 0, 0, 0))).tolist() == [[9] * 64] * 64


async def test_a_source_that_is_not_there_is_an_error(tmp_path: Path, pool: Executor) -> None:
    described = {"kind": "zarr", "path": "nothing"}
    with pytest.raises(ValueError, match="is not an OME-Zarr image"):
        await open_source(described, (64, 64), means_of(tmp_path, pool))


async def test_a_zarr_2_volume_made_elsewhere_is_served_too(shared: Path, pool: Executor) -> None:
    path = shared / "data" / "vnc1" / "vnc1.zarr"
    source = await open_source({"kind": "zarr", "path": str(path)}, (256, 256), means_of(shared, pool))
    tile = await grey_tile(source, TileAddress(0, 3, 1, 2), 256)
    section = decode_grey((shared / "data" / "vnc1" / "raw" / "03.png").read_bytes())
    assert np.array_equal(tile, section[256:512, 512:768])


def foreign_volume(path: Path, shapes: list[tuple[int, int, int]], dtype: str = "uint8") -> Path:
    """An OME-Zarr volume that another program made: levels of these shapes (z, y, x)."""
    for number, shape in enumerate(shapes):
        spec = {"driver": "zarr", "kvstore": {"driver": "file", "path": f"{path / str(number)}/"}}
        tensorstore.open(spec, create=True, shape=shape, dtype=tensorstore.dtype(dtype)).result()
    axes = [{"name": name, "type": "space"} for name in "zyx"]
    datasets = [{"path": str(number)} for number in range(len(shapes))]
    (path / ".zattrs").write_text(json.dumps({"multiscales": [{"axes": axes, "datasets": datasets}]}))
    return path


@pytest.mark.parametrize("shapes", [[(3, 101, 201), (3, 51, 101), (3, 26, 51)], [(3, 101, 201), (3, 50, 100)]])
async def test_levels_that_are_halved_are_opened(tmp_path: Path, shapes: list[tuple[int, int, int]]) -> None:
    levels = await open_volume(foreign_volume(tmp_path, shapes), context=cache_context(0))
    assert [level.shape for level in levels] == shapes


@pytest.mark.parametrize(
    ("shapes", "dtype", "reason"),
    [
        (
            [(3, 90, 90), (3, 30, 30)],
            "uint8",
            r"level 1 .* \[3, 30, 30\], not \[3, 45, 45\]: only levels that are half",
        ),
        ([(4, 90, 90), (2, 45, 45)], "uint8", r"\[2, 45, 45\], not \[4, 45, 45\]"),
        ([(4, 90, 90), (4, 90, 45)], "uint8", r"\[4, 90, 45\], not \[4, 45, 45\]"),
        ([(4, 90, 90)], "uint16", "level 0 .* values of uint16, not uint8"),
    ],
)
async def test_levels_that_viewers_would_take_for_others_are_refused(
    tmp_path: Path, shapes: list[tuple[int, int, int]], dtype: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        await open_volume(foreign_volume(tmp_path, shapes, dtype), context=cache_context(0))
