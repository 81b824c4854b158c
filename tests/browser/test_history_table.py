"""The history table: look, go there, see before and after, take back."""

from __future__ import annotations

from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from tests.browser.lab import Notebook
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_MS


async def open_table(notebooks: OpenNotebook, project: cj.Project) -> tuple[Notebook, Viewer, Locator]:
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"viewer = project.viewer({VIEW})\nviewer",
        "table = project.history(viewer=viewer, height=240)\ntable",
    )
    table = notebook.page.get_by_test_id("history-table")
    await table.get_by_role("row").nth(1).wait_for(timeout=PATIENCE_MS)
    return notebook, await Viewer.of(notebook), table


def row_of(table: Locator, version: int) -> Locator:
    return table.get_by_role("row").filter(has=table.page.get_by_role("gridcell", name=str(version), exact=True))


async def test_a_change_is_found_compared_and_taken_back(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    root = project.edit.create_treenode(x, y, z)
    end = project.edit.create_treenode(x + 100, y, z, parent_id=root)
    created = project.version
    project.edit.move_nodes({end: (x + 700, y, z)})
    moved = project.version
    notebook, viewer, table = await open_table(notebooks, project)
    page = notebook.page

    grid = table.get_by_role("grid")
    await grid.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(table.get_by_test_id("status")).to_have_text(f"This is the place of version {moved}.")
    await viewer.until("Math.abs(viewer.view.center[0] - argument) < 1", x + 700)
    assert await viewer.active() == end
    await expect(grid).to_have_attribute("aria-rowcount", "4")
    await expect(row_of(table, moved)).to_contain_text("move nodes")

    await table.locator('select[name="label"]').select_option("move nodes")
    await expect(table.get_by_test_id("total")).to_have_text("1 version.")
    await table.locator('input[name="user"]').fill("nobody")
    await page.keyboard.press("Enter")
    await expect(table.get_by_test_id("status")).to_have_text("Nobody called 'nobody' wrote a version of this project.")
    await expect(table.get_by_test_id("total")).to_have_text("")
    await table.get_by_role("textbox", name="User").fill("")
    await table.get_by_role("textbox", name="Since").fill("2100-01-01")
    await page.keyboard.press("Enter")
    await expect(table.get_by_test_id("total")).to_have_text("No version fits.")
    await table.get_by_role("button", name="Clear").click()
    await expect(table.get_by_test_id("total")).to_have_text("3 versions.")

    await table.get_by_role("button", name="Before").click()
    banner = viewer.root.get_by_test_id("banner")
    await expect(banner).to_have_text(f"As of version {moved - 1}, before version {moved} (move nodes), read only")
    before = await Viewer.of(notebook)
    place = await before.node_place(end)
    await table.get_by_role("button", name="After").click()
    await expect(banner).to_have_text(f"As of version {moved} (move nodes), read only")
    after = await Viewer.of(notebook)
    assert (await after.node_place(end))[0] - place[0] > 150  # 600 nm at 3 nm per pixel
    await table.get_by_role("button", name="Present").click()
    await expect(banner).to_be_hidden()

    site.instance.project(project.title).edit.create_treenode(x, y + 100, z, parent_id=root)
    newest = project.version
    await expect(row_of(table, newest)).to_contain_text("add a treenode")

    await row_of(table, created).click()
    await table.get_by_role("button", name=f"Take back version {created}").click()
    question = table.get_by_test_id("question")
    await expect(question).to_contain_text(f"treenode {end} was changed")
    await page.keyboard.press("Escape")
    await row_of(table, moved).click()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press(" ")
    await table.get_by_role("button", name="Take back 2 versions").click()
    await expect(question).to_contain_text("treenodes")
    await question.get_by_role("button", name="Take back").click()
    await expect(table.get_by_test_id("status")).to_have_text(f"Taken back: versions {moved} and {newest}.")
    assert project.locate(end) == (x + 100, y, z)
    await expect(row_of(table, moved)).to_have_class("cj-taken-back")
    await expect(row_of(table, moved)).to_contain_text(str(project.version))
