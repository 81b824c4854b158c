"""The tree of annotations: nested by mouse and by keyboard, into selections, taken back."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.site import OpenNotebook, Site


async def test_annotations_are_nested_and_selected(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    for index in range(2):
        project.edit.create_treenode(100, 100 * index, 0, neuron_name=f"n {index}")
    first, second = sorted(project.skeletons["id"])
    project.annotate(first, ["PN", "<b>שלום</b>"])
    project.annotate(second, ["LN", "cell type"])
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        "browser = project.annotation_browser(height=200)\nbrowser",
    )
    page, browser = notebook.page, notebook.page.get_by_test_id("annotation-browser")
    await expect(browser.get_by_test_id("total")).to_have_text("4 annotations")
    status, tree = browser.get_by_test_id("status"), browser.get_by_role("tree")
    line = {name: tree.get_by_role("treeitem").filter(has_text=name) for name in ("PN", "LN", "cell type", "<b>")}
    await expect(line["<b>"]).to_contain_text("<b>שלום</b>")
    await line["PN"].drag_to(line["cell type"])
    await expect(status).to_have_text("'PN' is below 'cell type' now.")

    await line["LN"].first.click()
    await page.keyboard.press("Control+x")
    await expect(line["cell type"]).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("End")
    await expect(line["cell type"]).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Control+v")
    await expect(status).to_have_text("'LN' is below 'cell type' now.")
    await expect(line["cell type"]).to_have_attribute("aria-expanded", "true")
    await expect(line["PN"]).to_have_attribute("aria-level", "2")
    assert project.annotation_tree().query("name == 'LN'").depth.tolist() == [1]

    await browser.get_by_role("checkbox", name="with all below").check()
    await browser.get_by_role("button", name="New selection").click()
    await expect(status).to_have_text("selection 1 has 2 neurons now.")
    await notebook.becomes("sorted(browser.selections['selection 1'].skeleton_ids)", [first, second])

    await tree.focus()
    await page.keyboard.press("Control+z")
    await expect(status).to_contain_text("Undone")
    await expect(line["LN"]).to_have_attribute("aria-level", "1")
    await browser.get_by_role("textbox", name="Filter annotations").fill("שלום")
    await expect(tree.get_by_role("treeitem")).to_have_count(1)
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Home")
    await page.keyboard.press("F2")
    await expect(browser.get_by_role("textbox", name="New name")).to_have_value("<b>שלום</b>")
    await page.keyboard.press("End")
    await page.keyboard.type("!")
    await page.keyboard.press("Enter")
    await expect(status).to_have_text("'<b>שלום</b>' is called '<b>שלום</b>!' now.")
    await expect(tree.get_by_role("treeitem")).to_contain_text("<b>שלום</b>!")
    await page.keyboard.press("Home")
    await page.keyboard.press("Delete")
    await page.keyboard.press("Enter")
    await expect(status).to_have_text("'<b>שלום</b>!' is taken off 1.")
    await expect(browser.get_by_test_id("total")).to_have_text("3 annotations")
    await browser.evaluate("root => { root.style.width = '400px'; }")
    assert await browser.evaluate("root => root.scrollWidth <= 400")
