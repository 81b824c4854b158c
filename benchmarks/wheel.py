"""How a person sees sections go by: the wheel through 100 sections and back, by the painting of each."""

from __future__ import annotations

import secrets

import numpy as np
from numpy.typing import NDArray
from playwright.async_api import Browser

import catmaid_jupyter as cj
from catmaid_server.domain.projects import projects
from catmaid_server.service.opening import opened_store
from catmaid_server.tiles.imports.stacks import import_volume
from tests.browser.lab import Lab, Notebook
from tests.browser.site import Site, viewer_cells
from tests.browser.viewer import Viewer

NAMES = ("wheel_first_time", "wheel_warm")
"""ms to the picture of each section, when tiles come from the service and when they are in the page."""
SECTIONS = 100
SIDE = 2048
NM_PER_PIXEL = 4.0
NOTCH = 100
_RECORD = """await (async () => {
  const picture = document.querySelector('[data-testid="image"]');
  const small = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
  const brush = small.getContext("2d", { willReadFrequently: true });
  tracing.looked = 0;
  tracing.blank = 0;
  const look = () => {
    brush.clearRect(0, 0, 8, 8);
    brush.drawImage(picture, 0, 0, 8, 8);
    const { data } = brush.getImageData(0, 0, 8, 8);
    tracing.looked++;
    // The middle of the picture; the images are noise around a middle grey.
    if ([27, 28, 35, 36].some((place) => data[4 * place] < 20 || data[4 * place + 3] < 255)) tracing.blank++;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


async def waits(browser: Browser, lab: Lab, site: Site) -> dict[str, list[float]]:
    """What `NAMES` say; and prints how many frames of all these were blank."""
    project = await _project(site)
    cells = viewer_cells(project, f"height=420, nm_per_pixel={NM_PER_PIXEL}, position=({SIDE * 2}, {SIDE * 2}, 0)")
    notebook = await Notebook.open(browser, lab, "wheel", cells)
    viewer = await Viewer.of(notebook)
    await viewer.painted()
    await viewer.ask(_RECORD)
    await notebook.page.mouse.move(*await viewer.place(SIDE * 2 - 50, SIDE * 2))
    await viewer.canvas.click()
    first = await _wheel(notebook, viewer, 1)
    warm = await _wheel(notebook, viewer, -1)
    looked, blank = await viewer.ask("[tracing.looked, tracing.blank]")
    await notebook.page.close()
    print(f"{'wheel: frames looked at, blank ones':36} {looked:7.0f} {blank:10.0f}")
    return dict(zip(NAMES, (first, warm), strict=True))


async def _wheel(notebook: Notebook, viewer: Viewer, direction: int) -> list[float]:
    """ms from each notch to the frame with the whole section."""
    found = []
    section = 0 if direction > 0 else SECTIONS
    for _ in range(SECTIONS):
        section += direction
        await notebook.page.mouse.wheel(0, NOTCH * direction)
        await viewer.until("viewer.stats.sectionChanges.at(-1)?.section === argument", section)
        found.append(float(await viewer.ask("viewer.stats.sectionChanges.at(-1).ms")))
    return found


async def _project(site: Site) -> cj.Project:
    """A project with images of noise."""
    title = f"Wheel {secrets.token_hex(3)}"
    async with opened_store(site.settings) as store:
        async with store.writing(user_id=1, project_id=None, label="benchmark") as tx:
            await projects.create_project(tx, title, owner_id=1)
        await import_volume(
            store, site.settings.folder, (SECTIONS + 1, SIDE, SIDE), _section, fingerprint="noise", title="Noise",
            project=title, owner="admin", resolution_nm=(4, 4, 40),
        )  # fmt: skip
    return site.project(title)


def _section(z: int) -> NDArray[np.uint8]:
    return np.random.default_rng(z).integers(90, 170, (SIDE, SIDE), dtype=np.uint8)
