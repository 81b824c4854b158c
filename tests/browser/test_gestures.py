"""Connectors and their partners by clicks with Shift and Alt, one after the other: what the store holds then."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

import catmaid_jupyter as cj
from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site
from tests.helpers.patience import PATIENCE_S

# Many gestures follow each other in one notebook.
pytestmark = pytest.mark.timeout(4 * PATIENCE_S)


def relations(project: cj.Project, connector_id: int) -> list[tuple[int, str]]:
    """Treenodes that are linked to a connector, with the relation, by treenode."""
    links = project.links()
    found = links[links["connector_id"] == connector_id].sort_values("treenode_id")
    return list(zip(found["treenode_id"].astype(int), found["relation"].astype(str), strict=True))


async def test_links_by_clicks(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    source = project.edit.create_treenode(x - 300, y, z)
    notebook, viewer = await open_viewer(project)
    page = notebook.page

    # A connector after the active node; clicks and Shift-clicks in space then add its partners.
    await viewer.click(await viewer.node_place(source))
    await viewer.click(await viewer.place(x - 200, y - 100), "Shift")
    connector = await viewer.active()
    await viewer.click(await viewer.place(x - 100, y - 150), "Shift")
    await viewer.shows(2, 1, 2)
    assert await viewer.active() == connector
    await viewer.click(await viewer.place(x - 100, y - 50))
    await viewer.shows(3, 1, 3)
    partner = await viewer.active()
    assert [relation for _, relation in relations(project, connector)] == ["presynaptic_to", *["postsynaptic_to"] * 2]

    # The other way round: a connector before the active node, whose first partner by a click is presynaptic.
    await viewer.click(await viewer.place(x, y + 100), "Shift", "Alt")
    reverse = await viewer.active()
    assert relations(project, reverse) == [(partner, "postsynaptic_to")]
    await viewer.click(await viewer.place(x + 100, y + 150))
    first = await viewer.active()
    assert relations(project, reverse) == [(partner, "postsynaptic_to"), (first, "presynaptic_to")]

    # A second presynaptic node is refused with what to do; the other polarity links it.
    await viewer.click(await viewer.node_place(source))
    await viewer.click(await viewer.node_place(reverse), "Shift")
    await expect(viewer.notice()).to_contain_text("presynaptic node already")
    await viewer.click(await viewer.node_place(reverse), "Shift", "Alt")
    await viewer.shows(4, 2, 6)
    assert (source, "postsynaptic_to") in relations(project, reverse)

    # Other kinds are chosen from a menu, by mouse or keyboard; Escape leaves all as it was.
    menu = viewer.root.get_by_test_id("choices")
    await viewer.click(await viewer.place(x + 250, y - 100), "Alt")
    await expect(menu.get_by_role("menuitem")).to_have_count(9)
    for theme in THEMES:
        await change_theme(page, theme)
        await menu.screenshot(path=RESULTS / f"link-kinds-{theme}.png".replace(" ", "-"))
        assert not await problems(menu)
    await menu.get_by_role("menuitem").first.press("Escape")
    await expect(menu).to_have_count(0)
    await viewer.shows(4, 2, 6)
    await viewer.click(await viewer.place(x + 250, y - 100), "Alt")
    await menu.get_by_text("Gap junction").click()
    await viewer.shows(4, 3, 7)
    gap = await viewer.active()
    await viewer.click(await viewer.node_place(first), "Alt")
    await page.keyboard.press("3")
    await viewer.shows(4, 3, 8)
    assert relations(project, gap) == [(source, "gapjunction_with"), (first, "gapjunction_with")]

    # No key of a viewer that has the focus scrolls the page.
    position = await viewer.canvas.bounding_box()
    for key in ("PageDown", "End", "Home", " "):
        await page.keyboard.press(key)
    assert await viewer.canvas.bounding_box() == position
