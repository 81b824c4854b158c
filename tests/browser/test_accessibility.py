"""Nothing in the widgets keeps people who cannot see well, or use no mouse, from using them."""

from __future__ import annotations

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.viewer import Viewer


async def test_viewer_and_history_table_have_no_serious_problem(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    root = project.edit.create_treenode(x, y, z)
    end = project.edit.create_treenode(x + 100, y, z, parent_id=root)
    project.edit.move_nodes({end: (x + 200, y, z)})
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"viewer = project.viewer({VIEW})\nviewer",
        "table = project.history(viewer=viewer, height=240)\ntable",
    )
    page = notebook.page
    # JupyterLab takes cells out of the page that are not in sight.
    await page.set_viewport_size({"width": 1280, "height": 1400})
    viewer = await Viewer.of(notebook)
    table = page.get_by_test_id("history-table")
    await table.get_by_role("row").nth(1).wait_for()
    found: dict[str, list[str]] = {}

    for theme in THEMES:
        await change_theme(page, theme)
        found[f"viewer, {theme}"] = await problems(viewer.root)
        await viewer.click(await viewer.node_place(root))
        await page.keyboard.press("5")
        await viewer.root.get_by_test_id("notice").wait_for()
        found[f"notice, {theme}"] = await problems(viewer.root)
        await page.keyboard.press("?")
        found[f"keys, {theme}"] = await problems(viewer.root)
        await page.keyboard.press("?")
        await page.keyboard.press("t")
        await viewer.root.get_by_test_id("ask").wait_for()
        found[f"question, {theme}"] = await problems(viewer.root)
        await page.keyboard.press("Escape")
        await table.get_by_role("row").nth(1).click()
        found[f"history, {theme}"] = await problems(table)
        await table.get_by_role("button", name="Take back version").click()
        await table.get_by_test_id("question").wait_for()
        found[f"history's question, {theme}"] = await problems(table)
        await page.keyboard.press("Escape")
    assert {where: what for where, what in found.items() if what} == {}
