"""The pictures in the README: the synthetic specimen with its skeletons, as a person sees it."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.async_api import Page, expect

from catmaid_server.demo.projects import SOLUTION
from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.viewer import Viewer

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
LARGEST = 500_000
CELLS = (
    f"import catmaid_jupyter as cj\nproject = cj.connect().project({SOLUTION!r})",
    "viewer = project.viewer(height=400)\nviewer",
    "project.neurons.sort_values('cable_length', ascending=False).head(2)",
)


async def test_the_viewer_of_the_readme(site: Site, notebooks: OpenNotebook) -> None:
    project = site.project(SOLUTION)
    notebook = await notebooks(*CELLS, name="tracing")
    viewer = await Viewer.of(notebook)
    middle = np.array(await notebook.value("viewer.position"))
    connectors = project.connectors()
    offsets = (connectors[["x", "y", "z"]].to_numpy() - middle) / middle
    chosen = connectors.iloc[int(np.abs(offsets).max(axis=1).argmin())]
    links = project.links()
    source = links[(links["connector_id"] == chosen["id"]) & (links["relation"] == "presynaptic_to")]
    position = (float(middle[0]), float(chosen["y"]), float(chosen["z"]))
    await notebook.value(
        "0",
        f"viewer.position, viewer.nm_per_pixel = {position}, 3.0\nviewer.active_node = {source['treenode_id'].iloc[0]}",
    )
    await viewer.until("viewer.view.nmPerPixel === 3 && tracing.active && tracing.section.connectors > 0")
    await viewer.painted()
    pixels = await viewer.pixels()
    assert pixels.std() > 30, "there is tissue, with contrast"
    coloured = (pixels.max(axis=-1).astype(int) - pixels.min(axis=-1)) > 40
    assert 0.002 < coloured.mean() < 0.2, "there is something on it"
    await notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    await take(notebook.page, "viewer.png")


async def test_the_search_and_the_selection_of_the_readme(site: Site, notebooks: OpenNotebook) -> None:
    project = site.project(SOLUTION)
    largest = project.skeletons.sort_values("cable_length", ascending=False)["id"].tolist()
    project.annotate(largest[:7], ["PN", "glomerulus DA1"])
    project.annotate(largest[7:12], "LN")
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({SOLUTION!r})",
        'found = project.search(annotation="PN")\nfound.widget.height = 190\nfound',
        'project.neuron_search("annotation:PN or annotation:LN", view="text", selections={"found": found}, height=200)',
        name="neurons",
    )
    page = notebook.page
    table, search = page.get_by_test_id("selection-table"), page.get_by_test_id("neuron-search")
    await expect(table.get_by_role("gridcell", name="PN").first).to_be_visible()
    await expect(search.locator("td[data-swatch]").first).to_be_visible()
    await page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    await take(page, "neurons.png")


async def test_neurons_in_space_of_the_readme(site: Site, notebooks: OpenNotebook) -> None:
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({SOLUTION!r})\n"
        'found = project.search(nodes=(2, None), sort_by="nodes", descending=True)[:30]',
        'around = project.volume_around(found[:3], "convex_hull")\n'
        "v3 = project.viewer3d(found, volumes=[around], synapses=True, tubes=True, tube_radius=15, height=520)\nv3",
        name="space",
    )
    space = await Space.of(notebook)
    for _ in range(6):
        await space.stage.press("ArrowLeft")
    for _ in range(3):
        await space.stage.press("ArrowDown")
    await space.until("viewer.stats.level === 0 && viewer.marks.tubes > 0")
    await notebook.page.evaluate("jupyterapp.commands.execute('docmanager:save')")
    await take(notebook.page, "space.png")


async def take(page: Page, name: str) -> None:
    """Take a picture of a page; the first one is that of the README, and kept until somebody removes it."""
    RESULTS.mkdir(exist_ok=True)
    taken, committed = RESULTS / name, IMAGES / name
    with Image.open(BytesIO(await page.screenshot())) as image:
        # Fewer shades of the noise in the tissue make a smaller file.
        image.convert("RGB").point([round(value * 31 / 255) * 255 // 31 for value in range(256)] * 3).save(
            taken, optimize=True
        )
    if not committed.exists():
        IMAGES.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(taken, committed)
    assert committed.stat().st_size < LARGEST
