"""Regions are drawn, changed and named by mouse, reach Python as polygons, and are there again another day."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(3 * PATIENCE_S)


async def test_a_region_is_drawn_changed_and_kept(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    thickness = project.stack().resolution[2]
    inside = project.edit.create_treenode(x - 100, y, z)
    project.edit.create_treenode(x + 100, y, z)
    notebook, viewer = await open_viewer(project)
    page, panel = viewer.page, viewer.root.get_by_test_id("regions-panel")
    await expect(panel).to_be_hidden()
    await viewer.root.get_by_test_id("regions").click()
    draw = panel.get_by_role("button", name="Draw")

    # Corners by clicks; a click on the first one ends it. Nothing is traced.
    await draw.click()
    await expect(draw).to_have_attribute("aria-pressed", "true")
    for dx, dy in ((-300, -120), (0, -120), (0, 120), (-300, 120), (-300, -120)):
        await viewer.click(await viewer.place(x + dx, y + dy))
    await expect(draw).to_have_attribute("aria-pressed", "false")
    await notebook.becomes("[region.name for region in viewer.regions]", ["region 1"])
    left, top, right, bottom = await notebook.value("list(viewer.regions[0].polygon.bounds)")
    assert (left, top, right, bottom) == pytest.approx((x - 300, y - 120, x, y + 120), abs=4)
    assert await notebook.value("viewer.regions[0].upper - viewer.regions[0].lower") == pytest.approx(thickness)
    assert await viewer.counts() == (2, 0, 0)
    (skeleton,) = await notebook.value("list(map(int, project.neurons_in(viewer.regions[0]).skeleton_ids))")
    assert project.skeleton(skeleton).root == inside

    # A corner is moved, and moved back by undo; a name; more sections; and it is kept.
    await viewer.drag(await viewer.place(x, y - 120), await viewer.place(x + 150, y - 120))
    await notebook.becomes(f"abs(viewer.regions[0].polygon.bounds[2] - {x + 150}) < 4", True)
    await panel.get_by_role("button", name="Undo").click()
    await notebook.becomes(f"abs(viewer.regions[0].polygon.bounds[2] - {x}) < 4", True)
    name = panel.get_by_label("name of the region")
    await name.fill("calyx")
    await name.press("Enter")
    await notebook.becomes("viewer.regions['calyx'].name", "calyx")
    last = panel.get_by_label("last section")
    await last.fill(str(int(await last.input_value()) + 2))
    await last.press("Enter")
    await notebook.becomes("viewer.regions[0].upper - viewer.regions[0].lower", pytest.approx(3 * thickness))
    await panel.get_by_role("button", name="Keep", exact=True).click()
    await expect(viewer.notice()).to_contain_text("The regions are kept")
    (kept,) = project.regions.values()
    assert kept.name == "calyx"
    assert project.neurons_in("calyx").skeleton_ids == [skeleton]
    for theme in THEMES:
        await change_theme(page, theme)
        await viewer.painted()
        await viewer.root.screenshot(path=RESULTS / f"regions-{theme}.png".replace(" ", "-"))
        assert not await problems(viewer.root)

    # Deleted here, it comes back from the server.
    await panel.get_by_role("button", name="delete calyx").click()
    await notebook.becomes("[region.name for region in viewer.regions]", [])
    await panel.get_by_role("button", name="Show kept").click()
    await notebook.becomes("[region.name for region in viewer.regions]", ["calyx"])
    await draw.click()
    await viewer.drag(await viewer.place(x + 50, y - 50), await viewer.place(x + 250, y + 50))
    await notebook.becomes("len(viewer.regions[1].corners)", 4)
    await viewer.root.evaluate("root => { root.style.width = '400px'; }")
    await viewer.root.screenshot(path=RESULTS / "regions-narrow.png")
