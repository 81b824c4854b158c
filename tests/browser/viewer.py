"""A stack viewer in a page, used as a person does: with mouse and keyboard."""

from __future__ import annotations

from base64 import b64decode
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Locator, Page
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.browser.lab import Notebook
from tests.helpers.patience import PATIENCE_MS

COMPOSE = """(root) => {
  const layers = ["image", "overlay"].map((id) => root.querySelector(`[data-testid="${id}"]`));
  const { width, height } = layers[0];
  const copy = Object.assign(document.createElement("canvas"), { width, height });
  for (const layer of layers) copy.getContext("2d").drawImage(layer, 0, 0);
  return copy.toDataURL("image/png");
}"""

Point = tuple[float, float]


class Viewer:
    """The viewer that a page shows last, with its tracing layer."""

    def __init__(self, page: Page, layer_id: str) -> None:
        self.page = page
        self.root: Locator = page.get_by_test_id("stack-viewer").last
        self.canvas = self.root.get_by_test_id("canvas")
        self.layer_id = layer_id

    @classmethod
    async def of(cls, notebook: Notebook) -> Viewer:
        """The viewer that a notebook has as `viewer`, when it is ready."""
        viewer = cls(notebook.page, await notebook.value("viewer.layers[0].layer_id"))
        await viewer.ready()
        return viewer

    async def ready(self) -> None:
        """Wait until image and nodes are there, and the whole picture is on the page."""
        await self.root.wait_for(timeout=PATIENCE_MS)
        await self.canvas.scroll_into_view_if_needed()
        await self.root.evaluate("element => element.catmaid.ready")
        await self.page.wait_for_function("id => globalThis.catmaid?.tracing?.[id]", arg=self.layer_id)
        await self.settled()

    async def settled(self) -> None:
        """Wait until no edit is pending and the newest news is shown."""
        await self.ask("await tracing.settled()")

    async def ask(self, body: str, argument: Any = None) -> Any:
        """Run JavaScript with `viewer` and `tracing`, the hooks, and `argument`."""
        script = f"""async (element, [id, argument]) => {{
          const viewer = element.catmaid, tracing = globalThis.catmaid.tracing[id];
          {body if "return" in body or body.startswith("await") else f"return {body}"};
        }}"""
        return await self.root.evaluate(script, [self.layer_id, argument])

    async def until(self, condition: str, argument: Any = None) -> None:
        """Wait for a condition on `viewer`, `tracing` and `argument`."""
        script = f"""([id, argument]) => {{
          const element = [...document.querySelectorAll('[data-testid="stack-viewer"]')].at(-1);
          const viewer = element?.catmaid, tracing = globalThis.catmaid?.tracing?.[id];
          return viewer && tracing && ({condition});
        }}"""
        await self.page.wait_for_function(script, arg=[self.layer_id, argument], timeout=PATIENCE_MS)

    async def note_times(self, value: str) -> None:
        """Note from now on in `tracing.noted` what values an expression takes, each with its time, ms since 1970."""
        await self.ask(f"""await (async () => {{
          tracing.noted = [[{value}, Date.now()]];
          const look = () => {{
            const now = {value};
            if (now !== tracing.noted.at(-1)[0]) tracing.noted.push([now, Date.now()]);
          }};
          setInterval(look, 4);
        }})()""")

    async def place(self, x: float, y: float) -> Point:
        """Where a point of project space (nm) is on the page (CSS pixels)."""
        px, py = await self.ask("viewer.toScreen(...argument)", [x, y])
        return await self.on_page(px, py)

    async def node_place(self, node_id: int) -> Point:
        """Where a node is drawn on the page."""
        await self.until("tracing.locate(argument)", node_id)
        at = await self.ask("tracing.locate(argument)", node_id)
        return await self.on_page(at["px"], at["py"])

    async def click(self, at: Point, *modifiers: str) -> None:
        """Click on the page."""
        for key in modifiers:
            await self.page.keyboard.down(key)
        await self.page.mouse.click(*at)
        for key in modifiers:
            await self.page.keyboard.up(key)

    async def drag(self, start: Point, end: Point) -> None:
        """Drag from one place of the page to another."""
        await self.page.mouse.move(*start)
        await self.page.mouse.down()
        await self.page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        await self.page.mouse.move(*end)
        await self.page.mouse.up()

    async def active(self) -> int:
        """Wait until everything is written; then the id of the active node."""
        await self.until("tracing.pending === 0 && (tracing.active === null || tracing.active.id > 0)")
        found = await self.ask("tracing.active")
        assert found is not None, "no node is active"
        return int(found["id"])

    async def counts(self) -> tuple[int, int, int]:
        """Treenodes, connectors and links that are loaded."""
        found = await self.ask("tracing.counts")
        return found["treenodes"], found["connectors"], found["links"]

    async def shows(self, treenodes: int, connectors: int = 0, links: int = 0) -> None:
        """Wait until that much is loaded, and all is written."""
        condition = """tracing.pending === 0 && tracing.counts.treenodes === argument[0] &&
                       tracing.counts.connectors === argument[1] && tracing.counts.links === argument[2]"""
        try:
            await self.until(condition, [treenodes, connectors, links])
        except PlaywrightTimeout as error:
            raise AssertionError(f"{await self.counts()} is not {(treenodes, connectors, links)}") from error

    async def painted(self) -> None:
        """Wait until the picture of where the view is now stands."""
        await self.ask("await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        await self.until("viewer.stats.complete")

    async def pixels(self) -> NDArray[np.uint8]:
        """The picture with what layers draw on it, (y, x, 3) uint8, a value for each CSS pixel."""
        await self.page.mouse.move(0, 0)
        await self.painted()
        data = await self.root.evaluate(COMPOSE)
        with Image.open(BytesIO(b64decode(data.partition(",")[2]))) as image:
            return np.asarray(image.convert("RGB"))

    def notice(self) -> Locator:
        """What the viewer tells at the moment."""
        return self.root.get_by_test_id("notice")

    async def on_page(self, px: float, py: float) -> Point:
        box = await self.canvas.bounding_box()
        assert box is not None
        return box["x"] + px, box["y"] + py
