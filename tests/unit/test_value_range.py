from __future__ import annotations

from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.imports.grey import to_grey
from catmaid_server.tiles.imports.sections import FileSection
from catmaid_server.tiles.imports.survey import SectionChoice, SurveyedStack, survey
from catmaid_server.tiles.imports.value_range import with_range

RAMP = np.linspace(0, 1, 60 * 40).reshape(40, 60)


def surveyed(folder: Path, **choice: Any) -> SurveyedStack:
    return with_range(survey(folder, SectionChoice(**choice)))


def grey(stack: SurveyedStack) -> NDArray[np.uint8]:
    """All sections, (z, y, x)."""
    return np.stack([section.pixels() for section in stack.sections if isinstance(section, FileSection)])


def save(folder: Path, *images: NDArray[Any], **options: Any) -> Path:
    for number, image in enumerate(images, start=1):
        tifffile.imwrite(folder / f"s{number}.tif", image, **({"photometric": "minisblack"} | options))
    return folder


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [
        (np.uint16, 0, 4080),
        (np.uint16, 30000, 31000),
        (np.int16, -2000, 2000),
        (np.int8, -100, 100),
        (np.uint32, 100_000, 200_000),
        (np.int32, -5, 70_000),
        (np.float32, -0.5, 1.5),
        (np.float64, 0, 1e-9),
    ],
)
def test_the_range_of_the_values_becomes_black_to_white(tmp_path: Path, dtype: Any, low: float, high: float) -> None:
    images = [(low + (high - low) * part).astype(dtype) for part in (RAMP / 2, RAMP, RAMP[::-1])]
    stack = surveyed(save(tmp_path, *images))
    assert stack.value_range == pytest.approx((low, high), rel=1e-3, abs=(high - low) / 200)
    pixels = grey(stack)
    assert pixels[1].min() == 0
    assert pixels[1].max() == 255
    assert np.abs(pixels[1] - RAMP * 255).max() < 3
    assert np.abs(pixels[0] - RAMP * 127.5).max() < 3, "all sections have one range"
    (note,) = stack.notes
    assert "become black to white, as found in all sections; --range" in note


def test_a_few_defective_pixels_do_not_make_the_rest_dark(tmp_path: Path) -> None:
    image = np.tile((RAMP * 4000).astype(np.uint16), (5, 5))
    image[7, 7] = 65535
    stack = surveyed(save(tmp_path, image))
    assert stack.value_range is not None
    assert stack.value_range[1] <= 4000
    assert grey(stack)[0, 7, 7] == 255


def test_a_given_range_is_used_for_values_of_any_type(tmp_path: Path) -> None:
    for dtype in (np.uint8, np.uint16, np.int16, np.float32):
        stack = surveyed(save(tmp_path, (RAMP * 200).astype(dtype)), value_range=(50, 100))
        assert stack.notes == []
        pixels = grey(stack)[0]
        assert not pixels[RAMP * 200 < 50].any()
        assert (pixels[RAMP * 200 > 101] == 255).all()


def test_sections_of_8_bits_stay_as_they_are(tmp_path: Path) -> None:
    stack = surveyed(save(tmp_path, (RAMP * 150).astype(np.uint8)))
    assert (stack.value_range, stack.notes) == (None, [])
    assert grey(stack).max() == 150


def test_dark_sections_of_8_bits_stay_as_they_are_and_it_is_said(tmp_path: Path) -> None:
    """As when a program writes values of 4 bits with 8."""
    stack = surveyed(save(tmp_path, *[(RAMP * 15).astype(np.uint8)] * 5))
    assert grey(stack).max() == 15
    assert stack.notes == ["The values are 0..15 of 0..255, so the images are dark; --range 0,15 stretches them."]
    assert grey(surveyed(tmp_path, value_range=(0, 15))).max() == 255


@pytest.mark.parametrize("bits", [1, 4])
def test_values_of_fewer_bits_are_not_dark(tmp_path: Path, bits: int) -> None:
    image = (RAMP * (2**bits - 1)).round()
    options: dict[str, Any] = {"bitspersample": 4} if bits == 4 else {}
    stack = surveyed(save(tmp_path, image.astype(np.uint8 if bits == 4 else np.bool_), **options))
    assert stack.notes == []
    assert grey(stack).max() == 255


def test_no_number_is_black_and_infinity_is_clipped(tmp_path: Path) -> None:
    image = RAMP.astype(np.float32)
    image[0, :3] = np.nan, np.inf, -np.inf
    pixels = grey(surveyed(save(tmp_path, image)))[0]
    assert pixels[0, :3].tolist() == [0, 255, 0]
    assert pixels[-1, -1] == 255


