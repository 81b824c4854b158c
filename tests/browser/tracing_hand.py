"""Somebody who traces in a viewer with keys and mouse alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tests.browser.viewer import Viewer

Place = tuple[float, float, float]

_EDGE = 24
"""CSS pixels at the border of the picture that are not clicked at."""


class TracingHand:
    """Goes from section to section and clicks at places of the tissue, nm."""

    def __init__(self, viewer: Viewer, thickness: float) -> None:
        self.viewer = viewer
        self.thickness = thickness

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.viewer.page.keyboard.press(key)

    async def look(self, place: Place) -> None:
        """Go to the section of a place by keys, and move the picture until the place is in it."""
        wanted = round(place[2] / self.thickness)
        away = wanted - (await self._view())["section"]
        await self.press(*("." if away > 0 else ",") * abs(away))
        await self.viewer.until("viewer.view.section === argument", wanted)
        while key := self._towards(before := await self._view(), place):
            await self.press(key)
            await self.viewer.until("String(viewer.view.center) !== argument", ",".join(map(str, before["center"])))

    async def click(self, place: Place, *modifiers: str) -> None:
        await self.look(place)
        await self.viewer.click(await self.viewer.place(place[0], place[1]), *modifiers)

    async def node(self, place: Place, *modifiers: str) -> int:
        """Click where nothing is yet; the treenode that is made, when it is stored."""
        before = await self.viewer.ask("tracing.active?.id ?? null")
        await self.click(place, *modifiers)
        await self.viewer.until("tracing.active && tracing.active.id !== argument", before)
        return await self.viewer.active()

    async def path(self, places: Iterable[Place]) -> list[int]:
        """A node at each place, one after the other."""
        return [await self.node(place) for place in places]

    async def activate(self, node: int, place: Place) -> None:
        """Click on a node."""
        await self.click(place)
        await self.viewer.until("tracing.active?.id === argument", node)

    async def answer_yes(self) -> None:
        """Say yes to a question when all that is to be known of it has come."""
        await self.viewer.root.get_by_test_id("preview").locator("li").first.wait_for()
        await self.press("Enter")
        await self.viewer.root.get_by_role("dialog").wait_for(state="detached")
        await self.viewer.until("tracing.pending === 0")

    async def _view(self) -> dict[str, Any]:
        found: dict[str, Any] = await self.viewer.ask("viewer.view")
        return found

    def _towards(self, view: dict[str, Any], place: Place) -> str | None:
        """The arrow key that brings a place nearer to the picture; None if it is in it."""
        for axis, size, keys in ((0, "width", ("ArrowLeft", "ArrowRight")), (1, "height", ("ArrowUp", "ArrowDown"))):
            away = (place[axis] - view["center"][axis]) / view["nmPerPixel"]
            if abs(away) > view[size] / 2 - _EDGE:
                return keys[1] if away > 0 else keys[0]
        return None
