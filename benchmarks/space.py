"""1,000 neurons in space: the 3D viewer's lines beside the same neurons merged into one geometry of pythreejs."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web
from numpy.typing import NDArray

from benchmarks.dataset import REPOSITORY
from catmaid_wire.geometry import GeometryAnswer, PackedSkeleton, encode, pack_many
from tests.browser.site import running_browser

SKELETONS, NODES = 1000, 2000
"""Number of skeletons, and nodes of each."""

PAGES = {"own": "neurons", "merged": "merged"}
_STEP_NM = 100.0
_BRANCHING = 0.05
_WIDTH_NM = 150_000.0
_PAGE = (
    "<!doctype html><title>{0}</title><link rel=icon href=data:,>"
    "<body><script src=three.js></script><script type=module src={0}.js></script>"
)


def main() -> dict[str, dict[str, float]]:
    """Print and return what both pages measure, one after the other."""
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-") as folder:
        subprocess.run(["node", "bench/build.mjs", folder], cwd=REPOSITORY / "js", check=True)
        figures = asyncio.run(_measure(Path(folder)))
    names = dict.fromkeys(name for measured in figures.values() for name in measured)
    print(f"{'1,000 neurons, 2 million nodes':36}" + "".join(f"{page:>14}" for page in figures))
    for name in names:
        print(f"{name:36}" + "".join(f"{measured.get(name, np.nan):14,.1f}" for measured in figures.values()))
    return figures


async def _measure(folder: Path) -> dict[str, dict[str, float]]:
    neurons = _Neurons()
    app = web.Application()
    app.add_routes(
        [
            web.get("/{page}.html", lambda request: _html(_PAGE.format(request.match_info["page"]))),
            web.get("/three.js", lambda _: _script(files("pythreejs").joinpath("static/three.js").read_text())),
            web.get("/{page}.js", lambda request: _script((folder / f"{request.match_info['page']}.js").read_text())),
            web.post("/geometry", neurons.geometry),
            web.get("/{column}", neurons.column),
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


class _Neurons:
    """Random walks that branch, as the geometry route sends them and as pythreejs does."""

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        parents = np.arange(-1, NODES - 1) * np.ones((SKELETONS, 1), int)
        branches = random.random(parents.shape) < _BRANCHING
        branches[:, :2] = False
        parents[branches] = (random.random(parents.shape) * np.arange(NODES)).astype(int)[branches]
        self.positions = _walk(random, parents)
        self.parents = parents
        self.packed = list(self._pack())
        self.columns = self._merged(random)

    async def geometry(self, request: web.Request) -> web.Response:
        asked: dict[str, Any] = json.loads(await request.text())
        ids = np.array(asked["skeleton_ids"], np.int32)
        answer = GeometryAnswer(ids, np.ones(len(ids), np.int64), [self.packed[id_ - 1] for id_ in ids])
        return web.Response(body=encode(answer))

    async def column(self, request: web.Request) -> web.Response:
        return web.Response(body=self.columns[request.match_info["column"]])

    def _pack(self) -> Iterator[PackedSkeleton]:
        rows = np.full(SKELETONS, NODES)
        return pack_many(self.positions.reshape(-1, 3), self.parents.ravel(), rows)

    def _merged(self, random: np.random.Generator) -> dict[str, bytes]:
        first = (np.arange(SKELETONS) * NODES)[:, None]
        pairs = np.stack([self.parents + first, np.arange(NODES) + first], axis=-1)[self.parents >= 0]
        colors = np.repeat(random.random((SKELETONS, 3)), NODES, axis=0)
        return {
            "positions": self.positions.astype("<f4").tobytes(),
            "colors": colors.astype("<f4").tobytes(),
            "pairs": pairs.astype("<u4").tobytes(),
        }


def _walk(random: np.random.Generator, parents: NDArray[np.int_]) -> NDArray[np.float64]:
    """(skeletons, nodes, 3) nm: steps that mostly go on as before."""
    every = np.arange(len(parents))
    shape = (len(parents), NODES, 3)
    positions = np.empty(shape)
    headings = random.normal(size=shape)
    positions[:, 0] = random.random((len(parents), 3)) * _WIDTH_NM
    for row in range(1, NODES):
        above = parents[:, row]
        heading = headings[every, above] * 0.9 + headings[:, row] * 0.4
        headings[:, row] = heading / np.linalg.norm(heading, axis=1, keepdims=True)
        positions[:, row] = positions[every, above] + headings[:, row] * _STEP_NM
    return positions


if __name__ == "__main__":
    main()
