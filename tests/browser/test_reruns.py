"""A cell that is run again closes what it replaces, in the kernel and in the page."""

from __future__ import annotations

import time

from playwright.async_api import expect

from tests.browser.lab import Notebook
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.helpers.patience import PATIENCE_MS

RUNS = 50

CELL = f"""found = project.selection(project.skeletons)
viewer = project.viewer({VIEW})
history = project.history(viewer=viewer)
v3 = project.viewer3d(found, viewer, height=160)
display(viewer, history, v3)
display(project.neuron_search(height=120), project.annotation_browser(height=120))
display(*(make(found, height=120) for make in (project.connectivity, project.treenode_table, project.navigator)))
display(project.matrix(found, height=160))
found"""
COUNTS = """(lambda w, p: [len(w._instances), len(p.events._subscribers), len(p.events.presence._onlookers)])(
    __import__("ipywidgets.widgets.widget", fromlist=["_instances"]), project)"""
RUN_AGAIN = """async ([cell, times]) => {
  const panel = jupyterapp.shell.currentWidget;
  for (let time = 0; time < times; time++) {
    panel.content.activeCellIndex = cell;
    await jupyterapp.commands.execute("notebook:run-cell");
  }
}"""
MODELS = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  const viewer = panel.content.node.querySelector('[data-testid="stack-viewer"]');
  const kernel = panel.sessionContext.session.kernel;
  const layers = Object.keys(globalThis.catmaid.tracing).length;
  return [kernel._comms.size, layers, globalThis.catmaidContexts3d.length, viewer !== null];
}"""


async def counts(notebook: Notebook) -> list[int]:
    """Widgets and subscriptions in the kernel; widgets, tracing layers and contexts of WebGL in the page."""
    page = await notebook.page.evaluate(MODELS)
    return [*await notebook.value(COUNTS), *page]


async def test_cells_run_fifty_times_leave_nothing_behind(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    project.edit.create_treenode(x, y, z)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})", CELL, own_page=True
    )
    page = notebook.page
    table = page.get_by_test_id("selection-table")
    await expect(table.get_by_role("gridcell", name="neuron").first).to_be_visible()
    first = await counts(notebook)
    await page.evaluate(RUN_AGAIN, [1, RUNS])
    await expect(table.get_by_role("gridcell", name="neuron").first).to_be_visible()
    # A widget that was reading when its cell ran again lives until the answer comes.
    end = time.monotonic() + PATIENCE_MS / 1000
    while await counts(notebook) != first and time.monotonic() < end:
        await notebook.value("__import__('gc').collect()")
    assert await counts(notebook) == first

    await page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    await notebook.load()
    await expect(table.get_by_role("gridcell", name="neuron").first).to_be_visible()
    await notebook.becomes("len(found)", 1)
