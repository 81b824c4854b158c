"""Keys of a viewer that go to other widgets of the page, to the selection and to visibility groups."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.viewer import Viewer


async def test_keys_go_to_history_search_selection_and_groups(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    near = project.edit.create_treenode(x - 100, y, z, neuron_name="a near one")
    beside = project.edit.create_treenode(x, y, z, neuron_name="b beside it")
    far = project.edit.create_treenode(x + 300, y + 100, z, neuron_name="c far away")
    ids = {str(name): int(one) for name, one in zip(project.skeletons["name"], project.skeletons["id"], strict=True)}
    first, second, third = (ids[name] for name in ("a near one", "b beside it", "c far away"))
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})\nfound = project.selection()",
        f"viewer = project.viewer({VIEW}, selection=found)\nviewer",
        "display(project.neuron_search(height=120), project.history(height=120))",
    )
    page = notebook.page
    await page.set_viewport_size({"width": 1280, "height": 2400})
    viewer = await Viewer.of(notebook)
    press = page.keyboard.press

    # Group 2 is hidden and shown.
    await notebook.value("None", f"viewer.layers[0].visibility_groups = [[], [{third}]]")
    await viewer.click(await viewer.node_place(near))
    await viewer.until("tracing.section.treenodes === 3")
    await press("Shift+Home")
    await notebook.becomes("viewer.layers[0].hidden_groups", [2])
    await expect(viewer.notice()).to_contain_text("Visibility group 2 is hidden.")
    await viewer.until("tracing.section.treenodes === 2")
    await press("Shift+Home")
    await notebook.becomes("viewer.layers[0].hidden_groups", [])
    await viewer.until("tracing.section.treenodes === 3")

    # Neurons in a circle around the active node go into the selection, and out of it.
    for key, chosen in (("Shift+Y", [first, second]), ("Control+Shift+Y", [])):
        await page.mouse.move(*await viewer.place(x, y + 60))
        await press(key)
        await viewer.click(await viewer.place(x - 100, y + 200))
        await notebook.becomes("sorted(int(one) for one in found.skeleton_ids)", chosen)
    assert (await viewer.ask("tracing.active"))["id"] == near
    assert len(project.skeletons) == 3

    # The search's next neuron, and the history.
    total = page.locator(".cj-neuron-search").get_by_test_id("total")
    await expect(total).to_contain_text("3")
    for node in (beside, far):
        await viewer.canvas.focus()
        await press("Alt+/")
        await viewer.until("tracing.active?.id === argument", node)
    await press("Alt+/")
    await expect(viewer.notice()).to_contain_text("The search has no further neuron.")
    await press("F9")
    await expect(page.locator(".cj-history-table :focus")).to_have_count(1)
