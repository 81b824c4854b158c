"""Outlines of volumes are drawn in the section that a viewer shows."""

from __future__ import annotations

import numpy as np

from tests.browser.site import Open, Site


async def test_outlines_follow_the_section(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project)
    x, y, z = await notebook.value("viewer.position")
    plain = (await viewer.pixels()).astype(int)
    low, high = (x - 300, y - 200, z - 5), (x + 300, y + 200, z + 5)
    show = "shown = viewer.show_volumes({box: '#ff0000'}, fill_opacity=0.5, show_names=False)"
    layer_id = await notebook.value("shown.layer_id", f"box = cj.Volume.of(({low}, {high}), 'a box')\n{show}")
    complete = "globalThis.catmaid.volumes?.[argument]?.isComplete"
    await viewer.until(complete, layer_id)

    async def redness() -> list[float]:
        """How much redder the picture is in the middle of the box, on its line, and outside."""
        seen = (await viewer.pixels()).astype(int) - plain
        places = [await viewer.ask("viewer.toScreen(...argument)", at) for at in ((x, y), (x - 300, y), (x - 420, y))]
        around = [seen[round(py) - 1 : round(py) + 2, round(px) - 1 : round(px) + 2] for px, py in places]
        return [float(np.max(part[..., 0] - part[..., 1])) for part in around]

    inside, line, outside = await redness()
    assert inside > 50
    assert line > inside + 20
    assert abs(outside) < 10
    await viewer.canvas.focus()
    await notebook.page.keyboard.press(".")
    await viewer.until(f"{complete} && globalThis.catmaid.volumes[argument].rings[0] === 0", layer_id)
    await notebook.page.keyboard.press(",")
    await viewer.until("globalThis.catmaid.volumes[argument].rings[0] === 1", layer_id)
    assert (await redness())[0] > 50
    assert await notebook.value("shown is viewer.show_volumes([])")
    await viewer.until("globalThis.catmaid.volumes[argument].rings.length === 0", layer_id)
    assert max(map(abs, await redness())) < 10
