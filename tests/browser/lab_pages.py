"""Pages with JupyterLab that tests use one after the other."""

from __future__ import annotations

from playwright.async_api import Browser, Page

from tests.browser.accessibility import THEMES, change_theme
from tests.browser.lab import VIEWPORT, Lab, Notebook, new_page


class LabPages:
    """Opens notebooks in pages that others have left: to load JupyterLab costs four times as much as a notebook."""

    def __init__(self, browser: Browser, lab: Lab) -> None:
        self._browser = browser
        self._lab = lab
        self._free: list[Page] = []

    async def open(self, name: str, cells: tuple[str, ...], *, own_page: bool = False) -> Notebook:
        """Open and run a notebook in a page that nothing else uses now; in a new one if `own_page`."""
        page = await new_page(self._browser) if own_page or not self._free else self._free.pop()
        return await Notebook.open_in(page, self._lab, name, cells)

    async def take_back(self, notebook: Notebook, *, own_page: bool = False) -> None:
        """End a notebook; its page is as it was at first, for another notebook, or closed if `own_page`."""
        page = notebook.page
        await notebook.leave()
        if own_page:
            await page.context.close()
            return
        await page.set_viewport_size(VIEWPORT)
        await page.mouse.move(0, 0)
        if await page.evaluate("document.body.dataset.jpThemeName") != THEMES[0]:
            await change_theme(page, THEMES[0])
        self._free.append(page)
