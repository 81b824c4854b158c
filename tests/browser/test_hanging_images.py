"""Images whose server hangs or fails, beside others that come: people go on, and read what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import expect

from tests.browser.site import OpenNotebook, Site
from tests.browser.viewer import Viewer
from tests.helpers.image_hosts import ImageHost, sections_of, serving_images
from tests.helpers.patience import PATIENCE_MS, PATIENCE_S

pytestmark = pytest.mark.timeout(4 * PATIENCE_S)

COMPLETE = "id => globalThis.catmaid.images[id].isComplete"
GREY = [48, 48, 48]
FIRST_BAD = 5


@pytest.fixture
async def host(shared: Path) -> AsyncIterator[ImageHost]:
    async with serving_images(ImageHost(sections_of(shared / "data/vnc1/raw"))) as serving:
        yield serving


class Hanging:
    """Answers for sections from `FIRST_BAD` on when `go_on` is set."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.waiting = 0

    async def __call__(self, request: web.Request) -> None:
        if int(request.match_info["z"]) >= FIRST_BAD:
            self.waiting += 1
            await self.go_on.wait()
            self.waiting -= 1


async def fail(_request: web.Request) -> web.Response:
    return web.Response(status=500)


async def test_a_viewer_goes_on_while_the_server_of_its_images_hangs(
    site: Site, notebooks: OpenNotebook, host: ImageHost, shared: Path
) -> None:
    project = await site.new_project()
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.title!r})",
        f"far = project.add_stack({host.url + '/1/{z}/{row}_{col}_{zoom}.png'!r}, 'far', dimension=(1024, 1024, 20),"
        " resolution=(4.6, 4.6, 50))",
        f"near = project.add_stack({str(shared / 'data/vnc1/vnc1.zarr')!r}, 'near')",
        "viewer = project.viewer(far, height=420, nm_per_pixel=3.5, position=(2300, 2300, 100))\nviewer",
        "viewer.add_layer(near, opacity=0.3)",
        own_page=True,
    )
    viewer = Viewer(notebook.page, await notebook.value("viewer.layers[-1].layer_id"))
    near = await notebook.value("viewer.layers['near'].layer_id")
    await viewer.ready()
    await viewer.painted()
    hanging = Hanging()
    host.before = hanging
    status = viewer.root.get_by_test_id("status")
    await viewer.canvas.focus()
    for section in range(3, FIRST_BAD + 3):
        frames = await viewer.ask("viewer.stats.frames")
        await notebook.page.keyboard.press(".")
        await viewer.until(
            "viewer.view.section === argument[0] && viewer.stats.frames > argument[1]", [section, frames]
        )
        await notebook.page.wait_for_function(COMPLETE, arg=near, timeout=PATIENCE_MS)
    await expect(status).to_contain_text("No image: 127.0.0.1 has not given this image within 1.5 s.")
    assert hanging.waiting

    for press in ("+", "-", "ArrowRight"):
        frames = await viewer.ask("viewer.stats.frames")
        await notebook.page.keyboard.press(press)
        await viewer.until("viewer.stats.frames > argument", frames)
    x, y = await viewer.ask("viewer.view.center.slice(0, 2)")
    await viewer.drag(await viewer.place(x, y), await viewer.place(x + 200, y + 100))
    await viewer.click(await viewer.place(x - 300, y - 100))
    node = await viewer.active()
    assert project.locate(node)[:2] == pytest.approx((x - 300, y - 100), abs=4)
    await notebook.page.wait_for_function(COMPLETE, arg=near, timeout=PATIENCE_MS)
    await viewer.until(
        f"""element.querySelector('[data-testid="image"]').getContext("2d").getImageData(200, 60, 1, 1).data
            .slice(0, 3).join() === "{",".join(map(str, GREY))}" """
    )
    assert hanging.waiting
    await expect(status).to_contain_text("It is still being asked. Trying again…")

    hanging.go_on.set()
    await viewer.painted()
    await expect(status).to_be_empty()
    assert await notebook.value("viewer.status") == "ready"

    host.before = fail
    for _ in range(4):
        await notebook.page.keyboard.press(".")
    await expect(status).to_contain_text("No image: 127.0.0.1 answered 500 Internal Server Error.")
    await notebook.page.wait_for_function(COMPLETE, arg=near, timeout=PATIENCE_MS)
