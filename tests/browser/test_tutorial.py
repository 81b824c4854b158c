"""The tutorial beside a viewer: each step done by mouse and keyboard, and checked against what is known."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import problems_in_all_themes
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(6 * PATIENCE_S)

PLACES = """{name: (list(map(list, value)) if value.ndim == 2 else list(value))
  for name, value in [*vars(lesson._learning.lesson).items(), *vars(lesson._learning.lesson.synapse).items()]
  if hasattr(value, "ndim")}"""


async def test_the_tutorial_is_done_step_by_step(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    await asyncio.to_thread(project.show_hints)
    await asyncio.to_thread(lambda: project.ask_before(join=False, split=False))
    try:
        await lesson(project.id, notebooks)
        assert len(await asyncio.to_thread(lambda: project.neurons)) == 4
    finally:
        await asyncio.to_thread(lambda: project.show_hints(again=False))
        await asyncio.to_thread(lambda: project.ask_before(join=True, split=True))


async def lesson(project_id: int, notebooks: OpenNotebook) -> None:
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project_id})",
        f"viewer = project.viewer({VIEW})\nviewer",
        "lesson = project.tutorial(viewer, truth='Demo (solution)')\nlesson",
    )
    page, panel = notebook.page, notebook.page.get_by_test_id("tutorial")
    viewer = await Viewer.of(notebook)
    places: dict[str, Any] = await notebook.value(PLACES)
    verdict, hint = panel.get_by_test_id("verdict"), viewer.root.get_by_test_id("hint")

    async def go(place: list[float]) -> tuple[float, float]:
        """Show a place; where it is on the page."""
        await notebook.value(f"setattr(viewer, 'position', {place!r})")
        await viewer.until(
            "Math.hypot(viewer.view.center[0] - argument[0], viewer.view.center[1] - argument[1]) < 1", place
        )
        await viewer.canvas.scroll_into_view_if_needed()
        await viewer.painted()
        return await viewer.place(place[0], place[1])

    async def click(place: list[float], *modifiers: str) -> int:
        before = await viewer.ask("tracing.active?.id ?? null")
        await viewer.click(await go(place), *modifiers)
        await viewer.until("tracing.active && tracing.active.id > 0 && tracing.active.id !== argument", before)
        return await viewer.active()

    async def next_step(sentence: str) -> None:
        await expect(verdict).to_contain_text(sentence)
        await panel.get_by_role("button", name="Next step").click()

    await expect(hint).to_contain_text("Click into the tissue to place a node")
    assert await problems_in_all_themes(panel) == []
    nodes = [await click(place) for place in places["path"]]
    await expect(hint).to_contain_text("This node is active")
    await hint.get_by_role("button", name="Got it").click()
    await expect(hint).to_contain_text("? shows all keys")
    await hint.get_by_role("button", name="No hints").click()
    await expect(hint).to_be_hidden()
    await next_step(f"All {len(nodes)} nodes are in the neurite.")

    # The node at the branch has the side branch as another child.
    await expect(verdict).to_contain_text("Your neuron has no branch yet")
    await click(places["path"][-3])
    for place in places["side"]:
        await click(place)
    await next_step("The neuron branches where the neurite does.")

    await viewer.canvas.focus()
    await page.keyboard.press("d")
    await click(places["source_place"])
    await click(places["connector"], "Shift")
    await click(places["partner_place"])
    await next_step("The synapse leads from the right neurite to a right partner.")

    # The end of the learner's neuron is active, and the keys are the picture's.
    await expect(verdict).to_contain_text("The end of your neuron is active")
    await viewer.until("tracing.active?.id === argument", nodes[-1])
    await expect(viewer.canvas).to_be_focused()
    # An undo that goes too far takes back a node that was made for the learner: it is made again.
    total = "int(project.skeletons['nodes'].sum())"
    nodes_before, versions = await notebook.value(f"[{total}, len(project.log())]")
    await page.keyboard.press("Control+z")
    await expect(viewer.notice()).to_contain_text("Undone")
    await notebook.becomes(f"[{total}, len(project.log()) > {versions + 1}]", [nodes_before, True])
    await viewer.click(await go(places["rest"][0]), "Shift")
    await next_step("Both are one neuron now.")

    await expect(verdict).to_contain_text("The last node under the cross is in another neurite.")
    await click(places["wrong"])
    await page.keyboard.press("Shift+X")
    await next_step("Your neuron is in one neurite only.")

    await viewer.until("tracing.active?.id === argument", nodes[0])
    await expect(viewer.canvas).to_be_focused()
    await page.keyboard.press("e")
    for _ in range(80):
        if "You have reviewed all" in (await verdict.text_content() or ""):
            break
        if not await viewer.ask("tracing.review?.left ?? 1"):
            await page.keyboard.press("e")
        await page.keyboard.press("w")
        await viewer.settled()
    await expect(verdict).to_contain_text("That was the whole lesson")
