"""The list of projects: filtered, chosen by keyboard, marked, opened in a viewer, in both themes and narrow."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, OpenNotebook, Site


async def test_a_project_is_found_marked_and_opened(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    project.edit.create_treenode(100, 100, 0, neuron_name="one")
    notebook = await notebooks(
        "import catmaid_jupyter as cj\nserver = cj.connect()",
        "browser = server.project_browser(height=330)\nbrowser",
    )
    page, browser = notebook.page, notebook.page.get_by_test_id("project-browser")
    options, status = browser.get_by_role("option"), browser.get_by_test_id("status")
    demo = options.filter(has_text="Demo (solution)")
    await expect(demo.locator("img")).to_be_visible()
    await expect(options.filter(has_text=project.title)).to_contain_text("1 neuron · 1 node")

    search = browser.get_by_role("searchbox", name="Filter projects")
    await search.fill(project.title)
    await expect(options).to_have_count(1)
    await search.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await expect(options).to_have_attribute("aria-selected", "true")
    await expect(browser.get_by_test_id("code")).to_have_text(f'project = server.project("{project.title}")')
    await notebook.becomes("browser.project.id", project.id)
    await page.keyboard.press("f")
    await expect(status).to_have_text(f"{project.title} is a favourite now.")
    await expect(browser.get_by_role("button", name="Favourite", exact=True)).to_have_attribute("aria-pressed", "true")
    await search.fill("")
    await browser.get_by_role("button", name="Favourites").click()
    await expect(options).to_have_count(1)
    await notebook.value("browser.project.favor(False)")
    await expect(browser.get_by_text("No project fits.")).to_be_visible()

    await asyncio.to_thread(project.rename, f"{project.title} elsewhere")
    await notebook.value("None", "browser.show = 'all'")
    await browser.get_by_role("button", name="Refresh").click()
    await expect(options.filter(has_text="elsewhere")).to_have_count(1)
    await demo.click()
    for theme in THEMES:
        await change_theme(page, theme)
        assert await problems(browser) == []
        await browser.screenshot(path=RESULTS / f"projects-{theme}.png".replace(" ", "-"))
    await browser.evaluate("root => { root.style.width = '400px'; }")
    assert await browser.evaluate("root => root.scrollWidth <= 400")
    await browser.screenshot(path=RESULTS / "projects-narrow.png")
    await browser.get_by_role("listbox").focus()
    await page.keyboard.press("Enter")
    await expect(browser.get_by_test_id("opened").get_by_test_id("canvas")).to_be_visible()
    await notebook.becomes("browser.viewer.project.title", "Demo (solution)")
    await browser.screenshot(path=RESULTS / "projects-opened.png")
    await browser.get_by_role("button", name="Close the viewer").click()
    await expect(browser.get_by_test_id("opened")).to_be_empty()
