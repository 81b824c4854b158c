"""Two windows on one project: each sees what the other does, where they are, and what they take away."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

import catmaid_jupyter as cj
from tests.browser.site import OpenNotebook, Site, viewer_cells
from tests.browser.viewer import Viewer


async def test_each_sees_what_the_other_does(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    first = await Viewer.of(await notebooks(*viewer_cells(project)))
    second = await Viewer.of(await notebooks(*viewer_cells(project)))
    x, y, z = await first.ask("viewer.view.center")

    people = second.root.get_by_test_id("people").get_by_role("button")
    await expect(people).to_have_count(1)
    await expect(people).to_have_attribute("title", re.compile("^Go to you, in another window, section"))

    # An own edit is not read again; those of others are, where one looks.
    before = await first.ask("tracing.readings")
    nodes = []
    for step in range(3):
        await first.click(await first.place(x - 200 + 100 * step, y))
        nodes.append(await first.active())
    await second.shows(3)
    project.edit.create_treenode(x + 1e6, y, z)
    far = int(project.nodes_in_box((x + 9e5, y - 1, z - 1), (x + 2e6, y + 1, z + 1))["id"].iloc[0])
    assert far not in nodes
    project.edit.move_nodes({nodes[0]: (x - 200, y + 100, z)})
    await first.until("tracing.node(argument[0])?.y === argument[1]", [nodes[0], y + 100])
    assert await first.ask("tracing.readings") == before + 1

    # The active node of the first window is deleted in the second by the same user, who goes on above it.
    await second.click(await second.node_place(nodes[2]))
    await second.page.keyboard.press("Delete")
    await first.until("tracing.active?.id === argument", nodes[1])

    # Somebody else deletes it: that is asked, and takes the keyboard from nobody who works elsewhere.
    _, token = await site.new_member(project)
    theirs = cj.connect(site.instance.url, token=token).project(project.id)
    leaf = theirs.edit.create_treenode(x, y + 100, z, parent_id=nodes[1])
    await first.until("tracing.node(argument) !== null", leaf)
    await first.click(await first.node_place(leaf))
    await first.canvas.evaluate("canvas => canvas.blur()")
    theirs.edit.delete_treenode(leaf)
    question = first.root.get_by_test_id("ask")
    await question.wait_for()
    await expect(question).not_to_be_focused()
    await expect(first.root).to_contain_text(
        re.compile(r"deleted the active node at \S+ ?\w*\. Go on from the node above it\?")
    )
    assert await first.ask("tracing.active") is None
    await first.root.get_by_test_id("ask-no").click()
    await first.click(await first.place(x, y - 100))
    await question.wait_for()
    await expect(first.root).to_contain_text(re.compile(r"deleted the active node at .*\. Begin a new neuron here\?"))
    await first.page.keyboard.press("Escape")
    await first.click(await first.node_place(nodes[1]))
    await first.click(await first.place(x, y - 100))
    child = await first.active()
    assert len(project.skeletons) == 2

    # A node is moved by somebody else while it is dragged.
    start, end = await first.node_place(child), await first.place(x + 150, y - 150)
    await first.page.mouse.move(*start)
    await first.page.mouse.down()
    await first.page.mouse.move(*end)
    project.edit.move_nodes({child: (x + 50, y - 50, z)})
    await first.until("tracing.node(argument[0])?.y === argument[1]", [child, y - 50])
    await first.page.mouse.up()
    await question.wait_for()
    await expect(first.root).to_contain_text("while you dragged it. Move it here all the same?")
    assert project.locate(child) == pytest.approx((x + 50, y - 50, z))
    await first.page.keyboard.press("Enter")
    await first.settled()
    assert project.locate(child) == pytest.approx((x + 150, y - 150, z), abs=2)

    # An avatar leads to where somebody looks; who closes the window is gone.
    center = await first.ask("viewer.view.center")
    await people.click()
    await second.until("Math.abs(viewer.view.center[0] - argument[0]) < 1", center)
    await first.root.evaluate("element => element.remove()")
    await first.page.evaluate("jupyterapp.shell.currentWidget?.sessionContext?.shutdown()")
    await expect(people).to_have_count(0)
