"""The service goes away, or does not let somebody see the project any more: each widget says so, and recovers."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Sequence
from typing import Final

from playwright.async_api import Locator, expect

import catmaid_jupyter as cj
from catmaid_server import service
from tests.browser.lab import Notebook
from tests.browser.site import OpenNotebook, Site

SOME: Final = re.compile("[1-9]")

WIDGETS: Final = (
    "found.widget",
    "project.neuron_search(height=120)",
    "project.annotation_browser(height=120)",
    "project.connectivity(found, height=120)",
    "project.matrix(found, height=160)",
    "project.treenode_table(found, height=120)",
    "project.connector_table(found, height=120)",
    "project.tag_table(found, height=120)",
    "project.navigator(found, height=120)",
    "project.history(height=120)",
)


async def shown_widgets(notebook: Notebook) -> Sequence[Locator]:
    """Each of `WIDGETS`, and that it shows what it has to show."""
    page = notebook.page
    # JupyterLab takes cells out of the page that are not in sight.
    await page.set_viewport_size({"width": 1280, "height": 4200})
    await expect(page.locator(".cj-widget")).to_have_count(len(WIDGETS))
    widgets = await page.locator(".cj-widget").all()
    for widget in widgets:
        await expect(widget.get_by_test_id("total")).to_contain_text(SOME)
        await expect(widget.get_by_test_id("service")).to_be_hidden()
    return widgets


def with_two_neurons(project: cj.Project) -> list[int]:
    """Two neurons, with a synapse, an annotation and a tag."""
    nodes = [project.edit.create_treenode(100.0 * row, 0, 0, neuron_name=f"n{row}") for row in range(2)]
    connector = project.edit.create_connector(50, 0, 0)
    project.edit.create_link(nodes[0], connector, "presynaptic_to")
    project.edit.create_link(nodes[1], connector, "postsynaptic_to")
    project.edit.set_labels(nodes[0], ["soma"])
    found = sorted(int(one) for one in project.skeletons["id"])
    project.annotate(found[:1], "PN")
    return found[:1]


def cells(connect: str, project: cj.Project, skeleton_ids: Sequence[int]) -> tuple[str, str]:
    return (
        f"import catmaid_jupyter as cj\nproject = {connect}.project({project.id})\n"
        f"found = project.selection({list(skeleton_ids)})\nfound.widget.height = 120",
        f"display({', '.join(WIDGETS)})",
    )


async def test_all_widgets_outlast_an_outage(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    found = with_two_neurons(project)
    notebook = await notebooks(*cells("cj.connect()", project, found), own_page=True)
    widgets = await shown_widgets(notebook)
    record = service.status(site.settings).service
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    try:
        for widget in widgets:
            await expect(widget.get_by_test_id("service")).to_contain_text(
                "does not answer. What is shown here may be old."
            )
    finally:
        service.start(site.settings)
    for widget in widgets:
        await expect(widget.get_by_test_id("service")).to_be_hidden()
    await all_show_what_was_renamed(project, found, widgets)


async def test_all_widgets_outlast_a_lost_permission(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    found = with_two_neurons(project)
    name, token = await site.new_member(project)
    notebook = await notebooks(
        *cells(f"cj.connect({project.instance.url!r}, {token!r})", project, found), own_page=True
    )
    widgets = await shown_widgets(notebook)
    for permission in ("can_browse", "can_annotate", "can_annotate_with_token"):
        project.revoke(name, permission)
    for widget in widgets:
        await expect(widget.get_by_test_id("service")).to_have_text(
            "You may not see this project any more. What is shown here may be old."
        )
    search = notebook.page.get_by_test_id("neuron-search")
    await search.get_by_role("button", name="Search").click()
    await expect(search.get_by_test_id("status")).to_have_attribute("data-level", "error")
    project.grant(name, "can_browse")
    for widget in widgets:
        await expect(widget.get_by_test_id("service")).to_be_hidden()
    await all_show_what_was_renamed(project, found, widgets)


async def all_show_what_was_renamed(project: cj.Project, found: Sequence[int], widgets: Sequence[Locator]) -> None:
    """They follow the project again, and nothing of the trouble is left."""
    project.rename_neurons({found[0]: "renamed"})
    selection, search, *_ = widgets
    await expect(selection).to_contain_text("renamed")
    await search.get_by_role("button", name="Search").click()
    await expect(search).to_contain_text("renamed")
    for widget in widgets:
        await expect(widget.get_by_test_id("total")).to_contain_text(SOME)
        await expect(widget.locator('[data-level="error"]')).to_have_count(0)
    for name in ("treenode", "connector", "tag"):
        await expect(widgets[WIDGETS.index(f"project.{name}_table(found, height=120)")]).to_contain_text("renamed")
