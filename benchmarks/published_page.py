"""How long a published page takes to open: images, 50 neurons in space, and a table of 10,000 rows."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from pathlib import Path

from playwright.async_api import Browser

import catmaid_jupyter as cj
from benchmarks.space_data import NODES, Neurons
from catmaid_server.demo.projects import SOLUTION
from catmaid_server.service.opening import opened_store
from catmaid_server.transfer.importers.swc import import_swc
from tests.browser.site import Site, running_browser, running_site

_NEURONS = 50
_IN_TABLE = 5
"""Neurons whose nodes are the rows of the table."""
_TURNS = 7
# ms since the page was asked for, of what is there later than the page itself.
_OPENED = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const of = (name) => document.querySelector(`[data-testid="${name}"]`);
  const times = {};
  const isThere = {
    page: () => document.documentElement.dataset.cjPage === "open",
    images: () => of("stack-viewer")?.catmaid?.stats.complete,
    neurons: () => of("viewer3d")?.catmaid3d?.stats.firstPictureMs > 0,
    table: () => of("project-table")?.querySelector("td[data-column]")?.textContent,
  };
  while (Object.keys(times).length < Object.keys(isThere).length) {
    await frame();
    for (const [name, is] of Object.entries(isThere)) if (!(name in times) && is()) times[name] = performance.now();
  }
  await of("viewer3d").catmaid3d.ready;
  times.neurons = performance.now();
  return { ...times, all: Math.max(...Object.values(times)) };
}"""

Figures = dict[str, float]


def main() -> Figures:
    """Print and return the median ms from the address to what is shown, and the page's size."""
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-") as folder:
        figures = asyncio.run(_measure(Path(folder)))
    for name, value in figures.items():
        print(f"{'published page: ' + name:36} {value:14,.1f}", flush=True)
    return figures


async def _measure(folder: Path) -> Figures:
    page = folder / "page.html"
    async with running_site(folder / "site") as site:
        await _import(site, folder)
        await asyncio.to_thread(_publish, site.project(SOLUTION), page)
    async with running_browser() as browser:
        await _opened(browser, page)
        turns = [await _opened(browser, page) for _ in range(_TURNS)]
    return {f"{name} ms": statistics.median(turn[name] for turn in turns) for name in turns[0]} | {
        "MB": page.stat().st_size / 1e6
    }


async def _import(site: Site, folder: Path) -> None:
    """Neurons come to those of the specimen."""
    swc = folder / "swc"
    swc.mkdir()
    neurons = Neurons(_NEURONS)
    for number, (positions, parents) in enumerate(zip(neurons.positions, neurons.parents, strict=True)):
        rows = [
            f"{row + 1} 0 {x:.1f} {y:.1f} {z:.1f} -1 {parent + 1 if parent >= 0 else -1}"
            for row, ((x, y, z), parent) in enumerate(zip(positions, parents, strict=True))
        ]
        (swc / f"walk {number}.swc").write_text("\n".join(rows))
    async with opened_store(site.settings) as store:
        await import_swc(store, swc, project=SOLUTION, user="admin")


def _publish(project: cj.Project, path: Path) -> None:
    walks = project.skeletons.query("nodes == @NODES", local_dict={"NODES": NODES})["id"].tolist()
    found = project.selection(walks)
    viewer = project.viewer(height=420)
    table = project.treenode_table(project.selection(walks[:_IN_TABLE]))
    cj.publish(path, viewer | project.viewer3d(found, viewer, height=420), table)


async def _opened(browser: Browser, path: Path) -> Figures:
    context = await browser.new_context(offline=True, viewport={"width": 1200, "height": 1400})
    page = await context.new_page()
    session = await context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})
    await page.goto(path.as_uri(), wait_until="commit")
    figures: Figures = await page.evaluate(_OPENED)
    taken = {one["name"]: one["value"] for one in (await session.send("Performance.getMetrics"))["metrics"]}
    await context.close()
    # Of the processor, whatever else the machine does: the page's main thread, and all threads of its process.
    return figures | {"main thread": taken["TaskDuration"] * 1000, "process": taken["ProcessTime"] * 1000}


if __name__ == "__main__":
    main()
