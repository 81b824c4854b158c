"""Images of several stacks in one viewer: from Python and from the panel, by mouse and keyboard."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import tensorstore
from numpy.typing import NDArray
from PIL import Image
from playwright.async_api import Request, expect

from tests.browser.accessibility import problems_in_all_themes
from tests.browser.lab import Notebook
from tests.browser.site import OpenNotebook, Site
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_MS, PATIENCE_S

pytestmark = pytest.mark.timeout(4 * PATIENCE_S)

LABEL = 300_000_123
COMPLETE = "id => globalThis.catmaid?.images?.[id]?.isComplete"


def write_labels(folder: Path) -> Path:
    """A segmentation of two ids, in voxels twice as large as those of the images."""
    spec = {
        "driver": "neuroglancer_precomputed",
        "kvstore": {"driver": "file", "path": f"{folder / 'labels'}/"},
        "multiscale_metadata": {"type": "segmentation", "data_type": "uint64", "num_channels": 1},
        "scale_metadata": {"size": [512, 512, 20], "resolution": [9.2, 9.2, 50], "encoding": "raw"},
    }
    store = tensorstore.open(spec, create=True).result()
    values = np.zeros((512, 512, 20), np.uint64)
    values[:256] = LABEL
    store[..., 0].write(values).result()
    return folder / "labels"


async def screen(viewer: Viewer) -> NDArray[np.uint8]:
    """What a person sees of the picture: (height, width, 3)."""
    return np.asarray(Image.open(BytesIO(await viewer.canvas.screenshot())).convert("RGB"))


async def opened(notebooks: OpenNotebook, title: str, images: Path, labels: Path) -> tuple[Notebook, Viewer]:
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({title!r})",
        f"em = project.add_stack({str(images)!r})\nseg = project.add_stack({str(labels)!r}, 'seg')",
        "viewer = project.viewer(em, height=420, nm_per_pixel=3.5)\nviewer",
        "layer = viewer.add_layer(seg)",
        own_page=True,
    )
    viewer = Viewer(notebook.page, await notebook.value("viewer.layers[-1].layer_id"))
    await viewer.ready()
    await viewer.painted()
    layer_id = await notebook.value("viewer.layers['seg'].layer_id")
    await notebook.page.wait_for_function(COMPLETE, arg=layer_id, timeout=PATIENCE_MS)
    return notebook, viewer


async def test_images_lie_over_images(site: Site, notebooks: OpenNotebook, shared: Path, tmp_path: Path) -> None:
    project = await site.new_project()
    notebook, viewer = await opened(notebooks, project.title, shared / "data/vnc1/vnc1.zarr", write_labels(tmp_path))
    page = notebook.page
    assert await notebook.value("(layer.opacity, layer.stack['is_labels'])") == [0.5, True]

    # Left of the middle everything is of one colour, to the right there is no label: only grey.
    seen = (await screen(viewer)).astype(int)
    left, right = seen[150:300, 60:200], seen[150:300, -200:-60]
    assert np.all(right.max(axis=2) == right.min(axis=2))
    assert np.ptp(left.reshape(-1, 3).mean(axis=0)) > 10

    # Python's changes are seen, and no tile is asked for again.
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/tiles/" in request.url:
            asked.append(request.url)

    page.on("request", note)
    await notebook.value("None", "layer.opacity = 1.0")
    await expect(viewer.root.get_by_test_id("layer-image")).to_have_css("opacity", "1")
    seen = await screen(viewer)
    assert len(np.unique(seen[150:200, 60:200].reshape(-1, 3), axis=0)) == 1, "labels are drawn in one plain colour"
    await notebook.value("None", "viewer.color_map = 'magenta'; viewer.threshold = (60, 255)")
    await page.wait_for_function(
        "element => element.querySelector('[data-testid=image]').style.filter.includes('url')",
        arg=await viewer.root.element_handle(),
    )
    magenta = (await screen(viewer))[150:300, -200:-60].astype(int)
    assert magenta[..., 1].max() <= 2
    assert magenta[..., 0].max() > 60
    assert (magenta.max(axis=2) == 0).any(), "what is dark is left out"
    assert asked == []

    # Values under the cursor are those that the stacks have.
    x, y = await viewer.place(1000, 2000)
    await page.mouse.move(x, y)
    values = viewer.root.get_by_test_id("values")
    await expect(values).to_contain_text(f"seg {LABEL}")
    wanted = await notebook.value("int(em.cutout(((1000, 2000, viewer.position[2]),) * 2)[0, 0, 0])")
    await expect(values).to_contain_text(f"vnc1 {wanted}")

    # The panel by keyboard: settings of the layer, order, away, and back.
    await viewer.root.get_by_test_id("display").focus()
    await page.keyboard.press("Enter")
    panel = viewer.root.get_by_test_id("images-panel")
    await expect(panel.get_by_role("button", name="settings of seg")).to_have_attribute("aria-pressed", "true")
    await panel.get_by_test_id("blend").select_option("multiply")
    await notebook.becomes("layer.blend", "multiply")
    await panel.get_by_test_id("opacity").focus()
    await page.keyboard.press("Home")
    await notebook.becomes("layer.opacity", 0.0)
    await panel.get_by_role("checkbox", name="show seg").press("Space")
    await notebook.becomes("layer.visible", False)
    await panel.get_by_role("button", name="settings of vnc1").press("Enter")
    await panel.get_by_role("button", name="as it was").press("Enter")
    await notebook.becomes("(viewer.color_map, viewer.threshold)", ["gray", None])
    assert await problems_in_all_themes(viewer.root) == []
    await panel.get_by_role("button", name="take seg out").press("Enter")
    await notebook.becomes("[each for each in viewer.layers if hasattr(each, 'blend')]", [])
    await panel.get_by_test_id("stack-to-add").select_option("seg")
    await panel.get_by_role("button", name="show the images of this stack").press("Enter")
    await notebook.becomes("[each.opacity for each in viewer.layers if hasattr(each, 'blend')]", [0.5])
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()

    # In a narrow page it stays inside.
    await page.set_viewport_size({"width": 400, "height": 800})
    await viewer.root.get_by_test_id("display").click()
    inside, outside = await panel.bounding_box(), await viewer.root.bounding_box()
    assert inside is not None
    assert outside is not None
    assert inside["x"] >= outside["x"] - 1
    assert inside["x"] + inside["width"] <= outside["x"] + outside["width"] + 1
