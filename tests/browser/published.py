"""A published page in a browser that has no network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from tests.helpers.patience import PATIENCE_MS

_OWN = ("file:", "blob:", "data:")


class PublishedPage:
    """A page, and what it asked the network for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)

    async def until(self, expression: str) -> None:
        """Wait until an expression holds in the page, without what its policy forbids."""
        end = time.monotonic() + PATIENCE_MS / 1000
        while not await self.page.evaluate(expression):
            assert time.monotonic() < end, expression
            await asyncio.sleep(0.05)

    def of_others(self) -> list[str]:
        """What was asked of anybody else."""
        return [url for url in self.requests if not url.startswith(_OWN)]


@asynccontextmanager
async def offline_page(browser: Browser, path: Path, **options: Any) -> AsyncIterator[PublishedPage]:
    """A file in a browser that has no network; `options` are those of Playwright's contexts."""
    options = {"viewport": {"width": 1200, "height": 1400}, **options}
    context = await browser.new_context(offline=True, **options)
    opened = PublishedPage(await context.new_page())
    try:
        await opened.page.goto(path.as_uri())
        yield opened
    finally:
        await context.close()


@asynccontextmanager
async def published(browser: Browser, path: Path, **options: Any) -> AsyncIterator[PublishedPage]:
    """A published page, opened; `options` are those of Playwright's contexts."""
    async with offline_page(browser, path, **options) as opened:
        # Its policy forbids what Playwright's `wait_for_function` does.
        await expect(opened.page.locator("html")).to_have_attribute("data-cj-page", "open")
        yield opened
