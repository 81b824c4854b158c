"""The gallery: five published pages, opened without a network."""

from __future__ import annotations

import asyncio
from pathlib import Path

from playwright.async_api import Browser, expect

from scripts.gallery import PAGES, gallery_projects, publish_gallery
from tests.browser.published import published
from tests.browser.site import RESULTS, Site
from tests.browser.space import Space

_IMAGES = """(() => {
  const viewer = document.querySelector('[data-testid="stack-viewer"]');
  return viewer === null || viewer.catmaid.stats.complete;
})()"""


async def test_the_pages_of_the_gallery_open(site: Site, browser: Browser, shared: Path, tmp_path: Path) -> None:
    projects = await gallery_projects(site, shared)
    paths = await asyncio.to_thread(publish_gallery, projects, tmp_path)
    assert [path.stem for path in paths] == [page.name for page in PAGES]
    for path, page in zip(paths, PAGES, strict=True):
        async with published(browser, path) as opened:
            await expect(opened.page.get_by_role("heading", name=page.title)).to_be_visible()
            await Space(opened.page).ready()
            await opened.until(_IMAGES)
            await opened.page.screenshot(path=RESULTS / f"gallery {page.name}.png", full_page=True)
            assert opened.of_others() == []
            assert opened.complaints == []
