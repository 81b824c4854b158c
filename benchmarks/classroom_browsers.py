"""Students of a class who trace in JupyterLab and Chromium: click to drawn, click to confirmed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.browser.lab import Notebook, running_lab
from tests.browser.site import running_browser
from tests.browser.viewer import Viewer

_FIRST_NM = (20_000.0, 20_000.0, 2000.0)
_APART_NM = 9_000.0
"""Between the places of two students: they do not see each other's nodes."""
_STEP_NM = 200.0
_OF_A_ROW = 24
_NM_PER_PIXEL = 8.0
_CELL = """import catmaid_jupyter as cj
project = cj.connect({url!r}, {token!r}).project({project_id})
project.show_hints(again=False)
viewer = project.viewer(height=420, nm_per_pixel={scale}, position={place})
viewer"""


@dataclass
class BrowserDesk:
    """A student at a browser, with what was waited for, in ms."""

    viewer: Viewer
    place: tuple[float, float, float]
    clicks: int = 0
    drawn: list[float] = field(default_factory=list)
    confirmed: list[float] = field(default_factory=list)


async def open_desks(
    at_end: AsyncExitStack, folder: Path, data_dir: Path, url: str, project_id: int, tokens: Sequence[str]
) -> list[BrowserDesk]:
    """A JupyterLab with a notebook for each token, in a browser window of its own, which shows a viewer."""
    if not tokens:
        return []
    lab = await at_end.enter_async_context(running_lab(folder, data_dir))
    browser = await at_end.enter_async_context(running_browser())
    desks = []
    for number, token in enumerate(tokens):
        x, y, z = _FIRST_NM
        place = (x, y + _APART_NM * number, z)
        cell = _CELL.format(url=url, token=token, project_id=project_id, scale=_NM_PER_PIXEL, place=place)
        notebook = await Notebook.open(browser, lab, f"student{number}", [cell])
        desks.append(BrowserDesk(await Viewer.of(notebook), place))
    return desks


async def click(desk: BrowserDesk, seconds: float, edits_per_s: float) -> None:
    """Append nodes by the mouse at a student's pace, and go on when each is drawn; note how long both took."""
    x, y, _ = desk.place
    ends = time.perf_counter() + seconds
    while (began := time.perf_counter()) < ends:
        row, column = divmod(desk.clicks, _OF_A_ROW)
        along = column if row % 2 == 0 else _OF_A_ROW - 1 - column
        at = await desk.viewer.place(x + _STEP_NM * (along - _OF_A_ROW / 2), y + _STEP_NM * (row - _OF_A_ROW / 4))
        await desk.viewer.click(at)
        desk.clicks += 1
        await asyncio.sleep(max(0.0, 1 / edits_per_s - (time.perf_counter() - began)))
    await desk.viewer.settled()
    desk.drawn, desk.confirmed = await desk.viewer.ask("[tracing.clickToDrawn, tracing.clickToConfirmed]")
