"""The picture in the README: the synthetic specimen with its skeletons, as a person sees it."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from catmaid_server.demo.projects import SOLUTION
from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.viewer import Viewer

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "images" / "viewer.png"
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
    RESULTS.mkdir(exist_ok=True)
    taken = RESULTS / "viewer.png"
    with Image.open(BytesIO(await notebook.page.screenshot())) as image:
        # Fewer shades of the noise in the tissue make a smaller file.
        image.convert("RGB").point([round(value * 31 / 255) * 255 // 31 for value in range(256)] * 3).save(
            taken, optimize=True
        )
    if not COMMITTED.exists():
        COMMITTED.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(taken, COMMITTED)
    assert COMMITTED.stat().st_size < LARGEST
