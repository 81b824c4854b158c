"""The search for neurons: by form, text and Python, into selections; by mouse, and by keyboard alone."""

from __future__ import annotations

from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from tests.browser.accessibility import problems_in_all_themes
from tests.browser.lab import Notebook
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.viewer import Viewer

ODD = "<img src=x onerror=alert(1)> שלום 🧠 " + "x" * 9_900


async def traced(site: Site) -> cj.Project:
    """A project with three neurons, of which two are annotated."""
    project = await site.new_project()
    for index, name in enumerate(["PN 1", "PN 2", ODD]):
        root = project.edit.create_treenode(100, 100 * index, 0, neuron_name=name)
        project.edit.create_treenode(900, 100 * index, 0, parent_id=root)
    ids = project.skeletons.set_index("name")["id"]
    project.annotate([int(ids["PN 1"]), int(ids["PN 2"])], "PN")
    return project


async def open_search(notebooks: OpenNotebook, project: cj.Project, options: str = "") -> tuple[Notebook, Locator]:
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"search = project.neuron_search({options})\nsearch",
    )
    search = notebook.page.get_by_test_id("neuron-search")
    await expect(search.get_by_test_id("total")).to_have_text("3 neurons")
    return notebook, search


async def test_by_mouse(site: Site, notebooks: OpenNotebook) -> None:
    project = await traced(site)
    notebook, search = await open_search(notebooks, project)
    total, status = search.get_by_test_id("total"), search.get_by_test_id("status")
    await search.get_by_label("annotation", exact=True).fill("PN")
    await expect(search.locator('[data-notation="python"] code')).to_have_text('project.search(annotation="PN")')
    await search.get_by_role("button", name="Search").click()
    await expect(total).to_have_text("2 neurons")
    await search.get_by_role("button", name="New selection").click()
    await expect(status).to_have_text("selection 1 has 2 neurons now.")
    await notebook.becomes("len(search.selections['selection 1'])", 2)

    await search.get_by_role("tab", name="Text").click()
    text = search.get_by_role("textbox", name="The search as text")
    await expect(text).to_have_value("annotation:PN")
    await text.fill("annotation:PN nodes:x")
    problem = search.get_by_test_id("problem")
    await expect(problem).to_contain_text("'x' is not a whole number")
    await expect(problem.locator("mark")).to_have_text("x")
    await expect(text).to_have_attribute("aria-invalid", "true")
    await expect(search.get_by_role("button", name="Search")).to_be_disabled()

    await search.get_by_role("tab", name="Python").click()
    cell = search.get_by_role("textbox", name="The search as a Python cell")
    await cell.fill('project.search(contains="<img")')
    await expect(problem).to_be_hidden()
    await search.get_by_role("button", name="Search").click()
    await expect(total).to_have_text("1 neuron")
    await expect(search.get_by_role("gridcell").first).to_contain_text("<img src=x")
    await search.get_by_role("gridcell").first.click()
    await search.get_by_role("button", name="Add", exact=True).click()
    await expect(status).to_have_text("1 neuron new in selection 1, which has 3 now.")
    await search.get_by_role("button", name="Remove", exact=True).click()
    await expect(status).to_have_text("1 neuron out of selection 1, which has 2 now.")
    await search.get_by_role("textbox", name="Annotation for these neurons").fill("<b>odd</b>")
    await search.get_by_role("button", name="Annotate").click()
    await expect(status).to_contain_text("1 neuron has the annotation '<b>odd</b>' now.")
    await notebook.becomes("project.search(annotation='<b>odd</b>').table.name.tolist()", [ODD])

    await search.get_by_role("textbox", name="Name of the search").fill("odd ones")
    await search.get_by_role("button", name="Save").click()
    await expect(status).to_have_text("The search is kept as odd ones.")
    await notebook.value("None", "search.query = '*'")
    await expect(total).to_have_text("3 neurons")
    await search.get_by_role("combobox", name="Saved searches").select_option("odd ones")
    await expect(total).to_have_text("1 neuron")
    await notebook.becomes("search.query", 'name:"<img"')


async def test_by_keyboard_alone_and_narrow(site: Site, notebooks: OpenNotebook) -> None:
    project = await traced(site)
    notebook, search = await open_search(notebooks, project, "view='text'")
    page, total = notebook.page, search.get_by_test_id("total")
    await search.evaluate("root => { root.style.width = '400px'; }")
    await search.get_by_role("tab", name="Text").focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("name:/^PN/ -annotation:PN or name:שלום")
    await expect(search.locator('[data-notation="python"] code')).to_contain_text('annotated("PN")')
    await page.keyboard.press("Enter")
    await expect(total).to_have_text("1 neuron")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("ArrowLeft")
    await expect(search.get_by_test_id("form")).to_be_visible()
    await expect(search.get_by_role("checkbox", name="not").nth(2)).to_be_checked()
    for _ in range(2):
        await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Tab")
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("annotated('PN')")
    await page.keyboard.press("Control+Enter")
    await expect(total).to_have_text("2 neurons")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("End")
    await page.keyboard.press("Control+Home")
    await page.keyboard.press("Enter")
    await expect(search.get_by_test_id("status")).to_have_text("selection 1 has 1 neuron now.")
    await page.keyboard.press("Space")
    await expect(search.get_by_test_id("whom")).to_have_text("1 neuron:")
    assert await search.evaluate("root => root.scrollWidth <= 400 && root.clientWidth <= 400")
    await search.get_by_role("tab", name="Form").click()
    assert await search.evaluate("root => root.scrollWidth <= 400")


async def test_rows_follow_a_selection_beside_a_viewer(site: Site, notebooks: OpenNotebook) -> None:
    project = await traced(site)
    ids = project.skeletons.set_index("name")["id"]
    first, second = int(ids["PN 1"]), int(ids["PN 2"])
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"mine = project.selection({first})\nmine.set_colors('#ff8800')",
        f"viewer = project.viewer({VIEW}, selection=mine)\nviewer",
        "search = project.neuron_search('annotation:PN', selections={'mine': mine}, height=120)\nsearch",
        "project.annotation_browser(height=120)",
    )
    page = notebook.page
    # JupyterLab takes cells out of the page that are not in sight.
    await page.set_viewport_size({"width": 1280, "height": 1800})
    search, tree = page.get_by_test_id("neuron-search"), page.get_by_test_id("annotation-browser")
    await expect(search.get_by_test_id("total")).to_have_text("2 neurons")
    member = search.locator('td[data-column="in_selection"]')
    await expect(member.nth(0)).to_have_attribute("aria-label", "in the selection, colour #ff8800")
    await member.nth(1).click()
    await notebook.becomes("mine.skeleton_ids", [first, second])
    await notebook.becomes("mine.active", second)
    await notebook.value("None", f"mine.active = {first}\nmine.remove({second})")
    await expect(member.nth(1)).to_have_text("+")
    await expect(search.locator('tr[aria-rowindex="2"] td[data-active]')).to_have_count(1)

    viewer = await Viewer.of(notebook)
    await viewer.canvas.focus()
    await page.keyboard.press("/")
    await expect(search.locator(":focus")).to_have_count(1)
    assert await problems_in_all_themes(search, tree) == []
