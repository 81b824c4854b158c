from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.grey import to_grey
from catmaid_server.tiles.sections import BadSection, BadSections, FileSection, natural_key, section_files, survey

GREY = np.random.default_rng(1).integers(0, 256, (40, 60), dtype=np.uint8)
DEEP = np.random.default_rng(2).integers(0, 65536, (40, 60), dtype=np.uint16)
RGB = np.random.default_rng(3).integers(0, 256, (40, 60, 3), dtype=np.uint8)
LUMA = np.asarray(Image.fromarray(RGB).convert("L"))
SCALED = np.rint(DEEP / 257).astype(np.uint8)


def pixels(path: Path, **options: Any) -> NDArray[np.uint8]:
    (section,) = good_sections(path, **options)
    assert section.size == (60, 40)
    return section.pixels()


def good_sections(path: Path, **options: Any) -> list[FileSection]:
    sections = survey(path, **options)
    good = [section for section in sections if not isinstance(section, BadSection)]
    assert good == sections
    return good


@pytest.mark.parametrize(
    ("options", "stored", "expected"),
    [
        ({}, GREY, GREY),
        ({"compression": "zlib", "predictor": True}, GREY, GREY),
        ({"compression": "lzw", "tile": (16, 16)}, GREY, GREY),
        ({"rowsperstrip": 7}, GREY, GREY),
        ({"byteorder": ">"}, DEEP, SCALED),
        ({"photometric": "miniswhite"}, 255 - GREY, GREY),
        ({"photometric": "rgb"}, RGB, LUMA),
        ({"photometric": "rgb", "planarconfig": "separate"}, np.moveaxis(RGB, 2, 0), LUMA),
        ({"bigtiff": True}, GREY, GREY),
        ({}, GREY > 127, np.where(GREY > 127, 255, 0)),
    ],
)
def test_a_tiff_of_any_kind_gives_its_grey_values(
    tmp_path: Path, options: dict[str, Any], stored: NDArray[Any], expected: NDArray[Any]
) -> None:
    tifffile.imwrite(tmp_path / "s.tif", stored, **({"photometric": "minisblack"} | options))
    assert np.array_equal(pixels(tmp_path / "s.tif"), expected)


def test_a_tiff_with_a_colour_table_gives_luma(tmp_path: Path) -> None:
    table = np.random.default_rng(4).integers(0, 256, (3, 256), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "s.tif", GREY, photometric="palette", colormap=table * 257)
    expected = np.asarray(Image.fromarray(table.astype(np.uint8).T[GREY]).convert("L"))
    assert np.array_equal(pixels(tmp_path / "s.tif"), expected)


@pytest.mark.parametrize(("stored", "expected"), [(GREY, GREY), (DEEP, SCALED), (RGB, LUMA)])
def test_a_png_gives_its_grey_values(tmp_path: Path, stored: NDArray[Any], expected: NDArray[Any]) -> None:
    Image.fromarray(stored).save(tmp_path / "s.PNG")
    assert np.array_equal(pixels(tmp_path / "s.PNG"), expected)


def test_a_jpeg_gives_what_its_decoder_gives(tmp_path: Path) -> None:
    Image.fromarray(GREY).save(tmp_path / "s.jpeg", quality=95)
    assert np.array_equal(pixels(tmp_path / "s.jpeg"), np.asarray(Image.open(tmp_path / "s.jpeg")))


@pytest.mark.parametrize("options", [{}, {"imagej": True}])
def test_each_page_of_a_tiff_is_a_section(tmp_path: Path, options: dict[str, Any]) -> None:
    stack = np.stack([GREY, 255 - GREY, GREY // 2])
    tifffile.imwrite(tmp_path / "stack.tif", stack, photometric="minisblack", **options)
    sections = good_sections(tmp_path / "stack.tif")
    assert [section.name for section in sections] == [f"stack.tif page {n}" for n in (1, 2, 3)]
    assert np.array_equal(np.stack([section.pixels() for section in sections]), stack)


def test_planes_that_only_the_first_page_describes_are_sections(tmp_path: Path) -> None:
    """ImageJ writes stacks of more than 4 GB so."""
    stack = np.stack([DEEP, 65535 - DEEP])
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, stack, imagej=True, truncate=True)
    with tifffile.TiffFile(path) as file:
        assert len(file.pages) == 1
    sections = good_sections(path)
    assert np.array_equal(np.stack([section.pixels() for section in sections]), [SCALED, 255 - SCALED])
    path.write_bytes(path.read_bytes()[:-1000])
    with pytest.raises(BadSections, match="truncated"):
        survey(path)


def test_a_thumbnail_in_a_tiff_is_no_section(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "s.tif") as writer:
        writer.write(GREY, photometric="minisblack")
        writer.write(GREY[::4, ::4], photometric="minisblack", subfiletype=1)
    assert np.array_equal(pixels(tmp_path / "s.tif"), GREY)


def test_signed_or_floating_values_are_refused_by_name(tmp_path: Path) -> None:
    for dtype in (np.int16, np.float32):
        tifffile.imwrite(tmp_path / "s.tif", GREY.astype(dtype))
        (section,) = good_sections(tmp_path / "s.tif")
        with pytest.raises(ValueError, match=np.dtype(dtype).name):
            section.pixels()


@given(st.integers(0, 65534), st.integers(1, 65535))
def test_a_value_range_becomes_black_to_white(low: int, high: int) -> None:
    if low >= high:
        return
    grey = to_grey(np.array([[0, low, high, 65535]], np.uint16), (low, high))
    assert grey.tolist() == [[0, 0, 255, 255]]


def test_a_value_range_is_linear() -> None:
    ramp = np.linspace(1000, 2000, 11).astype(np.uint16)[None]
    assert to_grey(ramp, (1000, 2000)).tolist() == [np.rint(np.linspace(0, 255, 11) + 1e-9).astype(int).tolist()]


def test_sections_come_in_natural_order(tmp_path: Path) -> None:
    for name in ("s10.tif", "s2.png", "S1.jpg", ".s3.tif", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in section_files(tmp_path)] == ["S1.jpg", "s2.png", "s10.tif"]


@given(st.lists(st.text("a1029_", min_size=1), min_size=2))
def test_any_names_can_be_ordered(names: list[str]) -> None:
    sorted((Path(name) for name in names), key=natural_key)


def test_what_is_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    with pytest.raises(InvalidInput, match="No TIFF, PNG or JPEG"):
        section_files(tmp_path)
    with pytest.raises(InvalidInput, match="is not a TIFF"):
        section_files(tmp_path / "notes.txt")
    with pytest.raises(InvalidInput, match="no file or folder"):
        section_files(tmp_path / "nothing")
