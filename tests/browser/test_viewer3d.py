"""Neurons in space: shown, turned, chosen, linked with a stack viewer; on bad days, too."""

from __future__ import annotations

from playwright.async_api import expect

import catmaid_jupyter as cj
from tests.browser.accessibility import THEMES, problems
from tests.browser.interactions import choose_in_space, look_from_sides
from tests.browser.site import VIEW, OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.viewer import Viewer

RED, BLUE = 0, 2
WITHOUT_WEBGL = """() => {
  const { getContext } = HTMLCanvasElement.prototype;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return kind === "webgl2" ? null : getContext.call(this, kind, ...rest);
  };
}"""
CONTEXTS = """() => [...document.querySelectorAll('[data-testid="viewer3d"]')]
  .map(({ catmaid3d }) => catmaid3d.stats.hasContext)"""


def neurons_in_space(project: cj.Project) -> list[int]:
    """Three neurons of four nodes each, one below the other, that go away from who looks frontally."""
    x, y, z = (float(value) for value in project.viewer().position)
    for row in range(3):
        places = [(x - 450 + 300 * step, y + 250 * (row - 1), z + 40 * (step - 1)) for step in range(4)]
        node = project.edit.create_treenode(*places[0], neuron_name=f"n{row} <b>")
        for place in places[1:]:
            node = project.edit.create_treenode(*place, parent_id=node)
    return [int(one) for one in sorted(project.skeletons["id"])]


def cells(project: cj.Project, *more: str) -> list[str]:
    return [f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})", *more]


async def test_neurons_are_turned_named_and_chosen(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    first, second, third = neurons_in_space(project)
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection([{first}, {second}, {third}])\nfound.set_colors('#ff0000')\n"
            "v3 = project.viewer3d(found, height=400, background='#fff', show_box=False, show_orientation=False)\nv3",
        )
    )
    space = await Space.of(notebook)
    counts = space.root.get_by_test_id("counts")
    await expect(counts).to_have_text("3 neurons, 12 nodes")
    await space.shows(RED)

    async def chosen(active: int, selected: list[int]) -> None:
        await notebook.becomes("[found.active, found.selected.skeleton_ids]", [active, selected])

    await choose_in_space(space, [first, second, third], chosen)
    before = await notebook.value("v3.camera")
    await look_from_sides(space)
    await notebook.becomes("v3.camera['up']", [0, 0, 1])
    await notebook.value("0", f"v3.keep_view('above'); v3.view('frontal'); v3.fit([{first}])")
    await notebook.becomes("[v3.asked_view, v3.camera['up']]", [{}, [0, -1, 0]])
    assert (await space.ask("viewer.camera"))["target"] != before["target"]

    await notebook.value("0", f"found.set_colors('#0000ff'); found.hide([{second}]); v3.view('frontal'); v3.fit()")
    await notebook.becomes("v3.asked_view", {})
    await expect(counts).to_have_text("3 neurons, 1 hidden, 8 nodes")
    await space.shows(BLUE)
    await space.shows(RED, is_there=False)

    legend, shades = (
        space.root.get_by_test_id("legend"),
        f"{{{first}: ['far'] * 4, {third}: ['far', 'far', 'near', None]}}",
    )
    await notebook.value("0", f"v3.shade({shades}, colormap={{'far': 'red', 'near': 'green'}})")
    await expect(legend).to_have_text("valuesfarnearno value")
    await space.shows(RED)
    # Each neuron has a scale of its own, and all together another one, which changes with any of them. The third one
    # is active, and dark for that.
    numbers = f"{{{first}: [1.5] * 4, {third}: [0.0] * 4}}"
    await notebook.value("0", f"v3.shade({numbers}, colormap=['black', 'black', '#ff0000'])")
    await expect(legend).to_have_text("values01.5")
    await space.shows(RED)
    await notebook.value("0", f"v3.shade({numbers}, colormap=['black', '#0000ff', '#ff0000'], high=3)")
    await space.shows(BLUE)
    await space.shows(RED, is_there=False)
    await notebook.value("0", "v3.shade('distance_to_root')")
    await expect(legend).to_contain_text("distance to the root0")
    await notebook.value("0", "v3.shade()")
    await expect(legend).to_be_hidden()
    await space.shows(BLUE)

    await space.shows(RED, is_there=False)
    x, y, z = (float(value) for value in project.viewer().position)
    connector = project.edit.create_connector(x, y, z)
    node = int(project.skeleton(third).nodes["id"].iloc[0])
    project.edit.create_link(node, connector, "presynaptic_to")
    await notebook.value("0", "v3.synapses = True")
    await space.shows(RED)
    await space.root.get_by_test_id("shown").click()
    await space.root.get_by_role("checkbox", name="Synapses", exact=True).uncheck()
    await notebook.becomes("v3.synapses", False)
    await space.shows(RED, is_there=False)


