"""A saved notebook has pictures and rows of its widgets, for whoever reads it elsewhere."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from PIL import Image
from playwright.async_api import expect

from tests.browser.lab import OPEN, Notebook
from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.test_viewer3d import cells, neurons_in_space
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_MS

VIEW = "application/vnd.jupyter.widget-view+json"
# How many shades the canvas over the image has, on which the saved picture is.
_COLOURS = """() => {
  const canvases = document.querySelectorAll('[data-testid="overlay"]');
  const canvas = [...canvases].at(-1);
  const context = canvas.getContext("2d");
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return new Set(data.filter((_, at) => at % 4 === 0)).size > 30;
}"""
LESSON = "lesson = project.tutorial(project.viewer(), truth='Demo (solution)')\nlesson"
KEPT = "__import__('catmaid_jupyter.api.kept_outputs').api.kept_outputs.kept_output({}.model_id).keys()"


async def test_a_saved_notebook_has_pictures_and_rows(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    project.annotate(skeletons, "PN")
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection({skeletons})\nviewer = project.viewer(height=260)\nviewer",
            "v3 = project.viewer3d(found, height=260)\nv3",
            "nodes = project.treenode_table(found)\nnodes",
            "search = project.neuron_search('*')\nsearch",
            "matrix = project.matrix(found)\nmatrix",
            "history = project.history()\nhistory",
            "annotations = project.annotation_browser()\nannotations",
            LESSON,
            "found",
            "pair = project.viewer(height=200) | project.viewer3d(found, height=200)\npair",
        ),
        own_page=True,
    )
    await Viewer.of(notebook)
    for widget, kinds in (
        ("viewer", ["image/png"]),
        ("v3", ["image/png"]),
        ("pair", ["image/png"]),
        ("history", ["text/html"]),
        ("annotations", ["text/html"]),
        ("lesson", ["text/html"]),
        ("found.widget", ["text/html"]),
        ("nodes", ["text/html"]),
        ("search", ["text/html"]),
        ("matrix", ["image/png"]),
    ):
        await notebook.page.get_by_test_id("viewer3d").first.scroll_into_view_if_needed()
        await notebook.becomes(f"list({KEPT.format(widget)})", kinds)
    await notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    saved = _saved(notebook)
    assert [sorted(set(data) - {VIEW}) for data in saved] == [
        ["image/png", "text/plain"],
        ["image/png", "text/plain"],
        ["text/html", "text/plain"],
        ["text/html", "text/plain"],
        ["image/png", "text/plain"],
        *[["text/html", "text/plain"]] * 4,
        ["image/png", "text/plain"],
    ]
    assert [data["text/plain"] for data in saved[:2]] == [
        f"<StackViewer of {project.title!r}>",
        f"<Viewer3D of {project.title!r}>",
    ]
    RESULTS.mkdir(exist_ok=True)
    for at in (0, 1, 4, 9):
        body = b64decode(saved[at]["image/png"])
        (RESULTS / f"saved picture {at}.png").write_bytes(body)
        pixels = np.asarray(Image.open(BytesIO(body)).convert("RGB"))
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 10, "something is to be seen"
    assert html.escape(project.neurons["name"][0]) in saved[3]["text/html"]
    assert "<td>PN</td><td>3</td>" in saved[6]["text/html"]
    assert "<td>now</td>" in saved[7]["text/html"]
    assert len(re.findall(r"<img[^>]*data:image/png;base64,", _converted(notebook))) == 4
    await _look_untrusted(notebook)


async def test_a_trusted_notebook_shows_saved_views_to_a_kernel_that_knows_nothing(
    site: Site, notebooks: OpenNotebook
) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    project.annotate(skeletons, "PN")
    notebook = await notebooks(
        *cells(
            project,
            "viewer = project.viewer(height=260)\nviewer",
            f"found = project.selection({skeletons})\nnodes = project.treenode_table(found)\nnodes",
            "annotations = project.annotation_browser()\nannotations",
            LESSON,
            "found",
        ),
        own_page=True,
    )
    await Viewer.of(notebook)
    for made in ("viewer.snapshot", "nodes.first_rows", "annotations.first_rows", "found.widget.first_rows"):
        await notebook.becomes(f"bool({made})", True)
    await notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    content = json.loads((notebook.lab.work / notebook.name).read_text())
    states = content["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert any("snapshot" in one["state"] for one in states), "the state is saved without being asked for"
    await notebook.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    await notebook.show()
    canvas = notebook.page.get_by_test_id("overlay").last
    await canvas.wait_for(timeout=PATIENCE_MS)
    await notebook.page.wait_for_function(_COLOURS, timeout=PATIENCE_MS)
    tree = notebook.page.get_by_test_id("annotation-browser").get_by_test_id("saved-rows")
    await expect(tree.locator("tbody")).to_have_text("PN3admin")
    await expect(notebook.page.get_by_test_id("task")).to_contain_text("Click")
    rows = notebook.page.get_by_test_id("project-table").get_by_test_id("saved-rows")
    await expect(rows).to_contain_text("These rows are as they were saved.")
    await expect(rows.locator("tbody tr")).to_have_count(12)
    neurons = notebook.page.locator(".jp-OutputArea", has_text="This selection cannot be shown.")
    await expect(neurons.locator("tbody tr")).to_have_count(3)
    await notebook.page.screenshot(path=RESULTS / "saved notebook trusted.png")
    assert not notebook.uncaught()


def _saved(notebook: Notebook) -> list[dict[str, Any]]:
    """The data of all outputs that show a widget, as they are in the file."""
    content = nbformat.read(notebook.lab.work / notebook.name, 4)
    outputs = [output for cell in content.cells for output in cell.outputs]
    return [output["data"] for output in outputs if VIEW in output.get("data", {})]


def _converted(notebook: Notebook) -> str:
    """The notebook as a page, by nbconvert, without the saved state of its widgets."""
    path: Path = notebook.lab.work / notebook.name
    content = json.loads(path.read_text())
    content["metadata"].pop("widgets", None)
    plain = path.with_name("plain.ipynb")
    plain.write_text(json.dumps(content))
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(plain)]
    subprocess.run(command, check=True, capture_output=True, cwd=path.parent)
    return plain.with_suffix(".html").read_text()


async def _look_untrusted(notebook: Notebook) -> None:
    """Open the notebook as it came from somebody else: its widgets are not shown, the pictures are."""
    path = notebook.lab.work / notebook.name
    content = json.loads(path.read_text())
    content["cells"].append({**content["cells"][-1], "id": "other", "source": "1 + 1", "outputs": []})
    (path.parent / "theirs.ipynb").write_text(json.dumps(content))
    await notebook.page.evaluate(OPEN, "theirs.ipynb")
    panel = notebook.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    await expect(panel.locator(".jp-OutputArea img")).to_have_count(4)
    await expect(panel.get_by_test_id("viewer3d")).to_have_count(0)
    await expect(panel.locator(".jp-OutputArea table")).to_have_count(6)
    await notebook.page.screenshot(path=RESULTS / "saved notebook untrusted.png")
