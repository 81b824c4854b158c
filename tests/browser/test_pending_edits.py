"""Edits that are pending when the page is loaded again, or the kernel restarted, arrive once."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest
from playwright.async_api import Dialog, expect

import catmaid_jupyter as cj
from catmaid_server import service
from tests.browser.site import Open, Site
from tests.browser.viewer import Viewer

KEPT = "Object.keys(localStorage).filter((name) => name.startsWith('catmaid-jupyter edits')).length"


@asynccontextmanager
async def silent_service(site: Site) -> AsyncIterator[None]:
    """The service takes requests and answers none, for the time of the block."""
    record = service.status(site.settings).service
    assert record is not None
    first = psutil.Process(record.pid)
    processes = [first, *(child for child in first.children(recursive=True) if "postgres" not in child.name())]
    for process in processes:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGCONT)


def arbor(project: cj.Project) -> list[tuple[int, int, float, float, int]]:
    """(id, parent id, x, y, confidence) of all treenodes, the oldest first."""
    names = ["id", "parent_id", "x", "y", "confidence"]
    nodes = [project.skeleton(int(skeleton_id)).nodes[names] for skeleton_id in project.skeletons["id"]]
    return sorted(row for table in nodes for row in table.itertuples(index=False, name=None))


async def add_three(viewer: Viewer, x: float, y: float) -> None:
    """A chain of three nodes, the last of which is not sure: four edits, all but the first on nodes of the others."""
    for step in range(3):
        await viewer.click(await viewer.place(x + 100 * step, y))
    await viewer.page.keyboard.press("2")
    await viewer.until("tracing.pending === 4")


async def test_edits_that_are_pending_at_a_reload_arrive_once(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project, own_page=True)
    asked: list[str] = []

    async def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await dialog.accept()

    notebook.page.on("dialog", leave)
    x, y, _ = await notebook.value("viewer.position")
    await viewer.click(await viewer.place(x - 300, y))
    root = await viewer.active()
    assert await notebook.page.evaluate(KEPT) == 0

    # The kernel has the first edit, the page keeps the others.
    async with silent_service(site):
        await add_three(viewer, x - 200, y)
        await notebook.show()
    assert asked == ["beforeunload"]
    assert await notebook.page.evaluate(KEPT) == 1
    await notebook.run()
    viewer = await Viewer.of(notebook)
    await expect(viewer.notice()).to_contain_text("edits that were not saved yet are sent now.")
    await viewer.shows(4)
    found = arbor(project)
    ids = [row[0] for row in found]
    assert ids[0] == root
    assert [row[1] for row in found] == [-1, *ids[:3]]
    assert [row[4] for row in found] == [5, 5, 5, 2]
    assert [row[2] for row in found] == pytest.approx([x - 300, x - 200, x - 100, x], abs=2)
    assert len(project.log()) == 5
    assert await notebook.page.evaluate(KEPT) == 0

    # Nobody has them but the page: the kernel is restarted while the service is away.
    await viewer.click(await viewer.node_place(root))
    record = service.status(site.settings).service
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    try:
        await add_three(viewer, x - 200, y + 100)
        await notebook.restart_kernel()
        told = "The kernel has been restarted. Run the cell again. 4 edits are kept in this browser"
        await expect(viewer.notice()).to_contain_text(told)
    finally:
        service.start(site.settings)
    await notebook.run()
    viewer = await Viewer.of(notebook)
    await viewer.shows(7)
    later = arbor(project)
    assert later[:4] == found
    ids = [row[0] for row in later[4:]]
    assert [row[1] for row in later[4:]] == [root, *ids[:2]]
    assert [row[4] for row in later[4:]] == [5, 5, 2]
    assert len(project.log()) == 9
    assert await notebook.page.evaluate(KEPT) == 0
    assert asked == ["beforeunload"]
