"""How long a person waits: for a node after a click, for each section of 100, for tables of 100,000 rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from playwright.async_api import Browser

import catmaid_jupyter as cj
from benchmarks import frames, wheel
from catmaid_server.domain.projects import projects
from catmaid_server.service.opening import opened_store
from tests.browser.lab import Lab, Notebook, running_lab
from tests.browser.site import Site, running_browser, running_site, viewer_cells
from tests.browser.viewer import Viewer

TABLES_AND_CLICKS = ("click_to_drawn", "click_to_confirmed", "warm_section", "table_of_100000", "treenodes_of_100000")
NAMES = (*TABLES_AND_CLICKS, *wheel.NAMES, *frames.NAMES)
NEURONS = 100_000
NODES = 100_000
TABLES = 5
CLICKS = 15
_MAKE_NEURONS = (
    "INSERT INTO neuron (project_id, name, user_id)"
    " SELECT %(project)s, 'PN ' || n, 1 FROM generate_series(1, %(neurons)s) AS n",
    "INSERT INTO skeleton (project_id, neuron_id, name, user_id)"
    " SELECT project_id, id, name, 1 FROM neuron WHERE project_id = %(project)s",
    "INSERT INTO treenode (project_id, skeleton_id, x, y, z, user_id, editor_id, edge)"
    " SELECT project_id, id, id %% 1000, id / 1000, 0, 1, 1,"
    "        ST_MakeLine(ST_MakePoint(id %% 1000, id / 1000, 0), ST_MakePoint(id %% 1000, id / 1000, 0))"
    "   FROM skeleton WHERE project_id = %(project)s",
)
_MAKE_NODES = (
    "INSERT INTO neuron (project_id, name, user_id) VALUES (%(project)s, 'PN', 1)",
    "INSERT INTO skeleton (project_id, neuron_id, name, user_id)"
    " SELECT project_id, id, name, 1 FROM neuron WHERE project_id = %(project)s",
    "CREATE TEMPORARY TABLE chain ON COMMIT DROP AS"
    " SELECT n, nextval('location_id_seq')::integer AS id FROM generate_series(1, %(nodes)s) AS n ORDER BY n",
    "INSERT INTO treenode (id, parent_id, project_id, skeleton_id, x, y, z, user_id, editor_id, edge)"
    " SELECT c.id, p.id, k.project_id, k.id, c.n, 0, 0, 1, 1,"
    "        ST_MakeLine(ST_MakePoint(c.n, 0, 0), ST_MakePoint(coalesce(p.n, c.n), 0, 0))"
    "   FROM chain c LEFT JOIN chain p ON p.n = c.n - 1, skeleton k WHERE k.project_id = %(project)s ORDER BY c.n",
)
SHOW_TABLE = """async (column) => {
  const panel = jupyterapp.shell.currentWidget;
  panel.content.activeCellIndex = 1;
  const began = performance.now();
  await jupyterapp.commands.execute("notebook:run-cell");
  const name = () => panel.content.node.querySelector(`td[data-column="${column}"]`)?.textContent ?? "";
  while (!name().startsWith("PN")) await new Promise(requestAnimationFrame);
  return performance.now() - began;
}"""
KEYS = (".", ".", ".", ",", ",", ".", ".", ",") * 2


async def waits(folder: Path, names: Sequence[str] = NAMES) -> dict[str, list[float]]:
    """Milliseconds of each wait, by name, in JupyterLab and Chromium on a small specimen."""
    async with (
        running_site(folder / "site") as site,
        running_lab(folder / "lab", site.settings.folder) as lab,
        running_browser() as browser,
    ):
        measured = {}
        if set(names) & set(TABLES_AND_CLICKS):
            measured = await _clicks_and_tables(browser, lab, site)
        if set(names) & set(wheel.NAMES):
            measured |= await wheel.waits(browser, lab, site)
        for name, in_view in zip(frames.NAMES, frames.IN_VIEW, strict=True):
            if name in names:
                measured[name] = await frames.frames(browser, lab, site, in_view)
    return measured


async def _clicks_and_tables(browser: Browser, lab: Lab, site: Site) -> dict[str, list[float]]:
    notebook = await Notebook.open(browser, lab, "clicks", viewer_cells(await site.new_project()))
    drawn, confirmed = await _click(notebook, await Viewer.of(notebook))
    notebook = await Notebook.open(browser, lab, "sections", viewer_cells(site.project("Demo (solution)")))
    sections = await _change_sections(notebook, await Viewer.of(notebook))
    many = await _made(site, "Many neurons", _MAKE_NEURONS)
    tables = await _show_tables(browser, lab, many, "name", "found")
    large = await _made(site, "A large neuron", _MAKE_NODES)
    treenodes = await _show_tables(browser, lab, large, "neuron", "project.treenode_table(found)")
    return dict(zip(TABLES_AND_CLICKS, (drawn, confirmed, sections, tables, treenodes), strict=True))


async def _click(notebook: Notebook, viewer: Viewer) -> tuple[list[float], list[float]]:
    """ms from each click to the frame that shows the node, and to the service's confirmation."""
    x, y, _ = await notebook.value("viewer.position")
    for number in range(CLICKS):
        await viewer.click(await viewer.place(x - 600 + 80 * number, y - 100 + 200 * (number % 2)))
        await viewer.active()
    drawn, confirmed = await viewer.ask("[tracing.clickToDrawn, tracing.clickToConfirmed]")
    return drawn, confirmed


async def _change_sections(notebook: Notebook, viewer: Viewer) -> list[float]:
    """ms until each section whose tiles were there already was painted."""
    await viewer.canvas.focus()
    for key in KEYS:
        before = len(await viewer.ask("viewer.stats.sectionChanges"))
        await notebook.page.keyboard.press(key)
        await viewer.until("viewer.stats.sectionChanges.length > argument", before)
    return [change["ms"] for change in await viewer.ask("viewer.stats.sectionChanges") if change["warm"]]


async def _made(site: Site, title: str, statements: Sequence[str]) -> cj.Project:
    """A new project with 100,000 neurons of one node each, or with one of 100,000."""
    async with (
        opened_store(site.settings) as store,
        store.writing(user_id=1, project_id=None, label="benchmark") as tx,
    ):
        project_id = await projects.create_project(tx, title, owner_id=1)
        for statement in statements:
            await tx.execute(statement, {"project": project_id, "neurons": NEURONS, "nodes": NODES})
    return site.project(title)


async def _show_tables(browser: Browser, lab: Lab, project: cj.Project, column: str, table: str) -> list[float]:
    """ms from the start of a cell that shows a new table to the frame with the first neurons' names."""
    cells = (
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})\nids = [*project.skeletons.id]",
        f"found = cj.Selection(project, ids)\n{table}",
    )
    notebook = await Notebook.open(browser, lab, f"tables-{column}", cells)
    return [await notebook.page.evaluate(SHOW_TABLE, column) for _ in range(TABLES)]
