"""A 3D viewer in a page, used as a person does: with mouse and keyboard."""

from __future__ import annotations

import time
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import FrameLocator, Locator, Page

from tests.browser.lab import Notebook
from tests.helpers.patience import PATIENCE_MS

Point = tuple[float, float]


class Space:
    """The 3D viewer that a page, or a frame of it, shows last."""

    def __init__(self, page: Page, frame: FrameLocator | None = None) -> None:
        self.page = page
        self.root: Locator = (frame or page).get_by_test_id("viewer3d").last
        self.stage = self.root.get_by_test_id("stage")

    @classmethod
    async def of(cls, notebook: Notebook) -> Space:
        """The 3D viewer of a notebook, when all its neurons are drawn."""
        space = cls(notebook.page)
        await space.ready()
        return space

    async def ready(self) -> None:
        """Wait until all visible neurons are drawn, and the whole picture is on the page."""
        await self.root.wait_for(timeout=PATIENCE_MS)
        await self.stage.scroll_into_view_if_needed()
        await self.ask("await viewer.ready")

    async def ask(self, body: str, argument: Any = None) -> Any:
        """Run JavaScript with `viewer`, the hook, and `argument`."""
        text = body if "return" in body or body.startswith("await") else f"return {body}"
        return await self.root.evaluate(
            f"async (element, argument) => {{ const viewer = element.catmaid3d; {text}; }}", argument
        )

    async def until(self, condition: str, argument: Any = None) -> None:
        """Wait for a condition on `viewer` and `argument`."""
        script = f"""(argument) => {{
          const viewer = [...document.querySelectorAll('[data-testid="viewer3d"]')].at(-1)?.catmaid3d;
          return viewer && ({condition});
        }}"""
        await self.page.wait_for_function(script, arg=argument, timeout=PATIENCE_MS)

    async def place(self, skeleton_id: int, row: int) -> Point:
        """Where a node is, in CSS pixels of the page."""
        found = await self.ask("viewer.toScreen(...argument)", [skeleton_id, row])
        assert found is not None, f"skeleton {skeleton_id} is not shown"
        box = await self.stage.bounding_box()
        assert box is not None
        return box["x"] + found[0], box["y"] + found[1]

    async def click(self, place: Point, *held: str) -> None:
        """Click with keys held down."""
        for key in held:
            await self.page.keyboard.down(key)
        await self.page.mouse.click(*place)
        for key in held:
            await self.page.keyboard.up(key)

    async def drag(self, start: Point, end: Point, *held: str, button: Any = "left") -> None:
        """Drag the mouse with keys held down."""
        for key in held:
            await self.page.keyboard.down(key)
        await self.page.mouse.move(*start)
        await self.page.mouse.down(button=button)
        await self.page.mouse.move(*end, steps=3)
        await self.page.mouse.up(button=button)
        for key in held:
            await self.page.keyboard.up(key)

    async def draw(self, points: Sequence[Point], *held: str) -> None:
        """Draw an outline with the mouse, with keys held down."""
        for key in held:
            await self.page.keyboard.down(key)
        await self.page.mouse.move(*points[0])
        await self.page.mouse.down()
        for point in points[1:]:
            await self.page.mouse.move(*point, steps=3)
        await self.page.mouse.up()
        for key in held:
            await self.page.keyboard.up(key)

    async def pixels(self) -> NDArray[np.int16]:
        """The picture with what is over it, (y, x, 3)."""
        with Image.open(BytesIO(await self.stage.screenshot())) as image:
            return np.asarray(image.convert("RGB")).astype(np.int16)

    async def shows(self, channel: int, *, is_there: bool = True) -> None:
        """Wait until something is red (0), green (1) or blue (2); or nothing, if `is_there` is false."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while await self._has(channel) != is_there:
            assert time.monotonic() < end, f"channel {channel}"

    async def _has(self, channel: int) -> bool:
        pixels = await self.pixels()
        others = np.delete(pixels, channel, axis=2).max(axis=2)
        return bool((pixels[:, :, channel] - others > 80).sum() > 20)

    def said(self) -> Locator:
        """What the viewer tells at the moment."""
        return self.root.get_by_test_id("notice")
