"""What gestures are tried on: a viewer whose nodes have names, and in words what a gesture changes of what is seen."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_S


class GestureScene(ABC):
    """Named nodes around the middle of a viewer: live, or on a published page."""

    def __init__(self, viewer: Viewer, middle: tuple[float, float, float]) -> None:
        self.viewer, self.middle = viewer, middle
        self.ids: dict[str, int] = {}
        self.view: dict[str, Any] = {}

    @abstractmethod
    async def changes(self) -> set[str]:
        """What is otherwise than at first."""

    async def seen(self, names: Mapping[int, str]) -> set[str]:
        """What is active, and where the view is otherwise than at first."""
        active, view = await self.viewer.ask("[tracing.active, viewer.view]")
        found = set()
        if active is None:
            found.add("active nothing")
        else:
            name = names.get(active["id"], "?")
            found.add(f"active {'edge of ' if active['kind'] == 'virtual' else ''}{name}")
        section = view["section"] - self.view["section"]
        if section:
            found.add(f"section {section:+d}")
        zoom = self.view["nmPerPixel"] / view["nmPerPixel"]
        if abs(zoom - 1) > 1e-6:
            found.add(f"zoom {zoom:.2f}")
        (x, y, _), (was_x, was_y, _) = view["center"], self.view["center"]
        dx, dy = (x - was_x) / self.view["nmPerPixel"], (y - was_y) / self.view["nmPerPixel"]
        if abs(dx) + abs(dy) > 0.5:
            found |= {f"view {dx:+.0f},{dy:+.0f} px", f"view {dx / view['width']:+.2f},{dy / view['height']:+.2f}"}
        return found

    async def becomes(self, expected: set[str]) -> None:
        """Wait until all that is expected has changed, and nothing else, and nothing is on its way."""
        # Where the view goes counts where it is asked for.
        await self._until(
            lambda found: {one for one in found if not one.startswith("view ") or one in expected} == expected
        )

    async def has_changed(self, word: str) -> None:
        """Wait until this, and maybe more, has changed."""
        await self._until(lambda found: word in found)

    async def clear(self) -> None:
        """Put away what the viewer shows over the picture and what is under review."""
        root = self.viewer.root
        for key in ("Shift", "Control", "Alt", " ", "p"):
            await self.viewer.page.keyboard.up(key)
        await root.evaluate("""(element) => {
          for (const one of element.querySelectorAll("[data-testid=ask-no], [data-testid=choice-none]")) one.click();
          for (const one of element.querySelectorAll("[data-testid=notice] button")) one.click();
        }""")
        if await root.get_by_test_id("help").count():
            await root.get_by_test_id("help-search").press("Escape")
        if await root.get_by_test_id("review-bar").is_visible():
            await root.get_by_test_id("review-bar").get_by_role("button", name="End", exact=True).click()
        await self.viewer.canvas.focus()

    async def _until(self, is_right: Callable[[set[str]], bool]) -> None:
        end = time.monotonic() + PATIENCE_S / 4
        while True:
            found = await self.changes()
            if is_right(found) and await self.viewer.ask("tracing.pending === 0"):
                return
            assert time.monotonic() < end, f"What has changed is {sorted(found)}."
            await asyncio.sleep(0.02)
