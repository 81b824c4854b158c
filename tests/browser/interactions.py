"""What people do with neurons in space and in tables: in notebooks, and on published pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from playwright.async_api import Locator, expect

from tests.browser.space import Space

Chosen = Callable[[int, list[int]], Awaitable[None]]
"""Waits until this neuron is active, and these are selected."""


def cell(table: Locator, row: int, column: str) -> Locator:
    return table.locator(f'tbody tr[aria-rowindex="{row + 2}"] td[data-column="{column}"]')


def head(table: Locator, column: str) -> Locator:
    return table.locator(f'th[data-column="{column}"]')


async def choose_in_space(space: Space, skeletons: Sequence[int], chosen: Chosen) -> None:
    """Name neurons of `neurons_in_space` by the mouse, and choose them by clicks, a rectangle and an outline."""
    first, second, third = skeletons
    await space.page.mouse.move(*await space.place(second, 2))
    await expect(space.root.get_by_test_id("name")).to_have_text("n1 <b>")
    await space.click(await space.place(second, 2))
    await chosen(second, [second])
    await expect(space.root.get_by_test_id("active")).to_have_text("active: n1 <b>, 4 nodes")
    await space.click(await space.place(third, 1), "Control")
    await chosen(third, [second, third])

    left, right = await space.place(first, 0), await space.place(second, 3)
    low, high = (left[0] - 8, left[1] - 4), (right[0] + 8, right[1] + 8)
    await space.drag(low, high, "Shift")
    await chosen(third, [first, second])
    await expect(space.said()).to_contain_text("2 neurons selected.")
    last, end = await space.place(third, 0), await space.place(third, 3)
    corners = [(x, y) for x, y in ((last[0] - 9, last[1] + 9), (last[0] - 9, last[1] - 9), (end[0] + 9, end[1] - 9))]
    await space.draw([*corners, (end[0] + 9, end[1] + 9)], "Alt")
    await chosen(third, [third])


async def look_from_sides(space: Space) -> None:
    """Turn the view by the mouse, by keys and by the menu of sides."""
    page = space.page
    before = await space.ask("viewer.camera")
    box = await space.stage.bounding_box()
    assert box is not None
    await space.drag((box["x"] + 30, box["y"] + 60), (box["x"] + 150, box["y"] + 90))
    assert (await space.ask("viewer.camera"))["position"] != before["position"]
    await page.keyboard.press("o")
    await page.keyboard.press("5")
    now = await space.ask("viewer.camera")
    assert (now["kind"], now["up"]) == ("orthographic", [0, 0, 1])
    await page.keyboard.press("o")
    await page.keyboard.press("1")
    await space.root.get_by_role("button", name="view from a side").focus()
    for key in ("Enter", "ArrowDown", "ArrowUp", "End", "ArrowUp"):
        await page.keyboard.press(key)
    menu = space.root.get_by_role("menu", name="view from a side")
    await expect(menu.get_by_role("menuitem", name="top")).to_be_focused()
    assert (await space.ask("viewer.camera"))["up"] == [0, -1, 0]
    await page.keyboard.press("Enter")
    await expect(menu).to_be_hidden()
    assert (await space.ask("viewer.camera"))["up"] == [0, 0, 1]


async def sort_and_filter(table: Locator, sizes: Sequence[int], selected: str = "") -> None:
    """Filter and sort a table of neurons by nodes; `sizes` are theirs, and `selected` ends what is counted."""
    total, filled = table.get_by_test_id("total"), table.get_by_label("Filter Nodes")
    least, most = min(sizes), max(sizes)
    await filled.fill(f">{least}")
    shown = sum(size > least for size in sizes)
    await expect(total).to_have_text(f"{len(sizes)} neurons, {shown} shown{selected}")
    await filled.fill("many")
    await expect(table.get_by_test_id("status")).to_contain_text("write 12, >500")
    await filled.fill("")
    await expect(total).to_have_text(f"{len(sizes)} neurons{selected}")
    await head(table, "nodes").click()
    await expect(cell(table, 0, "nodes")).to_have_text(str(least))
    await head(table, "nodes").click()
    await expect(cell(table, 0, "nodes")).to_have_text(str(most))
    await expect(head(table, "nodes")).to_have_attribute("aria-sort", "descending")
