from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.imports.file_tiles import FileTiles, inspect_tiles
from catmaid_server.tiles.imports.sections import BadSections
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.rendering import tile_values
from catmaid_server.tiles.sources.tile_files import FilePyramid

TILE = 64
RESOLUTION = {"resolution": (4.0, 4.0, 40.0)}


def texture(width: int, height: int) -> NDArray[np.uint8]:
    """Blobs of several sizes, as tissue has them."""
    random = np.random.default_rng(7)
    total = np.zeros((height, width))
    for cell in (4, 12, 40):
        noise = random.integers(0, 256, (-(-height // cell) + 1, -(-width // cell) + 1), np.uint8)
        grown = Image.fromarray(noise).resize((noise.shape[1] * cell, noise.shape[0] * cell), Image.Resampling.BICUBIC)
        total += np.asarray(grown)[:height, :width]
    return np.asarray(total / 3, np.uint8)


def ramp(width: int, height: int) -> NDArray[np.uint8]:
    return np.broadcast_to(np.linspace(0, 255, width), (height, width)).astype(np.uint8)


IMAGE = texture(300, 200)


def write(
    folder: Path,
    layout: str = "{z}/{row}_{col}_{zoom}.png",
    *,
    image: NDArray[np.uint8] = IMAGE,
    factors: tuple[tuple[float, float], ...] = ((1, 1), (2, 2), (4, 4)),
    sections: tuple[int, ...] = (0, 1, 2),
    whole: bool = False,
) -> Path:
    """A pyramid of tiles of 64 x 64 pixels; those at the edges are smaller unless they are `whole`."""
    height, width = image.shape
    for zoom, (across, down) in enumerate(factors):
        size = (-(-width // across), -(-height // down))
        level = Image.fromarray(image).resize((int(size[0]), int(size[1])), Image.Resampling.BOX)
        for z in sections:
            for row in range(-(-level.height // TILE)):
                for col in range(-(-level.width // TILE)):
                    right, bottom = (col + 1) * TILE, (row + 1) * TILE
                    if not whole:
                        right, bottom = min(right, level.width), min(bottom, level.height)
                    path = folder / layout.format(zoom=zoom, z=z, row=row, col=col)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    level.crop((col * TILE, row * TILE, right, bottom)).save(path)
    return folder


def inspect(folder: Path, on_bad: str = "refuse", **given: Any) -> FileTiles:
    return inspect_tiles(folder, RESOLUTION | given, on_bad)


@pytest.mark.parametrize(
    ("layout", "tile_source_type", "widths"),
    [
        ("{z}/{row}_{col}_{zoom}.png", 1, {}),
        ("{z}/{zoom}/{row}_{col}.png", 4, {}),
        ("{zoom}/{z}/{row}/{col}.png", 5, {}),
        ("{z:04}/{row}_{col}_{zoom}.png", 1, {"z": 4}),
        ("{z:03}/{zoom}/{row:02}_{col:02}.png", 4, {"z": 3, "row": 2, "col": 2}),
        ("{zoom}/{z:03}/{row}/{col}.png", 5, {"z": 3}),
    ],
)
async def test_all_is_found_in_the_files(
    tmp_path: Path, layout: str, tile_source_type: int, widths: dict[str, int]
) -> None:
    tiles = inspect(write(tmp_path / "larva", layout))
    assert (tiles.tile_source_type, tiles.widths) == (tile_source_type, widths)
    assert (tiles.dimension, tiles.tile_size, tiles.zoom_levels) == ((300, 200, 3), (64, 64), 3)
    assert (tiles.file_extension, tiles.title, tiles.broken) == ("png", "larva", {})
    assert "Tiles of 64 x 64 pixels (png), tile source type" in tiles.notes[0]
    with ThreadPoolExecutor(1) as pool:
        source = FilePyramid(tiles.folder, tiles.tile_source_type, "png", pool, widths=tiles.widths)
        tile = await source.tile(TileAddress(0, 2, 1, 3))
    assert tile is not None
    assert np.array_equal(tile_values(tile, (64, 64)), IMAGE[64:128, 192:256])


def test_padded_tiles_reach_as_far_as_is_said(tmp_path: Path) -> None:
    folder = write(tmp_path, whole=True)
    tiles = inspect(folder)
    assert tiles.dimension == (320, 256, 3)
    assert "--dimension X,Y,Z says if the images are smaller" in tiles.notes[1]
    given = inspect(folder, dimension=(300, 200, 3))
    assert given.dimension == (300, 200, 3)
    assert len(given.notes) == 1


def test_what_is_given_comes_before_what_the_file_says(tmp_path: Path) -> None:
    write(tmp_path / "tiles")
    description = {
        "title": "larva",
        "dimension_xyz": [299, 199, 3],
        "resolution_nm_xyz": [1, 2, 3],
        "translation_nm_xyz": [10, 20, 30.5],
        "zoom_levels": 2,
    }
    (tmp_path / "stack.json").write_text(json.dumps(description))
    tiles = inspect_tiles(tmp_path, {"title": "adult"}, "refuse")
    assert (tiles.title, tiles.dimension, tiles.resolution) == ("adult", (299, 199, 3), (1, 2, 3))
    assert (tiles.translation, tiles.zoom_levels, tiles.tile_size) == ((10, 20, 30.5), 2, (64, 64))


@pytest.mark.parametrize(
    ("description", "reason"),
    [
        ("[1]", "it is not an object"),
        ("{", "Expecting property name"),
        ('{"dimension_xyz": [1, 2]}', r"dimension_xyz is \[1, 2\], not \[x, y, z\]"),
        ('{"dimension_xyz": [1, 2, 0]}', "dimension_xyz has 0, not a whole number above 0"),
        ('{"dimension_xyz": [1, 2, "3"]}', 'dimension_xyz has "3", not a whole number'),
        ('{"resolution_nm_xyz": [4, 4, -1]}', "resolution_nm_xyz has -1, not a number above 0"),
        ('{"translation_nm_xyz": [4, 4, NaN]}', "translation_nm_xyz has NaN, not a number"),
        ('{"tile_source_type": 1.5}', "tile_source_type has 1.5, not a whole number"),
        ('{"tile_width": Infinity}', "tile_width has Infinity, not a whole number"),
        ('{"zoom_levels": [0, 2]}', r"zoom_levels is \[0, 2\], not \[0, 1, ...\] without a gap"),
        ('{"title": " "}', "title is .* not a text"),
    ],
)
def test_a_wrong_description_is_refused_by_name(tmp_path: Path, description: str, reason: str) -> None:
    write(tmp_path)
    (tmp_path / "stack.json").write_text(description)
    with pytest.raises(InvalidInput, match=rf"stack\.json is not a description of a stack: .*{reason}"):
        inspect(tmp_path)


THIRD = ((1, 1), (3, 3), (9, 9))


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("make", [texture, ramp])
@pytest.mark.parametrize(
    ("factors", "parts"),
    [
        (THIRD, "1/3 of the width and 1/3 of the height"),
        (((1, 1), (2, 1), (4, 1)), "1/2 of the width and 1 of the height"),
        (((1, 1), (4, 4)), "1/4 of the width and 1/4 of the height"),
    ],
)
def test_levels_that_are_not_halved_are_refused(
    tmp_path: Path,
    factors: tuple[tuple[float, float], ...],
    parts: str,
    make: Callable[[int, int], NDArray[np.uint8]],
    whole: bool,
) -> None:
    folder = write(tmp_path, image=make(900, 700), factors=factors, sections=(0,), whole=whole)
    with pytest.raises(InvalidInput, match="reduced by 2 in x and y, can be used") as caught:
        inspect(folder)
    assert parts in str(caught.value) or make is ramp
    assert "--zoom-levels 1 leaves it out" in str(caught.value)
    assert inspect(folder, zoom_levels=1).zoom_levels == 1


@pytest.mark.parametrize("make", [texture, ramp])
@pytest.mark.parametrize("resample", [Image.Resampling.NEAREST, Image.Resampling.LANCZOS])
def test_levels_that_are_halved_in_another_way_are_used(
    tmp_path: Path, make: Callable[[int, int], NDArray[np.uint8]], resample: Image.Resampling
) -> None:
    level = Image.fromarray(make(512, 512))
    for zoom in range(3):
        for row in range(level.height // TILE):
            for col in range(level.width // TILE):
                path = tmp_path / "0" / f"{row}_{col}_{zoom}.jpg"
                path.parent.mkdir(exist_ok=True)
                box = (col * TILE, row * TILE, (col + 1) * TILE, (row + 1) * TILE)
                level.crop(box).save(path, quality=60)
        level = level.resize((level.width // 2, level.height // 2), resample)
    assert inspect(tmp_path).zoom_levels == 3


def test_a_third_level_of_another_factor_is_found(tmp_path: Path) -> None:
    folder = write(tmp_path, image=texture(900, 700), factors=((1, 1), (2, 2), (6, 6)), sections=(0,))
    with pytest.raises(InvalidInput, match=r"Zoom level 2 in .* 1/3 of the width"):
        inspect(folder)
    assert inspect(folder, zoom_levels=2).zoom_levels == 2


def test_images_without_contrast_are_judged_by_their_numbers_of_tiles(tmp_path: Path) -> None:
    flat = np.full((700, 900), 90, np.uint8)
    assert inspect(write(tmp_path / "2", image=flat, sections=(0,))).zoom_levels == 3
    with pytest.raises(InvalidInput, match="reduced by 2 in x and y"):
        inspect(write(tmp_path / "3", image=flat, factors=THIRD, sections=(0,)))


@pytest.mark.parametrize("layout", ["{z}/{row}_{col}_{zoom}.png", "{zoom}/{z}/{row}/{col}.png"])
def test_levels_with_fewer_sections_are_refused(tmp_path: Path, layout: str) -> None:
    """Some programs halve z, too."""
    write(tmp_path, layout, factors=((1, 1),), sections=(0, 1, 2, 3))
    write(tmp_path / "more", layout, sections=(0, 1))
    for path in list((tmp_path / "more").rglob("*.png")):
        target = tmp_path / path.relative_to(tmp_path / "more")
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)
    shutil.rmtree(tmp_path / "more")
    with pytest.raises(InvalidInput, match=r"Zoom level 1 in .* has no tiles in section 2, where level 0 has some"):
        inspect(tmp_path)
    assert inspect(tmp_path, zoom_levels=1).dimension == (300, 200, 4)


def test_levels_that_show_something_else_are_refused(tmp_path: Path) -> None:
    write(tmp_path, factors=((1, 1),))
    for z in range(3):
        for path in list((tmp_path / str(z)).glob("*_0.png")):
            Image.fromarray(texture(900, 900)[800:864, 500:564]).save(str(path).replace("_0.png", "_1.png"))
    with pytest.raises(InvalidInput, match=r"Zoom level 1 in .* (about|does not show the same as level 0)"):
        inspect(tmp_path)


def test_missing_sections_are_named_and_black_if_skipped(tmp_path: Path) -> None:
    folder = write(tmp_path, sections=(0, 1, 3))
    with pytest.raises(BadSections, match=r"section 2 .* is missing"):
        inspect(folder)
    tiles = inspect(folder, "skip")
    assert (tiles.dimension[2], tiles.broken) == (4, {2: "is missing"})


def test_a_section_without_its_first_tile_is_whole_where_others_are_there(tmp_path: Path) -> None:
    """Some programs leave out black tiles."""
    folder = write(tmp_path)
    (folder / "1" / "0_0_0.png").unlink()
    assert inspect(folder).broken == {}


def small(folder: Path, **options: Any) -> Path:
    return write(folder, factors=((1, 1),), **options)


def only_coarse(folder: Path) -> Path:
    small(folder, sections=(0,))
    for path in list((folder / "0").iterdir()):
        path.rename(path.with_name(path.name.replace("_0.png", "_1.png")))
    return folder


def of_16_bits(folder: Path) -> Path:
    (folder / "0").mkdir()
    Image.fromarray(np.full((TILE, TILE), 3000, np.uint16)).save(folder / "0" / "0_0_0.png")
    return folder


def with_two_endings(folder: Path) -> Path:
    small(folder)
    Image.fromarray(IMAGE[:TILE, :TILE]).save(folder / "0" / "0_0_0.jpg")
    return folder


def unevenly_padded(folder: Path) -> Path:
    small(folder, sections=(0, 1))
    (folder / "1").rename(folder / "001")
    (folder / "02").mkdir()
    (folder / "02" / "0_0_0.png").write_bytes((folder / "0" / "0_0_0.png").read_bytes())
    return folder


@pytest.mark.parametrize(
    ("make", "given", "reason"),
    [
        (small, {"tile_source_type": 4}, r"has tiles of tile source type 1 \(\{z\}/.*\), not 4"),
        (small, {"tile_source_type": 2}, "Tile source type 2 is not one of files; those are 1, 4, 5"),
        (small, {"tile_size": (128, 128)}, "are 64 x 64 pixels, not 128 x 128"),
        (small, {"tile_size": (32, 32)}, "are 64 x 64 pixels, not 32 x 32"),
        (small, {"zoom_levels": 2}, r"has tiles of 1 zoom level\(s\), not of 2"),
        (small, {"dimension": (300, 200, 10**9)}, "has 3 of the 1000000000 sections"),
        (lambda folder: small(folder, sections=(0, 5000)), {}, "have the numbers 0 to 5000, so 4999 of 5001 would be"),
        (only_coarse, {}, "has tiles of zoom level 1, but none of level 0"),
        (of_16_bits, {}, "its values are I;16, not 8 bit"),
        (with_two_endings, {}, "end in jpg and png: say --file-extension"),
        (unevenly_padded, {}, "padded with zeros"),
    ],
)
def test_tiles_that_do_not_fit_are_refused_with_a_sentence(
    tmp_path: Path, make: Callable[[Path], Path], given: dict[str, Any], reason: str
) -> None:
    with pytest.raises(InvalidInput, match=reason):
        inspect(make(tmp_path), **given)


def test_a_folder_without_tiles_says_what_tiles_look_like(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    Image.fromarray(IMAGE).save(tmp_path / "raw" / "0.png")
    with pytest.raises(InvalidInput, match=r"no file has a path such as \{z\}/\{row\}_\{col\}_\{zoom\}\.jpg or"):
        inspect(tmp_path)


def test_only_the_resolution_has_to_be_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="Say what the resolution of"):
        inspect_tiles(small(tmp_path), {}, "refuse")
    folder = with_two_endings(tmp_path)
    assert inspect(folder, file_extension="png").file_extension == "png"


def test_a_real_pyramid_is_found_without_its_description(shared: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    for section in (shared / "data" / "vnc2" / "tiles").iterdir():
        (tmp_path / "copy" / section.name).symlink_to(section)
    tiles = inspect(tmp_path / "copy")
    assert (tiles.dimension, tiles.tile_size, tiles.zoom_levels) == ((1024, 1024, 12), (256, 256), 3)
    assert (tiles.tile_source_type, tiles.file_extension) == (1, "jpg")
