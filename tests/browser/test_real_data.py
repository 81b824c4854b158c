"""Real tissue in the viewer: the right pixels, and the right nodes on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

import catmaid_jupyter as cj
from tests.browser.lab import Notebook
from tests.browser.real_data import VNC_RESOLUTION, vnc_in
from tests.browser.site import RESULTS, Open, Site
from tests.browser.viewer import Viewer

NM = np.array(VNC_RESOLUTION)
SECTION = 9
COLOURED = 40


@pytest.fixture(scope="module")
async def vnc(site: Site, shared: Path) -> cj.Project:
    return await vnc_in(site, shared / "data" / "vnc1")


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, Any]:
    known: dict[str, Any] = json.loads((shared / "data" / "expected.json").read_text())["vnc1"]
    return known


async def test_the_counts_are_those_of_the_real_data(vnc: cj.Project, expected: dict[str, Any], shared: Path) -> None:
    skeletons = vnc.skeletons
    assert len(skeletons) == expected["skeletons"]["n"] == 178
    assert skeletons["nodes"].sum() == expected["skeletons"]["nodes"] == 5064
    assert skeletons["cable_length"].sum() == pytest.approx(expected["skeletons"]["cable_length"], rel=1e-3)
    assert (len(vnc.connectors()), len(vnc.links())) == (50, 143)


async def test_pixels_are_where_they_belong(
    vnc: cj.Project, expected: dict[str, Any], shared: Path, open_viewer: Open
) -> None:
    notebook, viewer = await open_viewer(vnc, "height=480, nm_per_pixel=0.46")
    await notebook.value("0", "viewer.layers[0].visible = False")
    for probe in expected["image"]["probes"]:
        place = (np.array([probe[axis] for axis in "xyz"]) * NM).tolist()
        await look_at(notebook, viewer, place)
        px, py = await viewer.ask("viewer.toScreen(...argument)", place[:2])
        pixels = await viewer.pixels()
        found = pixels[round(py) - 1 : round(py) + 1, round(px) - 1 : round(px) + 1].mean()
        assert found == pytest.approx(probe["raw"], abs=8), probe

    await look_at(notebook, viewer, [2350.0, 2350.0, SECTION * 50.0], nm_per_pixel=4.6)
    with Image.open(shared / "data" / "vnc1" / "raw" / f"{SECTION:02}.png") as image:
        raw = np.asarray(image, dtype=float)
    shown = (await viewer.pixels())[..., 0].astype(float)
    left, top = await viewer.ask("viewer.toScreen(...argument)", [0, 0])
    shifts = [(dx, dy) for dx in (-2, -1, 0, 1, 2) for dy in (-2, -1, 0, 1, 2)]
    best = min(shifts, key=lambda shift: difference(raw, shown, left + shift[0], top + shift[1]))
    assert best == (0, 0)
    assert difference(raw, shown, left, top) < 6


def difference(raw: NDArray[np.float64], shown: NDArray[np.float64], left: float, top: float) -> float:
    """Mean difference over the middle of a picture in which the centre of raw[0, 0] is at (left, top)."""
    y, x = np.mgrid[100:380, 300:800]
    rows, columns = np.floor(y - top + 0.5).astype(int), np.floor(x - left + 0.5).astype(int)
    return float(np.abs(raw[rows, columns] - shown[100:380, 300:800]).mean())


async def test_nodes_are_on_the_pixels_of_their_neurites(vnc: cj.Project, shared: Path, open_viewer: Open) -> None:
    folder = shared / "data" / "vnc1"
    depth = SECTION * 50.0
    nodes = vnc.nodes_in_box((0, 0, depth - 1), (4710, 4710, depth + 1))
    nodes = nodes[nodes["z"] == depth]
    wanted = pd.read_csv(folder / "skeletons.csv").query("z == @depth")
    assert np.allclose(places(nodes), places(wanted))
    with Image.open(folder / "labels" / f"{SECTION:02}.png") as image:
        labels = np.asarray(image)
    names = vnc.skeletons.set_index("id")["name"]
    columns, rows = (np.rint(nodes[axis].to_numpy() / 4.6).astype(int) for axis in "xy")
    neurites = names[nodes["skeleton_id"]].str.extract(r"(\d+)")[0].astype(int).to_numpy()
    assert (labels[rows, columns] == neurites).all()

    notebook, viewer = await open_viewer(vnc, "height=600, nm_per_pixel=4.6")
    await look_at(notebook, viewer, [2350.0, 2350.0, depth])
    size = await viewer.ask("viewer.view")
    corner = np.array([size["width"], size["height"]]) / 2
    on_screen = corner + (nodes[["x", "y"]].to_numpy() - 2350) / 4.6
    seen = (np.abs(on_screen - corner) < corner - 5).all(axis=1)
    assert seen.sum() > 50
    ids = nodes["id"].to_numpy()[seen].tolist()
    await viewer.until("argument.every((id) => tracing.locate(id))", ids)
    await viewer.painted()
    located = await viewer.ask("argument.map((id) => tracing.locate(id))", ids)
    assert np.allclose([(at["px"], at["py"]) for at in located], on_screen[seen], atol=0.01)

    pixels = (await viewer.pixels()).astype(int)
    RESULTS.mkdir(exist_ok=True)
    await notebook.page.screenshot(path=RESULTS / "vnc1.png")
    for node_id, (px, py) in zip(ids, np.rint(on_screen[seen]).astype(int), strict=True):
        dot = pixels[py - 2 : py + 2, px - 2 : px + 2]
        assert np.ptp(dot, axis=-1).max() > COLOURED, f"nothing is drawn for node {node_id}"


def places(nodes: pd.DataFrame) -> NDArray[np.float64]:
    """(n, 2) x and y, in order."""
    return nodes.sort_values(["x", "y"])[["x", "y"]].to_numpy()


async def look_at(notebook: Notebook, viewer: Viewer, place: list[float], nm_per_pixel: float | None = None) -> None:
    """Move the viewer from Python and wait until the picture of that place stands."""
    code = f"viewer.position = {tuple(place)}"
    if nm_per_pixel is not None:
        code += f"\nviewer.nm_per_pixel = {nm_per_pixel}"
    await notebook.value("0", code)
    await viewer.until(
        "viewer.view.section === argument[0] && Math.hypot(viewer.view.center[0] - argument[1],"
        " viewer.view.center[1] - argument[2]) < 1e-6 && (argument[3] ?? viewer.view.nmPerPixel) ==="
        " viewer.view.nmPerPixel",
        [round(place[2] / 50), *place[:2], nm_per_pixel],
    )
    await viewer.painted()
