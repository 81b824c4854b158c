"""Questions before a split, a join and deletions: what is shown, what is chosen in them, and what is stored then."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site
from tests.browser.viewer import Viewer

STAYS, LEAVES = (15, 138, 200), (230, 159, 0)
WIDTHS = (400, 1000, 1600)


async def has_color(picture: Locator, color: tuple[int, int, int]) -> bool:
    with Image.open(BytesIO(await picture.screenshot())) as image:
        pixels = np.asarray(image.convert("RGB")).astype(int)
    return bool((np.abs(pixels - color).max(axis=2) < 40).sum() > 10)


class Scene:
    """A neuron "first" of five nodes, and one "second" of two, in a fresh project."""

    def __init__(self, project: cj.Project) -> None:
        self.project = project
        x, y, z = (float(value) for value in project.viewer().position)
        self.chain = [project.edit.create_treenode(x - 300, y - 200, z, neuron_name="first")]
        for step in range(1, 5):
            at = x - 300 + 120 * step
            self.chain.append(project.edit.create_treenode(at, y - 200, z, parent_id=self.chain[-1]))
        self.other = project.edit.create_treenode(x, y + 150, z, neuron_name="second")
        project.edit.create_treenode(x + 200, y + 200, z, parent_id=self.other)
        self.beside = x - 1250, y - 220
        ids = project.skeletons.set_index("name")["id"]
        self.first, self.second = int(ids["first"]), int(ids["second"])
        project.annotate([self.first], ["PN", "left"])
        project.annotate([self.second], "PN")

    def stored(self) -> dict[str, tuple[int, list[str]]]:
        """Number of nodes and annotations by name."""
        table = self.project.selection(self.project.skeletons["id"].tolist()).table
        rows = table[["name", "nodes", "annotations"]].to_numpy().tolist()
        return {name: (nodes, annotations) for name, nodes, annotations in rows}


class Questions:
    """The question over a picture."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.dialog = viewer.root.get_by_role("dialog")
        self.preview = viewer.root.get_by_test_id("preview")
        self.notes = self.dialog.get_by_test_id("notes").locator("li")

    async def gone(self) -> None:
        await expect(self.dialog).to_have_count(0)

    def focusable(self) -> Iterator[Locator]:
        yield from (self.dialog.get_by_test_id("ask"), self.dialog.get_by_test_id("ask-no"))


@pytest.fixture
async def scene(site: Site) -> Scene:
    return Scene(await site.new_project())


