"""A selection as a table: by mouse and by keyboard alone, in all views, in other selections and in Python."""

from __future__ import annotations

from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from tests.browser.accessibility import problems
from tests.browser.interactions import cell, head, sort_and_filter
from tests.browser.lab import Notebook
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.viewer import Viewer

THEMES = ("JupyterLab Light", "JupyterLab Dark")
SHOW_THEME = "(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })"


async def traced_project(site: Site) -> tuple[cj.Project, list[int], list[int]]:
    """A project with three neurons of 2, 3 and 4 nodes; their skeletons, and their root nodes."""
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    skeletons, roots = [], []
    for size in (2, 3, 4):
        node = project.edit.create_treenode(x - 300, y + 100 * size, z)
        roots.append(node)
        skeletons.append(int(project.skeletons["id"].max()))
        for step in range(1, size):
            node = project.edit.create_treenode(x - 300 + 200 * step, y + 100 * size, z, parent_id=node)
    return project, skeletons, roots


async def open_selection(notebooks: OpenNotebook, project: cj.Project, *more: str) -> tuple[Notebook, Locator]:
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        "found = project.selection(project.skeletons)\nfound.widget.height = 140\nfound",
        *more,
    )
    # JupyterLab takes cells out of the page that are not in sight.
    await notebook.page.set_viewport_size({"width": 1280, "height": 1400})
    tables = notebook.page.get_by_test_id("selection-table")
    await expect(cell(tables.first, 2, "nodes")).to_have_text("4")
    return notebook, tables


async def test_neurons_are_chosen_coloured_renamed_and_gone(site: Site, notebooks: OpenNotebook) -> None:
    project, skeletons, roots = await traced_project(site)
    small, middle, large = skeletons
    notebook, tables = await open_selection(
        notebooks,
        project,
        "chosen = project.selection().follow(found, 'selected')\nchosen.widget.height = 120\nchosen",
        f"viewer = project.viewer({VIEW})\nfound.widget.viewer = viewer\nviewer",
    )
    table, follower = tables.nth(0), tables.nth(1)
    total, status, panel = (table.get_by_test_id(name) for name in ("total", "status", "panel"))

    await cell(table, 0, "name").click()
    await cell(table, 2, "name").click(modifiers=["Control"])
    await expect(total).to_have_text("3 neurons, 2 selected")
    await expect(cell(follower, 1, "nodes")).to_have_text("4")
    await notebook.becomes("[found.selected.skeleton_ids, chosen.skeleton_ids]", [[small, large]] * 2)
    await cell(table, 2, "visible").click()
    await cell(table, 1, "visible").click()
    await expect(cell(table, 0, "visible")).to_have_text("☐")
    await notebook.becomes("[len(found.visible), found.active]", [0, middle])
    await cell(table, 1, "color").click()
    await table.locator(".cj-cell-editor").fill("#102030")
    await notebook.becomes(f"found.colors[{middle}]", "#102030")

    await sort_and_filter(table, (2, 3, 4), ", 2 selected")
    await notebook.becomes("found.widget.sort", ["nodes", True])

    await cell(table, 0, "name").click()
    await table.get_by_role("button", name="Rename…").click()
    await panel.get_by_label("New name").fill("DA1 {nodes} <i>")
    await expect(panel.get_by_test_id("preview")).to_contain_text("→ DA1 4 <i>")
    await panel.get_by_role("button", name="Rename").click()
    await expect(cell(table, 0, "name")).to_have_text("DA1 4 <i>")
    await table.get_by_role("button", name="Annotate…").click()
    await panel.get_by_label("Annotations", exact=True).fill("PN, traced")
    await notebook.page.keyboard.press("Enter")
    await expect(cell(table, 0, "annotations")).to_have_text("PN, traced")
    assert project.neuron("DA1 4 <i>").skeleton_ids == [large]
    await table.get_by_role("button", name="Root").click()
    await expect(status).to_contain_text(f"treenode {roots[2]}")
    assert await (await Viewer.of(notebook)).active() == roots[2]

    # Somebody else joins the neuron to another one.
    site.instance.project(project.title).edit.join_skeletons(from_id=roots[0], to_id=roots[2])
    await expect(cell(table, 2, "name")).to_contain_text("Now part of “neuron")
    await cell(table, 2, "name").click()
    await table.get_by_role("button", name=f"Take skeleton {small} instead").click()
    await expect(total).to_have_text("2 neurons")
    await notebook.becomes("found.skeleton_ids", [small, middle])

    found: dict[str, list[str]] = {}
    for theme in THEMES:
        await notebook.page.evaluate(SHOW_THEME, theme)
        await notebook.page.wait_for_function("(theme) => document.body.dataset.jpThemeName === theme", arg=theme)
        await expect(cell(table, 1, "name")).to_be_visible()
        await table.get_by_role("button", name="Rename…").click()
        found[f"rename, {theme}"] = await problems(table)
        await table.get_by_role("button", name="Colour…").click()
        found[f"colour, {theme}"] = await problems(table)
        await table.get_by_role("button", name="Columns").click()
        found[f"columns, {theme}"] = await problems(table)
        await notebook.page.keyboard.press("Escape")
    assert {where: what for where, what in found.items() if what} == {}


async def test_neurons_are_chosen_and_renamed_by_keyboard(site: Site, notebooks: OpenNotebook) -> None:
    project, skeletons, _roots = await traced_project(site)
    notebook, tables = await open_selection(notebooks, project)
    table, keyboard = tables.first, notebook.page.keyboard

    async def press(*keys: str) -> None:
        for key in keys:
            await keyboard.press(key)

    await table.get_by_role("grid").focus()
    await press("Control+Home", "ArrowDown", "ArrowRight", "Space")
    await expect(cell(table, 1, "visible")).to_have_text("☐")
    await press("ArrowRight", "F2")
    await keyboard.type("PN 5 😀")
    await press("Enter")
    await expect(cell(table, 1, "name")).to_have_text("PN 5 😀")
    await press("Space", "Shift+ArrowDown")
    await expect(table.get_by_test_id("total")).to_have_text("3 neurons, 2 selected")
    await notebook.becomes("[found.selected.skeleton_ids, found.active]", [skeletons[1:], skeletons[2]])
    await press("Control+ArrowUp", "ArrowUp", "Enter", "Alt+ArrowRight")
    await expect(head(table, "name")).to_have_attribute("aria-sort", "ascending")
    await notebook.becomes("list(found.widget.column_widths)", ["name"])

    await table.get_by_role("button", name="Columns").focus()
    await press("Enter", "ArrowDown", "ArrowDown", "ArrowDown", "Space", "Escape")
    await expect(head(table, "id")).to_have_count(0)
    await notebook.becomes("found.widget.shown_columns", {"id": False})
    await table.get_by_role("button", name="Remove").focus()
    await press("Enter")
    await expect(table.get_by_test_id("total")).to_have_text("1 neuron")
    await notebook.becomes("found.skeleton_ids", skeletons[:1])
