"""A viewer says beforehand who may not edit and whose kernel is gone, gives keys back, and is used with fingers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import expect

import catmaid_jupyter as cj
from tests.browser.lab import Notebook
from tests.browser.site import RESULTS, VIEW, Open, OpenNotebook, Site
from tests.browser.viewer import Point, Viewer


async def test_who_may_not_edit_is_told_before_a_click(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    node = project.edit.create_treenode(x, y, z, neuron_name="first")
    name, token = await site.new_member(project)
    project.revoke(name, "can_annotate")
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect({site.instance.url!r}, {token!r}).project({project.id})",
        f"viewer = project.viewer({VIEW})\nviewer",
    )
    viewer = await Viewer.of(notebook)
    banner = viewer.root.get_by_test_id("banner")
    await expect(banner).to_have_text(
        "You may look here but not edit: an administrator of the project can give you can_annotate."
    )
    await viewer.root.screenshot(path=RESULTS / "trust-not-allowed.png")
    await viewer.click(await viewer.node_place(node))
    await viewer.click(await viewer.place(x + 150, y))
    await expect(viewer.notice()).to_contain_text("You can look here but not edit.")
    assert len(project.skeletons) == 1

    # An id that does not exist is told in Python, and nothing becomes active.
    before = await notebook.value("viewer.active_node")
    assert (
        await notebook.value(
            "told", "try:\n    viewer.active_node = 999_999_999\nexcept cj.NotFound as error:\n    told = str(error)"
        )
        == f"There is no node 999999999 in {project.title!r}."
    )
    assert await notebook.value("viewer.active_node") == before == node


@pytest.mark.parametrize("end", [Notebook.restart_kernel, Notebook.shut_down_kernel])
async def test_a_kernel_that_is_gone_is_told_at_once(
    site: Site, open_viewer: Open, end: Callable[[Notebook], Awaitable[None]]
) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project, own_page=True)
    banner = viewer.root.get_by_test_id("banner")
    await expect(banner).to_be_hidden()
    await notebook.value("None", "viewer.layers[0].read_only = True")
    await expect(banner).to_have_text("Read only: nothing is edited in this viewer.")
    await notebook.value("None", "viewer.layers[0].read_only = False")
    await expect(banner).to_be_hidden()
    await end(notebook)
    await expect(banner).to_contain_text("The kernel that this viewer belonged to is gone")


async def test_keys_work_after_a_position_was_written(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project)
    field = viewer.root.get_by_test_id("position-x")
    for end in ("Enter", "Escape"):
        await field.fill("1700")
        await field.press(end)
        await expect(viewer.canvas).to_be_focused()
        section = await viewer.ask("viewer.view.section")
        await notebook.page.keyboard.press(".")
        await viewer.until("viewer.view.section === argument", section + 1)
    assert (await viewer.ask("viewer.view.center"))[0] == 1700


class Fingers:
    """Fingers on the screen of a page."""

    def __init__(self, session: Any) -> None:
        self._session = session

    @classmethod
    async def on(cls, viewer: Viewer) -> Fingers:
        return cls(await viewer.page.context.new_cdp_session(viewer.page))

    async def are(self, kind: str, *places: Point) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        await self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


async def test_fingers_pan_pinch_and_tap(site: Site, open_viewer: Open) -> None:
    project: cj.Project = await site.new_project()
    x, y, _ = (float(value) for value in project.viewer().position)
    _, viewer = await open_viewer(project)
    fingers = await Fingers.on(viewer)
    zoom = await viewer.ask("viewer.view.nmPerPixel")
    center = await viewer.ask("viewer.view.center")

    middle = await viewer.place(x, y)
    await fingers.are("touchStart", middle)
    for step in (20, 60):
        await fingers.are("touchMove", (middle[0] + step, middle[1]))
    await fingers.are("touchEnd")
    assert (await viewer.ask("viewer.view.center"))[0] == pytest.approx(center[0] - 60 * zoom)

    left, right = (middle[0] - 80, middle[1]), (middle[0] + 80, middle[1])
    under = await viewer.ask("viewer.view.center")
    await fingers.are("touchStart", left)
    await fingers.are("touchStart", left, right)
    for step in (20, 40):
        await fingers.are("touchMove", (left[0] + step, left[1]), (right[0] - step, right[1]))
    await fingers.are("touchEnd")
    assert await viewer.ask("viewer.view.nmPerPixel") == pytest.approx(2 * zoom, rel=0.02)
    assert (await viewer.ask("viewer.view.center"))[0] == pytest.approx(under[0], abs=10 * zoom)
    assert len(project.skeletons) == 0

    await fingers.are("touchStart", middle)
    await fingers.are("touchEnd")
    await viewer.shows(1)
    assert len(project.skeletons) == 1
