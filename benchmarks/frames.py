"""Frames while a person pans over crowded views: of 2,000, 20,000 and 100,000 treenodes."""

from __future__ import annotations

from collections.abc import Sequence

from playwright.async_api import Browser

import catmaid_jupyter as cj
from catmaid_server.service.opening import opened_store
from tests.browser.lab import Lab, Notebook
from tests.browser.site import Site
from tests.browser.viewer import Viewer

IN_VIEW = (2_000, 20_000, 100_000)
NAMES = tuple(f"pan_{count}" for count in IN_VIEW)
NM_PER_PIXEL = 8.0
VIEW_PX = (820, 420)
TRACED_PX = (2100, 800)
"""What is traced: the view, what is read beyond it, and where the mouse goes."""
MOST_NODES = 300_000
"""A view has what is read beyond it, too."""
MOVES = 80
STEP_PX = 9
_MAKE = (
    "INSERT INTO neuron (project_id, name, user_id) SELECT %(project)s, 'PN ' || n, 1"
    "  FROM generate_series(1, %(nodes)s / 100) AS n",
    "INSERT INTO skeleton (project_id, neuron_id, name, user_id)"
    " SELECT project_id, id, name, 1 FROM neuron WHERE project_id = %(project)s",
    "CREATE TEMPORARY TABLE beginning ON COMMIT DROP AS"
    " SELECT id AS skeleton_id, %(left)s + %(width)s * random() AS x, %(top)s + %(height)s * random() AS y,"
    "        6.28 * random() AS turn FROM skeleton WHERE project_id = %(project)s",
    "CREATE TEMPORARY TABLE walk ON COMMIT DROP AS"
    " SELECT nextval('location_id_seq')::integer AS id, skeleton_id, n,"
    "        x + 20 * n * cos(turn) + 200 * sin(n / 9.0 + turn) AS x, y + 20 * n * sin(turn) + 200 * cos(n / 7.0) AS y,"
    "        %(depth)s + %(thickness)s * ((n / 7 + skeleton_id) %% 5 - 2) AS z"
    "   FROM beginning CROSS JOIN generate_series(1, 100) AS n",
    "CREATE INDEX ON walk (skeleton_id, n)",
    "INSERT INTO treenode (id, parent_id, project_id, skeleton_id, x, y, z, user_id, editor_id, edge)"
    " SELECT c.id, p.id, %(project)s, c.skeleton_id, c.x, c.y, c.z, 1, 1,"
    "        ST_MakeLine(ST_MakePoint(c.x, c.y, c.z),"
    "                    ST_MakePoint(coalesce(p.x, c.x), coalesce(p.y, c.y), coalesce(p.z, c.z)))"
    "   FROM walk c LEFT JOIN walk p ON p.skeleton_id = c.skeleton_id AND p.n = c.n - 1 ORDER BY c.skeleton_id, c.n",
)
RECORD = """await (async () => {
  tracing.frameTimes = [];
  let last = performance.now();
  const look = (now) => {
    tracing.frameTimes.push(now - last);
    last = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


async def frames(browser: Browser, lab: Lab, site: Site, in_view: int) -> list[float]:
    """ms from frame to frame while the mouse drags a view of so many treenodes about."""
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    await _trace(site, project, (x, y, z), in_view)
    cells = (
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"viewer = project.viewer(height=420, nm_per_pixel={NM_PER_PIXEL})\n"
        f"viewer.layers[-1].most_nodes = {MOST_NODES}\nviewer",
    )
    notebook = await Notebook.open(browser, lab, f"frames-{in_view}", cells)
    viewer = await Viewer.of(notebook)
    await viewer.painted()
    await viewer.ask(RECORD)
    start = await viewer.place(x, y)
    mouse = notebook.page.mouse
    await mouse.move(*start)
    # In a crowd the other button would move a node.
    await mouse.down(button="middle")
    for move in range(MOVES):
        away = STEP_PX * move
        await mouse.move(start[0] - away, start[1] - away / 6)
    await mouse.up(button="middle")
    times: list[float] = await viewer.ask("tracing.frameTimes")
    await notebook.page.close()
    return times


async def _trace(site: Site, project: cj.Project, middle: Sequence[float], in_view: int) -> None:
    """Neurites of 100 nodes, on five sections, as dense as fills a view with so many."""
    x, y, z = middle
    (width, height), (view_width, view_height) = TRACED_PX, VIEW_PX
    places = {
        "project": project.id,
        "nodes": int(in_view * width * height / (view_width * view_height)),
        "left": x - 0.8 * view_width * NM_PER_PIXEL,
        "top": y - height * NM_PER_PIXEL / 2,
        "width": width * NM_PER_PIXEL,
        "height": height * NM_PER_PIXEL,
        "depth": z,
        "thickness": project.stack().resolution[2],
    }
    async with (
        opened_store(site.settings) as store,
        store.writing(user_id=1, project_id=project.id, label="benchmark") as tx,
    ):
        for statement in _MAKE:
            await tx.execute(statement, places)
