"""The neurons on which gestures are tried, on a published page: what its keys and mouse do there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tests.browser.gesture_scene import GestureScene
from tests.browser.key_rows import TABLES, Row
from tests.browser.key_scene import NODES
from tests.browser.viewer import Viewer

BIG_STEP: Final = 2
_NM_PER_PIXEL: Final = 3.0
_WRITE: Final = """(viewer, [place, zoom]) => {
  const fields = ["position-x", "position-y", "position-z", "zoom"];
  for (const [at, value] of [...place, zoom].entries()) {
    const field = viewer.querySelector(`[data-testid="${fields[at]}"]`);
    field.value = value;
    for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind));
  }
}"""
"""What writing does in the fields, without the pauses of a person."""
_SEEN: Final = ("active ", "section ", "zoom ", "view ")
FOR_A_SERVICE: Final = {
    "R", "Shift+R", "Shift+R again, and back", "Alt+R", "H", "Shift+H", "Alt+H", "Alt+Shift+H", "; and `", "'", "/",
    "Shift+/", "I", "F9", "P held", "P let go",
    "Shift-click on a connector that has a presynaptic node", "Alt-click, and Cancel",
}  # fmt: skip
"""What is not saved with a page: open ends, who edited, all names, bookmarks, whole arbors; and edits."""
FARTHER: Final = {"A, the active connector far away"}
"""What leads through more sections than are saved."""


def rows_on_pages() -> list[Row]:
    """The gestures that change nothing but what is seen, of what is saved."""
    tables, left_out = ("clicks", "going", "choosing", "viewing"), FOR_A_SERVICE | FARTHER
    return [row for table in tables for row in TABLES[table] if _is_seen(row) and row.gesture not in left_out]


def _is_seen(row: Row) -> bool:
    is_given = row.given in {"", f"viewer.big_step = {BIG_STEP}"}
    return is_given and row.kernel is None and all(word.startswith(_SEEN) for word in _words(row.then))


def _words(then: str) -> Iterable[str]:
    return filter(None, then.split("; "))


class SavedScene(GestureScene):
    """The scene on a published page."""

    def __init__(self, viewer: Viewer, middle: tuple[float, float, float], ids: dict[str, int]) -> None:
        super().__init__(viewer, middle)
        self.ids = ids
        self._names = {one: name for name, one in ids.items()}

    async def begin(self, active: str | None, thickness: float) -> None:
        """The scene as it is at first, with something active in the middle of the view."""
        await self.clear()
        wanted = None if active is None else self.ids[active]
        if await self.viewer.ask("tracing.active?.id ?? null") != wanted:
            sections = NODES[active][3] if active in NODES else 0
            await self._look(self.middle[2] + sections * thickness)
            if wanted is None:
                await self.viewer.page.keyboard.press("d")
            else:
                await self.viewer.click(await self.viewer.node_place(wanted))
            await self.viewer.until("(tracing.active?.id ?? null) === argument", wanted)
        await self._look(self.middle[2])
        await self.viewer.canvas.focus()
        self.view = await self.viewer.ask("viewer.view")

    async def changes(self) -> set[str]:
        """What is active and seen otherwise than at first."""
        return await self.seen(self._names)

    async def _look(self, depth: float) -> None:
        """Go to the middle by the fields above the picture."""
        x, y, _ = self.middle
        await self.viewer.root.evaluate(_WRITE, [[x, y, depth], _NM_PER_PIXEL])
        await self.viewer.until(
            "Math.hypot(viewer.view.center[0] - argument[0], viewer.view.center[1] - argument[1]) < 1"
            " && Math.abs(viewer.view.center[2] - argument[2]) < 1 && Math.abs(viewer.view.nmPerPixel - 3) < 1e-6",
            [x, y, depth],
        )
