"""Undo, redo and the past in the viewer, by keyboard."""

from __future__ import annotations

import itertools
from typing import Any

from playwright.async_api import expect

import catmaid_jupyter as cj
from tests.browser.lab import Notebook
from tests.browser.site import VIEW, Open, OpenNotebook, Site
from tests.browser.viewer import Viewer


def traced(project: cj.Project) -> tuple[list[Any], list[Any]]:
    """All neurons and nodes with their ids, and the labels of nodes."""
    nodes: list[Any] = []
    tags: list[Any] = []
    for skeleton_id in project.skeletons["id"]:
        skeleton = project.skeleton(int(skeleton_id))
        nodes += [(skeleton.id, skeleton.name, *row) for row in skeleton.nodes.itertuples(index=False)]
        tags += [tuple(row) for row in skeleton.tags.itertuples(index=False)]
    return sorted(nodes), sorted(tags)


async def confirmed(viewer: Viewer) -> None:
    await viewer.root.get_by_test_id("ask").wait_for()
    await viewer.page.keyboard.press("Enter")
    await viewer.settled()


async def shortcut(viewer: Viewer, keys: str, text: str) -> None:
    """Press keys, and wait until the viewer says what they did."""
    await viewer.page.keyboard.press(keys)
    await expect(viewer.notice()).to_contain_text(text, timeout=20_000)
    await viewer.settled()


async def edit_by_keyboard(viewer: Viewer, project: cj.Project) -> list[Any]:
    """Trace two arbors, join them, split, reroot, tag and delete; returns what there was before each edit."""
    x, y, _ = await viewer.ask("viewer.view.center")
    for step in range(4):
        await viewer.click(await viewer.place(x - 300 + 100 * step, y))
        await viewer.active()
    chain = sorted(node[2] for node in traced(project)[0])
    await viewer.click(await viewer.place(x + 350, y + 300), "Control")
    await viewer.click(await viewer.place(x, y + 150))
    other = await viewer.active()
    states = []

    def note() -> None:
        states.append(traced(project))

    note()
    await viewer.click(await viewer.node_place(chain[3]))
    await viewer.click(await viewer.node_place(other), "Shift")
    await confirmed(viewer)
    note()
    await viewer.click(await viewer.node_place(chain[2]))
    await viewer.page.keyboard.press("Shift+X")
    await confirmed(viewer)
    note()
    await viewer.page.keyboard.press("t")
    await viewer.root.get_by_test_id("ask").fill("ends")
    await viewer.page.keyboard.press("Enter")
    await viewer.until("tracing.pending === 0 && tracing.labels(argument).includes('ends')", chain[2])
    note()
    await viewer.click(await viewer.node_place(chain[1]))
    await viewer.page.keyboard.press("Shift+R")
    await viewer.active()
    note()
    await viewer.click(await viewer.node_place(chain[0]))
    await viewer.page.keyboard.press("Delete")
    await viewer.active()
    note()
    return states


UNDONE = ["delete a treenode", "reroot a skeleton", "change tags", "split a skeleton", "join two skeletons"]


async def test_all_is_undone_and_redone_by_keyboard_also_after_a_reload(
    site: Site, open_viewer: Open, notebooks: OpenNotebook
) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project)
    states = await edit_by_keyboard(viewer, project)
    assert all(one != other for one, other in itertools.pairwise(states))

    for step, words in enumerate(UNDONE[:2], start=2):
        await shortcut(viewer, "Control+z", f"Undone: {words}")
        assert traced(project) == states[-step]
    again = await viewer_of_another_kernel(notebooks, project)
    for step, words in enumerate(UNDONE[2:], start=4):
        await shortcut(again, "Control+z", f"Undone: {words}")
        assert traced(project) == states[-step]
    for step, words in enumerate(reversed(UNDONE), start=1):
        await shortcut(again, "Control+Shift+Z" if step % 2 else "Control+y", f"Redone: {words}")
        assert traced(project) == states[step]
    await shortcut(again, "Control+y", "There is nothing to redo.")
    assert await notebook.value("project.undo()") == UNDONE[0]


async def viewer_of_another_kernel(notebooks: OpenNotebook, project: cj.Project) -> Viewer:
    notebook: Notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"viewer = project.viewer({VIEW})\nviewer",
    )
    viewer = await Viewer.of(notebook)
    await viewer.canvas.click(position={"x": 5, "y": 5}, modifiers=["Control"])
    return viewer


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
