from __future__ import annotations

import tracemalloc
import zlib
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
from catmaid_server.tiles.imports.grey import to_grey
from catmaid_server.tiles.imports.ingest import ingest_sections
from catmaid_server.tiles.imports.numbering import natural_key
from catmaid_server.tiles.imports.sections import BadSection, BadSections, FileSection, StoredSection
from catmaid_server.tiles.imports.survey import SectionChoice, section_files, survey

GREY = np.random.default_rng(1).integers(0, 256, (40, 60), dtype=np.uint8)
DEEP = np.random.default_rng(2).integers(0, 65536, (40, 60), dtype=np.uint16)
RGB = np.random.default_rng(3).integers(0, 256, (40, 60, 3), dtype=np.uint8)
LUMA = np.asarray(Image.fromarray(RGB).convert("L"))
SCALED = np.rint(DEEP / 257).astype(np.uint8)


def pixels(path: Path, **options: Any) -> NDArray[np.uint8]:
    (section,) = good_sections(path, **options)
    assert section.size == (60, 40)
    return section.pixels()


def good_sections(path: Path, **options: Any) -> list[StoredSection]:
    sections = survey(path, SectionChoice(**options)).sections
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


@pytest.mark.parametrize("bits", [1, 2, 4, 12])
@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_all_the_values_of_few_bits_become_black_to_white(tmp_path: Path, bits: int, photometric: str) -> None:
    highest = 2**bits - 1
    stored = np.linspace(0, highest, 40 * 60).round().reshape(40, 60)
    image = stored.astype(np.bool_ if bits == 1 else np.uint8 if bits < 8 else np.uint16)
    options: dict[str, Any] = {} if bits == 1 else {"bitspersample": bits}
    tifffile.imwrite(tmp_path / "s.tif", image, photometric=photometric, **options)
    expected = np.floor(stored * 255 / highest + 0.5).astype(np.uint8)
    if photometric == "miniswhite":
        expected = 255 - expected
    assert np.array_equal(pixels(tmp_path / "s.tif"), expected)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_all_the_values_of_a_png_of_few_bits_become_black_to_white(tmp_path: Path, bits: int) -> None:
    highest = 2**bits - 1
    stored = np.linspace(0, highest, 40 * 60).round().reshape(40, 60).astype(np.uint8)
    (tmp_path / "s.png").write_bytes(grey_png(stored, bits))
    assert np.array_equal(pixels(tmp_path / "s.png"), stored * (255 // highest))


def grey_png(stored: NDArray[np.uint8], bits: int) -> bytes:
    """A grey PNG file of so many bits, whose width in bits is a multiple of 8."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    places = np.unpackbits(stored[..., None], axis=2)[..., 8 - bits :].reshape(len(stored), -1)
    rows = b"".join(b"\0" + np.packbits(row).tobytes() for row in places)
    size = stored.shape[1].to_bytes(4, "big") + stored.shape[0].to_bytes(4, "big")
    head = chunk(b"IHDR", size + bytes([bits, 0, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def test_a_colour_table_written_with_8_bits_gives_luma(tmp_path: Path) -> None:
    """Some programs do not scale the table to the 16 bits of the format."""
    table = np.random.default_rng(4).integers(0, 256, (3, 256), dtype=np.uint16)
    tifffile.imwrite(tmp_path / "s.tif", GREY, photometric="palette", colormap=table)
    expected = np.asarray(Image.fromarray(table.astype(np.uint8).T[GREY]).convert("L"))
    assert np.array_equal(pixels(tmp_path / "s.tif"), expected)


@pytest.mark.parametrize("photometric", ["cielab", "cfa", "separated"])
def test_colours_of_other_kinds_are_refused_by_name(tmp_path: Path, photometric: str) -> None:
    stored = GREY if photometric == "cfa" else np.zeros((40, 60, 4 if photometric == "separated" else 3), np.uint8)
    tifffile.imwrite(tmp_path / "s.tif", stored, photometric=photometric)
    (section,) = good_sections(tmp_path / "s.tif")
    with pytest.raises(ValueError, match=r"CIELAB|CFA|for print \(CMYK\)"):
        section.pixels()


def test_a_jpeg_for_print_is_refused(tmp_path: Path) -> None:
    Image.fromarray(RGB).convert("CMYK").save(tmp_path / "s.jpg")
    with pytest.raises(BadSections, match=r"for print \(CMYK\)"):
        survey(tmp_path / "s.jpg")


def test_a_channel_of_colours_can_be_taken(tmp_path: Path) -> None:
    Image.fromarray(RGB).save(tmp_path / "s.png")
    assert np.array_equal(pixels(tmp_path / "s.png", channel=2), RGB[:, :, 1])
    Image.fromarray(GREY).save(tmp_path / "s.png")
    assert np.array_equal(pixels(tmp_path / "s.png", channel=1), GREY)
    with pytest.raises(BadSections, match=r"s\.png: has 1 channel, so there is no channel 2"):
        survey(tmp_path / "s.png", SectionChoice(channel=2))
    with pytest.raises(BadSections, match=r"s\.png: has 1 time point, so there is no time point 2"):
        survey(tmp_path / "s.png", SectionChoice(time_point=2))


def test_an_orientation_tag_is_not_followed_and_it_is_said(tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "s1.tif", GREY, photometric="minisblack", extratags=[(274, "H", 1, 6, True)])
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(GREY).save(tmp_path / "s2.jpg", exif=exif)
    Image.fromarray(GREY).save(tmp_path / "s3.jpg")
    stack = survey(tmp_path)
    assert len(stack.sections) == 3
    assert stack.notes == [
        "s1.tif and 1 more: Pixels were imported as they are stored, although the orientation tag is 6."
    ]


def test_links_to_files_elsewhere_are_sections_under_their_own_names(tmp_path: Path) -> None:
    for name, value in [("b/img7.png", 20), ("z/img3.png", 10)]:
        (tmp_path / name).parent.mkdir()
        Image.fromarray(np.full((4, 6), value, np.uint8)).save(tmp_path / name)
    stack = tmp_path / "stack"
    stack.mkdir()
    for number, target in enumerate(["z/img3.png", "b/img7.png", "b/img7.png"]):
        (stack / f"s{number}.png").symlink_to(tmp_path / target)
    assert [section.pixels()[0, 0] for section in good_sections(stack)] == [10, 20, 20]
    assert section_files([stack / "s0.png", stack / "." / "s0.png"]) == [stack / "s0.png"]


CLAIMS = ["malformed/hugedim.tif", "malformed/neg.png", "malformed/bomb.png"]


@pytest.mark.parametrize("name", CLAIMS)
def test_more_pixels_than_a_section_has_are_refused_unread(shared: Path, tmp_path: Path, name: str) -> None:
    path = shared / "cases" / name
    tracemalloc.start()
    try:
        with pytest.raises(BadSections, match=rf"{path.name}: claims to have \d+ x \d+ pixels"):
            survey(path)
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
    finally:
        tracemalloc.stop()
    (tmp_path / f"s2{path.suffix}").symlink_to(path)
    Image.fromarray(GREY).save(tmp_path / "s1.png")
    (tmp_path / "data").mkdir()
    volume = ingest_sections(tmp_path, tmp_path / "data" / "volume", (4, 4, 40), on_bad="skip")
    assert list(volume.broken) == [1]


@pytest.mark.parametrize("ending", ["png", "jpg", "tif", "uncompressed tif", "packbits tif"])
def test_a_file_that_claims_more_than_its_bytes_can_hold_is_refused_undecoded(tmp_path: Path, ending: str) -> None:
    compression, _, ending = ending.rpartition(" ")
    path = tmp_path / f"s.{ending}"
    if ending == "jpg":
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(path)
        whole, size = path.read_bytes(), (30000).to_bytes(2, "big")
        at = whole.index(b"\xff\xc0") + 5  # of the height and the width in the head of the frame
        path.write_bytes(whole[:at] + size * 2 + whole[at + 4 :])
    elif ending == "png":
        whole = grey_png(np.zeros((1, 8), np.uint8), 8)
        head = b"IHDR" + (40000).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
        path.write_bytes(whole[:12] + head + zlib.crc32(head).to_bytes(4, "big") + whole[33:])
    else:
        tifffile.imwrite(
            path,
            np.zeros((40, 60), np.uint8),
            photometric="minisblack",
            compression={"": "zlib", "uncompressed": None}.get(compression, compression),
            rowsperstrip=40,
        )
        with tifffile.TiffFile(path, mode="r+") as file:
            for tag in ("ImageWidth", "ImageLength", "RowsPerStrip"):
                file.pages.first.tags[tag].overwrite(40000)
    (section,) = survey(path).sections
    assert isinstance(section, FileSection)
    with pytest.raises(ValueError, match="bytes cannot hold that many pixels"):
        section.pixels()


@pytest.mark.parametrize("extent", [(0, 40), (60, 0)])
def test_a_section_without_pixels_is_refused(tmp_path: Path, extent: tuple[int, int]) -> None:
    tifffile.imwrite(tmp_path / "s.tif", GREY, photometric="minisblack")
    with tifffile.TiffFile(tmp_path / "s.tif", mode="r+") as file:
        for tag, value in zip(("ImageWidth", "ImageLength"), extent, strict=True):
            file.pages.first.tags[tag].overwrite(value)
    with pytest.raises(BadSections, match=r"s\.tif: "):
        survey(tmp_path / "s.tif")


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


@pytest.mark.parametrize("options", [{}, {"imagej": True, "metadata": {"axes": "ZYX"}}])
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
    tifffile.imwrite(path, stack, imagej=True, truncate=True, metadata={"axes": "ZYX"})
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
