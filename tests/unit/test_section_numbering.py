from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import tifffile

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.imports.ingest import ingest_sections
from catmaid_server.tiles.imports.numbering import order_files
from catmaid_server.tiles.imports.sections import BadSections, MissingSection
from catmaid_server.tiles.imports.survey import SectionChoice, survey

RESOLUTION = (4.0, 4.0, 40.0)


def order(*names: str, renumber: bool = False) -> list[str]:
    """Names along z, those of missing files in brackets."""
    found = order_files([Path("/data") / name for name in names], renumber=renumber)
    listed: list[str] = []
    for index, path in enumerate(found.files):
        listed += [f"({name})" for name in found.missing_before.get(index, ())]
        listed.append(path.name)
    return listed


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("s001.tif s002.tif s004.tif", "s001.tif s002.tif (s003.tif) s004.tif"),
        ("s8.tif s12.tif s10.tif s9.tif", "s8.tif s9.tif s10.tif (s11.tif) s12.tif"),
        ("s099.tif s101.tif", "s099.tif (s100.tif) s101.tif"),
        ("s9.tif s11.tif", "s9.tif (s10.tif) s11.tif"),
        ("3.png 1.jpg", "1.jpg (2.jpg) 3.png"),
        ("S1.tif s3.tif", "S1.tif (S2.tif) s3.tif"),
        ("fish2_s3.tif fish2_s1.tif", "fish2_s1.tif (fish2_s2.tif) fish2_s3.tif"),
        ("s1_8bit.tif s3_8bit.tif", "s1_8bit.tif (s2_8bit.tif) s3_8bit.tif"),
        ("s1_z50.tif s2_z100.tif s4_z200.tif", "s1_z50.tif s2_z100.tif (s3_z100.tif) s4_z200.tif"),
        ("s1_good.tif s2_dark.tif s4_good.tif", "s1_good.tif s2_dark.tif (s3_dark.tif) s4_good.tif"),
        ("s1.tif s2_again.tif s4_v2.tif", "s1.tif s2_again.tif (s3_again.tif) s4_v2.tif"),
        ("w1/s1.tif w1/s2.tif w2/s4.tif", "s1.tif s2.tif (s3.tif) s4.tif"),
        ("w1_s1.tif w2_s1.tif w1_s2.tif", "w1_s1.tif w1_s2.tif w2_s1.tif"),
        ("a3f9_001.tif b12c_004.tif cde_003.tif", "a3f9_001.tif (a3f9_002.tif) cde_003.tif b12c_004.tif"),
        ("c1.tif c3.tif", "c1.tif (c2.tif) c3.tif"),
        ("b.tif a.tif", "a.tif b.tif"),
        ("a.tif", "a.tif"),
    ],
)
def test_files_come_in_the_order_of_their_numbers_and_what_is_missing_is_named(names: str, expected: str) -> None:
    assert order(*names.split()) == expected.split()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("s1.tif s01.tif s2.tif", r"s1\.tif and s01\.tif have the same number 1|s01\.tif and s1\.tif"),
        ("s1.tif s1.png", "have the same number 1"),
        ("s1.tif s1000000.tif", "so 999998 sections would be missing"),
        ("z0.tif z50.tif z100.tif z150.tif", "from 0 .* to 150 .* so 147 sections would be missing"),
        ("run3_s1.tif run1_s2.tif", "put the sections in different orders"),
        ("s1.tif s2.tif s4.tif overview.png", r"overview\.png has no number in its name"),
        ("z1_c1.tif z1_c2.tif z2_c1.tif z2_c2.tif", "The numbers after 'c' .* look like those of channels"),
        ("s_ch1.tif s_ch2.tif", "The numbers after 'ch' .* look like those of channels"),
        ("ch1_z1.tif ch1_z2.tif ch2_z1.tif ch2_z2.tif", "The numbers after 'ch' .* look like those of channels"),
        ("z1_T-1.tif z1_T-2.tif z2_T-1.tif", "The numbers after 't' .* look like those of time points"),
        ("s1_r1_c1.tif s1_r1_c2.tif s2_r1_c1.tif s2_r1_c2.tif", "look like those of channels or columns"),
        ("s1_dapi.tif s1_gfp.tif s2_dapi.tif s2_gfp.tif", r"s1_dapi\.tif and s1_gfp\.tif have the same number 1"),
        ("w1_s1.tif w1_s3.tif w2_s1.tif", "Between w1_s1.tif and w1_s3.tif numbers are missing"),
    ],
)
def test_numbers_that_cannot_be_those_of_sections_are_refused_with_a_way_out(names: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message) as caught:
        order(*names.split())
    assert "--renumber" in str(caught.value)
    assert len(order(*names.split(), renumber=True)) == len(names.split())


