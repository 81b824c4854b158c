"""Workspaces in JupyterLab: four linked widgets in one cell, which the notebook keeps, and tabs."""

from __future__ import annotations

import json

from playwright.async_api import expect

from catmaid_jupyter.api.kept_outputs import WORKSPACE
from tests.browser.accessibility import THEMES, change_theme
from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.test_viewer3d import cells, neurons_in_space
from tests.browser.viewer import Viewer

FOUR = """found = project.selection({skeletons})
viewer = project.viewer(selection=found, height=260)
v3 = project.viewer3d(found, viewer, height=260)
partners = project.connectivity(found, viewer, height=160)
ws = project.workspace(viewer, v3, found, partners, layout=[[viewer, v3], found, partners])
ws"""


async def test_a_notebook_keeps_its_workspace(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(*cells(project, FOUR.format(skeletons=skeletons)), own_page=True)
    page = notebook.page
    viewer, space = await Viewer.of(notebook), await Space.of(notebook)
    one, other = await page.get_by_test_id("stack-viewer").bounding_box(), await space.root.bounding_box()
    assert one is not None
    assert other is not None
    assert (abs(one["y"] - other["y"]) < 5, one["x"] < other["x"]) == (True, True), "they are side by side"

    # What is done by mouse is in the notebook when it is saved.
    await viewer.settled()
    x, y, _ = await notebook.value("viewer.position")
    await viewer.drag(await viewer.place(x, y), await viewer.place(x + 300, y))
    await notebook.becomes("ws.state['widgets']['w1']['traits']['position'] == list(viewer.position)", True)
    seen = "__import__('catmaid_jupyter.api.kept_outputs').api.kept_outputs.kept_output(ws.model_id)"
    kept = f"{seen}['{WORKSPACE}']['widgets']['w1']['traits']['position'] == list(viewer.position)"
    await notebook.becomes(f"bool(v3.camera) and 'image/png' in {seen} and {kept}", True)
    await page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    saved = json.loads((notebook.lab.work / notebook.name).read_text())
    outputs = [output["data"] for cell in saved["cells"] for output in cell.get("outputs", ()) if "data" in output]
    shown = [data for data in outputs if WORKSPACE in data]
    assert len(shown) == 1
    assert "".join(shown[0]["text/plain"]) == f"<Workspace of 4 widgets in {project.title!r}>"
    assert shown[0]["image/png"]
    opened = project.workspace(str(notebook.lab.work / notebook.name))
    assert opened.widgets[0].position != project.viewer().position
    await notebook.becomes("list(viewer.position)", list(opened.widgets[0].position))
    await notebook.becomes("v3.camera", opened.widgets[1].camera)

    RESULTS.mkdir(exist_ok=True)
    root = page.locator(".cj-workspace").first
    for theme in THEMES:
        await change_theme(page, theme)
        await root.screenshot(path=RESULTS / f"workspace {theme}.png")
    await root.evaluate("root => { root.style.width = '400px'; }")
    await space.ready()
    below = await space.root.bounding_box()
    assert below is not None
    assert below["y"] > one["y"] + one["height"] / 2, "where there is no room, it is below"
    await root.screenshot(path=RESULTS / "workspace narrow.png")


async def test_tabs_show_one_widget_at_a_time(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    lines = f"found = project.selection({skeletons})\nviewer = project.viewer(height=260)"
    notebook = await notebooks(*cells(project, f"{lines}\nproject.workspace(viewer, found, layout='tabs')"))
    page = notebook.page
    await Viewer.of(notebook)
    await expect(page.get_by_test_id("selection-table")).to_be_hidden()
    await page.get_by_role("tab", name="Selection").click()
    await expect(page.get_by_test_id("selection-table").get_by_role("grid")).to_be_visible()
    await expect(page.get_by_test_id("stack-viewer")).to_be_hidden()
    await page.locator(".cj-workspace").screenshot(path=RESULTS / "workspace tabs.png")
    await page.get_by_role("tab", name="Images").click()
    await expect(page.get_by_test_id("stack-viewer")).to_be_visible()
