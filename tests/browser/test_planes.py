"""Sections along xy, xz and zy: tracing in each, one place and cursor for all; and a grid without images."""

from __future__ import annotations

import secrets
from pathlib import Path

import numpy as np
import pytest
import tensorstore
from playwright.async_api import expect

import catmaid_jupyter as cj
from catmaid_server.domain.projects import projects
from catmaid_server.service.opening import opened_store
from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.lab import Notebook
from tests.browser.site import RESULTS, Open, OpenNotebook, Site
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_MS, PATIENCE_S

pytestmark = pytest.mark.timeout(4 * PATIENCE_S)

PIXELS = """canvas => {
  const { width, height } = canvas;
  const all = canvas.getContext("2d").getImageData(0, 0, width, height).data;
  return Array.from({ length: width * height }, (_, i) => all[4 * i]);
}"""
"""Reds of the picture of the viewer's own stack."""

PLANES = ("xy", "xz", "zy")
SMALL = "height=200, nm_per_pixel=3.0"


async def plane_viewer(notebook: Notebook, plane: str) -> Viewer:
    """The viewer that a notebook has under the name of its plane."""
    viewer = Viewer(notebook.page, await notebook.value(f"{plane}.layers[0].layer_id"))
    viewer.root = notebook.page.get_by_test_id("stack-viewer").nth(PLANES.index(plane))
    viewer.canvas = viewer.root.get_by_test_id("canvas")
    await viewer.ready()
    return viewer


async def test_tracing_in_three_planes(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    middle = tuple(float(value) for value in project.viewer().position)
    x, y, z = middle
    root = project.edit.create_treenode(x, y, z)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})\nstack = project.stack()",
        f"xy = project.viewer({SMALL})\nxy",
        f"xz = project.viewer(plane='xz', {SMALL})\nxz",
        f"zy = project.viewer(stack.seen_along('zy'), {SMALL})\nzy",
        "xy.link(xz)\nxy.link(zy)",
    )
    viewers = {plane: await plane_viewer(notebook, plane) for plane in PLANES}
    await notebook.becomes("[each.nm_per_pixel for each in (xy, xz, zy)]", [3.0] * 3)

    # A click in each plane makes a child there: right and down are its axes.
    moves = {"xy": (60.0, 30.0, 0.0), "xz": (-90.0, 0.0, 45.0), "zy": (0.0, -60.0, 90.0)}
    made: dict[str, int] = {}
    for plane, viewer in viewers.items():
        await viewer.canvas.scroll_into_view_if_needed()
        await viewer.click(await place(viewer, root))
        await notebook.becomes(f"{plane}.active_node", root)
        dx, dy, dz = moves[plane]
        right, down = {"xy": (dx, dy), "xz": (dx, dz), "zy": (dz, dy)}[plane]
        at = await place(viewer, root)
        await viewer.click((at[0] + right / 3, at[1] + down / 3))
        before = (None, root, *made.values())
        await notebook.becomes(f"{plane}.active_node not in {before} and {plane}.active_node > 0", True)
        made[plane] = int(await notebook.value(f"{plane}.active_node"))
        assert project.locate(made[plane]) == pytest.approx((x + dx, y + dy, z + dz), abs=3)
        await notebook.becomes("xy.active_node == xz.active_node == zy.active_node", True)

    # A drag along zy moves in depth; undo brings it back.
    zy = viewers["zy"]
    start = await place(zy, made["zy"])
    await zy.drag(start, (start[0] + 20, start[1]))
    await zy.settled()
    assert project.locate(made["zy"])[2] == pytest.approx(z + 90 + 60, abs=3)
    await zy.page.keyboard.press("Control+z")
    await zy.settled()
    assert project.locate(made["zy"])[2] == pytest.approx(z + 90, abs=3)

    # What one looks at, all look at, in Python, too; going to a node as well.
    await notebook.value("None", f"zy.center_on({made['xz']})")
    nearby = [round(value) for value in project.locate(made["xz"])]
    for plane in PLANES:
        await notebook.becomes(f"[round(value) for value in {plane}.position]", nearby)
    box = await viewers["xz"].canvas.bounding_box()
    assert box is not None
    await zy.page.mouse.move(box["x"] + 50, box["y"] + 60)
    for theme in THEMES:
        await change_theme(notebook.page, theme)
        await notebook.page.screenshot(path=RESULTS / f"planes-{theme}.png".replace(" ", "-"))
    for plane, viewer in viewers.items():
        assert not await problems(viewer.root), plane
    await notebook.value("None", "zy.unlink()\nzy.position = (1.0, 2.0, 3.0)")
    assert await notebook.value("xy.position[0]") != 1.0


