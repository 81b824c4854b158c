"""Neurons of another project below one's own: each click is for one of them, and a button imports a neuron."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(3 * PATIENCE_S)


async def test_a_neuron_of_another_project_is_imported(site: Site, open_viewer: Open) -> None:
    own, other = await site.new_project(), await site.new_project()
    x, y, z = (float(value) for value in own.viewer().position)
    theirs = other.edit.create_treenode(x + 150, y, z, neuron_name="far away", radius=30)
    end = other.edit.create_treenode(x + 150, y + 120, z, parent_id=theirs)
    notebook, viewer = await open_viewer(own)
    await notebook.value(
        "None", f"other = cj.connect().project({other.id})\nbelow = viewer.show_neurons_of(other, opacity=0.8)"
    )
    bars = viewer.root.get_by_test_id("neuron-bar")
    await expect(bars).to_have_count(2)
    button = viewer.root.get_by_test_id("import-neuron").locator("visible=true")

    # Clicks beside their nodes trace in one's own project; one on them chooses their neuron, and moves nothing.
    await viewer.click(await viewer.place(x - 100, y))
    await viewer.active()
    await viewer.click(await viewer.place(x - 100, y + 100))
    mine = await viewer.active()
    await viewer.shows(2)
    await expect(button).to_have_count(0)
    await viewer.click(await viewer.place(x + 150, y))
    await expect(button).to_have_text(f"Import into “{own.title}”")
    await notebook.becomes("below.active_node", theirs)
    await viewer.drag(await viewer.place(x + 150, y), await viewer.place(x + 250, y))
    assert other.locate(theirs) == pytest.approx((x + 150, y, z))
    assert (len(own.skeletons), len(other.skeletons)) == (1, 1)
    assert await notebook.value("viewer.active_node") == mine
    await expect(viewer.root.get_by_test_id("banner")).to_contain_text(f"The neurons of “{other.title}” are read only")

    await button.click()
    await expect(viewer.notice()).to_contain_text("Imported “far away”")
    await viewer.shows(4)
    found = own.imported_from(other, other.skeletons["id"])
    (copy,) = found.values()
    nodes = own.nodes(copy)
    assert nodes[["x", "y", "radius"]].to_numpy().tolist() == [[x + 150, y, 30], [x + 150, y + 120, -1]]
    assert other.locate(end) == pytest.approx((x + 150, y + 120, z))

    # Once is enough; the copy, which lies on top, says where it comes from.
    await button.click()
    await expect(viewer.notice()).to_contain_text(f"was imported into “{own.title}” before: it is skeleton {copy}")
    await notebook.value("None", f"viewer.active_node = {int(nodes['id'].iloc[0])}")
    facts = viewer.root.get_by_test_id("neuron-facts")
    await expect(facts.filter(has_text=f"from skeleton {next(iter(found))} of project {other.id}")).to_have_count(1)
    for theme in THEMES:
        await change_theme(viewer.page, theme)
        await viewer.painted()
        await viewer.root.screenshot(path=RESULTS / f"other-project-{theme}.png".replace(" ", "-"))
        assert not await problems(viewer.root)
    await viewer.root.evaluate("root => { root.style.width = '400px'; }")
    await viewer.root.screenshot(path=RESULTS / "other-project-narrow.png")
