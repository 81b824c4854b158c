"""CATMAID's keys in a real browser, one after the other: where they lead, and what the store holds then."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from tests.browser.lab import Notebook
from tests.browser.site import Open, Site
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_S

# Each test opens one notebook and presses dozens of keys in it.
pytestmark = pytest.mark.timeout(6 * PATIENCE_S)

TAGS = {
    "l": "TODO",
    "k": "ends",
    "u": "uncertain end",
    "c": "uncertain continuation",
    "n": "not a branch",
    "m": "soma",
    "f": "microtubules end",
}


@dataclass
class Keyboard:
    """A viewer whose keys are pressed."""

    notebook: Notebook
    viewer: Viewer

    @property
    def ask(self) -> Locator:
        return self.viewer.root.get_by_test_id("ask")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.notebook.page.keyboard.press(key)

    async def answer(self, text: str) -> None:
        """Answer a question for a line of text."""
        await expect(self.ask).to_have_count(1)
        await self.ask.fill(text)
        await self.press("Enter")
        await expect(self.ask).to_have_count(0)

    async def choose(self, text: str) -> None:
        await self.viewer.root.get_by_test_id("choices").get_by_text(text).click()

    async def leads_to(self, key: str, node_id: int) -> None:
        await self.press(key)
        try:
            await self.viewer.until("tracing.active?.id === argument", node_id)
        except Exception as error:
            found = await self.viewer.ask("tracing.active")
            raise AssertionError(f"{key} led to {found}, not to {node_id}") from error

    async def tells(self, key: str, text: str) -> None:
        await self.press(key)
        await expect(self.viewer.notice()).to_contain_text(text)

    async def stored(self) -> None:
        """Wait until all is written, and read again."""
        await self.viewer.until("tracing.pending === 0")
        await self.viewer.settled()

    async def node(self, node_id: int) -> dict[str, Any]:
        await self.stored()
        found: dict[str, Any] = await self.viewer.ask("tracing.node(argument)", node_id)
        return found

    async def labels(self, node_id: int) -> set[str]:
        await self.stored()
        return set(await self.viewer.ask("tracing.labels(argument)", node_id))

    async def hover(self, x: float, y: float) -> None:
        await self.notebook.page.mouse.move(*await self.viewer.place(x, y))


def link_confidences(project: cj.Project) -> list[int]:
    return sorted(project.links()["confidence"].astype(int))


async def test_nodes_are_edited_by_keys(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    depth = float(project.stack().resolution[2])
    root = project.edit.create_treenode(x - 300, y, z)
    middle = project.edit.create_treenode(x - 150, y, z, parent_id=root)
    end = project.edit.create_treenode(x, y, z, parent_id=middle)
    connector = project.edit.create_connector(x - 150, y + 100, z)
    project.edit.create_link(middle, connector, "presynaptic_to")
    notebook, viewer = await open_viewer(project)
    keys = Keyboard(notebook, viewer)
    await viewer.click(await viewer.node_place(middle))

    # Tags by one key each, taken off with Shift; all together; the person's own ones.
    await keys.press(*TAGS)
    assert await keys.labels(middle) == set(TAGS.values())
    await keys.press(*(f"Shift+{key}" for key in TAGS))
    assert await keys.labels(middle) == set()
    await keys.tells("Shift+l", "not tagged “TODO”")
    await keys.press("Alt+t")
    await keys.answer("one, two")
    await keys.press("l")
    assert await keys.labels(middle) == {"one", "two", "TODO"}
    await keys.press("Alt+Shift+T")
    assert await keys.labels(middle) == {"TODO"}
    await keys.press("Shift+T")
    assert await keys.labels(middle) == set()
    await notebook.becomes("viewer.layers[0].personal_tags", ["one", "two"])

    # Confidence of the edge and of the links.
    await keys.press("2", "Alt+3")
    assert (await keys.node(middle))["confidence"] == 2
    assert link_confidences(project) == [3]

    # A radius that is written, for all nodes; one that is measured by mouse, for the active node alone.
    await keys.press("Shift+o")
    await keys.answer("120")
    await keys.choose("All nodes")
    for node in (root, middle, end):
        assert (await keys.node(node))["radius"] == 120
    await keys.press("Control+o")
    await viewer.click(await viewer.place(x - 150, y + 60))
    assert (await keys.node(middle))["radius"] == pytest.approx(60, abs=4)
    await keys.press("o", "Escape")
    await keys.press("Control+Shift+O")
    await keys.answer("")
    assert (await keys.node(middle))["radius"] == -1

    # Into the next section and back.
    await keys.press("Alt+.")
    assert (await keys.node(middle))["z"] == z + depth
    await keys.press("Alt+,")
    assert (await keys.node(middle))["z"] == z

    # A click at the cursor: a node, one in an edge, a connector, and its partner.
    await viewer.click(await viewer.node_place(end))
    await keys.hover(x + 100, y)
    await keys.press("z")
    tip = await viewer.active()
    assert (await keys.node(tip))["parent"] == end
    await keys.hover(x + 50, y + 10)
    await keys.press("Alt+z")
    inserted = await viewer.active()
    assert (await keys.node(tip))["parent"] == inserted
    await keys.hover(x + 50, y + 110)
    await keys.press("Shift+Z")
    await viewer.shows(5, 2, 2)
    await keys.hover(x + 100, y + 150)
    await keys.press("Shift+Z")
    await viewer.shows(6, 2, 3)
    made = await viewer.active()
    assert made not in (tip, inserted)

    # Undone, deleted, and the table's reason for what is not done.
    await keys.press("Control+z")
    await viewer.shows(5, 2, 2)
    await viewer.click(await viewer.node_place(tip))
    await keys.press("Shift+Delete")
    await viewer.shows(4, 2, 2)
    assert len(project.skeletons) == 1


async def test_one_goes_by_keys(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    depth = float(project.stack().resolution[2])
    root = project.edit.create_treenode(x - 300, y, z, neuron_name="traced")
    fork = project.edit.create_treenode(x - 150, y, z, parent_id=root)
    noted = project.edit.create_treenode(x - 50, y, z, parent_id=fork)
    end = project.edit.create_treenode(x + 50, y, z, parent_id=noted)
    twig = project.edit.create_treenode(x - 150, y + 100, z + 3 * depth, parent_id=fork)
    other = project.edit.create_treenode(x, y - 150, z)
    connector = project.edit.create_connector(x - 150, y - 100, z)
    project.edit.create_link(fork, connector, "presynaptic_to")
    for node in (noted, other):
        project.edit.set_labels(node, ["check"])
    skeleton_id = int(project.neuron("traced").skeletons[0].id)
    notebook, viewer = await open_viewer(project)
    keys = Keyboard(notebook, viewer)

    # Along the arbor: real nodes, siblings, branches, what is noted on the way.
    await viewer.click(await viewer.node_place(fork))
    for key, node in (("[", root), ("]", fork), ("Control+]", noted), ("Shift+BracketRight", twig)):
        await keys.leads_to(key, node)
    # The other child is three sections further: one goes section after section along its edge.
    for key, section in (("]", 7), ("]", 8)):
        assert (await viewer.ask("tracing.active"))["kind"] == "virtual"
        await keys.press(key)
        await viewer.until("viewer.view.section === argument", section)
    for key, node in (
        ("Control+[", fork),
        ("v", end),
        ("Shift+V", twig),
        ("b", fork),
        ("Alt+v", noted),
        ("Control+]", end),
        ("Alt+b", noted),
        ("Backspace", root),
        ("r", twig),
        ("Shift+R", end),
        ("Alt+Shift+R", twig),
        ("Alt+r", end),
    ):
        await keys.leads_to(key, node)

    # Between a node and its connector.
    await keys.leads_to("b", fork)
    await keys.leads_to("s", connector)
    await keys.leads_to("s", fork)

    # The nearest, the last edited, those with a tag, bookmarks.
    await keys.press("d")
    await viewer.until("tracing.active === null")
    await keys.hover(x + 5, y - 140)
    await keys.leads_to("g", other)
    await keys.press("d")
    await viewer.until("tracing.active === null")
    await keys.leads_to("Shift+h", other)
    await keys.hover(x + 55, y + 5)
    await keys.leads_to("Alt+g", end)
    await keys.leads_to("h", twig)
    await keys.leads_to("Alt+Shift+H", other)
    # What leads to where one is already would be done before it is.
    await keys.press("d")
    await viewer.until("tracing.active === null")
    await keys.press("\\")
    await keys.answer("che.k")
    await viewer.until("tracing.active?.id === argument", other)
    await keys.leads_to("Shift+Backslash", noted)
    await keys.press(";")
    await keys.answer("here")
    await keys.leads_to("Alt+h", twig)
    await keys.leads_to("Control+[", fork)
    await keys.leads_to("Control+\\", noted)
    await keys.leads_to("Control+]", end)
    await keys.press("`")
    await keys.choose("here")
    await viewer.until("tracing.active?.id === argument", noted)
    await keys.press("d", "'")
    await keys.choose("here")
    await viewer.until("tracing.activeSkeleton === argument", skeleton_id)

    # What is told: authors, distances.
    await viewer.click(await viewer.node_place(end))
    await keys.tells("i", f"Node {end}: made by admin on ")
    await keys.tells("F8", f"measured from node {end}")
    await viewer.click(await viewer.node_place(root))
    await keys.tells("F8", "350 nm along the neuron, 350 nm straight")
    await keys.hover(x, y)
    await keys.press("x")
    await viewer.click(await viewer.place(x + 120, y + 160))
    await expect(viewer.notice()).to_contain_text(re.compile(r"The distance is (19|20)\d nm"))
    await keys.hover(x, y)
    await keys.tells("Shift+i", "has the value")

    # What is shown: tags, other sections, visibility groups; and what is chosen.
    await keys.press("7", "F10")
    await notebook.becomes("(viewer.layers[0].show_labels, viewer.layers[0].fade_sections)", [False, 0])
    await keys.tells("Home", "Visibility group 1 has no neurons")
    code = f"viewer.layers[0].visibility_groups = [[{skeleton_id}], []]; viewer.selection = project.selection()"
    await notebook.value("1", code)
    await keys.press("Home")
    await notebook.becomes("viewer.layers[0].hidden_groups", [1])
    await keys.press("Home")
    await notebook.becomes("viewer.layers[0].hidden_groups", [])
    # The page needs a moment to know the selection.
    while "in the selection" not in " ".join(await viewer.notice().all_inner_texts()):
        await keys.press("y")
    await notebook.becomes("[int(one) for one in viewer.selection.skeleton_ids]", [skeleton_id])
    await keys.press("Control+y")
    await notebook.becomes("[int(one) for one in viewer.selection.skeleton_ids]", [])
    await keys.tells("F9", "project.history()")
    await keys.tells("Alt+/", "project.neuron_search()")

    # The view: far and little steps, a big step that is played, zoom.
    await keys.press("#")
    await keys.answer("2")
    section = await viewer.ask("viewer.view.section")
    await keys.press("Control+.")
    await viewer.until("viewer.view.section === argument", section + 2)
    await keys.press("<")
    await viewer.until("viewer.view.section === argument", section)
    width = await viewer.ask("viewer.view.width * viewer.view.nmPerPixel")
    at = await viewer.ask("viewer.view.center[0]")
    await keys.press("Shift+ArrowRight", "Alt+ArrowRight")
    zoom = await viewer.ask("viewer.view.nmPerPixel")
    assert await viewer.ask("viewer.view.center[0]") == pytest.approx(at + width / 2 + zoom)
    await keys.press("Alt+-")
    assert await viewer.ask("viewer.view.nmPerPixel") == pytest.approx(zoom * 2**0.1)
    await keys.hover(x, y)
    resolution = float(project.stack().resolution[0])
    await notebook.page.keyboard.down("Control")
    await notebook.page.mouse.wheel(0, 120)
    await notebook.page.keyboard.up("Control")
    whole = "((level) => Math.abs(level - Math.round(level)) < 0.01)(Math.log2(viewer.view.nmPerPixel / argument))"
    await viewer.until(whole, resolution)
    step = 2 ** max(0, round(math.log2(await viewer.ask("viewer.view.nmPerPixel") / resolution)))
    await notebook.page.keyboard.down("Alt")
    await notebook.page.mouse.wheel(0, 120)
    await notebook.page.keyboard.up("Alt")
    await viewer.until("viewer.view.section === argument", section + step)
