"""What is drawn of neurons in space besides lines: synapses with their legend, labels, tubes, and who is selected."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.test_viewer3d import cells, neurons_in_space
from tests.helpers.patience import PATIENCE_MS


async def test_synapses_labels_tubes_and_the_selected(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    first, second, third = neurons_in_space(project)
    nodes = {one: project.skeleton(one).nodes["id"].tolist() for one in (first, second, third)}
    x, y, z = (float(value) for value in project.viewer().position)
    for pre, post, aside in ((first, [second], -200), (first, [third], 0), (second, [first, third], 200)):
        connector = project.edit.create_connector(x + aside, y, z)
        project.edit.create_link(nodes[pre][1], connector, "presynaptic_to")
        for one in post:
            project.edit.create_link(nodes[one][2], connector, "postsynaptic_to")
    project.edit.set_labels(nodes[first][3], ["soma", "<i>checked"])
    project.edit.set_labels(nodes[third][0], ["other"])
    for node in nodes[second][:2]:
        project.edit.set_radius(node, 40)
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection([{first}, {second}], colors=['#ff0000', '#0000ff'])\n"
            "v3 = project.viewer3d(found, height=400, synapses=True, synapse_radius=30)\nv3",
        )
    )
    page, space = notebook.page, await Space.of(notebook)
    legend = space.root.get_by_test_id("synapse-legend")

    # Those of the neurons that are shown: three presynaptic links, and two postsynaptic ones.
    await expect(legend).to_have_text("synapsespresynapticpostsynaptic")
    await expect(legend.get_by_title("3 links")).to_have_text("presynaptic")
    await expect(legend.get_by_title("2 links")).to_have_text("postsynaptic")
    await notebook.value("0", "v3.synapse_colors = 'partner'")
    # The third one is not in the selection; the last connector has two at its other side.
    await expect(legend).to_contain_text("n2 <b>")
    await expect(legend.get_by_title("1 link", exact=True).filter(has_text="none, or several")).to_have_count(1)
    await expect(legend.get_by_title("2 links")).to_have_text("n1 <b>")
    await notebook.value("0", "v3.synapse_colors = 'neuron'")
    await expect(legend).to_be_hidden()
    await space.until("viewer.marks.synapses === 5")
    await notebook.value("0", "found.switch('post', False)")
    await space.until("viewer.marks.synapses === 3")

    await notebook.value("0", f"found.switch('text', True, [{first}])")
    await space.until("viewer.marks.labels === 1")
    await notebook.value("0", f"found.add([{third}]); v3.labels = True")
    await space.until("viewer.marks.labels === 2")
    await notebook.value("0", "v3.labels = False")
    await space.until("viewer.marks.labels === 1")
    await notebook.value("0", "found.switch('text', False)")
    await space.until("viewer.marks.labels === 0")

    await space.root.get_by_test_id("shown").click()
    await space.root.get_by_label("Tubes").check()
    await notebook.becomes("v3.tubes", True)
    await space.until("viewer.marks.tubes === 2")
    project.edit.set_radius(nodes[second][3], 10)
    await space.until("viewer.marks.tubes === 3")
    await notebook.value("0", "v3.tube_radius = 20")
    await space.until("viewer.marks.tubes === 9")
    await space.stage.click(position={"x": 5, "y": 5})

    await notebook.value("0", f"found.select([{first}, {third}])")
    # Each goes straight on: one line for all its edges looks the same.
    await space.until("viewer.marks.wide === 2")
    await space.click(await space.place(second, 2))
    await space.until("viewer.marks.wide === 1")

    await notebook.value("0", "v3.special_nodes = ['open_end', 'labelled']")
    special = space.root.get_by_test_id("special-legend")
    await expect(special).to_have_text("special treenodesopen endlabelled")
    await expect(special.get_by_title("1 treenode", exact=True)).to_have_text("labelled")

    await notebook.value("0", "v3.labels = True; v3.fog = 0.7; v3.synapse_colors = 'partner'; v3.somas = True")
    await space.until("viewer.marks.labels === 2 && viewer.marks.somata === 1")
    await expect(legend).to_be_visible()
    RESULTS.mkdir(exist_ok=True)
    for theme in THEMES:
        await change_theme(page, theme)
        assert await problems(space.root) == []
        await space.root.screenshot(path=RESULTS / f"drawing {theme}.png")


async def test_keys_in_space_are_those_of_the_user(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    first, *_ = neurons_in_space(project)
    notebook = await notebooks(*cells(project, f"v3 = project.viewer3d([{first}], height=400)\nv3"))
    page, space = notebook.page, await Space.of(notebook)
    kind = space.root.get_by_test_id("kind")
    await expect(kind).to_have_attribute("title", "orthographic or perspective (O)")
    await space.stage.focus()
    await page.keyboard.press("?")
    help_panel = space.root.get_by_test_id("help")
    await help_panel.get_by_test_id("help-search").fill("orthographic")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("m")
    await expect(kind).to_have_attribute("title", "orthographic or perspective (M)")
    for theme in THEMES:
        await change_theme(page, theme)
        assert await problems(help_panel) == []
    await page.keyboard.press("Escape")
    before = str(await kind.text_content())
    await page.keyboard.press("o")
    await expect(kind).to_have_text(before)
    await page.keyboard.press("m")
    await expect(kind).not_to_have_text(before)
    assert project.keys.set_index("command")["keys"]["space.kind"] == "m"
    project.reset_keys()


async def test_lines_of_a_large_picture_are_as_wide_as_on_the_screen(
    site: Site, notebooks: OpenNotebook, tmp_path: Path
) -> None:
    project = await site.new_project()
    first, *_ = neurons_in_space(project)
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection([{first}], colors='#ff0000')\n"
            "v3 = project.viewer3d(found, height=300, show_box=False, show_scale=False)\nv3",
        )
    )
    await Space.of(notebook)
    shares = []
    for width in (800, 3200):
        path = tmp_path / f"{width}.png"
        await notebook.value("0", f"v3.screenshot({str(path)!r}, width={width}, height={width // 2})")
        with Image.open(path) as image:
            red, green, _blue, alpha = np.moveaxis(np.asarray(image.convert("RGBA")).astype(int), 2, 0)
        shares.append(float(((red - green > 80) & (alpha > 80)).mean()))
    # A line of as many pixels as before would cover a quarter of that part of the picture.
    assert shares[1] > 0.6 * shares[0] > 0


async def test_a_saved_notebook_shows_the_last_picture(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection({skeletons}, colors='#ff0000')\nv3 = project.viewer3d(found, height=300)\nv3",
            "nothing = project.viewer3d(project.selection(), height=300)\nnothing",
        ),
        own_page=True,
    )
    page = notebook.page
    await page.get_by_test_id("viewer3d").nth(1).wait_for(timeout=PATIENCE_MS)
    end = "bool(v3.snapshot) and v3.snapshot['image'].startswith('data:image/jpeg')"
    await notebook.becomes(end, True)
    await notebook.value("0", "nothing.snapshot = {'image': 'https://example.org/not-from-here.png'}")
    await page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    content = json.loads((notebook.lab.work / notebook.name).read_text())
    states = content["metadata"]["widgets"]["application/vnd.jupyter.widget-state+json"]["state"].values()
    assert sum("snapshot" in one["state"] for one in states) == 2
    await page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    # A kernel that knows nothing of the notebook's widgets.
    await notebook.show()
    saved = page.get_by_test_id("saved-picture")
    await expect(saved.first).to_contain_text("run the cell again")
    await expect(saved.first).to_contain_text("This is the last picture that was saved.")
    picture = page.get_by_alt_text("The neurons as they were seen last")
    assert await picture.evaluate("(image) => image.naturalWidth") > 100
    await expect(saved.nth(1)).to_contain_text("The kernel has not answered yet.")
    await expect(picture).to_have_count(1)
    assert not notebook.uncaught()

    await notebook.run()
    space = await Space.of(notebook)
    await expect(space.root.get_by_test_id("status")).to_have_text("There are no neurons: add some to the selection.")
    await expect(page.get_by_test_id("counts").first).to_have_text("3 neurons, 12 nodes")
    await expect(saved).to_have_count(0)