async def place(viewer: Viewer, node_id: int) -> tuple[float, float]:
    """Where a node is drawn in a viewer on the page, as soon as it is."""
    script = """async (element, [id, node]) => {
      for (;;) {
        const at = globalThis.catmaid.tracing[id].locate(node);
        if (at) return at;
        await new Promise(requestAnimationFrame);
      }
    }"""
    at = await viewer.root.evaluate(script, [viewer.layer_id, node_id])
    box = await viewer.canvas.bounding_box()
    assert box is not None
    return box["x"] + at["px"], box["y"] + at["py"]


async def test_a_project_without_images_is_traced_on_a_grid(site: Site, open_viewer: Open) -> None:
    title = f"No images {secrets.token_hex(3)}"
    async with (
        opened_store(site.settings) as store,
        store.writing(user_id=1, project_id=None, label="projects.create") as tx,
    ):
        await projects.create_project(tx, title, owner_id=1)
    project: cj.Project = site.project(title)
    _, viewer = await open_viewer(project)
    x, y, z = (float(value) for value in project.viewer().position)
    await viewer.click(await viewer.place(x, y))
    first = await viewer.active()
    await viewer.click(await viewer.place(x + 300, y + 150))
    second = await viewer.active()
    assert project.locate(second) == pytest.approx((x + 300, y + 150, z), abs=3)
    assert project.skeleton(project.skeletons["id"].iloc[0]).root == first
    await expect(viewer.root.get_by_test_id("status")).to_be_hidden(timeout=PATIENCE_MS)
    for theme in THEMES:
        await change_theme(viewer.page, theme)
        await viewer.painted()
        await viewer.root.screenshot(path=RESULTS / f"grid-{theme}.png".replace(" ", "-"))
        assert not await problems(viewer.root)


def write_stripes(folder: Path) -> Path:
    """Sections that are dark and bright in turns, ten times as thick as pixels are wide."""
    path = folder / "stripes.zarr"
    spec = {"driver": "zarr", "kvstore": {"driver": "file", "path": f"{path}/"}}
    store = tensorstore.open(spec, create=True, dtype="uint8", shape=[20, 200, 200]).result()
    store[...] = np.where(np.arange(20) % 2, 220, 40).astype(np.uint8)[:, None, None]
    return path


async def test_sections_from_the_side_are_smooth_along_both_axes(
    site: Site, notebooks: OpenNotebook, tmp_path: Path
) -> None:
    project = await site.new_project()
    for plane, resolution in {"xz": (4, 40, 4), "zy": (40, 4, 4)}.items():
        project.add_stack(str(write_stripes(tmp_path / plane)), plane, orientation=plane, resolution=resolution)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        "xz = project.viewer('xz', height=300, nm_per_pixel=4)\nxz",
        "zy = project.viewer('zy', height=300, nm_per_pixel=4)\nzy",
    )
    between = {}
    for index, plane in enumerate(("xz", "zy")):
        viewer = Viewer(notebook.page, await notebook.value(f"{plane}.layers[0].layer_id"))
        viewer.root = notebook.page.get_by_test_id("stack-viewer").nth(index)
        viewer.canvas = viewer.root.get_by_test_id("canvas")
        await viewer.ready()
        await viewer.canvas.scroll_into_view_if_needed()
        await viewer.painted()
        shades = np.array(await viewer.root.get_by_test_id("image").evaluate(PIXELS))
        images = shades[shades > 20]
        between[plane] = np.count_nonzero((images > 90) & (images < 170)) / len(images)
    assert between["xz"] > 0.2
    assert between["zy"] > 0.2
