"""What a viewer says of what is active and of what the mouse rests on, always on screen; a click copies it."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, Open, Site

WIDTHS = (400, 1000, 1600)


async def test_what_is_active_is_said_and_copied(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    chain = [project.edit.create_treenode(x - 200, y - 100, z, neuron_name="first")]
    for step in (1, 2):
        chain.append(project.edit.create_treenode(x - 200 + 150 * step, y - 100, z, parent_id=chain[-1]))
    connector = project.edit.create_connector(x, y + 60, z, treenode_id=chain[1])
    project.edit.set_labels(chain[0], ["soma"])
    project.edit.review_treenodes([chain[0]])
    (skeleton,) = project.skeletons["id"].tolist()
    neuron = project.neuron("first").id
    notebook, viewer = await open_viewer(project, own_page=True)
    page = viewer.page
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    name, facts, node = (viewer.root.get_by_test_id(part) for part in ("neuron-name", "neuron-facts", "node-facts"))
    await expect(facts).to_have_text("No neuron is active.")
    await expect(node).to_have_text("")

    await viewer.click(await viewer.node_place(chain[0]))
    await expect(name).to_have_text("first")
    await expect(facts).to_have_text(
        f"skeleton {skeleton}, neuron {neuron} · by admin · 3 nodes · 0.3 µm · 33% reviewed"
    )
    await expect(node).to_have_text(f"node {chain[0]} by admin, less than a minute ago · reviewed by admin")
    copied = {f"skeleton {skeleton}": skeleton, f"neuron {neuron}": neuron, f"node {chain[0]}": chain[0]}
    for text, value in copied.items():
        await viewer.root.get_by_role("button", name=f"{text}: copy the id").click()
        await expect(viewer.notice()).to_contain_text(f"Copied: {value}")
        assert await page.evaluate("navigator.clipboard.readText()") == str(value)
    await name.click()
    await expect(viewer.notice()).to_contain_text("Copied: first")

    # A new node, a connector, and nothing.
    await viewer.click(await viewer.place(x - 100, y + 140))
    new = await viewer.active()
    await expect(node).to_have_text(f"node {new} by admin, less than a minute ago · not reviewed")
    await expect(facts).to_contain_text("4 nodes")
    await viewer.click(await viewer.node_place(connector))
    await expect(node).to_contain_text(f"connector {connector} by admin")
    await page.keyboard.press("d")
    await expect(node).to_have_text("")

    # What the mouse rests on is told beside it, and goes when it moves on.
    tip = viewer.root.get_by_test_id("tip")
    for at, text in (
        (await viewer.node_place(chain[0]), f"first\nnode {chain[0]}, root, tagged soma"),
        (await viewer.node_place(connector), f"connector {connector}, 1 presynaptic, 0 postsynaptic"),
        (
            await viewer.place(x - 25, y - 20),
            f"node {chain[1]} presynaptic to connector {connector}, confidence 5",
        ),
    ):
        await page.mouse.move(*await viewer.place(x + 250, y + 180))
        await expect(tip).to_be_hidden()
        await page.mouse.move(*at)
        await expect(tip).to_have_text(text)
    for theme in THEMES:
        await change_theme(page, theme)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            await viewer.canvas.scroll_into_view_if_needed()
            await viewer.painted()
            await viewer.click(await viewer.node_place(chain[1]))
            await viewer.painted()
            at = await viewer.node_place(chain[0])
            await page.mouse.move(*at)
            await expect(tip).to_be_visible()
            beside = await tip.bounding_box()
            assert beside is not None
            assert 0 < beside["y"] - at[1] < 30
            await expect(node).to_contain_text("not reviewed")
            await viewer.root.screenshot(path=RESULTS / f"said-{width}-{theme.split()[-1].lower()}.png")
            if width == WIDTHS[0]:
                assert await problems(viewer.root) == []

    # Where there are more nodes than a page receives, it is said how many there are.
    crowd = viewer.root.get_by_test_id("crowd")
    await expect(crowd).to_be_hidden()
    await notebook.value("None", "viewer.layers[-1].most_nodes = 2")
    await expect(crowd).to_contain_text("of 4 nodes, a part of each neuron here and just around. Zoom in")
    assert (await notebook.value("viewer.layers[-1].sample"))["of"] == 4
    await page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    await viewer.painted()
    await viewer.root.screenshot(path=RESULTS / "crowd.png")
    await notebook.value("None", "viewer.layers[-1].most_nodes = 50_000")
    await expect(crowd).to_be_hidden()
    assert notebook.uncaught() == []


async def test_an_undone_split_is_not_told_as_a_loss(site: Site, open_viewer: Open) -> None:
    project = await site.new_project()
    x, y, z = (float(value) for value in project.viewer().position)
    first = project.edit.create_treenode(x - 200, y, z, neuron_name="first")
    second = project.edit.create_treenode(x, y, z, parent_id=first)
    notebook, viewer = await open_viewer(project)
    facts, name = viewer.root.get_by_test_id("neuron-facts"), viewer.root.get_by_test_id("neuron-name")
    await viewer.click(await viewer.node_place(second))
    await facts.evaluate("""(facts) => {
        globalThis.said = [];
        new MutationObserver(() => said.push(facts.textContent)).observe(facts, {childList: true, characterData: true});
    }""")
    press = notebook.page.keyboard.press
    await press("Shift+X")
    await viewer.root.get_by_test_id("preview").locator("li").first.wait_for()
    await press("Enter")
    await viewer.until("tracing.node(argument)?.parent === -1 && tracing.pending === 0", second)
    await expect(name).to_contain_text("Neuron")
    await viewer.canvas.focus()
    await press("Control+z")
    await viewer.until("tracing.node(argument[0])?.parent === argument[1]", [second, first])
    await expect(name).to_have_text("first")
    await expect(facts).to_contain_text("2 nodes")
    said = await notebook.page.evaluate("said")
    assert said
    assert not [text for text in said if "does not exist" in text]
