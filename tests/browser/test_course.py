"""A trainer's board and a student's assignments, beside each other: what one does, the other sees."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems_in_all_themes
from tests.browser.lab import VIEWPORT
from tests.browser.site import RESULTS, VIEW, OpenNotebook, Site
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(6 * PATIENCE_S)

SEED = (4000.0, 4000.0, 600.0)


async def test_a_neuron_goes_from_hand_to_hand(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    name, token = await site.new_member(project)
    await asyncio.to_thread(prepare, project, name)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"viewer = project.viewer({VIEW})\nviewer",
        "board = project.course('EM').show(viewer)\nboard",
        f"own = cj.connect(project.instance.url, {token!r}).project({project.id})\nmine_viewer = own.viewer({VIEW})\n"
        "mine = own.course('EM').mine(mine_viewer)\nmine",
    )
    page: Any = notebook.page
    board, mine = page.get_by_test_id("course"), page.get_by_test_id("assignments")
    cell = board.locator("td button").first

    await expect(cell).to_contain_text("not begun")
    await mine.get_by_role("button", name="Begin").click()
    await expect(mine.get_by_test_id("status")).to_contain_text("its first node is active")
    assert await notebook.value("list(mine_viewer.position)") == list(SEED)
    root = await notebook.value("mine_viewer.layers[0].active_node")
    end = await notebook.value(f"own.edit.create_treenode(4000, 4000, 3000, parent_id={root})")
    await expect(cell).to_contain_text("2 n")
    await mine.get_by_label("about the active node").check()
    await mine.get_by_role("textbox").fill("Is this the soma?")
    await mine.get_by_role("button", name="Ask").dblclick()
    await expect(cell).to_contain_text("1 ✉")
    await mine.get_by_role("button", name="Hand in").click()
    await expect(cell).to_contain_text("handed in")

    await expect(board.get_by_test_id("chosen")).to_contain_text("Due: 2027-03-0")
    await expect(board.locator(".cj-talk-list")).to_contain_text("Is this the soma?")
    await notebook.value("setattr(viewer, 'position', (0, 0, 0))")
    await cell.press("Enter")
    await notebook.becomes("list(viewer.position)", list(SEED))
    await board.get_by_role("button", name="Compare").click()
    score = board.get_by_test_id("score")
    await expect(score).to_contain_text("missed: 1.")
    await expect(score.locator("svg")).to_be_visible()
    await notebook.value(f"setattr(viewer.layers[-1], 'active_node', {end})")
    await cell.press("n")
    await expect(score.locator("button[aria-pressed='true']")).to_contain_text("missed")
    await notebook.becomes("viewer.position[0] > 4200", True)
    await notebook.becomes("viewer.layers[-1].active_node", root)
    await board.get_by_role("button", name=f"Node {root}").click()
    await expect(board.get_by_test_id("status")).to_have_text(f"Node {root} is active.")
    await notebook.becomes("list(viewer.position)", list(SEED))
    for theme in THEMES:
        await change_theme(page, theme)
        for part, what in ((board, "board"), (mine, "assignments")):
            await part.screenshot(path=RESULTS / f"course-{what}-{theme}.png".replace(" ", "-"))
    await board.get_by_role("textbox").fill("A branch is missing.")
    await board.get_by_role("button", name="Give back").dblclick()
    await expect(mine.locator("li[data-status='given back']")).to_have_count(1)
    await expect(mine.locator(".cj-talk-text")).to_have_text(["Is this the soma?", "A branch is missing."])
    assert await problems_in_all_themes(board, mine) == []
    for part, what in ((board, "board"), (mine, "assignments")):
        await part.screenshot(path=RESULTS / f"course-{what}-narrow.png")


async def test_a_hand_in_is_gone_through_beside_the_gold_neuron(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    name, token = await site.new_member(project)
    await asyncio.to_thread(prepare, project, name)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})\ncourse = project.course('EM')\n"
        f"own = cj.connect(project.instance.url, {token!r}).project({project.id})\n"
        "root = own.course('EM').begin('AB 1')\n"
        "end = own.edit.create_treenode(4000, 4000, 3000, parent_id=root)\nown.course('EM').hand_in('AB 1')",
        "course",
        "review = course.review('AB', 'AB 1')\nreview",
    )
    page: Any = notebook.page
    # The board opens one below itself, and closes it.
    board = page.get_by_test_id("course")
    await board.get_by_role("button", name="Side by side").click()
    panels = page.get_by_test_id("hand-in")
    await expect(panels).to_have_count(2)
    await panels.first.get_by_role("button", name="Close").click()
    await expect(panels).to_have_count(1)
    panel, frame = panels.first, page.locator(".cj-hand-in-review")
    gold, own = frame.locator(".cj-gold"), frame.locator(".cj-student")
    await expect(frame.get_by_test_id("viewer3d")).to_be_visible()

    # One key leads to the next difference in both viewers, wherever the focus is.
    await own.get_by_test_id("canvas").focus()
    await page.keyboard.press("n")
    await expect(panel.locator("button[aria-pressed='true']")).to_contain_text("missed")
    await expect(panel.get_by_test_id("status")).to_have_text("Here the gold neuron goes on alone.")
    for viewer in ("viewer", "gold_viewer"):
        await notebook.becomes(f"review.{viewer}.position[0] > 4200", True)
    await notebook.becomes("review.viewer.active_node", await notebook.value("root"))
    # They move together without the kernel, too.
    await notebook.value("setattr(review.viewer, 'position', (4100, 4000, 600))")
    await notebook.becomes("list(review.gold_viewer.position)", [4100.0, 4000.0, 600.0])

    for theme in THEMES:
        await change_theme(page, theme)
        await frame.screenshot(path=RESULTS / f"hand-in-{theme}.png".replace(" ", "-"))
    assert await problems_in_all_themes(panel) == []
    assert await beside(gold, own)
    await page.set_viewport_size({"width": 400, "height": 800})
    assert not await beside(gold, own)
    await page.set_viewport_size(VIEWPORT)

    await panel.get_by_label("about the active node").check()
    await panel.get_by_role("textbox").fill("Look to the right here.")
    await panel.get_by_role("button", name="Say").click()
    await notebook.becomes("int(own.course('EM').messages['treenode_id'].iloc[-1]) == root", True)
    await panel.get_by_role("textbox").fill("Go on.")
    await panel.get_by_role("button", name="Give back").click()
    await expect(panel.locator(".cj-chip")).to_have_text("given back")
    # What the student adds is compared by itself.
    await notebook.value("setattr(own, 'middle', own.edit.create_treenode(4000, 4000, 1800, parent_id=root))")
    await notebook.value("own.edit.create_treenode(6000, 4000, 1800, parent_id=own.middle)")
    await expect(panel.get_by_test_id("differences")).to_contain_text("the same branches")


async def beside(one: Any, other: Any) -> bool:
    """Whether two things are at the same height of a page."""
    first, second = await one.bounding_box(), await other.bounding_box()
    return bool(abs(first["y"] - second["y"]) < first["height"] / 2)


def prepare(project: Any, student: str) -> None:
    """A course of one student and one seed; the gold neuron has a branch of 2 µm, which the student will miss."""
    root = project.edit.create_treenode(*SEED, neuron_name="gold")
    project.edit.create_treenode(4000, 4000, 3000, parent_id=root)
    middle = project.edit.create_treenode(4000, 4000, 1800, parent_id=root)
    project.edit.create_treenode(6000, 4000, 1800, parent_id=middle)
    course = project.course("EM")
    course.describe(instructions="Trace all branches.", confidence_guide="5: sure")
    course.add_students({student: "AB"})
    course.add_seed(
        level=1, at=SEED, name="{initials} 1", task="Trace to both ends", stop="Border of the tissue",
        gold=project.neuron("gold"), due="2027-03-01",
    )  # fmt: skip
