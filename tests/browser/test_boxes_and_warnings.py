"""A box drawn by mouse reaches Python; rules warn of new nodes."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(3 * PATIENCE_S)


async def test_a_box_is_drawn_seen_and_forgotten(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    thickness = project.stack().resolution[2]
    inside = project.edit.create_treenode(x - 100, y, z)
    project.edit.create_treenode(x + 500, y, z)
    notebook, viewer = await open_viewer(project)
    button = viewer.root.get_by_test_id("draw-box")
    await button.click()
    await expect(button).to_have_attribute("aria-pressed", "true")
    await viewer.drag(await viewer.place(x + 90, y + 90), await viewer.place(x - 300, y - 150))
    await expect(button).to_have_attribute("aria-pressed", "false")
    await notebook.becomes("viewer.box is not None", True)
    (left, top, front), (right, bottom, back) = await notebook.value("viewer.box")
    assert (left, top, right, bottom) == pytest.approx((x - 300, y - 150, x + 90, y + 90), abs=4)
    assert (front, back) == pytest.approx((z - thickness / 2, z + thickness / 2))
    assert await notebook.value("project.nodes_in_box(*viewer.box)['id'].tolist()") == [inside]
    assert await viewer.counts() == (2, 0, 0), "a drag that draws makes no node"
    for theme in THEMES:
        await change_theme(viewer.page, theme)
        await viewer.painted()
        await viewer.root.screenshot(path=RESULTS / f"box-{theme}.png".replace(" ", "-"))
        assert not await problems(viewer.root)

    # The button forgets it; Escape gives drawing up; Python sets one.
    await button.click()
    await notebook.becomes("viewer.box", None)
    await button.click()
    await viewer.canvas.focus()
    await viewer.page.keyboard.press("Escape")
    await expect(button).to_have_attribute("aria-pressed", "false")
    await notebook.value("None", "viewer.box = (9, 8, 7), (1, 2, 3)")
    assert await notebook.value("viewer.box") == [[1, 2, 3], [9, 8, 7]]


async def test_rules_warn_of_new_nodes(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    thickness = project.stack().resolution[2]
    root = project.edit.create_treenode(x - 200, y, z - 3 * thickness)
    notebook, viewer = await open_viewer(project)
    await notebook.value("None", f"layer = viewer.layers[0]\nlayer.warn_sections = 2\nviewer.active_node = {root}")
    await viewer.until("tracing.active?.id === argument", root)
    await viewer.click(await viewer.place(x - 200, y + 30))
    await expect(viewer.notice()).to_contain_text("3 sections from its parent, more than 2")
    near = await viewer.active()
    await notebook.value("None", "layer.warn_distance = 200.0")
    await viewer.click(await viewer.place(x + 200, y + 30))
    await expect(viewer.notice()).to_contain_text("400 nm from its parent, more than 200 nm")
    await viewer.active()
    await notebook.value("None", "layer.warn_distance = None\nlayer.warn_sections = None")
    project.add_volume(((x - 450, y - 50, z - 450), (x + 450, y + 50, z + 450)), "neuropil")
    await notebook.value("None", "layer.warn_outside('neuropil')")
    await viewer.click(await viewer.node_place(near))
    await viewer.click(await viewer.place(x - 100, y + 150))
    await expect(viewer.notice()).to_contain_text("outside neuropil")
