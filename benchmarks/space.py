"""1,000 neurons in space: the 3D viewer beside the same neurons merged into one geometry of pythreejs.

First both in JupyterLab by turns: how long the cell takes from its start to the first picture of all neurons, and how
smoothly the picture turns under the mouse. The viewer reads its neurons from a service, pythreejs has them in the
kernel already. Then both in plain pages, where the browser alone is measured.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
from aiohttp import web
from playwright.async_api import Browser, Page

from benchmarks.dataset import REPOSITORY
from benchmarks.space_data import SKELETONS, Neurons
from benchmarks.space_site import running_service
from tests.browser.lab import Lab, Notebook, running_lab
from tests.browser.site import running_browser

PAGES = {"own": "neurons", "merged": "merged"}
_PAGE = (
    "<!doctype html><title>{0}</title><link rel=icon href=data:,>"
    "<body><script src=three.js></script><script type=module src={0}.js></script>"
)
_TURNS = 3
_TURNING_S = 6
_CELLS = {
    "own": (
        "from benchmarks import space_cells\nfound = space_cells.selection()",
        "found.project.viewer3d(found, height=600)",
    ),
    "merged": (
        "from benchmarks import space_cells\nneurons = space_cells.Neurons()",
        "space_cells.merged_scene(neurons)",
    ),
}
# Frames with all edges, which only pythreejs draws at once.
_WATCH = """() => {
  globalThis.fullFrames = 0;
  const watch = (context) => {
    const { drawElements } = context.prototype;
    context.prototype.drawElements = function (mode, count, ...more) {
      drawElements.call(this, mode, count, ...more);
      if (count >= 3e6) globalThis.fullFrames++;
      globalThis.lastContext = this;
    };
  };
  [WebGLRenderingContext, WebGL2RenderingContext].forEach(watch);
}"""
_SHOW = """async (wanted) => {
  const isThere = {
    own: () => document.querySelector('[data-testid="viewer3d"]')?.catmaid3d?.stats.firstPictureMs > 0,
    merged: () => globalThis.fullFrames > 0,
  }[wanted];
  jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
  const began = performance.now();
  await jupyterapp.commands.execute("notebook:run-cell");
  while (!isThere()) await new Promise(requestAnimationFrame);
  const { lastContext: context } = globalThis;
  context.readPixels(0, 0, 1, 1, context.RGBA, context.UNSIGNED_BYTE, new Uint8Array(4));
  return performance.now() - began;
}"""
_STATS = """async () => {
  const { catmaid3d } = document.querySelector('[data-testid="viewer3d"]');
  const waited = performance.now();
  await catmaid3d.ready;
  return { ...catmaid3d.stats, more: performance.now() - waited };
}"""
_FRAMES = (
    """() => document.querySelector('[data-testid="viewer3d"]')?.catmaid3d?.stats.frames ?? globalThis.fullFrames"""
)

Figures = dict[str, float]


def main() -> dict[str, Figures]:
    """Print and return what is measured of both."""
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-") as folder:
        subprocess.run(["node", "bench/build.mjs", folder], cwd=REPOSITORY / "js", check=True)
        figures = asyncio.run(_measure(Path(folder)))
    names = dict.fromkeys(name for measured in figures.values() for name in measured)
    print(f"{'1,000 neurons, 2 million nodes':36}" + "".join(f"{page:>14}" for page in figures))
    for name in names:
        print(f"{name:36}" + "".join(f"{measured.get(name, np.nan):14,.1f}" for measured in figures.values()))
    return figures


async def _measure(folder: Path) -> dict[str, Figures]:
    neurons = Neurons()
    async with (
        running_service(folder, neurons) as settings,
        running_lab(folder / "lab", settings.folder) as lab,
    ):
        whole = await _measure_in_lab(lab)
    pages = await _measure_pages(folder, neurons)
    return {name: whole[name] | pages[name] for name in PAGES}


async def _measure_in_lab(lab: Lab) -> dict[str, Figures]:
    """Both by turns; the service has read no neuron before the first turn of the viewer."""
    turns: dict[str, list[Figures]] = {name: [] for name in _CELLS}
    for turn in range(_TURNS):
        for name, figures in turns.items():
            async with running_browser() as browser:
                figures.append(await _in_lab(browser, lab, name, turn))
    cold = turns["own"].pop(0)
    whole = {name: _medians(figures) for name, figures in turns.items()}
    whole["own"]["lab_first_picture_unread_ms"] = cold["lab_first_picture_ms"]
    return whole


def _medians(turns: list[Figures]) -> Figures:
    return {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}


async def _in_lab(browser: Browser, lab: Lab, name: str, turn: int) -> Figures:
    data, show = _CELLS[name]
    notebook = await Notebook.open(browser, lab, f"{name}{turn}", [data, f"{show} if 'ready' in globals() else None"])
    await notebook.value("ready", "ready = True")
    page = notebook.page
    await page.evaluate(_WATCH)
    figures = {"lab_first_picture_ms": await page.evaluate(_SHOW, name)}
    if name == "own":
        stats = await page.evaluate(_STATS)
        figures |= {"lab_all_nodes_ms": figures["lab_first_picture_ms"] + stats["more"], "lab_bytes": stats["bytes"]}
    figures["lab_frames_per_s"] = await _turned(page)
    await page.close()
    return figures


async def _turned(page: Page) -> float:
    """Frames a second while the mouse turns the picture."""
    picture = page.locator("canvas:visible").last
    box = await picture.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 100
    await page.mouse.move(x, y)
    await page.mouse.down()
    before, began, step = await page.evaluate(_FRAMES), time.perf_counter(), 0
    while time.perf_counter() - began < _TURNING_S:
        step += 1
        await page.mouse.move(x + 4 * (step % 50), y + step % 7)
    frames = await page.evaluate(_FRAMES) - before
    seconds = time.perf_counter() - began
    await page.mouse.up()
    return float(frames / seconds)


async def _measure_pages(folder: Path, neurons: Neurons) -> dict[str, Figures]:
    async def geometry(request: web.Request) -> web.Response:
        return web.Response(body=neurons.answer(json.loads(await request.text())["skeleton_ids"]))

    async def column(request: web.Request) -> web.Response:
        return web.Response(body=neurons.merged[request.match_info["column"]].tobytes())

    app = web.Application()
    app.add_routes(
        [
            web.get("/{page}.html", lambda request: _html(_PAGE.format(request.match_info["page"]))),
            web.get("/three.js", lambda _: _script(files("pythreejs").joinpath("static/three.js").read_text())),
            web.get("/{page}.js", lambda request: _script((folder / f"{request.match_info['page']}.js").read_text())),
            web.post("/geometry", geometry),
            web.get("/{column}", column),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        return {name: await _figures(f"http://127.0.0.1:{port}/{page}.html") for name, page in PAGES.items()}
    finally:
        await runner.cleanup()


async def _figures(address: str) -> dict[str, float]:
    async with running_browser() as browser:
        page = await browser.new_page()
        page.set_default_timeout(300_000)
        await page.goto(address)
        await page.wait_for_function("window.measure !== undefined")
        figures: dict[str, float] = await page.evaluate("ids => measure(ids)", list(range(1, SKELETONS + 1)))
        return figures


async def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")


async def _script(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/javascript")


if __name__ == "__main__":
    main()
