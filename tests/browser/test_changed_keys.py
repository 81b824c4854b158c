"""The help of the stack viewer: keys are searched, changed, swapped and reset in it, and hold in all viewers."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import problems_in_all_themes
from tests.browser.site import RESULTS, Open, Site
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(4 * PATIENCE_S)


async def test_keys_are_changed_in_the_help(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    root = project.edit.create_treenode(x, y, z)
    end = project.edit.create_treenode(x + 100, y, z, parent_id=root)
    notebook, viewer = await open_viewer(project)
    page, help_panel = notebook.page, viewer.root.get_by_test_id("help")
    said, search = help_panel.get_by_test_id("help-said"), help_panel.get_by_test_id("help-search")
    rows = help_panel.get_by_role("listitem")

    def row(command: str) -> str:
        return f"[data-command='tracing.{command}']"

    # F1 and ? show all keys; a word finds those that have it, or says that none has.
    await viewer.canvas.focus()
    await page.keyboard.press("F1")
    await expect(rows.filter(has_text="Go to the parent.")).to_contain_text("[")
    await page.keyboard.type("open end")
    await expect(search).to_be_focused()
    await expect(rows).to_have_count(4)
    await search.fill("xyzzy")
    await expect(help_panel).to_contain_text("No key or gesture has “xyzzy”.")
    await search.fill("parent")

    # Enter on a row takes the next key; one of another command is swapped if that is wanted.
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(said).to_contain_text("Press the new key")
    await page.keyboard.press("Control+s")
    await expect(said).to_contain_text("Ctrl S saves the notebook.")
    await page.keyboard.press("]")
    await expect(said).to_contain_text("“Go towards the child, at most into the next section.” already")
    await page.screenshot(path=RESULTS / "keys-swap.png")
    await help_panel.get_by_text("Swap", exact=True).click()
    await expect(said).to_contain_text("[ stands for “Go towards the child, at most into the next section.”")
    await search.fill("")
    assert not await problems_in_all_themes(help_panel)
    await help_panel.screenshot(path=RESULTS / "keys.png")
    await help_panel.evaluate("panel => { panel.style.width = ''; }")

    # Tab stays within; Escape gives the focus back to the picture, where the keys hold at once.
    await search.focus()
    await page.keyboard.press("Shift+Tab")
    assert await help_panel.evaluate("panel => panel.contains(document.activeElement)")
    await page.keyboard.press("Escape")
    await expect(help_panel).to_have_count(0)
    await viewer.click(await viewer.node_place(end))
    await page.keyboard.press("]")
    await viewer.until("tracing.active?.id === argument", root)
    await page.keyboard.press("[")
    await viewer.until("tracing.active?.id === argument", end)

    # They are those of the user: Python has them, and what it changes holds here.
    changed = project.keys.set_index("command")["keys"]
    assert (changed["tracing.parent"], changed["tracing.child"]) == ("]", "[")
    await notebook.begin("project.set_key('tracing.center', 'shift+a')")
    await notebook.finish()
    await page.keyboard.press("F1")
    center = rows.filter(has=page.locator(row("center")))
    await expect(center).to_contain_text("Shift A")
    await center.get_by_text("reset", exact=True).click()
    await expect(said).to_contain_text("A stands for")
    await help_panel.get_by_test_id("reset-keys").click()
    await expect(rows.filter(has=page.locator(row("parent")))).to_contain_text("[")
    await page.keyboard.press("Escape")
    assert not project.keys["changed"].any()
