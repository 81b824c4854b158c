"""Undo, redo and the past in the viewer, by keyboard."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import expect

import catmaid_jupyter as cj
from tests.browser.site import VIEW, OpenNotebook, Site, viewer_cells
from tests.browser.viewer import Viewer

logger = logging.getLogger(__name__)


def traced(project: cj.Project) -> list[Any]:
    """All neurons and nodes with their ids, labels of nodes, and annotations."""
    found: list[Any] = []
    for skeleton_id in project.skeletons["id"]:
        skeleton = project.skeleton(int(skeleton_id))
        found += [("node", skeleton.id, skeleton.name, *row) for row in skeleton.nodes.itertuples(index=False)]
        found += [("tag", *row) for row in skeleton.tags.itertuples(index=False)]
        found += [("annotation", skeleton.id, name) for name in annotations_of(project, skeleton.id)]
    return sorted(found)


def annotations_of(project: cj.Project, skeleton_id: int) -> list[str]:
    form = {"skeleton_ids": [skeleton_id]}
    answer = project.instance.run(project.place.read_json("POST", "annotations/forskeletons", form=form))
    return sorted(answer["annotations"].values())


async def confirmed(viewer: Viewer) -> None:
    await viewer.root.get_by_test_id("ask").wait_for()
    await viewer.page.keyboard.press("Enter")


async def shortcut(viewer: Viewer, keys: str, text: str) -> None:
    """Press keys, and wait until the viewer says what they did."""
    await viewer.page.keyboard.press(keys)
    await expect(viewer.notice()).to_contain_text(text)
    await viewer.until("tracing.pending === 0")


class Witness:
    """Another browser on the same project, which is told of each edit and reads once for it."""

    def __init__(self, project: cj.Project, author: Viewer, witness: Viewer) -> None:
        self.project = project
        self.author = author
        self.witness = witness
        self.delays: list[float] = []
        """ms from making an edit to its being drawn in the other browser."""
        self._readings = 0

    async def watch(self) -> None:
        await self.author.note_times("tracing.pending > 0")
        await self.witness.note_times("tracing.readings")
        self._readings = await self.witness.ask("tracing.readings")

    async def sees(self) -> None:
        """Wait until it shows what the store holds, after one edit that concerns it; it has read once."""
        await self.witness.until("tracing.readings > argument", self._readings)
        made = await self.author.ask("tracing.noted.findLast(([isPending]) => isPending)[1]")
        self.delays.append(await self.witness.ask("tracing.noted.at(-1)[1]") - made)
        nodes = [row for row in traced(self.project) if row[0] == "node"]
        shown = await self.witness.ask(
            "argument.map((id) => tracing.node(id)).map((node) => node && [node.skeleton, node.parent])",
            [row[3] for row in nodes],
        )
        assert shown == [[row[1], row[4]] for row in nodes]
        assert (await self.witness.counts())[0] == len(nodes)
        self._readings += 1
        assert await self.witness.ask("tracing.readings") == self._readings


async def edit_by_keyboard(viewer: Viewer, project: cj.Project, seen: Callable[[], Awaitable[None]]) -> list[Any]:
    """Trace two arbors, join them, split, reroot, tag, annotate and delete; returns what there was before each edit.

    seen : awaited after each edit that changes what is drawn.
    """
    x, y, _ = await viewer.ask("viewer.view.center")
    for step in range(4):
        await viewer.click(await viewer.place(x - 300 + 100 * step, y))
        await viewer.active()
        await seen()
    chain = sorted(row[3] for row in traced(project))
    await viewer.click(await viewer.place(x + 350, y + 300), "Control")
    await viewer.click(await viewer.place(x, y + 150))
    other = await viewer.active()
    await seen()
    states = [traced(project)]

    async def note(*, drawn: bool = True) -> None:
        await viewer.until("tracing.pending === 0")
        states.append(traced(project))
        if drawn:
            await seen()

    await viewer.click(await viewer.node_place(chain[3]))
    await viewer.click(await viewer.node_place(other), "Shift")
    await viewer.until("tracing.node(argument[0])?.parent === argument[1]", [other, chain[3]])
    await note()
    await viewer.click(await viewer.node_place(chain[2]))
    await viewer.page.keyboard.press("Shift+X")
    await confirmed(viewer)
    await viewer.until("tracing.node(argument)?.parent === -1", chain[2])
    await note()
    await viewer.page.keyboard.press("t")
    await viewer.root.get_by_test_id("ask").fill("ends")
    await viewer.page.keyboard.press("Enter")
    await viewer.until("tracing.labels(argument).includes('ends')", chain[2])
    await note()
    await viewer.page.keyboard.press("F3")
    await viewer.root.get_by_test_id("ask").fill("to check")
    await viewer.page.keyboard.press("Enter")
    await expect(viewer.root.get_by_test_id("ask")).to_have_count(0)
    await note(drawn=False)
    await viewer.click(await viewer.node_place(chain[1]))
    await viewer.page.keyboard.press("6")
    await viewer.root.get_by_test_id("ask").press("Enter")
    await viewer.until("tracing.node(argument)?.parent === -1", chain[1])
    await note()
    await viewer.click(await viewer.node_place(chain[0]))
    await viewer.page.keyboard.press("Delete")
    await viewer.until("tracing.node(argument) === null", chain[0])
    await note()
    return states


UNDONE = ["delete a treenode", "reroot a skeleton", "annotate", "change tags", "split a skeleton", "join two skeletons"]


async def test_all_is_undone_and_redone_by_keyboard_also_after_a_reload_and_others_see_it(
    site: Site, notebooks: OpenNotebook
) -> None:
    project = await site.new_project()
    notebook = await notebooks(*viewer_cells(project))
    viewer, other = await Viewer.of(notebook), await Viewer.of(await notebooks(*viewer_cells(project)))
    witness = Witness(project, viewer, other)
    await witness.watch()
    states = await edit_by_keyboard(viewer, project, witness.sees)
    assert [at for at, (one, other) in enumerate(itertools.pairwise(states)) if one == other] == []
    logger.info("an edit is drawn in another browser after %s ms", sorted(round(delay) for delay in witness.delays))

    for step, words in enumerate(UNDONE[:2], start=2):
        await shortcut(viewer, "Control+z", f"Undone: {words}")
        assert traced(project) == states[-step]
        await witness.sees()
    await notebook.load()
    again = await Viewer.of(notebook)
    await again.canvas.click(position={"x": 5, "y": 5}, modifiers=["Control"])
    for step, words in enumerate(UNDONE[2:], start=4):
        await shortcut(again, "Control+z", f"Undone: {words}")
        assert traced(project) == states[-step]
    # The other browser has another kernel, and the same person.
    await other.canvas.click(position={"x": 5, "y": 5}, modifiers=["Control"])
    for step, words in enumerate(reversed(UNDONE), start=1):
        await shortcut(other, "Control+Shift+Z", f"Redone: {words}")
        assert traced(project) == states[step]
    await shortcut(other, "Control+Shift+Z", "There is nothing to redo.")
    assert await notebook.value("project.undo()") == UNDONE[0]


async def test_a_viewer_of_the_past_shows_it_and_says_so(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    x, y, z = await notebooks_center(notebooks, project)
    root = project.edit.create_treenode(x, y, z)
    project.pin("fig-1")
    project.edit.move_nodes({root: (x + 200, y, z)})
    project.edit.create_treenode(x, y + 100, z, parent_id=root)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id}).at('fig-1')",
        f"viewer = project.viewer({VIEW})\nviewer",
    )
    viewer = await Viewer.of(notebook)
    await viewer.shows(1)
    await expect(viewer.root.get_by_test_id("banner")).to_have_text(
        f"As of fig-1 (version {project.at('fig-1').version}), read only"
    )
    await viewer.click(await viewer.node_place(root))
    await viewer.click(await viewer.place(x + 100, y + 100))
    await expect(viewer.notice()).to_contain_text("You can look here but not edit.")
    project.edit.create_treenode(x, y - 100, z, parent_id=root)
    await viewer.settled()
    assert await viewer.counts() == (1, 0, 0)


async def notebooks_center(notebooks: OpenNotebook, project: cj.Project) -> tuple[float, float, float]:
    """The middle of the project's stack, nm."""
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})\nviewer = project.viewer()"
    )
    x, y, z = await notebook.value("viewer.position")
    return float(x), float(y), float(z)