async def test_a_split_is_seen_and_chosen_before(scene: Scene, open_viewer: Open) -> None:
    notebook, viewer = await open_viewer(scene.project)
    keyboard, questions = notebook.page.keyboard, Questions(viewer)
    chain, dialog = scene.chain, questions.dialog

    await viewer.click(await viewer.node_place(chain[3]))
    await keyboard.press("Shift+X")
    parts = questions.preview.locator("li")
    await expect(parts).to_have_text(["stays: 3 nodes, 0.2 µm", "becomes a new neuron: 2 nodes, 0.1 µm"])
    await expect(dialog).to_have_accessible_name(
        "Split “first” (5 nodes)? The active node becomes the root of a new neuron."
    )
    picture = questions.preview.locator("canvas")
    assert await has_color(picture, STAYS)
    assert await has_color(picture, LEAVES)
    before = await picture.screenshot()
    await keyboard.press("ArrowRight")
    assert await picture.screenshot() != before

    # Tab goes round in it, Escape and Cancel do nothing and give the focus back.
    yes, no = questions.focusable()
    await expect(yes).to_be_focused()
    await keyboard.press("Tab")
    await expect(no).to_be_focused()
    await keyboard.press("Tab")
    await expect(dialog.get_by_role("radio").first).to_be_focused()
    await keyboard.press("Shift+Tab")
    await expect(no).to_be_focused()
    await keyboard.press("Enter")
    await questions.gone()
    await expect(viewer.canvas).to_be_focused()
    await keyboard.press("Shift+X")
    await expect(parts).to_have_count(2)
    # Who looks through sections goes on with the question; a click beside it says no, and makes nothing there.
    beside = await viewer.place(*scene.beside)
    await notebook.page.mouse.move(*beside)
    await notebook.page.mouse.wheel(0, 110)
    await viewer.until("viewer.view.section === 6")
    await expect(yes).to_be_focused()
    await viewer.click(beside)
    await questions.gone()
    await keyboard.press(",")
    await viewer.until("viewer.view.section === 5 && tracing.pending === 0")
    assert scene.stored() == {"first": (5, ["PN", "left"]), "second": (2, ["PN"])}
    await keyboard.press("Shift+X")
    await expect(parts).to_have_count(2)
    await keyboard.press("Escape")
    await questions.gone()
    assert scene.stored() == {"first": (5, ["PN", "left"]), "second": (2, ["PN"])}

    # The new part gets the name, and loses an annotation; one part has to keep all.
    await keyboard.press("Shift+X")
    await dialog.get_by_label("the new part", exact=True).check()
    await dialog.get_by_label("left: stays").uncheck()
    await dialog.get_by_label("PN: new part").uncheck()
    await expect(dialog.get_by_test_id("problem")).to_contain_text("has to keep all")
    await expect(yes).to_have_attribute("aria-disabled", "true")
    await dialog.get_by_label("left: stays").check()
    await yes.click()
    await viewer.until("tracing.node(argument)?.parent === -1 && tracing.pending === 0", chain[3])
    stored = scene.stored()
    assert stored.pop("first") == (2, ["left"])
    assert stored.pop("second") == (2, ["PN"])
    assert list(stored.values()) == [(3, ["PN", "left"])]
    await keyboard.press("Control+z")
    await viewer.until("tracing.node(argument[0])?.parent === argument[1]", [chain[3], chain[2]])
    assert scene.stored() == {"first": (5, ["PN", "left"]), "second": (2, ["PN"])}


async def test_a_join_is_seen_and_chosen_before(site: Site, scene: Scene, open_viewer: Open) -> None:
    project = scene.project
    project.edit.review_treenodes([scene.other])
    notebook, viewer = await open_viewer(project)
    keyboard, questions, dialog = notebook.page.keyboard, Questions(viewer), Questions(viewer).dialog
    chain = scene.chain

    await viewer.click(await viewer.node_place(chain[4]))
    await viewer.click(await viewer.node_place(scene.other), "Shift")
    parts = questions.preview.locator("li")
    await expect(parts).to_have_text(["“first”, the active one: 5 nodes, 0.5 µm", "“second”: 2 nodes, 0.2 µm"])
    await expect(questions.notes).to_have_text(["50% of “second” is reviewed."])
    await dialog.get_by_label("“second”", exact=True).check()
    await dialog.get_by_label("left: stays").uncheck()
    await keyboard.press("Enter")
    await questions.gone()
    await viewer.until("tracing.pending === 0")
    assert scene.stored() == {"second": (7, ["PN"])}
    assert project.skeletons["id"].tolist() == [scene.second]
    await viewer.until("tracing.node(argument[0])?.parent === argument[1]", [chain[4], scene.other])
    await keyboard.press("Control+z")
    await viewer.until("tracing.node(argument[0])?.parent === argument[1]", [chain[4], chain[3]])
    assert scene.stored() == {"first": (5, ["PN", "left"]), "second": (2, ["PN"])}

    # What is stable keeps its name, and two that are stable are not joined.
    project.annotate([scene.second], "stable")
    await viewer.click(await viewer.node_place(chain[4]))
    await viewer.click(await viewer.node_place(scene.other), "Shift")
    await expect(dialog.get_by_label("“second”", exact=True)).to_be_checked()
    await expect(dialog.get_by_label("“first”, the active one")).to_be_disabled()
    await keyboard.press("Escape")
    project.annotate([scene.first], "stable")
    await viewer.click(await viewer.node_place(scene.other), "Shift")
    await expect(questions.notes.last).to_contain_text("no two such neurons are joined")
    await keyboard.press("Enter")
    await expect(dialog).to_have_count(1)
    await keyboard.press("Escape")
    await questions.gone()
    assert scene.stored()["second"] == (2, ["PN", "stable"])


