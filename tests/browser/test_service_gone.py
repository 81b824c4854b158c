"""The service dies under a viewer and comes back."""

from __future__ import annotations

import os
import signal

import pytest
from playwright.async_api import expect

from catmaid_server import service
from tests.browser.site import Open, Site


async def test_an_edit_made_meanwhile_arrives_once(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project)
    x, y, _ = await notebook.value("viewer.position")
    await viewer.click(await viewer.place(x - 100, y))
    root = await viewer.active()

    record = service.status(site.settings).service
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    try:
        await viewer.click(await viewer.place(x + 100, y))
        await viewer.until("tracing.pending === 1 && tracing.counts.treenodes === 2")
        await expect(viewer.notice()).to_contain_text("An edit is not saved yet.")
    finally:
        service.start(site.settings)

    child = await viewer.active()
    await viewer.shows(2)
    nodes = project.skeleton(int(project.skeletons["id"].iloc[0])).nodes
    assert sorted(zip(nodes["id"], nodes["parent_id"], strict=True)) == [(root, -1), (child, root)]
    assert project.locate(child)[:2] == pytest.approx((x + 100, y), abs=2)
    await expect(viewer.notice()).not_to_contain_text("not saved yet")

    await viewer.click(await viewer.place(x + 100, y + 200))
    assert project.locate(await viewer.active())[1] == pytest.approx(y + 200, abs=2)
