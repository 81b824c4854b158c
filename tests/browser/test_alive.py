"""The viewer while Python is busy, while it is moved, while others edit, and beside JupyterLab's own keys."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest

from catmaid_server.demo.projects import DEMO
from tests.browser.lab import Notebook
from tests.browser.site import Open, Site
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_S


async def test_two_pages_agree_after_each_edit(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    (one, left), (_, right) = await open_viewer(project), await open_viewer(project)
    x, y, _ = await one.value("viewer.position")

    await left.click(await left.place(x - 200, y))
    root = await left.active()
    await right.shows(1)
    assert await right.node_place(root) == pytest.approx(await right.place(x - 200, y), abs=1)

    await right.click(await right.node_place(root))
    await right.click(await right.place(x, y + 100))
    child = await right.active()
    await left.shows(2)
    await left.drag(await left.node_place(child), await left.place(x + 100, y - 100))
    await left.settled()
    await right.until("Math.abs(tracing.node(argument[0]).x - argument[1]) < 2", [child, x + 100])

    project.edit.set_labels(child, ["from a script"])
    for viewer in (left, right):
        await viewer.until("tracing.labels(argument)[0] === 'from a script'", child)


async def test_a_busy_kernel_does_not_stop_the_viewer(site: Site, open_viewer: Open, tmp_path: Path) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project)
    x, y, z = await notebook.value("viewer.position")
    thickness = project.stack().resolution[2]
    await viewer.canvas.focus()

    let_go = tmp_path / "let go"
    await notebook.begin(
        "import pathlib, time\nviewer.brightness = 1.1\n"
        f"while not pathlib.Path({str(let_go)!r}).exists(): time.sleep(0.05)"
    )
    await viewer.page.wait_for_function("(canvas) => canvas.style.filter.includes('1.1')", arg=await image_of(viewer))
    await viewer.settled()
    await notebook.page.keyboard.press(".")
    await viewer.until("viewer.stats.sectionChanges.at(-1)?.section === argument", round(z / thickness) + 1)
    await viewer.click(await viewer.place(x, y))
    node = await viewer.active()
    assert await notebook.is_running(), "requests, another section and a new node did not wait for the cell"
    assert project.locate(node)[2] == pytest.approx(z + thickness)
    let_go.touch()
    await notebook.finish()
    await notebook.becomes("viewer.active_node", node)


async def image_of(viewer: Viewer) -> object:
    return await viewer.root.get_by_test_id("image").element_handle()


async def test_python_reads_the_position_during_a_drag_and_sets_it(site: Site, open_viewer: Open) -> None:
    notebook, viewer = await open_viewer(site.project(DEMO))
    x, y, z = await notebook.value("viewer.position")
    start = await viewer.place(x + 200, y + 200)
    mouse = notebook.page.mouse
    # An empty place: what is dragged is the picture, not a node.
    await mouse.move(*start)
    await mouse.down()
    for moved in (30, 60):
        await mouse.move(start[0] - moved, start[1] - moved / 2)
        there = await viewer.ask("viewer.view.center")
        assert there[:2] == pytest.approx([x + 3 * moved, y + 1.5 * moved], abs=0.01)
        await position_is(notebook, there)
    await mouse.up()
    wanted = [x - 150.0, y + 60.0, z + 2 * 40.0]
    assert await notebook.value("viewer.position", f"viewer.position = {tuple(wanted)}") == wanted
    await viewer.until("Math.hypot(...viewer.view.center.map((c, i) => c - argument[i])) < 1e-6", wanted)
    await viewer.until("viewer.stats.sectionChanges.at(-1)?.section === argument", round(wanted[2] / 40))
    assert await viewer.root.get_by_test_id("section").text_content() == f"section {round(wanted[2] / 40)} (0\u201311)"


async def position_is(notebook: Notebook, wanted: list[float]) -> None:
    """Wait until Python has the position that the page shows."""
    async with asyncio.timeout(PATIENCE_S):
        while math.dist(await notebook.value("viewer.position"), wanted) > 0.01:
            await asyncio.sleep(0.02)


async def test_keys_in_the_viewer_are_not_those_of_jupyterlab(site: Site, open_viewer: Open) -> None:
    notebook, viewer = await open_viewer(await site.new_project())
    cells = "jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.sharedModel.source)"
    modes = "jupyterapp.shell.currentWidget.content.widgets.map((cell) => cell.model.type)"
    before = await notebook.page.evaluate(cells), await notebook.page.evaluate(modes)
    await viewer.canvas.focus()
    for key in (
        "d",
        "d",
        "a",
        "b",
        "x",
        "c",
        "v",
        "m",
        "y",
        "z",
        "Enter",
        "Shift+Enter",
        "Control+Enter",
        "0",
        "0",
        "j",
        "k",
        "ArrowDown",
        "Control+b",
        "Shift+m",
    ):
        await notebook.page.keyboard.press(key)
    # A key that the viewer knows tells that all before it have been handled.
    await notebook.page.keyboard.press("?")
    await viewer.root.get_by_test_id("help").wait_for()
    await notebook.page.keyboard.press("?")
    after = await notebook.page.evaluate(cells), await notebook.page.evaluate(modes)
    assert after == before
    assert await viewer.canvas.evaluate("canvas => canvas === document.activeElement")
    assert await notebook.page.evaluate("jupyterapp.shell.currentWidget.content.mode") == "command"
    # Outside the viewer JupyterLab's keys are JupyterLab's.
    await notebook.page.locator(".jp-InputPrompt").last.click()
    await notebook.page.keyboard.press("b")
    await notebook.page.wait_for_function(f"({cells}).length === {len(before[0]) + 1}")
