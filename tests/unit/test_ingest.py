from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.imports.ingest import IngestedVolume, IngestInterrupted, ingest, ingest_sections
from catmaid_server.tiles.imports.journal import NAME
from catmaid_server.tiles.imports.sections import ArraySection, BadSections
from catmaid_server.tiles.omezarr import cache_context, open_volume
from catmaid_server.tiles.pyramid import halved

RESOLUTION = (4.0, 5.0, 40.0)
SECTIONS, HEIGHT, WIDTH = 12, 150, 200
STACK = np.random.default_rng(0).integers(1, 256, (SECTIONS, HEIGHT, WIDTH), dtype=np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of sections, `0.png` to `11.png`."""
    path = tmp_path / "sections"
    path.mkdir()
    for z, section in enumerate(STACK):
        Image.fromarray(section).save(path / f"{z}.png")
    return path


def make(folder: Path, **options: Any) -> IngestedVolume:
    return ingest_sections(folder, folder.parent / "volume", RESOLUTION, **({"tile_size": 64} | options))


async def level(volume: IngestedVolume, zoom: int) -> NDArray[np.uint8]:
    stores = await open_volume(volume.path, context=cache_context(0))
    return np.asarray(await stores[zoom].read())


async def test_level_0_is_the_sources_and_each_level_halves_the_one_before(folder: Path) -> None:
    volume = make(folder)
    assert volume.layout.levels == 3
    assert volume.layout.dimension == (WIDTH, HEIGHT, SECTIONS)
    expected = STACK
    for zoom in range(3):
        assert np.array_equal(await level(volume, zoom), expected)
        expected = np.stack([halved(section) for section in expected])


def test_the_volume_says_where_its_levels_lie(folder: Path) -> None:
    """The centre of a pixel of a smaller level is between those of the pixels it is the mean of."""
    described = json.loads((make(folder).path / "zarr.json").read_text())
    multiscale = described["attributes"]["ome"]["multiscales"][0]
    assert [axis["name"] for axis in multiscale["axes"]] == ["z", "y", "x"]
    assert multiscale["datasets"][2]["coordinateTransformations"] == [
        {"type": "scale", "scale": [40.0, 20.0, 16.0]},
        {"type": "translation", "translation": [0.0, 7.5, 6.0]},
    ]


def test_progress_counts_every_section(folder: Path) -> None:
    seen: list[tuple[int, int]] = []
    make(folder, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, SECTIONS) for done in range(SECTIONS + 1)]


def break_png(folder: Path) -> tuple[str, str]:
    path = folder / "3.png"
    path.write_bytes(path.read_bytes()[:9000])
    return "3.png", "truncated|broken"


def break_jpeg(folder: Path) -> tuple[str, str]:
    (folder / "3.png").unlink()
    Image.fromarray(STACK[3]).save(folder / "3.jpg")
    path = folder / "3.jpg"
    path.write_bytes(path.read_bytes()[:9000])
    return "3.jpg", "truncated"


def break_tiff(folder: Path) -> tuple[str, str]:
    (folder / "3.png").unlink()
    tifffile.imwrite(folder / "3.tif", STACK[3])
    path = folder / "3.tif"
    path.write_bytes(path.read_bytes()[:9000])
    return "3.tif", "truncated"


def break_head(folder: Path) -> tuple[str, str]:
    (folder / "3.png").write_bytes(b"not an image")
    return "3.png", "cannot be read"


def break_size(folder: Path) -> tuple[str, str]:
    Image.fromarray(STACK[3, :100]).save(folder / "3.png")
    return "3.png", "is 200 x 100 pixels; the stack is 200 x 150"


Spoil = Callable[[Path], tuple[str, str]]
BREAKS: list[Spoil] = [break_png, break_jpeg, break_tiff, break_head, break_size]


@pytest.mark.parametrize("spoil", BREAKS)
def test_a_bad_section_is_named_and_the_stack_refused(folder: Path, spoil: Spoil) -> None:
    name, reason = spoil(folder)
    with pytest.raises(BadSections, match=reason) as caught:
        make(folder)
    assert [bad.name for bad in caught.value.sections] == [name]
    assert not (folder.parent / "volume").exists()


@pytest.mark.parametrize("spoil", BREAKS)
async def test_a_skipped_section_is_black_and_the_others_are_whole(folder: Path, spoil: Spoil) -> None:
    spoil(folder)
    volume = make(folder, on_bad="skip")
    assert list(volume.broken) == [3]
    expected = STACK.copy()
    expected[3] = 0
    assert np.array_equal(await level(volume, 0), expected)


def test_a_tiff_whose_pages_are_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "stack.tif"
    with tifffile.TiffWriter(path) as writer:
        for section in STACK:
            writer.write(section, photometric="minisblack", contiguous=False)
    path.write_bytes(path.read_bytes()[: 4 * STACK[0].nbytes])
    with pytest.raises(BadSections, match=r"stack\.tif page \d+: .*truncated"):
        make(path)


def test_a_stack_without_any_good_section_is_refused_even_when_skipping(tmp_path: Path) -> None:
    for name in ("0.png", "1.tif"):
        (tmp_path / name).write_bytes(b"not an image")
    with pytest.raises(BadSections) as caught:
        ingest_sections(tmp_path, tmp_path / "volume", RESOLUTION, on_bad="skip")
    assert len(caught.value.sections) == 2


async def test_after_mending_a_section_only_that_one_is_read(folder: Path) -> None:
    break_png(folder)
    with pytest.raises(BadSections):
        make(folder)
    Image.fromarray(STACK[3]).save(folder / "3.png")
    volume = make(folder)
    assert volume.resumed == SECTIONS - 1
    assert np.array_equal(await level(volume, 0), STACK)


async def test_a_section_that_changed_meanwhile_is_read_again(folder: Path) -> None:
    stop = threading.Event()
    with pytest.raises(IngestInterrupted):
        make(folder, stop=stop, progress=lambda done, total: stop.set() if done == 6 else None)
    Image.fromarray(255 - STACK[0]).save(folder / "0.png")
    volume = make(folder)
    assert 0 < volume.resumed < SECTIONS
    assert np.array_equal((await level(volume, 0))[0], 255 - STACK[0])


CHILD = """
import sys
from pathlib import Path
from catmaid_server.tiles.imports.ingest import ingest_sections

def progress(done, total):
    if done == 5:
        print("five", flush=True)
        sys.stdin.read()

ingest_sections(Path(sys.argv[1]), Path(sys.argv[2]), (4.0, 5.0, 40.0), tile_size=64, progress=progress)
"""


def kill_after_five(folder: Path, target: Path) -> None:
    """Ingest in another process, which ends by SIGKILL when five sections are finished."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(folder), str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"five\n"
        with pytest.raises(InvalidInput, match="Another import"):
            make(folder)
        child.send_signal(signal.SIGKILL)


async def test_an_ingest_goes_on_after_kill_9(folder: Path) -> None:
    """With a torn last line in the journal, too."""
    target = folder.parent / "volume"
    kill_after_five(folder, target)
    assert not target.exists()
    with (target.with_name("volume.partial") / NAME).open("ab") as journal:
        journal.write(b'{"section":11,"sou')

    volume = make(folder)
    assert volume.resumed == 5
    assert np.array_equal(await level(volume, 0), STACK)
    assert not target.with_name("volume.partial").exists()
    again = ingest_sections(folder, folder.parent / "again", RESOLUTION, tile_size=64)
    assert volume.revision == again.revision


def test_other_settings_start_anew(folder: Path) -> None:
    stop = threading.Event()
    with pytest.raises(IngestInterrupted):
        make(folder, stop=stop, progress=lambda done, total: stop.set() if done == 6 else None)
    assert make(folder, tile_size=128).resumed == 0


def test_a_finished_volume_is_found_and_never_overwritten(folder: Path) -> None:
    first = make(folder)
    again = make(folder)
    assert again.revision == first.revision
    assert again.resumed == SECTIONS
    Image.fromarray(255 - STACK[0]).save(folder / "0.png")
    with pytest.raises(InvalidInput, match="not made from these sections"):
        make(folder)


def test_the_revision_changes_with_any_pixel(folder: Path) -> None:
    first = make(folder)
    changed = STACK[7].copy()
    changed[100, 100] ^= 1
    Image.fromarray(changed).save(folder / "7.png")
    second = ingest_sections(folder, folder.parent / "other", RESOLUTION, tile_size=64)
    assert first.revision != second.revision


def test_only_a_few_sections_are_in_memory(tmp_path: Path) -> None:
    extent, depth = 1024, 40
    noise = np.random.default_rng(0).integers(0, 256, (extent, extent), dtype=np.uint8)
    sections = [ArraySection(z, (extent, extent), f"noise:{z}", lambda z: noise ^ np.uint8(z)) for z in range(depth)]
    tracemalloc.start()
    try:
        ingest(sections, tmp_path / "volume", RESOLUTION)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * noise.nbytes


async def test_real_sections_have_the_values_they_are_known_for(shared: Path, tmp_path: Path) -> None:
    expected = json.loads((shared / "data" / "expected.json").read_text())["vnc1"]["image"]
    volume = ingest_sections(shared / "data" / "vnc1" / "raw", tmp_path / "vnc1", (4.6, 4.6, 50.0))
    image = await level(volume, 0)
    assert list(image.shape) == expected["shape_zyx"]
    assert int(image.sum(dtype=np.int64)) == expected["sum"]
    assert np.allclose(image.mean(axis=(1, 2)), expected["section_mean"], atol=1e-4)
    assert [int(image[p["z"], p["y"], p["x"]]) for p in expected["probes"]] == [p["raw"] for p in expected["probes"]]
