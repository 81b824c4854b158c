"""Each of CATMAID's gestures and keys in a real browser: what the store holds, and what is shown, afterwards."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from catmaid_server.db.store import Store
from catmaid_server.service.opening import opened_store
from tests.browser.gestures import carried_out
from tests.browser.key_rows import TABLES, Row
from tests.browser.key_scene import Scene
from tests.browser.site import VIEW, Open, OpenNotebook, Site
from tests.browser.space import Space
from tests.browser.space_keys import SPACE_ROWS, failing_keys
from tests.browser.test_viewer3d import cells, neurons_in_space
from tests.helpers.patience import PATIENCE_S

# Each test goes through dozens of gestures in one notebook.
pytestmark = pytest.mark.timeout(6 * PATIENCE_S)


@pytest.fixture(scope="module")
async def store(site: Site) -> AsyncIterator[Store]:
    async with opened_store(site.settings) as opened:
        yield opened


@pytest.mark.parametrize("table", TABLES)
async def test_gestures_change_what_they_say(table: str, site: Site, store: Store, open_viewer: Open) -> None:
    project = await site.new_project()
    scene = Scene(project, store, *await open_viewer(project, f"{VIEW}, selection=project.selection()"))
    failed = []
    for row in TABLES[table]:
        try:
            await carry_out(scene, row)
        except Exception as error:
            failed.append(f"{row.gesture}: {error}")
    assert not failed, "\n".join(failed)


async def carry_out(scene: Scene, row: Row) -> None:
    """Do what a row says, and wait for all that it says comes of it."""
    await scene.begin(row.active)
    if row.given:
        await scene.notebook.value("None", row.given)
    await carried_out(scene, row)
    if row.kernel:
        await scene.notebook.becomes(*row.kernel)


async def test_keys_of_a_view_in_space(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    skeletons = neurons_in_space(project)
    notebook = await notebooks(*cells(project, f"v3 = project.viewer3d({skeletons}, height=400)\nv3"))
    page, space = notebook.page, await Space.of(notebook)

    async def frontal() -> None:
        await notebook.value("None", "v3.view('frontal'); v3.fit()")
        await notebook.becomes("v3.asked_view", {})

    failed = await failing_keys(page, space, SPACE_ROWS, frontal)
    assert not failed, "\n".join(failed)
