"""Published pages open from a file without a network, and views are used there as in notebooks."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

import catmaid_jupyter as cj
from tests.browser.accessibility import problems
from tests.browser.published import published
from tests.browser.site import RESULTS, Site
from tests.browser.space import Space
from tests.browser.test_selection_table import cell, head
from tests.browser.test_viewer3d import neurons_in_space

RED, GREEN = 0, 1


async def test_neurons_are_turned_sorted_and_chosen_together(site: Site, browser: Browser, tmp_path: Path) -> None:
    project = await site.new_project()
    first, second, third = neurons_in_space(project)
    last = project.nodes([third]).sort_values("id").iloc[-1]
    project.edit.create_treenode(last["x"] - 100, last["y"] + 80, last["z"], parent_id=int(last["id"]))
    path = tmp_path / "neurons.html"

    def publish() -> None:
        found = project.selection([first, second, third])
        found.set_colors("#ff0000")
        look: dict[str, Any] = {"show_box": False, "show_orientation": False, "background": "#fff"}
        cj.publish(path, project.viewer3d(found, height=360, **look), found, title="Three neurons")

    await asyncio.to_thread(publish)
    async with published(browser, path) as opened:
        page = opened.page
        space, table = Space(page), page.get_by_test_id("selection-table")
        await space.ready()
        counts, total = space.root.get_by_test_id("counts"), table.get_by_test_id("total")
        await expect(counts).to_have_text("3 neurons, 13 nodes")
        await space.shows(RED)

        await space.click(await space.place(second, 2))
        await expect(space.root.get_by_test_id("active")).to_have_text("active: n1 <b>, 4 nodes")
        await expect(total).to_have_text("3 neurons, 1 selected")
        await head(table, "nodes").click()
        await head(table, "nodes").click()
        await expect(cell(table, 0, "nodes")).to_have_text("5")
        await table.get_by_label("Filter Nodes").fill("<5")
        await expect(total).to_have_text("3 neurons, 2 shown, 1 selected")
        await table.get_by_label("Filter Nodes").fill("")
        await cell(table, 0, "color").click()
        await table.locator(".cj-cell-editor").fill("#00ff00")
        await cell(table, 1, "name").click()
        await space.shows(GREEN)
        await cell(table, 0, "visible").click()
        await expect(counts).to_have_text("3 neurons, 1 hidden, 8 nodes")
        before = await space.ask("viewer.camera")
        start = await space.place(first, 0)
        await space.drag((start[0], start[1] + 40), (start[0] + 120, start[1] + 60))
        assert (await space.ask("viewer.camera"))["position"] != before["position"]

        for name in ("Annotate…", "Rename…", "new volume around neurons", "kept views (k)"):
            await expect(page.get_by_role("button", name=name)).to_have_count(0)
        await table.get_by_role("button", name="Export…").click()
        assert await problems(page.locator("body")) == []
        assert opened.of_others() == []
        assert opened.complaints == []

    for scheme, width in (("light", 1200), ("dark", 400)):
        async with published(browser, path, color_scheme=scheme, viewport={"width": width, "height": 900}) as opened:
            await Space(opened.page).ready()
            await expect(opened.page.get_by_role("heading", name="Three neurons")).to_be_visible()
            assert await opened.page.evaluate("document.documentElement.scrollWidth") <= width
            assert await problems(opened.page.locator("body")) == []
            await opened.page.screenshot(path=RESULTS / f"published {scheme} {width}.png", full_page=True)
