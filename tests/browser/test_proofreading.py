"""Points to proofread: the table, the walk by keys in a viewer, and the status of a neuron."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from tests.browser.accessibility import problems_in_all_themes
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(4 * PATIENCE_S)


def branched(project: cj.Project) -> list[int]:
    """A neurite with two open ends, whose third node has the tag TODO: its nodes, the root first, which is closed."""
    x, y, z = (float(value) for value in project.viewer().position)
    depth = project.stack().resolution[2]
    nodes = [project.edit.create_treenode(x, y, z, neuron_name="neurite")]
    for section in (1, 2):
        nodes.append(project.edit.create_treenode(x + 30 * section, y, z + depth * section, parent_id=nodes[-1]))
    nodes.append(project.edit.create_treenode(x, y + 120, z + depth, parent_id=nodes[1]))
    project.edit.set_labels(nodes[0], ["soma"])
    project.edit.set_labels(nodes[2], ["TODO"])
    return nodes


async def test_points_are_walked_along_and_kept_as_seen(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    _, _, end, twig = await asyncio.to_thread(branched, project)
    skeleton = int(project.neuron("neurite").skeleton_ids[0])
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"viewer = project.viewer({VIEW})\nviewer",
        f"points = project.proofread([{skeleton}], viewer, height=140)\npoints",
    )
    page, table = notebook.page, notebook.page.get_by_test_id("project-table")
    viewer = await Viewer.of(notebook)
    status, notes = table.get_by_test_id("status"), table.get_by_test_id("notes")
    kinds = table.locator('tbody td[data-column="kind"]')

    def row(at: int) -> Locator:
        return table.locator(f'tbody tr[aria-rowindex="{at + 2}"] td[data-column="what"]')

    await expect(kinds).to_have_text(["open end", "open end", "tag"])
    await row(0).click()
    await page.keyboard.press("Enter")
    await expect(status).to_contain_text("no tag that says that the neuron ends here. J goes on to the next point")
    await viewer.until("tracing.active?.id === argument", end)

    # In the viewer, J marks the point that one leaves; Shift+J goes back to it.
    await viewer.canvas.focus()
    await page.keyboard.press("j")
    await viewer.until("tracing.active?.id === argument", twig)
    await expect(viewer.notice()).to_contain_text("Point 2 of 3 (2 not seen yet), “neurite”: This end has no tag")
    await expect(kinds).to_have_text(["open end", "tag"])
    await page.keyboard.press("Shift+J")
    await viewer.until("tracing.active?.id === argument", end)
    await expect(viewer.notice()).to_contain_text("seen already")

    # What is mended is no point any more.
    await page.keyboard.press("k")
    await viewer.settled()
    for _ in range(2):
        await page.keyboard.press("j")
    await expect(viewer.notice()).to_contain_text("The node has the tag “TODO”.")
    await page.keyboard.press("j")
    await expect(viewer.notice()).to_contain_text("You have seen all 2 points.")
    await expect(notes).to_contain_text("You have seen all 2 points.")
    assert project.proofreading.points(skeleton)["seen"].all()

    # Points can be looked at again; a status is told above the table, and what made it stale.
    await table.locator("select[name=shown_points]").select_option("all")
    await row(0).click()
    await table.get_by_role("button", name="Not seen").click()
    await expect(status).to_have_text("1 point is to be seen again.")
    await table.get_by_role("button", name="Status…").click()
    await table.get_by_test_id("question").get_by_role("textbox").fill("complete")
    await page.keyboard.press("Enter")
    await expect(notes).to_contain_text("“neurite” is “complete” (admin, ")
    assert await problems_in_all_themes(table) == []
    await asyncio.to_thread(project.edit.delete_treenode, twig)
    await expect(notes).to_contain_text("its structure was changed once since: delete a treenode by admin")
