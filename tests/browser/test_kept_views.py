"""The menu of kept views: by mouse and by keyboard, in the viewer and on the server."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems_in_all_themes
from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.test_viewer3d import cells, neurons_in_space


async def test_views_are_kept_found_and_forgotten(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    other = project.viewer3d(skeletons)
    other.views = {"from others": {"position": (0, 0, -9e5), "target": (0, 0, 0)}}
    other.save_view("from others", shared=True)
    notebook = await notebooks(
        *cells(project, f"v3 = project.viewer3d({skeletons}, height=400, background='#fff')\nv3"),
    )
    page, space = notebook.page, await Space.of(notebook)
    panel, opener = space.root.get_by_test_id("kept-views"), space.root.get_by_test_id("views")
    status, rows = panel.get_by_test_id("views-status"), panel.get_by_test_id("kept-view")
    name, where = panel.get_by_label("Name of this view"), panel.get_by_label("Where it is kept")

    await opener.click()
    await expect(opener).to_have_attribute("aria-expanded", "true")
    await expect(panel.get_by_role("list", name="For all users")).to_contain_text("from others")
    await name.fill("frontal")
    await panel.get_by_role("button", name="Keep").click()
    await expect(status).to_contain_text("“frontal” is the name of a standard view")
    for kept, place in (("here", "viewer"), ("mine <b>", "own"), ("ours", "shared")):
        await name.fill(kept)
        await where.select_option(place)
        await panel.get_by_role("button", name="Keep").click()
        await expect(status).to_have_text(f"This view is kept as “{kept}”.")
    await expect(rows).to_have_text(["here", "mine <b>", "from others", "ours"])
    await notebook.becomes("sorted(v3.views)", ["here", "mine <b>", "ours"])
    again = project.viewer3d(skeletons)
    again.load_views()
    assert sorted(again.views) == ["from others", "mine <b>", "ours"]

    RESULTS.mkdir(exist_ok=True)
    assert await problems_in_all_themes(space.root) == []
    await space.root.screenshot(path=RESULTS / "kept views narrow.png")
    assert await panel.evaluate(
        "(panel) => panel.getBoundingClientRect().right <= panel.closest('.cj-widget').getBoundingClientRect().right"
    )
    await space.root.evaluate("root => { root.style.width = ''; }")
    for theme in THEMES:
        await change_theme(page, theme)
        await space.root.screenshot(path=RESULTS / f"kept views {theme}.png")

    # By keyboard: k opens the list, arrows go through it, Enter looks from there, Delete forgets.
    await space.stage.focus()
    await expect(panel).to_be_hidden()
    await page.keyboard.press("5")
    await notebook.becomes("v3.camera['up']", [0, 0, 1])
    await page.keyboard.press("k")
    await expect(rows.first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(panel).to_be_hidden()
    await expect(space.stage).to_be_focused()
    await notebook.becomes("v3.camera == v3.views['here']", True)
    await page.keyboard.press("k")
    await page.keyboard.press("ArrowDown")
    await expect(rows.nth(1)).to_be_focused()
    await page.keyboard.press("Delete")
    await expect(status).to_have_text("“mine <b>” is forgotten.")
    await expect(rows.nth(1)).to_be_focused()
    await expect(rows).to_have_text(["here", "from others", "ours"])
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Delete")
    await expect(rows).to_have_text(["from others", "ours"])
    await notebook.becomes("sorted(v3.views)", ["ours"])
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(opener).to_be_focused()
    again.views = {}
    again.load_views()
    assert sorted(again.views) == ["from others", "ours"]

    # What somebody else took away meanwhile cannot be forgotten twice.
    await opener.click()
    await expect(rows).to_have_count(2)
    again.forget_view("ours", shared=True)
    await panel.get_by_label("forget ours").click()
    await expect(status).to_contain_text("no view 'ours' for all users on the server any more")
