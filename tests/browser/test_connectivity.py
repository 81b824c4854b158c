"""Partners of neurons: by mouse and by keyboard, into selections, live."""

from __future__ import annotations

from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from tests.browser.accessibility import problems_in_all_themes
from tests.browser.site import VIEW, OpenNotebook, Site


def connected_neurons(project: cj.Project) -> list[int]:
    """Three neurons: the first synapses twice onto the second and once onto the third."""
    x, y, z = (float(value) for value in project.viewer().position)
    nodes = [project.edit.create_treenode(x, y + 100 * row, z, neuron_name=f"n{row} <b>") for row in range(3)]
    skeletons = [int(one) for one in sorted(project.skeletons["id"])]
    for at, targets in enumerate(((1, 2), (1,))):
        connector = project.edit.create_connector(x + 50, y + 40 * at, z)
        project.edit.create_link(nodes[0], connector, "presynaptic_to")
        for target in targets:
            project.edit.create_link(nodes[target], connector, "postsynaptic_to")
    return skeletons


def cell(table: Locator, row: int, column: str) -> Locator:
    return table.locator(f'tbody tr[aria-rowindex="{row + 2}"] td[data-column="{column}"]')


async def test_partners_are_counted_chosen_and_visited(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    first, second, third = connected_neurons(project)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"viewer = project.viewer({VIEW})\nviewer",
        f"found = project.selection({first})\n"
        "partners = project.connectivity(found, viewer, selections={'mine': project.selection()})\n"
        "partners.height = 140\npartners",
    )
    page, table = notebook.page, notebook.page.get_by_test_id("project-table")
    status, total = table.get_by_test_id("status"), table.get_by_test_id("total")
    await expect(cell(table, 0, "synapses")).to_have_text("2")
    await expect(cell(table, 0, "name")).to_have_text("n1 <b>")
    await expect(cell(table, 1, f"of {first}")).to_have_text("1")

    await cell(table, 0, "name").click()
    await page.keyboard.press("Enter")
    await expect(status).to_contain_text("Synapse 1 of 2")
    await table.get_by_role("button", name="Go there").click()
    await expect(status).to_contain_text("Synapse 2 of 2")
    await table.get_by_role("button", name="Add", exact=True).click()
    await expect(status).to_have_text("1 neuron new in mine, which has 1 now.")
    await notebook.becomes("partners.selections['mine'].skeleton_ids", [second])

    await table.get_by_label("synapses ≥").fill("2")
    await page.keyboard.press("Tab")
    await expect(total).to_contain_text("1 row")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    await expect(total).to_contain_text("2 rows")
    await table.get_by_label("Filter Partner").fill("n2")
    await page.keyboard.press("ArrowDown")
    await expect(total).to_contain_text("2 rows, 1 shown")
    await table.get_by_label("Filter Partner").fill("")
    assert await notebook.value(f"(found.add({third}), len(partners.table))[1]") == 3
    await expect(total).to_contain_text("3 rows")
    await expect(cell(table, 0, "direction")).to_have_text("← in")
    await table.get_by_label("in", exact=True).uncheck()
    await expect(total).to_contain_text("2 rows")
    assert await problems_in_all_themes(table) == []


async def test_a_matrix_is_looked_at_and_chosen_from(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    first, second, third = connected_neurons(project)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"found = project.selection([{first}, {second}, {third}])\nmatrix = project.matrix(found)\nmatrix",
    )
    page, widget = notebook.page, notebook.page.get_by_test_id("connectivity-matrix")
    status, total, matrix = (widget.get_by_test_id(name) for name in ("status", "total", "matrix"))
    await expect(total).to_have_text("3 by 3")
    await expect(widget.get_by_test_id("most")).to_have_text("2 synapses")

    await matrix.focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("ArrowRight")
    await expect(status).to_have_text("n0 <b> → n1 <b>: 2 synapses")
    await page.keyboard.press("Space")
    await widget.get_by_role("button", name="New selection").click()
    await expect(status).to_have_text("selection 1 has 2 neurons now.")
    await notebook.becomes("matrix.selections['selection 1'].skeleton_ids", [first, second])

    await matrix.hover(position={"x": 140, "y": 120})
    await expect(status).to_have_text("n0 <b> → n0 <b>: 0 synapses")
    await widget.get_by_label("Order").select_option("count")
    await matrix.click(position={"x": 20, "y": 115})
    await expect(widget.get_by_test_id("whom")).to_have_text("1 neuron:")
    async with page.expect_download() as download:
        await widget.get_by_role("button", name="SVG").click()
    assert (await download.value).suggested_filename == "connectivity.svg"
    assert await notebook.value(f"(found.remove({third}), matrix.table.to_numpy().tolist())[1]") == [[0, 2], [0, 0]]
    await expect(total).to_have_text("2 by 2")
    assert await problems_in_all_themes(widget) == []


async def test_nodes_are_filtered_and_visited(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = connected_neurons(project)
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"viewer = project.viewer({VIEW})\nviewer",
        f"links = project.connector_table({skeletons}, viewer, height=160)\nlinks",
    )
    page, table = notebook.page, notebook.page.get_by_test_id("project-table")
    await expect(table.get_by_test_id("total")).to_have_text("5 rows")
    await table.get_by_label("Filter Relation").fill("pre")
    await expect(table.get_by_test_id("total")).to_have_text("5 rows, 2 shown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(table.get_by_test_id("status")).to_contain_text("This is treenode")
    assert await problems_in_all_themes(table) == []


async def test_a_long_table_shows_its_first_rows_in_each_order(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    nodes = [project.edit.create_treenode(x, y, z, neuron_name="🧠 שלום <img src=x onerror=alert(1)> " + "x" * 10_000)]
    for step in range(1, 8):
        nodes.append(project.edit.create_treenode(x + 50 * step, y, z, parent_id=nodes[-1]))
    notebook = await notebooks(
        "import catmaid_jupyter as cj\nfrom catmaid_jupyter.widgets.project_table import content\n"
        f"content.MOST_ROWS = 3\nproject = cj.connect().project({project.id})",
        "nodes = project.treenode_table(project.skeletons['id'].tolist(), height=160)\nnodes",
    )
    page, table = notebook.page, notebook.page.get_by_test_id("project-table")
    total, notes = table.get_by_test_id("total"), table.get_by_test_id("notes")
    await expect(total).to_have_text("8 rows, 3 shown")
    await expect(notes).to_contain_text("Only the first 3 of 8 rows are here.")
    await expect(cell(table, 0, "neuron")).to_contain_text("🧠 שלום <img src=x onerror=alert(1)> xxx")
    await expect(cell(table, 0, "treenode_id")).to_have_text(str(nodes[0]))

    await table.get_by_role("columnheader", name="x (nm)").click()
    await table.get_by_role("columnheader", name="x (nm)").click()
    await expect(cell(table, 0, "treenode_id")).to_have_text(str(nodes[-1]))
    await expect(cell(table, 0, "kind")).to_have_text("end")
    await table.get_by_label("Filter Kind").fill("root")
    await page.keyboard.press("Enter")
    await expect(total).to_have_text("8 rows, 1 shown")
    await expect(cell(table, 0, "treenode_id")).to_have_text(str(nodes[0]))
    await expect(notes).to_have_text("")
    await table.get_by_label("Filter Kind").fill("")
    await page.keyboard.press("Enter")
    await expect(cell(table, 0, "treenode_id")).to_have_text(str(nodes[-1]))
    project.edit.create_treenode(x + 900, y, z, parent_id=nodes[-1])
    await expect(total).to_have_text("9 rows, 3 shown")
    assert await problems_in_all_themes(table) == []