@pytest.mark.parametrize("value", [0, 500])
def test_sections_of_one_value_are_black_and_it_is_said(tmp_path: Path, value: int) -> None:
    stack = surveyed(save(tmp_path, np.full((40, 60), value, np.uint16)))
    assert not grey(stack).any()
    assert f"are {value} in all sections, and become black" in stack.notes[0]


DEEP = (1000 + RAMP * 2000).astype(np.uint16)


def min_max_tags(low: int, high: int) -> dict[str, Any]:
    return {"extratags": [(340, "H", 1, low, True), (341, "H", 1, high, True)]}


@pytest.mark.parametrize(
    "options", [min_max_tags(900, 3100), {"imagej": True, "photometric": None, "metadata": {"min": 900, "max": 3100}}]
)
def test_the_range_that_the_files_name_is_used(tmp_path: Path, options: dict[str, Any]) -> None:
    stack = surveyed(save(tmp_path, DEEP, DEEP, **options))
    assert stack.value_range == (900, 3100)
    assert "900..3100 become black to white, as the files say" in stack.notes[0]


@pytest.mark.parametrize(("low", "high"), [(0, 65535), (1000, 1500)])
def test_a_named_range_that_would_hide_the_image_is_not_used_and_said(tmp_path: Path, low: int, high: int) -> None:
    stack = surveyed(save(tmp_path, DEEP, **min_max_tags(low, high)))
    assert grey(stack).max() == 255
    assert stack.value_range == pytest.approx((1000, 3000), abs=20)
    assert f"not {low}..{high} as the files say" in stack.notes[0]


def test_a_range_that_only_some_files_name_is_not_used(tmp_path: Path) -> None:
    save(tmp_path, DEEP, DEEP)
    tifffile.imwrite(tmp_path / "s3.tif", DEEP, photometric="minisblack", **min_max_tags(0, 4000))
    assert surveyed(tmp_path).value_range == pytest.approx((1000, 3000), abs=20)


def test_sections_of_several_types_are_said_and_one_range_for_them_is_refused(tmp_path: Path) -> None:
    save(tmp_path, DEEP)
    Image.fromarray((RAMP * 40).astype(np.uint8)).save(tmp_path / "s2.png")
    stack = surveyed(tmp_path)
    assert "several types: 1 x 16-bit, 1 x 8-bit" in stack.notes[0]
    assert [image.max() for image in grey(stack)] == [255, 40]
    with pytest.raises(InvalidInput, match="several types"):
        surveyed(tmp_path, value_range=(0, 10))


def test_a_png_of_16_bits_keeps_its_lower_bits(tmp_path: Path) -> None:
    colours = np.stack([DEEP, DEEP, DEEP], axis=2)
    for number, image in enumerate((DEEP, colours), start=1):
        (tmp_path / f"s{number}.png").write_bytes(imagecodecs.png_encode(image))
    pixels = grey(surveyed(tmp_path))
    assert np.abs(pixels - RAMP * 255).max() < 3


def test_many_sections_are_sampled(tmp_path: Path) -> None:
    stack = surveyed(save(tmp_path, *[DEEP + number for number in range(60)]))
    assert "as found in 24 of 60 sections" in stack.notes[0]
    assert stack.value_range == pytest.approx((1000, 3059), abs=20)


def test_a_section_that_cannot_be_read_does_not_stop_the_search(tmp_path: Path) -> None:
    save(tmp_path, DEEP, DEEP, compression="zlib")
    path = tmp_path / "s1.tif"
    path.write_bytes(path.read_bytes()[:600])
    assert surveyed(tmp_path).value_range == pytest.approx((1000, 3000), abs=20)


def test_the_sections_of_another_range_are_other_sections(tmp_path: Path) -> None:
    save(tmp_path, DEEP)
    prints = {
        section.fingerprint
        for limits in (None, (0, 9), (0, 10))
        for section in surveyed(tmp_path, value_range=limits).sections
        if isinstance(section, FileSection)
    }
    assert len(prints) == 3


def test_numbers_that_are_not_real_are_refused() -> None:
    with pytest.raises(ValueError, match="complex64, not real numbers"):
        to_grey(np.zeros((2, 2), np.complex64), (0, 1))


def test_the_cases_of_shared(shared: Path) -> None:
    assert grey(surveyed(shared / "cases" / "images" / "u16")).max() > 200
