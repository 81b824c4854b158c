"""What a 3D viewer does with odd neurons, surfaces and values, and in a tab that nobody sees."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.test_viewer3d import cells, neurons_in_space
from tests.helpers.patience import PATIENCE_MS

FAR = 1e9
HIDE = """() => {
  const { requestAnimationFrame } = globalThis;
  const waiting = [];
  globalThis.requestAnimationFrame = (callback) => waiting.push(callback);
  globalThis.showTab = () => {
    globalThis.requestAnimationFrame = requestAnimationFrame;
    for (const callback of waiting) requestAnimationFrame(callback);
  };
}"""
"""Browsers draw no frames in a tab that nobody sees."""


async def test_odd_neurons_and_surfaces(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    lone = project.edit.create_treenode(FAR, FAR, FAR, neuron_name="lone")
    heap = project.edit.create_treenode(FAR + 100, FAR, FAR, neuron_name="heap")
    for _ in range(3):
        heap = project.edit.create_treenode(FAR + 100, FAR, FAR, parent_id=heap)
    long = project.edit.create_treenode(FAR, FAR + 100, FAR, radius=5, neuron_name="long")
    for step in range(1, 4):
        long = project.edit.create_treenode(FAR + 40 * step, FAR + 100, FAR, parent_id=long)
    connector = project.edit.create_connector(FAR + 100, FAR, FAR)
    project.edit.create_link(heap, connector, "presynaptic_to")
    project.edit.set_labels(lone, ["alone"])
    names = project.skeletons.set_index("name")["id"]
    notebook = await notebooks(
        *cells(
            project,
            "import numpy as np, trimesh\nfrom catmaid_jupyter import Volume\n"
            f"found = project.selection({names.tolist()}, colors='#ff0000')\n"
            "v3 = project.viewer3d(found, height=400, background='#ffffff', tubes=True, tube_radius=3, fog=0.5,"
            " synapses=True, synapse_radius=2, arrows=True, somas=True, labels=True, special_nodes=['open_end'])\nv3",
        )
    )
    page, space = notebook.page, await Space.of(notebook)
    await expect(space.root.get_by_test_id("counts")).to_have_text("3 neurons, 9 nodes")
    await space.ask("await viewer.settled")
    # Edges without length have no tubes, links without length no arrows.
    marks = await space.ask("viewer.marks")
    assert (marks["synapses"], marks["labels"], marks["arrows"]) == (1, 1, 0)
    await space.shows(0)
    for name, row in (("lone", 0), ("heap", 3), ("long", 2)):
        await page.mouse.move(*await space.place(int(names[name]), row))
        await expect(space.root.get_by_test_id("name")).to_have_text(name)
    left, right = [await space.place(int(names["long"]), row) for row in (0, 3)]
    corner = await space.place(int(names["lone"]), 0)
    assert abs((right[0] - left[0]) / (left[1] - corner[1]) - 1.2) < 0.02, "places are as exact here as elsewhere"

    # A mesh with holes, and one of more than a million triangles.
    await notebook.value(
        "0",
        f"box = trimesh.creation.box((150, 150, 150), trimesh.transformations.translation_matrix([{FAR}] * 3))\n"
        "ball = trimesh.creation.icosphere(subdivisions=8, radius=90)\n"
        f"ball.apply_translation([{FAR}] * 3)\n"
        "v3.volumes = [{'id': Volume.of((box.vertices, box.faces[3:])), 'color': 'blue', 'opacity': 1},"
        " {'id': Volume.of(ball), 'color': 'lime', 'opacity': 1}]",
    )
    assert await notebook.value("len(ball.faces)") > 1_000_000
    await space.ask("await viewer.settled")
    await space.shows(1)
    await space.shows(2)
    RESULTS.mkdir(exist_ok=True)
    await space.root.screenshot(path=RESULTS / "odd neurons.png")
    await notebook.value("0", "v3.volumes = []")
    await space.shows(1, is_there=False)

    # Values that are none are gray; of a wrong number it is told whose they are.
    await notebook.value("0", f"v3.shade({{{names['long']}: [np.nan, np.inf, 1.0, np.nan]}})")
    await expect(space.root.get_by_test_id("legend")).to_contain_text("no value")
    refused = await notebook.value(
        "told",
        f"try: v3.shade({{{names['heap']}: [1, 2]}}); told = ''\nexcept Exception as error: told = str(error)",
    )
    assert f"keleton {names['heap']}" in refused
    assert "4" in refused


async def test_a_tab_that_nobody_sees_draws_when_it_is_seen(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(*cells(project), own_page=True)
    page = notebook.page
    await page.evaluate(HIDE)
    await page.evaluate(
        """(code) => {
          const { content } = jupyterapp.shell.currentWidget;
          content.activeCell.model.sharedModel.setSource(code);
          return jupyterapp.commands.execute("notebook:run-cell");
        }""",
        f"found = project.selection({skeletons}, colors='#ff0000')\n"
        "v3 = project.viewer3d(found, background='#ffffff', synapses=True)\nv3",
    )
    space = Space(page)
    await space.root.wait_for(timeout=PATIENCE_MS)
    await notebook.value("0", f"v3.view('top'); v3.fit([{skeletons[0]}]); found.remove([{skeletons[2]}])")
    await space.ask("await viewer.settled")
    assert (await space.ask("viewer.stats"))["frames"] == 0
    assert await notebook.value("v3.asked_view") == {"view": "top", "fit": skeletons[:1]}
    await page.evaluate("showTab()")
    await space.ready()
    await notebook.becomes("v3.asked_view", {})
    await expect(space.root.get_by_test_id("counts")).to_have_text("2 neurons, 8 nodes")
    await space.shows(0)