def test_names_without_a_common_number_are_said() -> None:
    found = order_files([Path("s1.tif"), Path("overview.tif")])
    assert found.notes == ["The file names have no number in common: sections are in the order of the names."]


def save(folder: Path, *numbers: int, pages: int = 1) -> Path:
    folder.mkdir()
    for number in numbers:
        image = np.full((pages, 20, 30), 10 * number, np.uint8)
        tifffile.imwrite(folder / f"s{number:03}.tif", image if pages > 1 else image[0], photometric="minisblack")
    return folder


def test_a_missing_number_is_a_black_section_even_where_bad_ones_are_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "raw", 1, 2, 4, 5)
    volume = ingest_sections(folder, tmp_path / "volume", RESOLUTION)
    assert volume.layout.dimension == (30, 20, 5)
    assert [(z, bad.name, bad.reason) for z, bad in volume.broken.items()] == [(2, "s003.tif", "is missing")]
    again = ingest_sections(folder, tmp_path / "volume", RESOLUTION)
    assert again.revision == volume.revision
    closed = ingest_sections(folder, tmp_path / "closed", RESOLUTION, choice=SectionChoice(renumber=True))
    assert (closed.layout.dimension, closed.broken) == ((30, 20, 4), {})


def test_a_missing_number_does_not_hide_a_bad_section(tmp_path: Path) -> None:
    folder = save(tmp_path / "raw", 1, 2, 4)
    path = folder / "s004.tif"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(BadSections) as caught:
        ingest_sections(folder, tmp_path / "volume", RESOLUTION)
    assert [bad.name for bad in caught.value.sections] == ["s004.tif"]
    volume = ingest_sections(folder, tmp_path / "volume", RESOLUTION, on_bad="skip")
    assert list(volume.broken) == [2, 3]


def test_a_missing_file_that_comes_later_is_imported(tmp_path: Path) -> None:
    folder = save(tmp_path / "raw", 1, 3)
    ingest_sections(folder, tmp_path / "volume", RESOLUTION)
    save(tmp_path / "late", 2)
    (tmp_path / "late" / "s002.tif").rename(folder / "s002.tif")
    with pytest.raises(InvalidInput, match="not made from these sections"):
        ingest_sections(folder, tmp_path / "volume", RESOLUTION)
    assert ingest_sections(folder, tmp_path / "other", RESOLUTION).broken == {}


def test_names_that_are_not_utf_8_become_readable(tmp_path: Path) -> None:
    folder = save(tmp_path / "raw", 1, 3)
    (folder / "s001.tif").rename(folder / os.fsdecode(b"s\xe9001.tif"))
    (folder / "s003.tif").write_bytes(b"")
    volume = ingest_sections(folder, tmp_path / "volume", RESOLUTION, on_bad="skip")
    assert [bad.name for bad in volume.broken.values()] == ["s\ufffd002.tif", "s003.tif"]


def test_files_of_several_sections_may_be_numbered_by_their_first_one(tmp_path: Path) -> None:
    by_section = survey(save(tmp_path / "by_section", 0, 4, 8, pages=4)).sections
    assert len(by_section) == 12
    assert not any(isinstance(section, MissingSection) for section in by_section)
    assert len(survey(save(tmp_path / "by_file", 1, 2, pages=4)).sections) == 8
    folder = save(tmp_path / "missing", 1, 3, pages=4)
    with pytest.raises(InvalidInput, match=r"s002\.tif is missing, and nobody knows how many sections"):
        survey(folder)
    assert len(survey(folder, SectionChoice(renumber=True)).sections) == 8
