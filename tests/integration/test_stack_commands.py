"""`import stack`, as it is typed, and the tiles that come of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.db.store import Store
from catmaid_server.tiles.cutouts import VoxelBox, cutout
from catmaid_server.tiles.encode import decode_grey
from catmaid_server.tiles.look import TileWish
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.service import StackRevision, TileService
from tests.helpers.commands import Cli, command_line, database_of

PLACE = ("--project", "Images", "--resolution", "4,4,40")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def dsn(data_dir: Path) -> Iterator[str]:
    with database_of(data_dir) as dsn:
        yield dsn


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path, dsn: str) -> Cli:
    monkeypatch.setenv("CATMAID_DATA_DIR", str(data_dir))
    return command_line(monkeypatch, capsys, "import", "stack")


@pytest.fixture
def images(dsn: str, data_dir: Path) -> Callable[[dict[str, Any]], NDArray[np.uint8]]:
    """Reads the first tile of each section of an imported stack, (z, y, x)."""

    async def read(made: dict[str, Any]) -> NDArray[np.uint8]:
        async with Store.opened(dsn) as store:
            tiles = TileService(store, data_dir)
            async with store.reading() as connection:
                cursor = await connection.execute(
                    "SELECT source ->> 'revision' FROM stack_mirror WHERE stack_id = %s", (made["stack_id"],)
                )
                row = await cursor.fetchone()
            assert row is not None
            of = StackRevision(made["project_id"], made["stack_id"], row[0])
            width, height, depth = made["dimension"]
            found = [decode_grey(await tiles.tile(of, TileAddress(0, z, 0, 0), TileWish("png"))) for z in range(depth)]
            await tiles.close()
            return np.stack(found)[:, :height, :width]

    return lambda made: asyncio.run(read(made))


def answer(cli: Cli, *arguments: str | Path) -> dict[str, Any]:
    code, output, error = cli(*arguments, "--json")
    assert code == 0, error
    value = json.loads(output)
    assert isinstance(value, dict)
    return value


def broken_sections(dsn: str, stack_id: int) -> list[int]:
    async def read() -> list[int]:
        async with Store.opened(dsn) as store, store.reading() as connection:
            cursor = await connection.execute(
                "SELECT section FROM broken_section WHERE stack_id = %s ORDER BY section", (stack_id,)
            )
            return [section for (section,) in await cursor.fetchall()]

    return asyncio.run(read())


def test_a_missing_number_is_a_broken_section_unless_the_files_are_renumbered(
    cli: Cli, dsn: str, shared: Path, images: Callable[[dict[str, Any]], NDArray[np.uint8]]
) -> None:
    folder = shared / "cases" / "images" / "missing_numbers"
    made = answer(cli, folder, *PLACE)
    assert made["dimension"] == [130, 96, 5]
    assert made["broken"] == {"2": "s003.tif is missing"}
    assert broken_sections(dsn, made["stack_id"]) == [2]
    assert images(made).max(axis=(1, 2)).tolist() == [10, 20, 0, 40, 50]
    assert "Section 2 is black: s003.tif is missing" in cli(folder, *PLACE)[1]
    closed = answer(cli, folder, *PLACE, "--renumber")
    assert (closed["dimension"], closed["broken"]) == ([130, 96, 4], {})
    assert images(closed).max(axis=(1, 2)).tolist() == [10, 20, 40, 50]


def test_the_range_of_16_bit_values_is_found_said_and_changeable(
    cli: Cli, shared: Path, images: Callable[[dict[str, Any]], NDArray[np.uint8]]
) -> None:
    folder = shared / "cases" / "images" / "u16"
    made = answer(cli, folder, *PLACE)
    assert images(made).max() > 200
    assert "16-bit values 0..4080 become black to white" in made["notes"][0]
    given = answer(cli, folder, *PLACE, "--range", "0,65535")
    assert (images(given).max(), given["notes"]) == (16, [])
    assert answer(cli, folder, *PLACE)["stack_id"] == made["stack_id"]


def test_all_the_values_of_4_bits_become_black_to_white(
    cli: Cli, shared: Path, images: Callable[[dict[str, Any]], NDArray[np.uint8]]
) -> None:
    pixels = images(answer(cli, shared / "cases" / "images" / "fourbit", *PLACE))
    assert (pixels.min(), pixels.max()) == (0, 255)


def test_a_channel_is_chosen_and_said(
    cli: Cli, shared: Path, images: Callable[[dict[str, Any]], NDArray[np.uint8]]
) -> None:
    folder = shared / "cases" / "images" / "imagej_ch"
    made = answer(cli, folder, *PLACE)
    assert made["dimension"] == [130, 96, 5]
    assert made["notes"] == ["a.tif: The first of 2 channels was imported (--channel N takes another)."]
    second = answer(cli, folder, *PLACE, "--channel", "2")
    stored = tifffile.imread(folder / "a.tif")
    assert np.array_equal(images(made), stored[:, 0])
    assert np.array_equal(images(second), stored[:, 1])
    code, _, error = cli(folder, *PLACE, "--channel", "3")
    assert code == 1
    assert "has 2 channels, so there is no channel 3" in error


def test_images_that_claim_too_many_pixels_are_named(cli: Cli, shared: Path) -> None:
    code, _, error = cli(shared / "cases" / "malformed", *PLACE)
    assert code == 1
    for name in ("hugedim.tif", "neg.png", "bomb.png"):
        assert f"{name}: claims to have" in error


def padded_pyramid(folder: Path, shared: Path) -> Path:
    """The tiles of real sections, in folders whose names are padded with zeros; nothing describes them."""
    folder.mkdir()
    for section in (shared / "data" / "vnc2" / "tiles").iterdir():
        (folder / section.name.zfill(3)).symlink_to(section)
    return folder


def test_tiles_need_only_their_resolution(
    cli: Cli, shared: Path, tmp_path: Path, images: Callable[[dict[str, Any]], NDArray[np.uint8]]
) -> None:
    folder = padded_pyramid(tmp_path / "vnc", shared)
    made = answer(cli, folder, *PLACE, "--tiles")
    assert (made["dimension"], made["zoom_levels"], made["title"]) == ([1024, 1024, 12], 3, "vnc")
    assert "Tiles of 256 x 256 pixels (jpg), tile source type 1" in made["notes"][0]
    tile = decode_grey((shared / "data" / "vnc2" / "tiles" / "7" / "0_0_0.jpg").read_bytes())
    assert np.array_equal(images(made)[7], tile)
    assert "3 zoom level(s), 1024 x 1024 pixels, 12 section(s)." in cli(folder, *PLACE, "--tiles")[1]
    code, _, error = cli(folder, "--project", "Images", "--tiles")
    assert (code, error) == (1, f"catmaid-jupyter: Say what the resolution of {folder} is.\n")


def test_what_is_said_of_tiles_is_used_or_refused(cli: Cli, shared: Path, tmp_path: Path) -> None:
    folder = padded_pyramid(tmp_path / "vnc", shared)
    given = ["--dimension", "1000,1010,12", "--zoom-levels", "2", "--tile-size", "256", "--file-extension", ".jpg"]
    made = answer(cli, folder, *PLACE, "--tiles", "--title", "part", "--tile-source-type", "1", *given)
    assert (made["dimension"], made["zoom_levels"], made["title"]) == ([1000, 1010, 12], 2, "part")
    for option, value, message in (
        ("--tile-size", "512,256", "are 256 x 256 pixels, not 512 x 256"),
        ("--zoom-levels", "9", "has tiles of 3 zoom level(s), not of 9"),
        ("--tile-source-type", "5", "has tiles of tile source type 1"),
        ("--file-extension", "png", "Say what the tile source type and dimension of"),
    ):
        code, _, error = cli(folder, *PLACE, "--tiles", option, value)
        assert (code, message in error) == (1, True), error


def test_tiles_of_another_factor_are_refused(cli: Cli, tmp_path: Path) -> None:
    image = np.random.default_rng(3).integers(0, 256, (24, 24), np.uint8).repeat(16, axis=0).repeat(16, axis=1)
    for zoom, level in enumerate((image, image[::3, ::3])):
        for row, col in np.ndindex(level.shape[0] // 64, level.shape[1] // 64):
            path = tmp_path / "0" / f"{row}_{col}_{zoom}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(level[64 * row : 64 * row + 64, 64 * col : 64 * col + 64]).save(path)
    code, _, error = cli(tmp_path, *PLACE, "--tiles")
    assert code == 1
    assert "Zoom level 1" in error
    assert "has about 1/3 of the width and 1/3 of the height of level 0" in error
    assert answer(cli, tmp_path, *PLACE, "--tiles", "--zoom-levels", "1")["zoom_levels"] == 1


def test_volumes_say_the_size_of_voxels_and_whether_they_are_labels(cli: Cli, tmp_path: Path) -> None:
    grey, ids = tmp_path / "grey.h5", tmp_path / "ids.h5"
    for path, voxel in ((grey, (40, 4, 4)), (ids, None)):
        with h5py.File(path, "w") as file:
            dataset = file.create_dataset("volume", data=np.arange(3 * 80 * 80).reshape(3, 80, 80) // 100)
            if voxel is not None:
                dataset.attrs["resolution"] = voxel
    made = answer(cli, grey, "--project", "Volumes")
    assert made["dimension"] == [80, 80, 3]
    assert made["notes"] == [
        "Voxels are 4 x 4 x 40 nm, as the images say.",
        "int64 values 0..191 become black to white, as found in all sections; --range BLACK,WHITE changes that.",
    ]
    code, _, said = cli(ids, "--project", "Volumes", "--labels")
    assert code != 0
    assert "do not say how large a voxel is: --resolution X,Y,Z" in " ".join(said.split())
    made = answer(cli, ids, "--project", "Volumes", "--labels", "--resolution", "8,8,40")
    assert made["created"]
    assert not answer(cli, ids, "--project", "Volumes", "--labels", "--resolution", "8,8,40")["created"]


def test_tiles_of_imported_labels_are_coloured(cli: Cli, tmp_path: Path, dsn: str, data_dir: Path) -> None:
    path = tmp_path / "two.h5"
    with h5py.File(path, "w") as file:
        values = np.zeros((1, 80, 80), np.uint64)
        values[0, :40] = 2**40
        file["volume"] = values
    made = answer(cli, path, "--project", "Colours", "--labels", "--resolution", "8,8,40")

    async def read() -> tuple[bytes, NDArray[np.uint64]]:
        async with Store.opened(dsn) as store:
            tiles = TileService(store, data_dir)
            async with store.reading() as connection:
                query = "SELECT source ->> 'revision' FROM stack_mirror WHERE stack_id = %s"
                ((revision,),) = await (await connection.execute(query, (made["stack_id"],))).fetchall()
            of = StackRevision(made["project_id"], made["stack_id"], revision)
            tile = await tiles.tile(of, TileAddress(0, 0, 0, 0), TileWish("png"))
            stored = await cutout(await tiles.mirrors(of), VoxelBox(0, (0, 80), (0, 80), (0, 1)))
            await tiles.close()
            return tile, stored

    tile, stored = asyncio.run(read())
    np.testing.assert_array_equal(stored, values)
    with Image.open(BytesIO(tile)) as image:
        seen = np.asarray(image.convert("RGB"))[:80, :80]
    assert seen[40:].max() == 0
    assert len(np.unique(seen[:40].reshape(-1, 3), axis=0)) == 1
    assert np.ptp(seen[0, 0]) > 0
