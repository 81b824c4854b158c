"""A volume around neurons that is made by mouse and by keyboard: chosen, seen, named, saved."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems_in_all_themes
from tests.browser.site import RESULTS, VIEW, OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.test_viewer3d import cells, neurons_in_space

OUTLINES = "[[one.name for one in layer.volumes] for layer in viewer.layers if hasattr(layer, 'show_names')]"


async def test_a_volume_is_made_by_mouse_and_keyboard(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    first, second, third = neurons_in_space(project)
    # Out of the plane in which the others are.
    x, y, z = (float(value) for value in project.viewer().position)
    project.edit.create_treenode(x, y, z + 600, parent_id=project.skeleton(second).nodes["id"].iloc[0])
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection([{first}, {second}, {third}])\nviewer = project.viewer({VIEW})\n"
            "v3 = project.viewer3d(found, viewer, height=420, background='#fff')\nviewer | v3",
        ),
    )
    page, space = notebook.page, await Space.of(notebook)
    form, opener = space.root.get_by_test_id("new-volume"), space.root.get_by_test_id("volumes")
    status, saver = form.get_by_test_id("volume-status"), form.get_by_role("button", name="Save")
    await page.set_viewport_size({"width": 1280, "height": 1000})

    await opener.click()
    await expect(form.get_by_label("Neurons", exact=True)).to_have_value("visible")
    await expect(status).to_contain_text("Around 13 points: ")
    hull = await status.inner_text()
    await notebook.becomes(OUTLINES, [["new volume"]])
    await form.get_by_label("Shape", exact=True).select_option("box")
    await expect(status).not_to_have_text(hull)
    await expect(status).to_contain_text("Around 13 points: ")
    await form.get_by_label("Around their").select_option("branch_nodes")
    await expect(status).to_contain_text("A box around these points has no extent")
    await expect(saver).to_be_disabled()
    await form.get_by_label("Margin of the box in nm").fill("200")
    await expect(status).to_contain_text("Around 1 point: 0.064 µm³.")
    await form.get_by_label("Margin of the box in nm").fill("wide")
    await expect(status).to_have_text("The margin is a length of 0 or more, in nm.")
    await form.get_by_label("Neurons", exact=True).select_option("selected")
    await form.get_by_label("Margin of the box in nm").fill("200")
    await expect(status).to_contain_text("No neurons are selected")
    await notebook.value("0", f"found.select([{second}])")
    await expect(status).to_contain_text("Around 1 point: 0.064 µm³.")

    # By keyboard.
    await form.get_by_label("Shape", exact=True).focus()
    await page.keyboard.type("alpha")
    await form.get_by_label("Neurons", exact=True).focus()
    await page.keyboard.type("visible")
    await form.get_by_label("Around their").focus()
    await page.keyboard.type("nodes")
    await expect(status).to_contain_text("Around 13 points: ")
    await form.get_by_label("Radius of the alpha shape in nm").fill("5")
    await expect(status).to_contain_text("no four of these points are on a sphere of so small a radius")
    await form.get_by_label("Radius of the alpha shape in nm").fill("")
    await expect(status).to_contain_text("Around 13 points: ")
    RESULTS.mkdir(exist_ok=True)
    await form.get_by_text("Only some of them").click()
    assert await problems_in_all_themes(space.root) == []
    for theme in THEMES:
        await change_theme(page, theme)
        await space.root.screenshot(path=RESULTS / f"new volume narrow {theme}.png")
    await space.root.evaluate("root => { root.style.width = ''; }")
    await form.get_by_label("Name of the volume").focus()
    await page.keyboard.press("Enter")
    await expect(status).to_have_text("Write a name for the volume first.")
    await page.keyboard.type("around all")
    await page.keyboard.press("Enter")
    await expect(status).to_contain_text("Saved as “around all”, volume ")
    await expect(saver).to_be_disabled()
    await notebook.becomes("[one['name'] for one in v3.volumes]", ["around all"])
    await notebook.becomes(OUTLINES, [])
    assert project.volumes["name"].tolist() == ["around all"]
    for theme in THEMES:
        await change_theme(page, theme)
        await page.screenshot(path=RESULTS / f"new volume {theme}.png")

    await form.get_by_label("Shape", exact=True).select_option("box")
    await expect(status).to_contain_text("Around 13 points: ")
    alone = await status.inner_text()
    await form.get_by_label("With another volume").select_option("intersection")
    await expect(status).to_have_text("Write the name or the id of the other volume.")
    await form.get_by_label("The other volume").fill("around all")
    await expect(status).to_contain_text("Around 13 points: ")
    await expect(status).not_to_have_text(alone)
    await form.get_by_label("With another volume").focus()
    await form.get_by_label("With another volume").select_option("")
    await expect(status).to_have_text(alone)

    await form.get_by_label("Shape", exact=True).select_option("convex_hull")
    await notebook.becomes(OUTLINES, [["new volume"]])
    await page.keyboard.press("Escape")
    await expect(form).to_be_hidden()
    await expect(opener).to_be_focused()
    await notebook.becomes(OUTLINES, [])
