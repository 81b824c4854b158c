"""How tracing and images look: sides of the section, colours, what panning keeps, and tiles without seams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.async_api import expect

from catmaid_server.demo.projects import SOLUTION
from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(3 * PATIENCE_S)

YELLOW, BLUE, ORANGE, WHITE = (255, 225, 77), (108, 192, 255), (255, 138, 74), (244, 244, 244)
WIDTHS = (400, 1000, 1600)
BORDER = 512
"""Where the first two tiles of a specimen meet, pixels."""


def like(pixels: NDArray[np.uint8], color: Sequence[int]) -> int:
    """How many pixels are nearly of a colour."""
    return int((np.abs(pixels.astype(int) - color).max(axis=-1) < 40).sum())


async def test_sides_of_the_section_and_colours(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    thickness = project.stack().resolution[2]
    ids: list[int] = []
    for step in range(9):
        place = x - 400 + 100 * step, y, z + thickness * (step - 4) / 2
        ids.append(project.edit.create_treenode(*place, parent_id=ids[-1] if ids else None))
    other = project.edit.create_treenode(x - 400, y + 200, z - thickness)
    project.edit.create_treenode(x + 400, y + 200, z - thickness, parent_id=other)
    for node_id in ids[3:6]:
        project.edit.set_labels(node_id, ["ends here says the label"])
    notebook, viewer = await open_viewer(project)

    plain = await viewer.pixels()
    await notebook.value("None", f"viewer.active_node = {ids[4]}")
    await viewer.until("tracing.active?.id === argument", ids[4])
    active = await viewer.pixels()
    for color in (YELLOW, BLUE, ORANGE):
        assert like(active, color) > like(plain, color) + 100

    # Each colour lies on its side, wherever one pans: what came in is drawn as what was there.
    assert np.abs(active.astype(int) - BLUE).max(axis=-1).min(axis=0).argmin() < active.shape[1] / 2
    start = await viewer.place(x, y + 150)
    for _ in range(3):
        await viewer.drag(start, (start[0] - 60, start[1] - 20))
    await viewer.painted()
    moved = await viewer.pixels()
    await notebook.value("None", "viewer.layers[0].fade_sections = 3\nviewer.layers[0].fade_sections = 2")
    await notebook.value("None", "viewer.layers[0].opacity = 0.99")
    afresh = await viewer.pixels()
    different = np.abs(moved.astype(int) - afresh).max(axis=-1) > 150
    assert different.mean() < 0.001

    # By depth: no neuron has a colour of its own.
    await notebook.value("None", "viewer.active_node = None\nviewer.layers[0].opacity = 1")
    await viewer.root.get_by_label("Colours by").select_option("depth")
    await notebook.becomes("viewer.layers[0].color_by", "depth")
    await expect(viewer.root.get_by_test_id("legend")).to_have_text(
        "before this sectionin this sectionbehind this section"
    )
    assert like(await viewer.pixels(), WHITE) > 50
    await notebook.value("None", f"viewer.layers[0].colors = {{{project.skeletons['id'].iloc[0]}: 'red'}}")
    await viewer.root.get_by_label("Colours by").select_option("skeleton")
    await expect(viewer.root.get_by_test_id("legend")).to_be_hidden()


async def test_pictures_of_all_widths(site: Site, open_viewer: Open) -> None:
    project = site.project(SOLUTION)
    notebook, viewer = await open_viewer(project, "height=420, nm_per_pixel=3.0")
    largest = project.skeletons.sort_values("cable_length", ascending=False)["id"].iloc[0]
    nodes = project.skeleton(int(largest)).nodes
    node = nodes.iloc[len(nodes) // 2]
    position = tuple(float(node[axis]) for axis in "xyz")
    await notebook.value("None", f"viewer.position = {position}\nviewer.active_node = {int(node['id'])}")
    await viewer.until("tracing.active && tracing.section.treenodes > 0")
    for width in WIDTHS:
        await notebook.page.set_viewport_size({"width": width, "height": 800})
        for theme in THEMES:
            await change_theme(notebook.page, theme)
            await viewer.painted()
            await viewer.root.screenshot(path=RESULTS / f"drawing-{width}-{theme}.png".replace(" ", "-"))
            assert not await problems(viewer.root)
            # A change of the theme takes the picture away for a moment.
            await viewer.until("viewer.view.width === element.querySelector('[data-testid=overlay]').width")
    await notebook.page.set_viewport_size({"width": 1280, "height": 800})


async def test_tiles_have_no_seams(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    stack = project.stack()
    (nm, _, _), (left, _, _) = stack.resolution, stack.translation
    magnification = 4
    _, viewer = await open_viewer(project, f"height=420, nm_per_pixel={nm / magnification}")
    y = float(project.viewer().position[1])
    # The border lies half a pixel before the middle of the pixel that follows it.
    at = left + (BORDER - 0.5) * nm
    page = viewer.page
    for field, value in (("position-x", at), ("position-y", y)):
        await viewer.root.get_by_test_id(field).fill(str(value))
        await page.keyboard.press("Enter")
    await viewer.until("Math.abs(viewer.view.center[0] - argument) < 1", at)
    seen = (await viewer.pixels())[:, :, 0].astype(float)
    px, _ = await viewer.ask("viewer.toScreen(argument, 0)", at)
    border = round(px)
    # Smoothing goes on over the border: steps there are as small as in the middle of a tile.
    steps = np.abs(np.diff(seen, axis=1)).mean(axis=0)
    assert steps.mean() > 0.5, "there is tissue"
    away = np.r_[steps[border - 60 : border - 12], steps[border + 12 : border + 60]]
    assert steps[border - 3 : border + 3].max() < 1.5 * away.max()
    # Without it each tile would be flat for two pixels on both sides.
    assert steps[border - 2 : border + 1].min() > 0.2 * away.min()
