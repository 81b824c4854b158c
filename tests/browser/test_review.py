"""Review of a neurite section by section: by keyboard in a viewer, and from the table of a selection."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from tests.browser.accessibility import problems_in_all_themes
from tests.browser.site import VIEW, Open, OpenNotebook, Site
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(4 * PATIENCE_S)

VIEWER = f"viewer = project.viewer({VIEW})\nviewer"


def neurite(project: cj.Project) -> tuple[int, list[int]]:
    """A neurite through sections of the specimen with a branch: its nodes, the root first; the third edge is long.

    The third node is on the section where viewers begin. Segments: from the fifth node to the root, and from the last
    one to the branch, which is the second.
    """
    x, y, z = (float(value) for value in project.viewer().position)
    depth = project.stack().resolution[2]
    z -= 2 * depth
    nodes = [project.edit.create_treenode(x, y, z, neuron_name="neurite")]
    for section in (1, 2, 4, 5):
        nodes.append(project.edit.create_treenode(x + 30 * section, y, z + depth * section, parent_id=nodes[-1]))
    nodes.append(project.edit.create_treenode(x, y + 60, z + depth, parent_id=nodes[1]))
    nodes.append(project.edit.create_treenode(x, y + 120, z + depth, parent_id=nodes[5]))
    return int(project.neuron("neurite").skeleton_ids[0]), nodes


async def at(viewer: Viewer, node: int) -> None:
    """Wait until a node is under review."""
    await viewer.until("tracing.review?.node === argument && tracing.active?.id === argument", node)


async def marked(project: cj.Project, skeleton_id: int) -> list[int]:
    """Treenodes that are reviewed, as the store has them."""
    found = await asyncio.to_thread(project.review.reviews, skeleton_id)
    return sorted(found["treenode_id"].tolist())


async def test_a_neurite_is_reviewed_by_keyboard(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    skeleton, nodes = await asyncio.to_thread(neurite, project)
    _, branch, third, fourth, end, twig, tip = nodes
    notebook, viewer = await open_viewer(project)
    press, bar = notebook.page.keyboard.press, viewer.root.get_by_test_id("review-bar")
    await viewer.click(await viewer.node_place(third))
    begin = await viewer.ask("viewer.view.section")
    await expect(bar).to_be_hidden()
    await press("e")
    await at(viewer, end)
    await expect(bar.get_by_test_id("review-segment")).to_have_text("segment 1 of 2")
    await expect(bar.get_by_test_id("review-step")).to_have_text("node 1 of 5, 5 left")
    assert await viewer.ask("viewer.view.section") == begin + 3

    # Beyond the end one looks a section further, and comes back; then every section up to the root.
    await press("q")
    await expect(viewer.notice()).to_contain_text("One section beyond the end")
    assert await viewer.ask("viewer.view.section") == begin + 4
    await press("w")
    await at(viewer, end)
    await press("w")
    await at(viewer, fourth)
    await press("w")
    await viewer.until("tracing.active.kind === 'virtual'")
    await press("w")
    await at(viewer, third)
    await press("Shift+W")
    await at(viewer, branch)
    for _ in range(2):
        await press("w")
    await expect(viewer.notice()).to_contain_text("Segment 1 of 2 is reviewed. E goes to the next one.")
    await viewer.settled()
    assert await marked(project, skeleton) == sorted(nodes[:5])
    await expect(bar.get_by_test_id("review-shares")).to_have_text("own 71.4 %, team 0.0 %, union 71.4 %")
    assert await problems_in_all_themes(bar) == []

    # The other segment, whose last node is reviewed already; an undo takes the last mark back.
    await press("e")
    await at(viewer, tip)
    await press("w")
    await at(viewer, twig)
    await viewer.settled()
    await press("Shift+W")
    await expect(viewer.notice()).to_contain_text("All 2 segments of “neurite” are reviewed.")
    await viewer.settled()
    assert await marked(project, skeleton) == sorted(nodes)
    await press("Control+z")
    await viewer.until("tracing.review.left === 1")
    assert await marked(project, skeleton) == sorted([*nodes[:5], tip])

    # A node that moves loses its review; one that is deleted under the reviewer loses the place to its neighbour.
    await asyncio.to_thread(project.edit.move_nodes, {tip: (0.0, 0.0, 0.0)})
    await viewer.until("tracing.review.left === 2")
    await press("Shift+E")
    await viewer.until("tracing.review.segments === 1")
    await asyncio.to_thread(project.edit.delete_treenode, twig)
    await expect(viewer.notice()).to_contain_text("is gone")
    await viewer.until("tracing.review.node !== argument", twig)


async def test_a_review_is_begun_and_reset_from_the_table(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeleton, nodes = await asyncio.to_thread(neurite, project)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        VIEWER,
        f"reviews = project.review_table(project.selection([{skeleton}]), viewer, height=140)\nreviews",
    )
    page, table = notebook.page, notebook.page.get_by_test_id("project-table")
    viewer = await Viewer.of(notebook)
    status, question = table.get_by_test_id("status"), table.get_by_test_id("question")

    def cell(column: str) -> Locator:
        return table.locator(f'tbody tr[aria-rowindex="2"] td[data-column="{column}"]')

    await expect(cell("segments")).to_have_text("2")
    await expect(cell("own_percent")).to_have_text("0.0")
    await cell("name").click()
    await page.keyboard.press("Enter")
    await expect(status).to_contain_text("The review of “neurite” goes on in the viewer")
    await at(viewer, nodes[4])
    await page.keyboard.press("w")
    await at(viewer, nodes[3])
    await expect(cell("own_percent")).to_have_text("14.3")
    await expect(cell("reviewers")).to_have_text("admin 14.3 %")

    await table.get_by_role("button", name="Team…").click()
    await expect(question).to_contain_text("Whose reviews count")
    await page.keyboard.press("Escape")
    await expect(question).to_be_hidden()
    await table.get_by_role("button", name="Team…").click()
    await question.get_by_role("textbox").fill("admin")
    await page.keyboard.press("Enter")
    await expect(status).to_have_text("These reviewers are your team now.")
    await expect(cell("team_percent")).to_have_text("14.3")

    await table.get_by_role("button", name="Reset own…").click()
    await expect(question).to_contain_text("Take back your reviews of 1 node of 1 neuron? One undo brings them back.")
    assert await problems_in_all_themes(table) == []
    await question.get_by_role("button", name="Reset").click()
    await expect(status).to_have_text("Your reviews of 1 neuron are taken back.")
    await expect(cell("own_percent")).to_have_text("0.0")
    assert await marked(project, skeleton) == []


async def test_who_may_only_look_is_told(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    skeleton, nodes = await asyncio.to_thread(neurite, project)
    notebook, viewer = await open_viewer(project)
    await notebook.value("setattr(viewer.layers[0], 'read_only', True)")
    await viewer.click(await viewer.node_place(nodes[2]))
    bar = viewer.root.get_by_test_id("review-bar")
    await notebook.page.keyboard.press("e")
    await expect(viewer.notice()).to_contain_text("may not mark its nodes as reviewed")
    await at(viewer, nodes[4])
    await bar.get_by_role("button", name="On", exact=True).click()
    await at(viewer, nodes[3])
    await expect(bar.get_by_test_id("review-shares")).to_contain_text("not marked")
    assert await marked(project, skeleton) == []
    await bar.get_by_role("button", name="End").click()
    await expect(bar).to_be_hidden()
