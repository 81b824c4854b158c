"""`import stack`, as it is typed, and the tiles that come of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from catmaid_server.cli.main import main
from catmaid_server.db.store import Store
from catmaid_server.postgres.cluster import Cluster
from catmaid_server.tiles.encode import decode_grey
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.service import StackRevision, TileService

Cli = Callable[..., tuple[int, str, str]]

PLACE = ("--project", "Images", "--resolution", "4,4,40")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def dsn(data_dir: Path) -> Iterator[str]:
    """The database of the data folder, up between commands."""
    cluster = Cluster(data_dir)
    yield cluster.start()
    assert cluster.stop(), "no command still claims it"


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path, dsn: str) -> Cli:
    monkeypatch.setenv("CATMAID_DATA_DIR", str(data_dir))

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["catmaid-jupyter", "import", "stack", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        assert "Traceback" not in output.err
        return int(ended.value.code or 0), output.out, output.err

    return run


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
            found = [decode_grey(await tiles.tile(of, TileAddress(0, z, 0, 0), "png")) for z in range(depth)]
            tiles.close()
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
