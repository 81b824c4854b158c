"""A person traces with mouse and keyboard; what they see is what the store holds."""

from __future__ import annotations

import numpy as np
import pytest

import catmaid_jupyter as cj
from tests.browser.site import Open, Site
from tests.browser.viewer import Viewer

TOLERANCE = 1.6  # nm: half a CSS pixel at 3 nm, and rounding


def stored(project: cj.Project) -> dict[int, tuple[int, float, float, float]]:
    """Treenodes of the store: id to (parent id, x, y, z)."""
    found: dict[int, tuple[int, float, float, float]] = {}
    for skeleton_id in project.skeletons["id"]:
        nodes = project.skeleton(skeleton_id).nodes
        for row in nodes[["id", "parent_id", "x", "y", "z"]].itertuples(index=False):
            node_id, parent_id, x, y, z = row
            found[int(node_id)] = (int(parent_id), float(x), float(y), float(z))
    return found


def near(project: cj.Project, node_id: int, x: float, y: float) -> None:
    assert project.locate(node_id)[:2] == pytest.approx((x, y), abs=TOLERANCE)


async def place_node(viewer: Viewer, x: float, y: float, *modifiers: str) -> int:
    await viewer.click(await viewer.place(x, y), *modifiers)
    return await viewer.active()


async def test_an_arbor_with_a_synapse_from_first_click_to_reload(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    notebook, viewer = await open_viewer(project)
    x, y, z = await notebook.value("viewer.position")

    # Three nodes, one after the other.
    first = await place_node(viewer, x - 300, y)
    second = await place_node(viewer, x - 100, y)
    third = await place_node(viewer, x + 100, y)
    nodes = stored(project)
    assert [nodes[node][0] for node in (first, second, third)] == [-1, first, second]
    assert {nodes[node][3] for node in nodes} == {z}
    near(project, third, x + 100, y)
    await notebook.becomes("viewer.active_node", third)
    await notebook.becomes("len(project.skeleton(viewer.active_skeleton).nodes)", 3)

    # A branch: the second node is made active, and continued.
    await viewer.click(await viewer.node_place(second))
    assert await viewer.active() == second
    branch = await place_node(viewer, x - 100, y + 150)
    assert stored(project)[branch][0] == second

    # One is dragged, one deleted.
    await viewer.drag(await viewer.node_place(third), await viewer.place(x + 200, y - 60))
    await viewer.settled()
    near(project, third, x + 200, y - 60)
    doomed = await place_node(viewer, x + 320, y - 60)
    assert stored(project)[doomed][0] == third
    await viewer.click(await viewer.node_place(doomed), "Control", "Shift")
    await viewer.shows(4)
    assert set(stored(project)) == {first, second, third, branch}

    # A synapse of the third node, with two partners that are skeletons of their own.
    partners = []
    for offset in (-40, 80):
        await viewer.click(await viewer.place(x + 250, y + 350), "Control")
        partners.append(await place_node(viewer, x + 350, y + 40 + offset))
    await viewer.click(await viewer.node_place(third))
    connector = await place_node(viewer, x + 270, y + 40, "Shift")
    await viewer.shows(6, 1, 1)
    for partner in partners:
        await viewer.click(await viewer.node_place(partner), "Shift")
    await viewer.shows(6, 1, 3)
    links = project.links()
    assert sorted(zip(links["treenode_id"], links["relation"], strict=True)) == sorted(
        [(third, "presynaptic_to"), *((partner, "postsynaptic_to") for partner in partners)]
    )
    assert set(links["connector_id"]) == {connector}

    # A tag, typed.
    await viewer.click(await viewer.node_place(branch))
    await notebook.page.keyboard.press("t")
    await viewer.root.get_by_test_id("ask").fill("ends")
    await notebook.page.keyboard.press("Enter")
    await viewer.until("tracing.pending === 0 && tracing.labels(argument).includes('ends')", branch)
    skeleton = project.skeleton(int(project.skeletons.set_index("nodes")["id"].loc[4]))
    assert skeleton.tags.to_dict("records") == [{"tag": "ends", "treenode_id": branch}]

    # The last edit but the tag: a node, which is undone.
    extra = await place_node(viewer, x - 100, y + 300)
    assert extra in stored(project)
    await notebook.page.keyboard.press("Control+z")
    await viewer.shows(6, 1, 3)
    assert extra not in stored(project)

    # Another page load shows the same, but for what is active.
    await viewer.click(await viewer.place(x + 250, y + 350), "Control")
    await viewer.notice().get_by_label("dismiss").click()
    await viewer.shows(6, 1, 3)
    seen = await viewer.pixels()
    kept = stored(project)
    await notebook.load()
    again = Viewer(notebook.page, await notebook.value("viewer.layers[0].layer_id"))
    await again.ready()
    await again.shows(6, 1, 3)
    assert stored(project) == kept
    assert await again.ask("tracing.labels(argument)", branch) == ["ends"]
    assert sorted(await again.ask("tracing.links(argument)", connector)) == sorted(
        [node, relation] for node, relation in zip(links["treenode_id"], links["relation"], strict=True)
    )
    for node_id, (_, node_x, node_y, _) in kept.items():
        at = await again.node_place(node_id)
        assert at == pytest.approx(await again.place(node_x, node_y), abs=0.5)
    assert await again.ask("tracing.active") is None
    found = await again.pixels()
    assert found.shape == seen.shape
    different = np.abs(found.astype(int) - seen.astype(int)).max(axis=-1) > 40
    assert different.mean() < 0.002
