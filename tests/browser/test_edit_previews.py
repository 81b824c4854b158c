"""Before a split and a join a small picture shows the arbors, and Enter or Escape answers."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image
from playwright.async_api import Locator, expect

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site

KEEPS, LEAVES = (15, 138, 200), (230, 159, 0)


async def has_color(picture: Locator, color: tuple[int, int, int]) -> bool:
    with Image.open(BytesIO(await picture.screenshot())) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    return bool((np.abs(pixels - color).max(axis=2) < 40).sum() > 10)


async def test_splits_and_joins_are_seen_before_they_are_made(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    chain = [project.edit.create_treenode(x - 300, y - 200, z, neuron_name="first")]
    for step in range(1, 5):
        parent = chain[-1]
        chain.append(project.edit.create_treenode(x - 300 + 120 * step, y - 200, z, parent_id=parent))
    other = project.edit.create_treenode(x, y + 150, z, neuron_name="second")
    project.edit.create_treenode(x + 200, y + 200, z, parent_id=other)
    own = project.skeletons.set_index("name")["id"]["first"]
    project.annotate([own], "PN")
    notebook, viewer = await open_viewer(project)
    keyboard = notebook.page.keyboard
    ask, preview = viewer.root.get_by_test_id("ask"), viewer.root.get_by_test_id("preview")

    await viewer.click(await viewer.node_place(chain[3]))
    await keyboard.press("Shift+X")
    parts = preview.locator("li")
    await expect(parts).to_have_text(
        ["stays “first”: 3 nodes, annotated PN", "becomes a new neuron: 2 nodes, annotated PN"]
    )
    picture = preview.locator("canvas")
    assert await has_color(picture, KEEPS)
    assert await has_color(picture, LEAVES)
    before = await picture.screenshot()
    await keyboard.press("ArrowRight")
    assert await picture.screenshot() != before
    for theme in THEMES:
        await change_theme(viewer.page, theme)
        await viewer.root.screenshot(path=RESULTS / f"split-preview-{theme.split()[-1].lower()}.png")
        assert await problems(viewer.root) == []
    await keyboard.press("Escape")
    await expect(ask).to_have_count(0)
    assert await viewer.ask("tracing.node(argument).parent", chain[3]) == chain[2]

    await viewer.click(await viewer.node_place(chain[4]))
    await viewer.click(await viewer.node_place(other), "Shift")
    await expect(parts.nth(0)).to_have_text("keeps its name “first”: 5 nodes, annotated PN")
    await expect(parts.nth(1)).to_contain_text("“second”")
    await keyboard.press("Enter")
    await viewer.until("tracing.node(argument[0])?.parent === argument[1]", [other, chain[4]])
    await viewer.until("tracing.pending === 0")

    await notebook.value("0", "viewer.layers[0].previews = False")
    await viewer.click(await viewer.node_place(chain[1]))
    await keyboard.press("Shift+X")
    await expect(ask).to_have_count(1)
    await expect(preview).to_have_count(0)
    await keyboard.press("Enter")
    await viewer.until("tracing.node(argument)?.parent === -1", chain[1])
