"""Published pages open from a file without a network, and views are used there as in notebooks."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
from playwright.async_api import Browser, expect

import catmaid_jupyter as cj
from catmaid_jupyter.widgets.project_table import ProjectTable, RowPlace, TableContent, shown_column
from tests.browser.accessibility import problems
from tests.browser.interactions import cell, choose_in_space, head, look_from_sides, sort_and_filter
from tests.browser.published import published
from tests.browser.site import RESULTS, Site
from tests.browser.space import Space
from tests.browser.test_viewer3d import neurons_in_space

RED, GREEN = 0, 1
ROWS = 10_000
STACK = """(() => document.querySelector('[data-testid="stack-viewer"]').catmaid)()"""


class LongTable(ProjectTable):
    """As many rows as a page should bear."""

    _label = "Numbers"

    async def _read(self) -> TableContent:
        rows = pd.DataFrame({"key": np.arange(ROWS), "skeleton_id": -1, "number": np.arange(ROWS)[::-1] % 997})
        rows["creator"] = "tracer"
        return TableContent(rows, [shown_column("number", "Number", "integer"), shown_column("creator", "Creator")])

    async def _place_of(self, row: pd.Series, _turn: int) -> RowPlace:
        raise AssertionError(row)


async def test_a_stack_space_and_a_long_table_are_used_without_network(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    x, y, z = (float(value) for value in project.viewer().position)
    project.add_volume(((x - 200, y - 200, z - 100), (x + 200, y + 200, z + 100)), "box")
    path = tmp_path / "all.html"

    def publish() -> None:
        found = project.selection(skeletons)
        viewer = project.viewer(height=360, nm_per_pixel=8.0)
        viewer.box = (x - 100, y - 100, z - 20), (x + 100, y + 100, z + 20)
        viewer.show_volumes("box")
        viewer3d = project.viewer3d(found, viewer, height=360, volumes=["box"])
        cj.publish(path, viewer | viewer3d, LongTable(found), project.matrix(found), sections=2)

    await asyncio.to_thread(publish)
    async with published(browser, path) as opened:
        page = opened.page
        space, table = Space(page), page.get_by_test_id("project-table")
        stack = page.get_by_test_id("stack-viewer")
        await space.ready()
        await stack.evaluate("element => element.catmaid.ready")
        await opened.until("Object.values(globalThis.catmaid.tracing)[0].counts.treenodes === 12")
        await page.screenshot(path=RESULTS / "published with a stack.png", full_page=True)

        await expect(stack.get_by_test_id("crop")).to_be_hidden()
        before = await page.evaluate(f"{STACK}.view")
        canvas = stack.get_by_test_id("canvas")
        box = await canvas.bounding_box()
        assert box is not None
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await page.mouse.move(*middle)
        await page.mouse.down()
        await page.mouse.move(middle[0] - 60, middle[1] - 40, steps=3)
        await page.mouse.up()
        await opened.until(f"{STACK}.view.center[0] > {before['center'][0] + 300}")
        await page.keyboard.press(".")
        await opened.until(f"{STACK}.view.section === {before['section'] + 1} && {STACK}.stats.complete")
        for _ in range(4):
            await page.keyboard.press(".")
        await opened.until(f"{STACK}.view.section === {before['section'] + 2} && {STACK}.stats.complete")
        await page.keyboard.press("-")
        await opened.until(f"{STACK}.view.nmPerPixel > {before['nmPerPixel']} && {STACK}.stats.complete")
        await expect(stack.get_by_test_id("section-slider")).to_have_attribute("max", str(before["section"] + 2))

        await space.click(await space.place(skeletons[1], 2), "Shift")
        await expect(space.said()).to_contain_text(f"This is a node of skeleton {skeletons[1]}")
        await expect(space.root.get_by_test_id("active")).to_have_text("active: n1 <b>, 4 nodes")
        place = project.nodes([skeletons[1]]).sort_values("id").iloc[2]
        await opened.until(f"Math.abs({STACK}.view.center[0] - {place['x']}) < 10")

        total = table.get_by_test_id("total")
        await expect(total).to_have_text("10,000 rows")
        await head(table, "number").click()
        await expect(cell(table, 0, "number")).to_have_text("0")
        await table.get_by_label("Filter Number").fill(">=996")
        await expect(total).to_have_text("10,000 rows, 10 shown")
        await expect(head(table, "creator")).to_have_count(0)
        await expect(page.get_by_test_id("connectivity-matrix")).to_be_visible()
        assert await problems(page.locator("body")) == []
        assert opened.of_others() == []
        assert opened.complaints == []


async def test_neurons_are_turned_sorted_and_chosen_together(site: Site, browser: Browser, tmp_path: Path) -> None:
    project = await site.new_project()
    first, second, third = neurons_in_space(project)
    last = project.nodes([third]).sort_values("id").iloc[-1]
    project.edit.create_treenode(last["x"] - 100, last["y"] + 80, last["z"], parent_id=int(last["id"]))
    path = tmp_path / "neurons.html"

    def publish() -> None:
        found = project.selection([first, second, third])
        found.set_colors("#ff0000")
        look: dict[str, Any] = {"show_box": False, "show_orientation": False, "background": "#fff"}
        cj.publish(path, project.viewer3d(found, height=360, **look), found, title="Three neurons")

    await asyncio.to_thread(publish)
    async with published(browser, path) as opened:
        page = opened.page
        space, table = Space(page), page.get_by_test_id("selection-table")
        await space.ready()
        counts = space.root.get_by_test_id("counts")
        await expect(counts).to_have_text("3 neurons, 13 nodes")
        await space.shows(RED)

        async def chosen(active: int, selected: list[int]) -> None:
            name = f"n{[first, second, third].index(active)} <b>"
            await expect(space.root.get_by_test_id("active")).to_contain_text(f"active: {name}")
            ids = table.locator('tbody tr[aria-selected="true"] td[data-column="id"]')
            await expect(ids).to_have_text([str(one) for one in selected])

        await choose_in_space(space, [first, second, third], chosen)
        await look_from_sides(space)
        await sort_and_filter(table, (4, 4, 5), ", 1 selected")
        await page.keyboard.press("1")
        await cell(table, 0, "color").click()
        await table.locator(".cj-cell-editor").fill("#00ff00")
        await cell(table, 1, "name").click()
        await space.shows(GREEN)
        await cell(table, 0, "visible").click()
        await expect(counts).to_have_text("3 neurons, 1 hidden, 8 nodes")
        before = await space.ask("viewer.camera")
        start = await space.place(first, 0)
        await space.drag((start[0], start[1] + 40), (start[0] + 120, start[1] + 60))
        assert (await space.ask("viewer.camera"))["position"] != before["position"]

        for name in ("Annotate…", "Rename…", "new volume around neurons", "kept views"):
            await expect(page.get_by_role("button", name=name)).to_have_count(0)
        await table.get_by_role("button", name="Export…").click()
        assert await problems(page.locator("body")) == []
        assert opened.of_others() == []
        assert opened.complaints == []

    for scheme, width in (("light", 1200), ("dark", 400)):
        async with published(browser, path, color_scheme=scheme, viewport={"width": width, "height": 900}) as opened:
            await Space(opened.page).ready()
            await expect(opened.page.get_by_role("heading", name="Three neurons")).to_be_visible()
            assert await opened.page.evaluate("document.documentElement.scrollWidth") <= width
            assert await problems(opened.page.locator("body")) == []
            await opened.page.screenshot(path=RESULTS / f"published {scheme} {width}.png", full_page=True)


async def test_a_notebook_is_run_and_published_as_one_page(site: Site, browser: Browser, tmp_path: Path) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    cells = [
        nbformat.v4.new_markdown_cell("# Three *neurons*\n\n<script>document.title = 'mine'</script>"),
        nbformat.v4.new_code_cell(f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})\n6 * 7"),
        nbformat.v4.new_code_cell(f"found = project.selection({skeletons})\nfound"),
        nbformat.v4.new_code_cell("project.viewer3d(found, height=300) | project.treenode_table(found)"),
    ]
    notebook = tmp_path / "story.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), notebook)
    folder = str(site.settings.folder)
    command = [sys.executable, "-m", "catmaid_server", "publish", str(notebook), "--data-dir", folder]

    def publish(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, *more], capture_output=True, text=True, check=False)

    ran = await asyncio.to_thread(publish)
    assert ran.returncode == 0, ran.stderr
    assert "story.html: 0." in ran.stdout
    async with published(browser, notebook.with_suffix(".html")) as opened:
        page, space = opened.page, Space(opened.page)
        await space.ready()
        await expect(page.get_by_role("heading", name="Three neurons")).to_have_count(1)
        await expect(page.locator(".output_area", has_text="42")).to_have_count(1)
        await space.click(await space.place(skeletons[0], 2))
        await expect(page.get_by_test_id("selection-table").get_by_test_id("total")).to_have_text(
            "3 neurons, 1 selected"
        )
        await expect(page.get_by_test_id("project-table").get_by_test_id("total")).to_have_text("12 rows")
        assert await page.title() == "Three neurons", "scripts of others do not run"
        await page.screenshot(path=RESULTS / "published notebook.png", full_page=True)
        assert opened.of_others() == []


async def test_what_needs_a_service_is_left_out_of_a_notebooks_page(site: Site, tmp_path: Path) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    cells = [
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        "project.neuron_search('*')",
        f"project.history() | project.treenode_table({skeletons})",
        "import ipywidgets\nipywidgets.IntSlider()",
    ]
    notebook = tmp_path / "story.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), notebook)
    command = [sys.executable, "-m", "catmaid_server", "publish", str(notebook)]
    ran = await asyncio.to_thread(
        subprocess.run,
        [*command, "--data-dir", str(site.settings.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    page = notebook.with_suffix(".html").read_text()
    assert page.count("data-cj-view=") == 1, "the table of nodes"
    for name in (
        f"NeuronSearch of &#x27;{project.title}&#x27;",
        f"HistoryTable of &#x27;{project.title}&#x27;",
        "IntSlider",
    ):
        sentence = f"{name}, which needs its kernel or a service."
        assert f"<p>Not on this page: {sentence}</p>" in page
        assert f"<li>{sentence}</li>" in page
    assert "IntSlider, which needs its kernel or a service." in ran.stdout
