"""How long a person waits: for a node after a click, and for the next section."""

from __future__ import annotations

from statistics import median

from tests.browser.site import Open, Site

CLICKS = 15
ONE_FRAME_MS = 17
CONFIRMED_MS = 100
WARM_SECTION_MS = 150


async def test_a_click_is_seen_in_the_next_frame_and_soon_written(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project)
    x, y, _ = await notebook.value("viewer.position")
    for number in range(CLICKS):
        await viewer.click(await viewer.place(x - 600 + 80 * number, y - 100 + 200 * (number % 2)))
        await viewer.active()
    drawn, confirmed = await viewer.ask("[tracing.clickToDrawn, tracing.clickToConfirmed]")
    assert len(drawn) == len(confirmed) == CLICKS
    assert median(drawn) <= ONE_FRAME_MS, drawn
    assert median(confirmed) < CONFIRMED_MS, confirmed


async def test_a_section_that_is_near_is_painted_at_once(site: Site, open_viewer: Open) -> None:
    notebook, viewer = await open_viewer(site.project("Demo (solution)"))
    await viewer.canvas.focus()
    for key in (".", ".", ".", ",", ",", ".", ".", ",") * 2:
        before = len(await viewer.ask("viewer.stats.sectionChanges"))
        await notebook.page.keyboard.press(key)
        await viewer.until("viewer.stats.sectionChanges.length > argument", before)
    warm = [change["ms"] for change in await viewer.ask("viewer.stats.sectionChanges") if change["warm"]]
    assert len(warm) >= 8
    assert median(warm) < WARM_SECTION_MS, warm
