"""A click is drawn in the next frame, and sections nearby are loaded before they are wanted."""

from __future__ import annotations

from tests.browser.site import Open, Site

CLICKS = 15
# In the second frame after the event, whatever was drawn in the first has been counted.
COUNT_DRAWN = """
  globalThis.drawnAfterClicks = [];
  const count = () => drawnAfterClicks.push(tracing.clickToDrawn.length);
  element.addEventListener("pointerup", () => requestAnimationFrame(() => requestAnimationFrame(count)));
  return null
"""


async def test_a_click_is_drawn_in_the_next_frame(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project)
    x, y, _ = await notebook.value("viewer.position")
    await viewer.ask(COUNT_DRAWN)
    for number in range(CLICKS):
        await viewer.click(await viewer.place(x - 600 + 80 * number, y - 100 + 200 * (number % 2)))
        await viewer.active()
        await viewer.until("drawnAfterClicks.length > argument", number)
    assert await notebook.page.evaluate("drawnAfterClicks") == list(range(1, CLICKS + 1))
    assert await viewer.ask("tracing.clickToConfirmed.length") == CLICKS


async def test_a_section_nearby_is_loaded_before_it_is_wanted(site: Site, open_viewer: Open) -> None:
    notebook, viewer = await open_viewer(site.project("Demo (solution)"))
    await viewer.canvas.focus()
    for key in (".", ".", ".", ",", ",", ".", ".", ",") * 2:
        before = len(await viewer.ask("viewer.stats.sectionChanges"))
        await notebook.page.keyboard.press(key)
        await viewer.until("viewer.stats.sectionChanges.length > argument", before)
    assert len([change for change in await viewer.ask("viewer.stats.sectionChanges") if change["warm"]]) >= 8
