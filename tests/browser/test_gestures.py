"""Clicks with Shift, Alt and Ctrl, and keys, mean what they mean in CATMAID: what the store holds then."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

import catmaid_jupyter as cj
from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site
from tests.helpers.patience import PATIENCE_S

# Both tests open a notebook each and go through many gestures.
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


async def test_arbors_by_clicks_and_keys(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    chain = [project.edit.create_treenode(x - 300, y, z, neuron_name="traced")]
    for step in range(1, 5):
        chain.append(project.edit.create_treenode(x - 300 + 150 * step, y, z, parent_id=chain[-1]))
    branch = project.edit.create_treenode(x - 150, y + 75, z, parent_id=chain[1])
    twig = project.edit.create_treenode(x - 150, y + 150, z, parent_id=branch)
    notebook, viewer = await open_viewer(project)
    press, ask = notebook.page.keyboard.press, viewer.root.get_by_test_id("ask")

    async def goes_to(key: str, node_id: int) -> None:
        await press(key)
        await viewer.until("tracing.active?.id === argument", node_id)

    # R goes to the nearest open end, Shift R on to the next ones, Alt R to the one made last.
    await viewer.click(await viewer.node_place(chain[1]))
    await goes_to("r", chain[0])
    await goes_to("Shift+R", twig)
    await goes_to("Shift+R", chain[4])
    await viewer.click(await viewer.node_place(chain[1]))
    await goes_to("Alt+r", twig)
    await goes_to("Backspace", chain[0])

    # The root is changed after a question alone.
    await viewer.click(await viewer.node_place(chain[4]))
    for answer in ("Escape", "Enter"):
        await press("6")
        await expect(ask).to_have_count(1)
        await press(answer)
        await expect(ask).to_have_count(0)
    await viewer.until("tracing.pending === 0 && tracing.active?.id === argument", chain[4])
    skeleton = project.skeleton(int(await notebook.value("viewer.active_skeleton")))
    assert skeleton.root == chain[4]

    # A node goes into the nearest edge, and a click on an edge splits there, after a question.
    await viewer.click(await viewer.place(x - 60, y + 40), "Control", "Alt")
    inserted = await viewer.active()
    assert inserted not in chain
    await viewer.shows(8)
    nodes = project.skeleton(skeleton.id).nodes.set_index("id")["parent_id"]
    assert (int(nodes[inserted]), int(nodes[chain[1]])) == (chain[2], inserted)
    await viewer.click(await viewer.place(x - 225, y + 2), "Control", "Shift")
    await expect(ask).to_have_count(1)
    await press("Enter")
    await viewer.until("tracing.pending === 0")
    await notebook.becomes("len(project.skeletons)", 2)

    # Space shows the image alone while it is held, and scrolls nothing.
    overlay, position = viewer.root.get_by_test_id("overlay"), await viewer.canvas.bounding_box()
    await notebook.page.keyboard.down(" ")
    await expect(overlay).to_be_hidden()
    await notebook.page.keyboard.up(" ")
    await expect(overlay).to_be_visible()
    for key in ("PageDown", "End", "Home"):
        await press(key)
    assert await viewer.canvas.bounding_box() == position
