"""How long a person who traces waits: for a node after a click, and for the next section."""

from __future__ import annotations

from pathlib import Path

from tests.browser.lab import Notebook, running_lab
from tests.browser.site import running_browser, running_site, viewer_cells
from tests.browser.viewer import Viewer

NAMES = ("click_to_drawn", "click_to_confirmed", "warm_section")
CLICKS = 15
KEYS = (".", ".", ".", ",", ",", ".", ".", ",") * 2


async def waits(folder: Path) -> dict[str, list[float]]:
    """Milliseconds of each wait, by name, in JupyterLab and Chromium on a small specimen."""
    async with (
        running_site(folder / "site") as site,
        running_lab(folder / "lab", site.settings.folder) as lab,
        running_browser() as browser,
    ):
        notebook = await Notebook.open(browser, lab, "clicks", viewer_cells(await site.new_project()))
        drawn, confirmed = await _click(notebook, await Viewer.of(notebook))
        notebook = await Notebook.open(browser, lab, "sections", viewer_cells(site.project("Demo (solution)")))
        sections = await _change_sections(notebook, await Viewer.of(notebook))
    return dict(zip(NAMES, (drawn, confirmed, sections), strict=True))


async def _click(notebook: Notebook, viewer: Viewer) -> tuple[list[float], list[float]]:
    """ms from each click to the frame that shows the node, and to the service's confirmation."""
    x, y, _ = await notebook.value("viewer.position")
    for number in range(CLICKS):
        await viewer.click(await viewer.place(x - 600 + 80 * number, y - 100 + 200 * (number % 2)))
        await viewer.active()
    drawn, confirmed = await viewer.ask("[tracing.clickToDrawn, tracing.clickToConfirmed]")
    return drawn, confirmed


async def _change_sections(notebook: Notebook, viewer: Viewer) -> list[float]:
    """ms until each section whose tiles were there already was painted."""
    await viewer.canvas.focus()
    for key in KEYS:
        before = len(await viewer.ask("viewer.stats.sectionChanges"))
        await notebook.page.keyboard.press(key)
        await viewer.until("viewer.stats.sectionChanges.length > argument", before)
    return [change["ms"] for change in await viewer.ask("viewer.stats.sectionChanges") if change["warm"]]
