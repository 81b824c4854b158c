"""A figure in a saved notebook lives without a kernel where it is trusted, and is a picture elsewhere."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys

from playwright.async_api import Browser, FrameLocator, Page, expect

from tests.browser.interactions import head
from tests.browser.lab import OPEN, Notebook
from tests.browser.published import offline_page
from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.test_viewer3d import cells, neurons_in_space
from tests.browser.viewer import Viewer

_RUN_MORE = """async (source) => {
  await jupyterapp.commands.execute("notebook:insert-cell-below");
  const { content } = jupyterapp.shell.currentWidget;
  content.activeCell.model.sharedModel.setSource(source);
  await jupyterapp.commands.execute("notebook:run-cell");
}"""
# Saves a notebook for a kernel that readers do not have.
_CLOSE = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  const { model } = panel.context;
  model.setMetadata("kernelspec", { name: "far-away", display_name: "Far away", language: "other" });
  model.deleteMetadata("language_info");
  await jupyterapp.commands.execute("docmanager:save");
  await panel.sessionContext.shutdown();
  panel.dispose();
}"""


async def test_a_figure_lives_without_a_kernel(site: Site, notebooks: OpenNotebook, browser: Browser) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection({skeletons})\nviewer = project.viewer(height=260)\n"
            "v3 = project.viewer3d(found, viewer, height=260)\nviewer | v3",
        ),
        own_page=True,
    )
    page = notebook.page
    await Viewer.of(notebook)
    await Space(page).ready()
    await notebook.becomes("bool(viewer.snapshot and v3.snapshot)", True)
    await page.evaluate(_RUN_MORE, "cj.figure(viewer | v3, found, title='Three neurons')")
    await _is_alive(page, skeletons)
    await page.evaluate(_CLOSE)

    path = notebook.lab.work / notebook.name
    content = json.loads(path.read_text())
    assert f"{site.instance.url}" not in json.dumps(content["cells"][-1]["outputs"])
    await _open_without_kernel(notebook)
    await _is_alive(page, skeletons)
    await page.screenshot(path=RESULTS / "figure without a kernel.png")
    await _look_untrusted(notebook)
    await _look_converted(notebook, browser, skeletons)
    assert not notebook.uncaught()


async def _is_alive(page: Page, skeletons: list[int]) -> None:
    """The views of a figure turn, go and sort, and are linked with each other."""
    frame: FrameLocator = page.frame_locator("iframe[srcdoc]").last
    await expect(frame.locator("html")).to_have_attribute("data-cj-page", "open")
    space, total = Space(page, frame), frame.get_by_test_id("selection-table").get_by_test_id("total")
    await space.ready()
    await space.click(await space.place(skeletons[0], 2))
    await expect(total).to_have_text("3 neurons, 1 selected")
    before = await space.ask("viewer.camera")
    x, y = await space.place(skeletons[0], 0)
    await space.drag((x, y + 40), (x + 120, y + 60))
    assert (await space.ask("viewer.camera"))["position"] != before["position"]
    canvas = frame.get_by_test_id("stack-viewer").get_by_test_id("canvas")
    section = "element => element.closest('[data-testid=\"stack-viewer\"]').catmaid.view.section"
    before = await canvas.evaluate(section)
    await canvas.press(".")
    assert await canvas.evaluate(section) == before + 1
    await head(frame.get_by_test_id("selection-table"), "name").click()


async def _open_without_kernel(notebook: Notebook) -> None:
    """Open the notebook in JupyterLab anew, as a reader does who has no kernel for it."""
    await notebook.page.evaluate(
        "(path) => { void jupyterapp.commands.execute('docmanager:open', { path, factory: 'Notebook' }); }",
        notebook.name,
    )
    await notebook.page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()


async def _look_untrusted(notebook: Notebook) -> None:
    """Open the notebook as it came from somebody else."""
    path = notebook.lab.work / notebook.name
    content = json.loads(path.read_text())
    content["cells"].append({**content["cells"][-1], "id": "other", "source": "1 + 1", "outputs": []})
    content["metadata"]["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.with_name("their figure.ipynb").write_text(json.dumps(content))
    await notebook.page.evaluate(OPEN, "their figure.ipynb")
    panel = notebook.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    picture = panel.get_by_role("img", name="Three neurons, as it was seen last")
    await expect(picture).to_be_visible()
    assert await picture.evaluate("element => element.decode().then(() => element.naturalWidth)") > 300
    await expect(panel.locator("iframe")).to_have_count(0)
    await notebook.page.screenshot(path=RESULTS / "figure untrusted.png")


async def _look_converted(notebook: Notebook, browser: Browser, skeletons: list[int]) -> None:
    """Open a page that nbconvert made of the notebook."""
    path = notebook.lab.work / notebook.name
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(path)]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, cwd=path.parent)
    async with offline_page(browser, path.with_suffix(".html")) as opened:
        await _is_alive(opened.page, skeletons)
