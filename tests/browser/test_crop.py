"""A box of the viewer is made into a file; the list of jobs follows it, and saves the file."""

from __future__ import annotations

from pathlib import Path

import tifffile
from playwright.async_api import expect

from tests.browser.accessibility import THEMES, change_theme, problems
from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.viewer import Viewer

NARROW_PX = 400


async def test_a_box_is_cropped_and_its_file_saved(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.title!r})",
        "viewer = project.viewer(height=300)\nviewer",
        "project.jobs",
    )
    viewer = await Viewer.of(notebook)
    await viewer.painted()
    jobs = viewer.page.get_by_test_id("jobs")
    await expect(jobs).to_contain_text("There are no jobs yet.")
    panel = viewer.root.get_by_test_id("crop")
    await expect(panel).to_be_hidden()
    x, y, z = (float(value) for value in project.viewer().position)
    rx, ry, rz = project.stack().resolution
    section = round((z - project.stack().translation[2]) / rz)
    box = ((x, y, z - rz / 2), (x + 40 * rx, y + 30 * ry, z + rz / 2))
    await notebook.value("None", f"viewer.box = {box}")
    await expect(panel.get_by_test_id("crop-size")).to_have_text("40 x 30 pixels, 1 section")
    last = panel.get_by_label("last section")
    await last.fill(str(section + 1))
    await last.press("Tab")
    await expect(panel.get_by_test_id("crop-size")).to_have_text("40 x 30 pixels, 2 sections")
    await notebook.becomes("viewer.box[1][2]", z + 1.5 * rz)
    await panel.get_by_role("button", name="Crop").click()
    title = f"Crop 40 x 30 x 2 of {project.stack().title}"
    await expect(viewer.notice()).to_contain_text(f"{title} is being made. In Python, project.jobs shows it")

    row = jobs.get_by_role("listitem").first
    await expect(row).to_contain_text(title)
    await expect(row).to_have_attribute("data-state", "done")
    await expect(row).to_contain_text("40 x 30 x 2 voxels")
    await row.get_by_role("button", name="Log").click()
    await expect(row).to_contain_text("It noted nothing.")
    for theme in THEMES:
        await change_theme(viewer.page, theme)
        await viewer.root.screenshot(path=RESULTS / f"crop-{theme}.png".replace(" ", "-"))
        await jobs.screenshot(path=RESULTS / f"jobs-{theme}.png".replace(" ", "-"))
        assert not await problems(jobs)
        assert not await problems(viewer.root)
    await jobs.evaluate(f"node => {{ node.style.width = '{NARROW_PX}px'; }}")
    await viewer.root.evaluate(f"node => {{ node.style.width = '{NARROW_PX}px'; }}")
    await jobs.screenshot(path=RESULTS / "jobs-narrow.png")
    await viewer.root.screenshot(path=RESULTS / "crop-narrow.png")
    await row.get_by_role("button", name="Save file").click()
    await expect(jobs.get_by_test_id("status")).to_contain_text("Saved as")
    (saved,) = await notebook.value("[str(path) for path in __import__('pathlib').Path.cwd().glob('*.tif')]")
    assert tifffile.imread(Path(saved)).shape == (2, 30, 40)
