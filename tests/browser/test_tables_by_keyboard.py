"""Tables of partners, nodes, tags and of one neuron, and the matrix, without a mouse; what axe-core says of them."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from tests.browser.accessibility import problems_in_all_themes
from tests.browser.lab import Notebook
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.test_connectivity import cell, connected_neurons

FURTHEST = 40


@dataclass
class Walk:
    """Somebody who has only a keyboard, and is in a widget."""

    notebook: Notebook
    widget: Locator

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.notebook.page.keyboard.press(key)

    async def write(self, text: str) -> None:
        """Write into the field that has the focus, in place of what it has."""
        await self.press("ControlOrMeta+a")
        await self.notebook.page.keyboard.type(text)

    async def go_to(self, part: Locator, key: str = "Tab") -> None:
        """Press Tab until a part has the focus."""
        for _ in range(FURTHEST):
            await self.press(key)
            if await part.evaluate("node => node === document.activeElement"):
                return
        raise AssertionError(f"Tab does not come to {part}")

    async def go_to_button(self, name: str) -> None:
        await self.go_to(self.widget.get_by_role("button", name=name, exact=True))

    async def go_to_field(self, label: str) -> None:
        await self.go_to(self.widget.get_by_label(label, exact=True))

    def told(self, name: str) -> Locator:
        return self.widget.get_by_test_id(name)


async def open_widget(
    notebooks: OpenNotebook, project: cj.Project, expression: str, kind: str = "project-table"
) -> Walk:
    """A widget of the neurons `found`, beside a viewer; the focus is at its beginning."""
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})\n"
        f"found = project.selection(project.skeletons['id'].tolist())\nviewer = project.viewer({VIEW})",
        f"widget = {expression}\nwidget",
    )
    await notebook.page.set_viewport_size({"width": 1280, "height": 1000})
    widget = notebook.page.get_by_test_id(kind)
    await widget.evaluate("root => { root.tabIndex = -1; root.focus(); }")
    return Walk(notebook, widget)


async def test_partners(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    _first, second, _third = connected_neurons(project)
    walk = await open_widget(notebooks, project, "project.connectivity(found, viewer, height=160)")
    total, status = walk.told("total"), walk.told("status")
    await expect(total).to_have_text("3 rows")

    await walk.go_to_field("in")
    await walk.press("Space")
    await expect(total).to_have_text("2 rows")
    await walk.go_to_field("synapses ≥")
    await walk.write("2")
    await walk.press("Tab")
    await expect(total).to_have_text("1 row")
    await walk.go_to_field("Filter Partner")
    await walk.write("n1")
    await walk.press("Enter", "Enter")
    await expect(status).to_contain_text("Synapse 1 of 2")
    await walk.press("Enter")
    await expect(status).to_contain_text("Synapse 2 of 2")
    await walk.press("Space")
    await expect(total).to_have_text("1 row, 1 selected")
    await walk.go_to_button("New selection")
    await walk.press("Enter")
    await expect(status).to_have_text("selection 1 has 1 neuron now.")
    await walk.go_to_field("Annotation for these neurons")
    await walk.write("partner שלום")
    await walk.press("Enter")
    await expect(status).to_contain_text("1 neuron has the annotation")
    assert project.annotations_of([second])["annotation"].tolist() == ["partner שלום"]
    assert await problems_in_all_themes(walk.widget) == []


async def test_the_matrix(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    first, second, third = connected_neurons(project)
    walk = await open_widget(notebooks, project, "project.matrix(found)", "connectivity-matrix")
    status = walk.told("status")
    await expect(walk.told("total")).to_have_text("3 by 3")

    await walk.go_to(walk.widget.locator("select[name=order]"))
    await walk.press("ArrowDown")
    await walk.notebook.becomes("widget.order", "name")
    await walk.go_to_button("CSV")
    async with walk.notebook.page.expect_download() as download:
        await walk.press("Enter")
    assert (await (await download.value).path()).read_text().splitlines()[1] == "n0 <b>,0,2,1"
    await walk.go_to(walk.told("matrix"))
    await walk.press("ArrowRight", "ArrowRight", "+", "-")
    await expect(status).to_have_text("n0 <b> → n1 <b>: 2 synapses")
    await walk.press("Space", "ArrowRight", "Control+Space")
    await expect(walk.told("whom")).to_have_text("3 neurons:")
    await walk.press("Space", "Home")
    await expect(walk.told("whom")).to_have_text("2 neurons:")
    await walk.go_to_button("New selection")
    await walk.press("Enter")
    await expect(status).to_have_text("selection 1 has 2 neurons now.")
    await walk.notebook.becomes("widget.selections['selection 1'].skeleton_ids", [first, third])
    await walk.go_to(walk.told("matrix"), "Shift+Tab")
    await walk.press("Escape")
    await expect(walk.told("whom")).to_have_text("all 3 neurons:")
    assert second in await walk.notebook.value("found.skeleton_ids")


async def test_nodes(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    connected_neurons(project)
    root = int(project.nodes(project.skeletons["id"].tolist())["id"].min())
    x, y, z = (float(value) for value in project.viewer().position)
    end = project.edit.create_treenode(x + 200, y, z, parent_id=root)
    walk = await open_widget(notebooks, project, "project.treenode_table(found, viewer, height=160)")
    total = walk.told("total")
    await expect(total).to_have_text("4 rows")

    await walk.go_to_field("Filter Kind")
    await walk.write("end")
    await walk.press("Enter")
    await expect(total).to_have_text("4 rows, 1 shown")
    await walk.press("Enter")
    await expect(walk.told("status")).to_have_text(f"This is treenode {end}.")
    await walk.notebook.becomes("list(viewer.position)", [x + 200, y, z])
    await walk.go_to(walk.widget.get_by_label("Filter Kind", exact=True), "Shift+Tab")
    await walk.press("Escape", "Escape")
    await expect(total).to_have_text("4 rows")
    await walk.press("Control+ArrowUp", "ArrowUp", "Enter", "Enter")
    await walk.notebook.becomes("widget.sort", ["treenode_id", True])
    await expect(cell(walk.widget, 0, "treenode_id")).to_have_text(str(end))
    await walk.press("Control+Home", "Space", "Shift+ArrowDown")
    await expect(total).to_have_text("4 rows, 2 selected")
    await walk.go_to(walk.widget.get_by_role("button", name="Columns"), "Shift+Tab")
    await walk.press("Enter", "ArrowDown", "Space", "Escape")
    await walk.notebook.becomes("widget.shown_columns", {"neuron": False})
    assert await problems_in_all_themes(walk.widget) == []


async def test_tags(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    connected_neurons(project)
    nodes = project.nodes(project.skeletons["id"].tolist())["id"].tolist()
    for node, tag in zip(nodes, ("soma", "TODO 🧠", "<i>end</i>"), strict=True):
        project.edit.set_labels(node, [tag])
    walk = await open_widget(notebooks, project, "project.tag_table(found, viewer, height=160)")
    await expect(walk.told("total")).to_have_text("3 rows")

    await walk.go_to_field("Filter Tag")
    await walk.write("/^<i>/")
    await walk.press("ArrowDown")
    await expect(walk.told("total")).to_have_text("3 rows, 1 shown")
    await expect(cell(walk.widget, 0, "tag")).to_have_text("<i>end</i>")
    await walk.press("Enter")
    await expect(walk.told("status")).to_have_text(f"This is treenode {nodes[2]}.")
    await walk.go_to_button("New selection")
    await walk.press("Space")
    await expect(walk.told("status")).to_have_text("selection 1 has 1 neuron now.")
    assert await problems_in_all_themes(walk.widget) == []


async def test_what_is_known_of_a_neuron(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    first, second, _third = connected_neurons(project)
    walk = await open_widget(notebooks, project, "project.navigator(found, viewer, height=200)")
    await expect(cell(walk.widget, 0, "name")).to_have_text("n0 <b>")

    await walk.go_to_field("Filter What")
    await walk.write("out")
    await walk.press("Enter", "Space")
    await expect(walk.told("total")).to_contain_text("1 selected")
    await walk.press("Enter")
    await expect(walk.told("status")).to_contain_text(f"This is the root of skeleton {second}")
    await walk.go_to_button("New selection")
    await walk.press("Enter")
    await expect(walk.told("status")).to_have_text("selection 1 has 1 neuron now.")
    await walk.notebook.becomes("widget.selections['selection 1'].skeleton_ids", [second])
    await walk.notebook.value("None", f"found.active = {second}")
    await walk.go_to(walk.widget.get_by_label("Filter What", exact=True), "Shift+Tab")
    await walk.write("")
    await walk.press("Backspace", "Enter")
    await expect(cell(walk.widget, 0, "name")).to_have_text("n1 <b>")
    await walk.notebook.becomes("[widget.skeleton_id, found.skeleton_ids[0]]", [second, first])
    assert await problems_in_all_themes(walk.widget) == []
