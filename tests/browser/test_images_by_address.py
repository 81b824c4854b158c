"""Images that lie somewhere, shown by one line of a notebook."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.browser.site import OpenNotebook, Site
from tests.browser.viewer import Viewer


async def test_a_volume_on_disk_is_seen_after_one_line(site: Site, notebooks: OpenNotebook, shared: Path) -> None:
    project = await site.new_project()
    volume = shared / "data/vnc1/vnc1.zarr"
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.title!r})",
        f"stack = project.add_stack({str(volume)!r})",
        "viewer = project.viewer(stack, height=400, nm_per_pixel=4.6)\nviewer",
    )
    viewer = await Viewer.of(notebook)
    await viewer.until("viewer.view.nmPerPixel === 4.6")
    await viewer.painted()
    seen = (await viewer.pixels())[..., 0]
    with Image.open(shared / "data/vnc1/raw/04.png") as image:
        section = np.asarray(image)
    assert await notebook.value("viewer.position[2]") == 200
    row, column = (extent // 2 + 20 for extent in seen.shape)  # beside the cursor
    part = seen[row : row + 120, column : column + 120].astype(float).ravel()
    alike = [
        np.corrcoef(part, section[y : y + 120, x : x + 120].ravel())[0, 1]
        for y in range(530, 535)
        for x in range(530, 535)
    ]
    assert max(alike) > 0.7, "what is seen is the middle of the section, within two pixels"
    values = await notebook.value("int(stack.cutout(((0, 0, 200), (0, 0, 200)))[0, 0, 0])")
    assert values == section[0, 0]
