"""The list of projects: filtered, chosen by keyboard, marked, opened in a viewer, in both themes and narrow."""

from __future__ import annotations

import asyncio

from playwright.async_api import expect

from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import project_tokens
from catmaid_server.service.opening import opened_store
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


async def test_who_asks_to_join_is_let_in_or_not_in_the_list(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    link = await asyncio.to_thread(lambda: project.invite(name="Course", approval=True, permissions=["can_browse"]))
    names = [f"asker{number}-{project.id}" for number in (1, 2)]
    await ask_to_join(site, link, names)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nbrowser = cj.connect().project_browser(filter={project.title!r})\nbrowser",
    )
    browser = notebook.page.get_by_test_id("project-browser")
    status, requests = browser.get_by_test_id("status"), browser.get_by_test_id("requests")
    option = browser.get_by_role("option").filter(has_text="2 people ask to join")
    await option.click()
    await browser.get_by_role("button", name="2 people ask to join").click()
    await expect(requests.get_by_role("listitem")).to_have_count(2)
    await expect(requests).to_contain_text(f"{names[0]} by “Course”")
    await browser.evaluate("root => { root.style.width = '400px'; }")
    for theme in THEMES:
        await change_theme(notebook.page, theme)
        assert await problems(browser) == []
        await browser.screenshot(path=RESULTS / f"join-requests-{theme}.png".replace(" ", "-"))
    assert await browser.evaluate("root => root.scrollWidth <= 400")
    word = requests.get_by_label(f"A word to {names[0]}")
    await word.fill("Welcome!")
    await word.press("Tab")
    await notebook.page.keyboard.press("Enter")
    await expect(status).to_have_text(f"{names[0]} is in {project.title} now, and gets a message.")
    await expect(browser.get_by_role("button", name="1 person asks to join")).to_be_visible()
    await requests.get_by_role("button", name=f"Refuse {names[1]}").click()
    await expect(status).to_have_text(f"{names[1]} was not let into {project.title}, and gets a message.")
    await expect(requests).to_have_text("Nobody asks to join any more.")
    assert names[0] in (await asyncio.to_thread(lambda: project.members))["name"].tolist()


async def ask_to_join(site: Site, link: str, names: list[str]) -> None:
    """Let new users use an invitation."""
    async with opened_store(site.settings) as store:
        for name in names:
            async with store.writing(user_id=None, project_id=None, label="users.create") as tx:
                await project_tokens.apply_token(tx, await users.create_user(tx, name), link.rpartition("=")[2])