async def test_a_stack_viewer_and_space_show_the_same_place(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(
        *cells(
            project,
            f"found = project.selection({skeletons})\nviewer = project.viewer({VIEW})\n"
            "v3 = project.viewer3d(found, height=420)\nviewer.link(v3)\nviewer | v3",
        )
    )
    page, space = notebook.page, await Space.of(notebook)
    viewer = await Viewer.of(notebook)
    place = await space.place(skeletons[0], 3)
    await space.click(place, "Shift")
    node = sorted(project.skeleton(skeletons[0]).nodes["id"])[3]
    await notebook.becomes("viewer.active_node", node)
    await expect(space.said()).to_contain_text(f"treenode {node}")
    position = [float(one) for one in project.locate(node)]
    await notebook.becomes("list(viewer.position)", position)
    await notebook.becomes("v3.active_node", {"node_id": node, "position": position})

    await notebook.value("0", "v3.follow = True")
    await space.until("viewer.camera.target.every((one, axis) => Math.abs(one - argument[axis]) < 1)", position)
    await viewer.click(await viewer.node_place(node))
    x, y = await viewer.node_place(node)
    await viewer.click((x + 40, y + 30))
    grown = await viewer.active()
    assert grown != node
    await expect(space.root.get_by_test_id("counts")).to_have_text("3 neurons, 13 nodes")
    await notebook.becomes("v3.active_node['node_id']", grown)

    # JupyterLab takes cells out of the page that are not in sight.
    await page.set_viewport_size({"width": 1280, "height": 1000})
    for theme in THEMES:
        await page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
        await page.wait_for_function("(theme) => document.body.dataset.jpThemeName === theme", arg=theme)
        assert await problems(space.root) == []
        await space.stage.focus()
        await page.keyboard.press("?")
        assert await problems(space.root) == []
        await page.keyboard.press("?")


async def test_bad_days(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(
        *cells(
            project,
            "found = project.selection()\nv3 = project.viewer3d(found, height=120, background='#ffffff')\nv3",
            f"many = [project.viewer3d({skeletons}, height=120) for _ in range(9)]\ndisplay(*many)",
        )
    )
    page, last = notebook.page, await Space.of(notebook)
    await page.set_viewport_size({"width": 1280, "height": 2400})
    assert await page.evaluate("catmaidContexts3d.length") == 8
    await page.wait_for_function(f"({CONTEXTS})().filter(Boolean).length === 8")
    first = page.get_by_test_id("viewer3d").first
    await expect(first.get_by_test_id("status")).to_have_text("There are no neurons: add some to the selection.")

    # Whoever gave way has its context again when it is used; nothing is drawn while it is hidden.
    await first.get_by_test_id("stage").click()
    await page.wait_for_function(f"({CONTEXTS})()[0]")
    await first.evaluate("(element) => { element.style.display = 'none'; }")
    await notebook.value("0", f"found.add({skeletons}); found.set_colors('#ff0000')")
    await first.evaluate("(element) => { element.style.display = ''; }")
    await expect(first.get_by_test_id("counts")).to_have_text("3 neurons, 12 nodes")

    await last.stage.click()
    await last.until("viewer.stats.hasContext")
    await last.root.evaluate("""async (element) => {
      const context = element.querySelector('[data-testid="canvas3d"]').getContext("webgl2");
      context.getExtension("WEBGL_lose_context").loseContext();
    }""")
    await last.until("!viewer.stats.hasContext")
    await last.until("viewer.stats.hasContext")

    await notebook.restart_kernel()
    await last.stage.focus()
    await page.keyboard.press("5")
    await last.until("viewer.camera.up[2] === 1")
    await last.root.get_by_test_id("shown").click()
    for name in ("Synapses", "Tubes", "Labels"):
        await last.root.get_by_role("checkbox", name=name, exact=True).check()
        await expect(last.said().last).to_contain_text("The kernel has been restarted. Run the cell again.")


async def test_without_webgl_neurons_are_plain_lines(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(*cells(project), own_page=True)
    await notebook.page.evaluate(WITHOUT_WEBGL)
    await notebook.page.evaluate(
        """(code) => {
          const { content } = jupyterapp.shell.currentWidget;
          content.activeCell.model.sharedModel.setSource(code);
          return jupyterapp.commands.execute("notebook:run-cell");
        }""",
        f"found = project.selection({skeletons}, colors='#ff0000')\n"
        "project.viewer3d(found, synapses=True, background='#ffffff', show_orientation=False)",
    )
    space = await Space.of(notebook)
    await expect(space.root.get_by_test_id("picture-notice")).to_contain_text("This browser gives no WebGL")
    await expect(space.root.get_by_test_id("synapse-legend")).to_be_hidden()
    await space.shows(RED)
    await space.click(await space.place(skeletons[1], 2))
    await notebook.becomes("found.active", skeletons[1])
