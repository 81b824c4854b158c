from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.imports.sections import BadSection, BadSections, FileSection
from catmaid_server.tiles.imports.survey import SectionChoice, survey

SIZE = (40, 60)


def values(path: Path, **choice: Any) -> list[int]:
    """The grey value of each section, all of whose pixels have one."""
    sections = survey(path, SectionChoice(**choice)).sections
    images = [section.pixels() for section in sections if isinstance(section, FileSection)]
    assert len(images) == len(sections)
    assert all(image.shape == SIZE and image.min() == image.max() for image in images)
    return [int(image[0, 0]) for image in images]


def notes(path: Path) -> list[str]:
    return survey(path).notes


def numbered(axes: str, **extents: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Images whose grey value is 100 * t + 10 * z + c, in the order of `axes`."""
    shape = tuple(extents[axis] for axis in axes)
    places = dict(zip(axes, np.indices(shape), strict=True))
    grey = 100 * places.get("T", 0) + 10 * places.get("Z", 0) + places.get("C", 0)
    return np.broadcast_to(np.asarray(grey)[..., None, None], (*shape, *SIZE)).astype(np.uint8)


def write(path: Path, axes: str, extents: dict[str, int], **options: Any) -> Path:
    tifffile.imwrite(
        path, numbered(axes, **extents), **({"photometric": "minisblack", "metadata": {"axes": axes + "YX"}} | options)
    )
    return path


KINDS: list[tuple[str, str, dict[str, Any]]] = [
    ("s.tif", "ZC", {"imagej": True}),
    ("s.tif", "ZC", {"imagej": True, "truncate": True}),
    ("s.tif", "ZC", {}),
    ("s.tif", "CZ", {}),
    ("s.ome.tif", "ZC", {}),
    ("s.ome.tif", "CZ", {}),
]


@pytest.mark.parametrize(("name", "axes", "options"), KINDS)
def test_channels_are_never_sections(tmp_path: Path, name: str, axes: str, options: dict[str, Any]) -> None:
    path = write(tmp_path / name, axes, {"Z": 5, "C": 2}, **options)
    assert values(path) == [0, 10, 20, 30, 40]
    assert notes(path) == [f"{name}: The first of 2 channels was imported (--channel N takes another)."]
    assert values(path, channel=2) == [1, 11, 21, 31, 41]
    with pytest.raises(BadSections, match="has 2 channels, so there is no channel 3"):
        survey(path, SectionChoice(channel=3))


@pytest.mark.parametrize(
    ("name", "axes", "options"),
    [("s.tif", "TZC", {"imagej": True}), ("s.tif", "CTZ", {}), ("s.ome.tif", "TCZ", {})],
)
def test_time_points_are_no_sections_beside_some(tmp_path: Path, name: str, axes: str, options: dict[str, Any]) -> None:
    path = write(tmp_path / name, axes, {"Z": 3, "C": 2, "T": 2}, **options)
    assert values(path) == [0, 10, 20]
    assert len(notes(path)) == 2
    assert values(path, channel=2, time_point=2) == [101, 111, 121]
    with pytest.raises(BadSections, match="has 2 time points, so there is no time point 3"):
        survey(path, SectionChoice(time_point=3))


@pytest.mark.parametrize("options", [{"imagej": True}, {}])
def test_time_points_alone_are_sections_and_it_is_said(tmp_path: Path, options: dict[str, Any]) -> None:
    path = write(tmp_path / "s.tif", "T", {"T": 3}, **options)
    assert values(path) == [0, 100, 200]
    assert notes(path) == ["s.tif: The 3 time points were imported as sections (--time-point N takes one of them)."]
    assert values(path, time_point=2) == [100]


def test_channels_alone_are_one_section(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        write(tmp_path / f"s{number}.tif", "C", {"C": 2}, imagej=True)
    assert values(tmp_path) == [0, 0, 0]
    assert notes(tmp_path) == ["s1.tif and 2 more: The first of 2 channels was imported (--channel N takes another)."]
    assert values(tmp_path, channel=2) == [1, 1, 1]


def test_more_channels_than_imagej_has_are_sections(tmp_path: Path) -> None:
    """tifffile calls the images of a stack so that is written without axes."""
    path = write(tmp_path / "s.tif", "C", {"C": 9}, imagej=True)
    assert values(path) == list(range(9))
    assert "The 9 channels were imported as sections" in notes(path)[0]


def test_a_set_of_ome_files_is_one_stack(tmp_path: Path) -> None:
    """Each file describes them all, and has one channel."""
    described = (
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="Pixels:0"'
        ' DimensionOrder="XYZCT" Type="uint8" SizeX="60" SizeY="40" SizeZ="3" SizeC="2" SizeT="1">'
        '<Channel ID="Channel:0:0" SamplesPerPixel="1"/><Channel ID="Channel:0:1" SamplesPerPixel="1"/>'
    )
    uuids = [f"urn:uuid:0000000{channel}-0000-0000-0000-000000000000" for channel in (0, 1)]
    for channel in (0, 1):
        described += "".join(
            f'<TiffData IFD="{z}" FirstZ="{z}" FirstC="{channel}" FirstT="0" PlaneCount="1">'
            f'<UUID FileName="c{channel}.ome.tif">{uuids[channel]}</UUID></TiffData>'
            for z in range(3)
        )
    described += "</Pixels></Image></OME>"
    for channel in (0, 1):
        text = described.replace("<OME ", f'<OME UUID="{uuids[channel]}" ', 1)
        with tifffile.TiffWriter(tmp_path / f"c{channel}.ome.tif") as writer:
            for z in range(3):
                image = np.full(SIZE, 10 * z + channel, np.uint8)
                writer.write(image, photometric="minisblack", description=text if z == 0 else None, metadata=None)
    assert values(tmp_path) == [0, 10, 20]
    assert values(tmp_path, channel=2) == [1, 11, 21]
    with pytest.raises(InvalidInput, match=r"c1\.ome\.tif has no section of this channel"):
        survey(tmp_path / "c1.ome.tif")


@pytest.mark.parametrize("planarconfig", ["contig", "separate"])
def test_samples_of_a_pixel_that_are_no_colours_are_channels(tmp_path: Path, planarconfig: str) -> None:
    image = numbered("C", C=3) * 9
    if planarconfig == "contig":
        image = np.moveaxis(image, 0, 2)
    path = tmp_path / "s.tif"
    tifffile.imwrite(path, image, photometric="minisblack", planarconfig=planarconfig)
    assert values(path) == [0]
    assert "The first of 3 channels" in notes(path)[0]
    assert values(path, channel=3) == [18]


@pytest.mark.parametrize("count", [3, 4])
def test_planes_that_may_be_sections_are_colours_and_it_is_said(tmp_path: Path, count: int) -> None:
    path = tmp_path / "s.tif"
    tifffile.imwrite(path, np.full((count, *SIZE), 7, np.uint8), photometric="rgb", planarconfig="separate")
    assert values(path) == [7]
    assert "s.tif: The planes are red, green and blue by what the file says" in notes(path)[0]
    assert values(path, channel=1) == [7]
    assert survey(path, SectionChoice(channel=1)).notes == []


def test_a_colour_can_be_taken_as_channel(tmp_path: Path) -> None:
    image = np.broadcast_to(np.array([10, 20, 30], np.uint8), (*SIZE, 3))
    tifffile.imwrite(tmp_path / "s1.tif", image, photometric="rgb")
    assert values(tmp_path, channel=2) == [20]
    assert notes(tmp_path) == []


@pytest.mark.parametrize(
    ("shape", "metadata", "reason"),
    [
        ((5, 2), {}, "its axes QQYX are not section, channel and time point"),
        ((2, 3), {"axes": "PZYX"}, "its axes PZYX are not section"),
    ],
)
def test_other_axes_are_refused_by_name(
    tmp_path: Path, shape: tuple[int, ...], metadata: dict[str, Any], reason: str
) -> None:
    tifffile.imwrite(
        tmp_path / "s.tif", np.zeros((*shape, *SIZE), np.uint8), photometric="minisblack", metadata=metadata
    )
    with pytest.raises(BadSections, match=reason):
        survey(tmp_path / "s.tif")


def test_several_images_of_ome_are_refused(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "s.ome.tif", ome=True) as writer:
        for _ in range(2):
            writer.write(numbered("Z", Z=3), photometric="minisblack", metadata={"axes": "ZYX"})
    with pytest.raises(BadSections, match=r"it holds 2 images \(series\)"):
        survey(tmp_path / "s.ome.tif")


def test_the_levels_of_a_pyramid_are_no_sections(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "s.ome.tif", ome=True) as writer:
        writer.write(numbered("ZC", Z=3, C=2), photometric="minisblack", subifds=1, metadata={"axes": "ZCYX"})
        writer.write(numbered("ZC", Z=3, C=2)[..., ::2, ::2], photometric="minisblack", subfiletype=1)
    assert values(tmp_path / "s.ome.tif") == [0, 10, 20]


def test_fewer_images_than_described_are_not_silently_a_smaller_stack(tmp_path: Path) -> None:
    description = "ImageJ=1.53\nimages=10\nslices=10\n"
    path = tmp_path / "s.tif"
    tifffile.imwrite(path, numbered("Z", Z=6), photometric="minisblack", description=description, metadata=None)
    assert [section.name for section in survey(path).sections if isinstance(section, BadSection)] == ["s.tif page 7"]


@pytest.mark.parametrize(
    "description",
    [
        "ImageJ=1.53\nimages=1000000000000\nslices=1000000000000\n",
        '<OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0"><Pixels ID="Pixels:0"'
        ' DimensionOrder="XYZCT" Type="uint8" SizeX="60" SizeY="40" SizeZ="1000000000" SizeC="1000" SizeT="1"/>'
        "</Image></OME>",
    ],
)
def test_more_images_than_a_file_can_have_are_refused(tmp_path: Path, description: str) -> None:
    tifffile.imwrite(
        tmp_path / "s.tif",
        numbered("Z", Z=1)[0],
        photometric="minisblack",
        compression="zlib",
        description=description,
        metadata=None,
    )
    with pytest.raises(BadSections, match="it claims to have 1000000000000 images"):
        survey(tmp_path / "s.tif")


def test_counts_that_do_not_fit_together_are_refused(tmp_path: Path) -> None:
    description = "ImageJ=1.53\nimages=10\nchannels=2\nslices=4\nhyperstack=true\n"
    tifffile.imwrite(
        tmp_path / "s.tif", numbered("Z", Z=10), photometric="minisblack", description=description, metadata=None
    )
    with pytest.raises(BadSections, match="10 images, but also 2 channels, 4 sections and 1 time points"):
        survey(tmp_path / "s.tif")


def test_the_cases_of_shared(shared: Path) -> None:
    assert len(survey(shared / "cases" / "images" / "imagej_ch").sections) == 5