async def test_questions_can_be_switched_off(scene: Scene, open_viewer: Open) -> None:
    project, chain = scene.project, scene.chain
    notebook, viewer = await open_viewer(project)
    keyboard, questions = notebook.page.keyboard, Questions(viewer)
    yes, _ = questions.focusable()
    try:
        connector = project.edit.create_connector(*project.locate(chain[1]), treenode_id=chain[1])
        project.edit.create_link(chain[2], connector, "postsynaptic_to")
        await viewer.until("tracing.counts.links === 2")
        await viewer.click(await viewer.node_place(chain[2]))
        await keyboard.press("Delete")
        await expect(questions.dialog).to_have_accessible_name("Delete the node with its link to a connector?")
        await keyboard.press("Escape")
        await questions.gone()
        assert scene.stored()["first"][0] == 5
        await keyboard.press("Delete")
        await questions.dialog.get_by_test_id("no-more").check()
        await yes.click()
        await expect(viewer.notice()).to_contain_text("project.ask_before(delete=True)")
        await viewer.until("tracing.pending === 0 && tracing.counts.links === 1")
        assert scene.stored()["first"][0] == 4
        await notebook.value("0", "project.ask_before(split=False)")
        await viewer.click(await viewer.node_place(chain[3]))
        await keyboard.press("Shift+X")
        await viewer.until("tracing.node(argument)?.parent === -1 && tracing.pending === 0", chain[3])
        await questions.gone()
        assert await notebook.value("project.questions") == {
            "split": False, "join": True, "reroot": True, "delete": False,
        }  # fmt: skip
    finally:
        await notebook.value("0", "project.ask_before(split=True, delete=True)")

    await notebook.value("0", "viewer.layers[0].previews = False")
    await viewer.click(await viewer.node_place(chain[1]))
    await keyboard.press("Shift+X")
    await expect(yes).to_be_focused()
    await expect(questions.preview).to_have_count(0)
    await keyboard.press("Enter")
    await viewer.until("tracing.node(argument)?.parent === -1", chain[1])


async def test_questions_fit_and_are_accessible(scene: Scene, open_viewer: Open) -> None:
    project = scene.project
    project.annotate([scene.first], [f"an annotation with a long name, number {number}" for number in range(6)])
    _, viewer = await open_viewer(project)
    questions = Questions(viewer)
    page = viewer.page
    await viewer.click(await viewer.node_place(scene.chain[3]))
    for theme in THEMES:
        await change_theme(page, theme)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            await viewer.canvas.focus()
            for what, keys in (("split", "Shift+X"), ("reroot", "6"), ("tags", "t")):
                await page.keyboard.press(keys)
                await expect(questions.dialog).to_have_count(1)
                if what == "split":
                    await expect(questions.preview.locator("li")).to_have_count(2)
                inside, around = await questions.dialog.bounding_box(), await viewer.canvas.bounding_box()
                assert inside is not None
                assert around is not None
                assert inside["x"] >= around["x"]
                assert inside["x"] + inside["width"] <= around["x"] + around["width"]
                assert inside["y"] >= around["y"]
                name = f"question-{what}-{width}-{theme.split()[-1].lower()}.png"
                await viewer.root.screenshot(path=RESULTS / name)
                if width == WIDTHS[0]:
                    assert await problems(viewer.root) == []
                await questions.dialog.get_by_test_id("ask-no").click()
                await questions.gone()
