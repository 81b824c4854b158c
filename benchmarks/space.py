"""1,000 neurons in space: the 3D viewer's lines beside the same neurons merged into one geometry of pythreejs.

First both in JupyterLab, from the start of the cell to the first picture of all neurons, with what the kernel does and
what goes over the comm; then both in plain pages, where the browser alone is measured.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from importlib.resources import files
from pathlib import Path

import numpy as np
from aiohttp import web
from playwright.async_api import Browser

from benchmarks.dataset import REPOSITORY
from benchmarks.space_data import SKELETONS, Neurons
from tests.browser.lab import Lab, Notebook, running_lab
from tests.browser.site import running_browser

PAGES = {"own": "neurons", "merged": "merged"}
_PAGE = (
    "<!doctype html><title>{0}</title><link rel=icon href=data:,>"
    "<body><script src=three.js></script><script type=module src={0}.js></script>"
)
_DATA = "from benchmarks import space_cells\nneurons = space_cells.Neurons()"
# When all edges were drawn for the first time. Only pythreejs draws them at once.
_WATCH = """() => {
  const watch = (context) => {
    const { drawElements } = context.prototype;
    context.prototype.drawElements = function (mode, count, ...more) {
      drawElements.call(this, mode, count, ...more);
      if (count < 3e6 || globalThis.firstPicture) return;
      this.readPixels(0, 0, 1, 1, this.RGBA, this.UNSIGNED_BYTE, new Uint8Array(4));
      globalThis.firstPicture = performance.now();
    };
  };
  [WebGLRenderingContext, WebGL2RenderingContext].forEach(watch);
}"""
_SHOW = """async () => {
  jupyterapp.shell.currentWidget.content.activeCellIndex = 1;
  const began = performance.now();
  await jupyterapp.commands.execute("notebook:run-cell");
  while (!globalThis.firstPicture) await new Promise(requestAnimationFrame);
  return globalThis.firstPicture - began;
}"""


def main() -> dict[str, dict[str, float]]:
    """Print and return what is measured of both."""
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-") as folder:
        subprocess.run(["node", "bench/build.mjs", folder], cwd=REPOSITORY / "js", check=True)
        figures = asyncio.run(_measure(Path(folder)))
    names = dict.fromkeys(name for measured in figures.values() for name in measured)
    print(f"{'1,000 neurons, 2 million nodes':36}" + "".join(f"{page:>14}" for page in figures))
    for name in names:
        print(f"{name:36}" + "".join(f"{measured.get(name, np.nan):14,.1f}" for measured in figures.values()))
    return figures


async def _measure(folder: Path) -> dict[str, dict[str, float]]:
    shows = {
        "own": f"space_cells.own_viewer(neurons, {str(folder / 'widget.js')!r})",
        "merged": "space_cells.merged_scene(neurons)",
    }
    pictures = {}
    async with running_lab(folder / "lab", folder / "data") as lab:
        for name, show in shows.items():
            async with running_browser() as browser:
                pictures[name] = await _first_picture(browser, lab, name, show)
    pages = await _measure_pages(folder)
    return {name: {"first_picture_in_lab_ms": pictures[name], **pages[name]} for name in PAGES}


async def _first_picture(browser: Browser, lab: Lab, name: str, show: str) -> float:
    """ms from the start of a cell to the first picture of all neurons that it shows."""
    notebook = await Notebook.open(browser, lab, name, [_DATA, f"{show} if 'ready' in globals() else None"])
    await notebook.value("ready", "ready = True")
    await notebook.page.evaluate(_WATCH)
    waited: float = await notebook.page.evaluate(_SHOW)
    return waited


async def _measure_pages(folder: Path) -> dict[str, dict[str, float]]:
    neurons = Neurons()

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
