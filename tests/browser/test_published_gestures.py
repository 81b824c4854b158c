"""Keys and mouse do on a published page what they do in a notebook, within what was saved."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

import catmaid_jupyter as cj
from tests.browser.gestures import carried_out
from tests.browser.key_scene import made_in, make_scene
from tests.browser.published import published
from tests.browser.saved_scene import BIG_STEP, SavedScene, rows_on_pages
from tests.browser.site import Site
from tests.browser.space import Space
from tests.browser.space_keys import SPACE_ROWS, failing_keys
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_S

# Dozens of gestures on one page.
pytestmark = pytest.mark.timeout(6 * PATIENCE_S)


async def test_gestures_of_the_key_table(site: Site, browser: Browser, tmp_path: Path) -> None:
    project = await site.new_project()
    ids = await asyncio.to_thread(make_scene, project)
    path = tmp_path / "scene.html"

    def publish() -> str:
        found = project.selection(project.skeletons)
        viewer = project.viewer(height=420, nm_per_pixel=3.0, selection=found)
        viewer.big_step = BIG_STEP
        viewer3d = project.viewer3d(found, viewer, height=400)
        viewer3d.shade("distance_to_root")
        project.annotate(project.neuron("other"), "PN")
        cj.publish(path, viewer, viewer3d, found, sections=4)
        return str(viewer.layers[0].layer_id)

    layer_id = await asyncio.to_thread(publish)
    # Its policy forbids what tests wait by; others open pages with it.
    async with published(browser, path, bypass_csp=True) as opened:
        page = opened.page
        viewer = Viewer(page, layer_id)
        await viewer.ready()
        scene = SavedScene(viewer, made_in(project), ids)
        thickness, failed = float(project.stack().resolution[2]), []
        for row in rows_on_pages():
            try:
                await scene.begin(row.active, thickness)
                await carried_out(scene, row)
            except Exception as error:
                failed.append(f"{row.gesture}: {error}")
        assert not failed, "\n".join(failed)

        space = Space(page)
        await space.ready()

        async def frontal() -> None:
            await space.stage.focus()
            await page.keyboard.press("1")
            await page.keyboard.press("f")

        rows = [row for row in SPACE_ROWS if row[1] != "kept views"]
        failed = await failing_keys(page, space, rows, frontal)
        assert not failed, "\n".join(failed)
        await space.stage.focus()
        await page.keyboard.press("k")
        await expect(space.said()).to_contain_text("Views are kept in notebooks")

        await expect(space.root.get_by_test_id("legend")).to_have_text("distance to the root0 nm415 nm")
        await scene.begin("tip", thickness)
        await viewer.click(await viewer.node_place(ids["far"]))
        await expect(space.root.get_by_test_id("active")).to_have_text("active: other, 2 nodes")
        await viewer.root.get_by_label("Colours by").select_option("annotation")
        await expect(viewer.root.get_by_test_id("legend")).to_have_text("PNno annotation")
        await what_needs_a_kernel_is_absent(page, viewer, space)
        assert opened.complaints == []


async def what_needs_a_kernel_is_absent(page: Page, viewer: Viewer, space: Space) -> None:
    """Buttons and choices that ask the kernel for something are not on the page."""
    await viewer.root.get_by_test_id("regions").click()
    regions = viewer.root.get_by_test_id("regions-panel")
    assert await regions.get_by_role("button").all_inner_texts() == ["Draw", "Undo"]
    await space.root.get_by_role("button", name="save what is shown").click()
    shown = space.root.get_by_role("menu", name="save what is shown").get_by_role("menuitem")
    assert [text for text in await shown.all_inner_texts() if text.startswith("growing")] == []
    await page.keyboard.press("End")
    await expect(shown.filter(has_text="turning (GIF)")).to_be_focused()
    await page.keyboard.press("Escape")
    table = page.get_by_test_id("selection-table")
    for opener, choices in (("Export…", 2), ("Colour…", 2)):
        await table.get_by_role("button", name=opener).click()
        options = table.get_by_test_id("panel").locator("select").first.locator("option")
        drawn = [await option.evaluate("one => getComputedStyle(one).display") for option in await options.all()]
        assert sum(display != "none" for display in drawn) == choices
