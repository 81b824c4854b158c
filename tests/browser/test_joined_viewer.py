"""One selection in a viewer, a table and Python; the active neuron in words; and its keys."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.interactions import cell
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.test_selection_table import open_selection, traced_project
from tests.browser.viewer import Viewer

NAME = "<img src=x onerror=alert(1)> שלום " + "long " * 2000


async def test_a_selection_is_linked_across_a_viewer_a_table_and_python(site: Site, notebooks: OpenNotebook) -> None:
    project, skeletons, roots = await traced_project(site)
    small, middle, large = skeletons
    project.rename_neurons({large: NAME.strip(), middle: "PN 2"})
    notebook, tables = await open_selection(
        notebooks, project, f"viewer = project.viewer({VIEW}, selection=found)\nviewer"
    )
    viewer, table = await Viewer.of(notebook), tables.first
    name, facts = (viewer.root.get_by_test_id(part) for part in ("neuron-name", "neuron-facts"))
    await expect(facts).to_have_text("No neuron is active.")

    # From the viewer to the table and Python.
    await viewer.click(await viewer.node_place(roots[2]))
    await expect(facts).to_contain_text("4 nodes")
    await expect(name).to_contain_text("<img src=x onerror=alert(1)> שלום long")
    assert len(await name.text_content() or "") <= 201
    assert await name.get_attribute("title") == NAME.strip()
    assert await viewer.root.locator("img").count() == 0
    await notebook.becomes("found.active", large)

    # From the table to the viewer: the neuron is marked, hidden ones are not drawn nor under the pointer.
    await cell(table, 0, "visible").click()
    await viewer.until("tracing.section.treenodes === 9")  # the active neuron shows all the same
    await cell(table, 1, "name").click()
    await expect(name).to_have_text("PN 2")
    await viewer.until("tracing.activeSkeleton === argument && tracing.active === null", middle)
    await viewer.until("tracing.section.treenodes === argument", 7)
    await notebook.value("None", f"found.select([{large}])\nviewer.layers[0].shown_neurons = 'selected'")
    await viewer.until("tracing.section.treenodes === argument", 7)
    await viewer.root.get_by_label("Neurons shown").select_option("all neurons")
    await notebook.becomes("viewer.layers[0].shown_neurons", "all")
    await viewer.root.get_by_label("Colours by").select_option("user")
    await expect(viewer.root.get_by_test_id("legend")).to_have_text("admin")
    await viewer.root.get_by_label("Colours by").select_option("annotation")
    project.annotate(small, "LN")
    legend = viewer.root.get_by_test_id("legend")
    await expect(legend).to_have_text("LNno annotation")
    await viewer.root.get_by_label("Colours by").select_option("review")
    await expect(legend).to_have_text("0% reviewed50% reviewed100% reviewed")
    await notebook.becomes("viewer.layers[0].color_by", "review")

    # Keys.
    await viewer.canvas.focus()
    keyboard, ask = notebook.page.keyboard, viewer.root.get_by_test_id("ask")
    await keyboard.press("F2")
    await ask.fill("PN two")
    await keyboard.press("Enter")
    await expect(name).to_have_text("PN two")
    await keyboard.press("F3")
    await ask.fill("traced, glomerulus DA1")
    await keyboard.press("Enter")
    await expect(cell(table, 1, "name")).to_have_text("PN two")
    await viewer.until("tracing.pending === 0")
    assert sorted(project.annotations_of(middle)["annotation"]) == ["glomerulus DA1", "traced"]
    for _ in range(2):
        await keyboard.press("Control+z")
        await viewer.until("tracing.pending === 0")
    await expect(name).to_have_text("PN 2")
    assert project.annotations_of(middle).empty
    await keyboard.press("/")
    await ask.fill("onerror")
    await keyboard.press("Enter")
    await viewer.until("tracing.active?.id === argument", roots[2])
    site.instance.project(project.title).rename_neurons({large: "renamed by another"})
    await expect(name).to_have_text("renamed by another")
    await notebook.becomes("found.active", large)
    assert small in await notebook.value("found.skeleton_ids")
