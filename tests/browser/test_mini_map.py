"""The overview of the section in a corner: it shows where the view is, and a click, a drag or a key leads elsewhere."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site
from tests.helpers.patience import PATIENCE_MS, PATIENCE_S

pytestmark = pytest.mark.timeout(3 * PATIENCE_S)

YELLOW = """element => {
  const { width, height } = element;
  const { data } = element.getContext("2d").getImageData(0, 0, width, height);
  const found = [];
  for (let at = 0; at < data.length; at += 4)
    if (data[at] > 200 && data[at + 1] > 170 && data[at + 2] < 130) found.push(at / 4);
  return found.map(at => [at % width / width, Math.floor(at / width) / height]);
}"""
"""Where the frame and the active neuron are, as shares of the map's width and height."""

BRIGHT = """element => {
  const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
  return data.filter((value, at) => at % 4 < 3 && value > 40).length > element.width;
}"""


async def test_the_overview_leads_through_the_section(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    stack = project.stack()
    x, y, z = (float(value) for value in project.viewer().position)
    (width, height, _), (nm, _, _) = stack.dimension, stack.resolution
    root = project.edit.create_treenode(x, y, z)
    node = root
    for step in range(1, 9):
        node = project.edit.create_treenode(x + step * width * nm / 20, y, z, parent_id=node)
    notebook, viewer = await open_viewer(project)
    overview, button = viewer.root.get_by_test_id("mini-map"), viewer.root.get_by_test_id("toggle-mini-map")
    await expect(overview).to_be_hidden()
    await expect(viewer.root.get_by_test_id("crop")).to_be_hidden()
    await button.click()
    await expect(overview).to_be_visible()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await notebook.becomes("viewer.mini_map", True)
    await notebook.value("None", "viewer.nm_per_pixel = 2.0")
    await notebook.value("None", f"viewer.active_node = {root}")
    image, marks = overview.locator("canvas").nth(0), overview.locator("canvas").nth(1)
    await viewer.page.wait_for_function(
        f"element => ({BRIGHT})(element)", arg=await image.element_handle(), timeout=PATIENCE_MS
    )
    # The neuron goes far to the right of the frame in the middle.
    beyond = f"element => ({YELLOW})(element).some(([across]) => across > 0.85)"
    await viewer.page.wait_for_function(beyond, arg=await marks.element_handle(), timeout=PATIENCE_MS)

    box = await overview.bounding_box()
    assert box is not None
    page = viewer.page

    async def is_at(across: float, down: float) -> None:
        """The view's centre is at these shares of the stack."""
        for axis, share, pixels in ((0, across, width), (1, down, height)):
            place = stack.translation[axis] + (share * pixels - 0.5) * nm
            await notebook.becomes(f"abs(viewer.position[{axis}] - {place}) < {0.02 * pixels * nm}", True)

    await page.mouse.click(box["x"] + 0.25 * box["width"], box["y"] + 0.75 * box["height"])
    await is_at(0.25, 0.75)
    await page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.75 * box["height"])
    await page.mouse.down()
    await page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    await page.mouse.up()
    await is_at(0.5, 0.5)
    assert await viewer.counts() == (9, 0, 0), "a click in the overview makes no node"
    await overview.focus()
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("ArrowLeft")
    await is_at(0.3, 0.5)
    await page.keyboard.press("Home")
    await is_at(0.5, 0.5)
    await page.keyboard.press("Escape")
    await expect(viewer.canvas).to_be_focused()
    for theme in THEMES:
        await change_theme(page, theme)
        await viewer.painted()
        await viewer.root.screenshot(path=RESULTS / f"mini-map-{theme}.png".replace(" ", "-"))
        assert not await problems(viewer.root)
    await viewer.root.evaluate("root => { root.style.width = '400px'; }")
    await expect(overview).to_have_css("width", "112px")
    await viewer.root.screenshot(path=RESULTS / "mini-map-narrow.png")
    await page.keyboard.press("Alt+0")
    await expect(overview).to_be_hidden()
