"""What a 3D viewer shows, as files: asked for in Python, made by the page."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from tests.browser.site import OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.test_viewer3d import cells, neurons_in_space

RED = (255, 0, 0)


def has_color(image: Image.Image, color: tuple[int, int, int]) -> bool:
    pixels = np.asarray(image.convert("RGB")).astype(np.int16)
    return bool((np.abs(pixels - np.array(color)).max(axis=2) <= 24).sum() > 5)


async def test_files_of_what_is_shown(site: Site, notebooks: OpenNotebook, tmp_path: Path) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection({skeletons}, colors='#ff0000')\n"
            "v3 = project.viewer3d(found, height=300, background='#ffffff')\nv3",
        )
    )
    await Space.of(notebook)
    folder = f"__import__('pathlib').Path({str(tmp_path)!r})"

    # Larger than what is drawn at once.
    made = await notebook.value(
        "str(made)", f"made = v3.screenshot({folder} / 'a.png', width=4500, height=300, transparent=True)"
    )
    with Image.open(made) as image:
        assert image.size == (4500, 300)
        assert image.getpixel((0, 0)) == (0, 0, 0, 0)
        assert has_color(image, RED)
    await notebook.value("0", f"v3.svg({folder} / 'a.svg'); v3.gltf({folder} / 'a.glb')")
    drawing = (tmp_path / "a.svg").read_text()
    assert drawing.count('stroke="#ff0000"') > 0
    model = (tmp_path / "a.glb").read_bytes()
    magic, _version, length, json_length = struct.unpack("<4sIII", model[:16])
    assert (magic, length) == (b"glTF", len(model))
    nodes = json.loads(model[20 : 20 + json_length])["nodes"]
    assert {node.get("name") for node in nodes} >= {f"skeleton {one}" for one in skeletons}

    film = "seconds=0.4, fps=10, width=600"
    await notebook.value("0", f"v3.turntable({folder} / 'a.zip', {film}); v3.growth({folder} / 'a.gif', {film})")
    await notebook.value("0", f"v3.turntable({folder} / 'a.webm', {film})")
    with zipfile.ZipFile(tmp_path / "a.zip") as frames:
        assert len(frames.namelist()) == 4
        with Image.open(io.BytesIO(frames.read("frame_0001.png"))) as image:
            assert image.width == 600
            assert has_color(image, RED)
    with Image.open(tmp_path / "a.gif") as image:
        assert getattr(image, "n_frames", 1) == 4
        first = int((np.asarray(image.convert("RGB"))[..., 1] < 128).sum())
        image.seek(3)
        assert int((np.asarray(image.convert("RGB"))[..., 1] < 128).sum()) > first
    assert (tmp_path / "a.webm").read_bytes()[:4] == b"\x1a\x45\xdf\xa3"


async def test_a_film_of_neurons_as_they_were(site: Site, notebooks: OpenNotebook, tmp_path: Path) -> None:
    project = await site.new_project()
    _, second, _ = neurons_in_space(project)
    last = int(project.skeleton(second).nodes["id"].iloc[-1])
    project.edit.delete_treenode(last)
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection([{second}], colors='#ff0000')\n"
            "v3 = project.viewer3d(found, height=300, background='#ffffff', show_box=False)\n"
            "v3.show_orientation = False\nv3",
        )
    )
    await Space.of(notebook)
    film = "seconds=0.4, fps=10, width=600, by='version'"
    path = tmp_path / "past.zip"
    await notebook.value("0", f"v3.growth(__import__('pathlib').Path({str(path)!r}), {film})")

    # Three edges came, one with each version, and the last one went: longest before the end.
    def reds(name: str) -> int:
        with zipfile.ZipFile(path) as frames, Image.open(io.BytesIO(frames.read(name))) as image:
            pixels = np.asarray(image.convert("RGB")).astype(np.int16)
        return int((np.abs(pixels - np.array(RED)).max(axis=2) <= 24).sum())

    grown = [reds(f"frame_000{frame}.png") for frame in range(4)]
    assert 0 < grown[0] < grown[1] < grown[2]
    assert grown[3] == grown[1]
