"""Make the gallery, five published pages and one that leads to them: `python scripts/gallery.py FOLDER`.

Three of them show real data, of which the licences forbid that they lie in this repository: give their folder as
`CATMAID_SHARED`. Without it, two are made, of the specimen.
"""

from __future__ import annotations

import asyncio
import html
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import catmaid_jupyter as cj
from catmaid_server.demo.projects import SOLUTION
from tests.browser.real_data import hemibrain_in, vnc_in
from tests.browser.site import Site, running_site

SPECIMEN, CORD, BRAIN = SOLUTION, "Larval nerve cord", "Adult brain"
_CORD_TERMS = (
    "Images: Gerhard, Funke, Martel, Cardona, Fetter, 2013, doi:10.6084/m9.figshare.856713, CC BY-NC-SA 3.0; "
    "neurites and synapses are derived from them, and are no ground truth."
)
_BRAIN_TERMS = "Neurons: Scheffer et al., eLife 2020, doi:10.7554/eLife.57443, as the package navis has them."


@dataclass(frozen=True)
class GalleryPage:
    """A page of the gallery: its file's name, what stands on it, and what it shows of which project."""

    name: str
    title: str
    text: str
    project: str
    shown: Callable[[cj.Project], list[Any]]


def _synapses_in_images(project: cj.Project) -> list[Any]:
    found = project.selection(_largest(project, 30))
    found.set_colors("colorblind")
    viewer = project.viewer(selection=found, nm_per_pixel=4.0, height=420)
    return [viewer | project.viewer3d(found, viewer, height=420, synapses=True), project.connector_table(found)]


def _who_is_connected(project: cj.Project) -> list[Any]:
    found = project.selection(_largest(project, 30))
    found.set_colors("colorblind")
    return [project.matrix(found) | project.viewer3d(found, height=420), project.connectivity(found)]


def _tissue(project: cj.Project) -> list[Any]:
    found = project.selection(_largest(project, 60))
    found.set_colors("colorblind")
    viewer = project.viewer(selection=found, nm_per_pixel=4.6, height=480)
    return [viewer | project.viewer3d(found, viewer, height=480, synapses=True), found]


def _neurites(project: cj.Project) -> list[Any]:
    found = project.selection(project.skeletons["id"].tolist())
    found.set_colors("colorblind")
    return [project.viewer3d(found, height=420) | found.widget, project.treenode_table(found)]


def _projection_neurons(project: cj.Project) -> list[Any]:
    found = project.selection(project.skeletons["id"].tolist())
    found.set_colors("colorblind")
    horn = {"name": "lh", "color": "gray", "opacity": 0.15}
    viewer = project.viewer3d(found, height=520, volumes=[horn], somas=True, tubes=True, background="#ffffff")
    return [viewer, found, project.matrix(found)]


PAGES = (
    GalleryPage(
        "specimen-images",
        "Synapses in a synthetic specimen",
        "Go through sections with the keys , and . (comma and full stop). "
        "A Shift-click on a neuron in space goes there in the images.",
        SPECIMEN,
        _synapses_in_images,
    ),
    GalleryPage(
        "specimen-partners",
        "Who is connected with whom",
        "The matrix, the neurons in space and the table of partners show the same selection.",
        SPECIMEN,
        _who_is_connected,
    ),
    GalleryPage("cord-images", "Tissue of a larval nerve cord", _CORD_TERMS, CORD, _tissue),
    GalleryPage("cord-neurites", "All neurites of a piece of nerve cord", _CORD_TERMS, CORD, _neurites),
    GalleryPage("brain-neurons", "Projection neurons of an adult brain", _BRAIN_TERMS, BRAIN, _projection_neurons),
)


def _largest(project: cj.Project, count: int) -> list[int]:
    """The skeletons with most nodes."""
    ids: list[int] = project.skeletons.nlargest(count, "nodes")["id"].tolist()
    return ids


async def gallery_projects(site: Site, shared: Path | None) -> dict[str, cj.Project]:
    """The projects by title; those of real data only where their files are."""
    found = {SPECIMEN: site.project(SPECIMEN)}
    if shared is not None and (shared / "data" / "hemibrain").is_dir():
        found[CORD] = await vnc_in(site, shared / "data" / "vnc1", CORD)
        with tempfile.TemporaryDirectory() as work:
            found[BRAIN] = await hemibrain_in(site, shared / "data" / "hemibrain", Path(work), BRAIN)
    return found


def publish_gallery(projects: Mapping[str, cj.Project], folder: Path) -> list[Path]:
    """Write the pages whose projects are there, and the one that leads to them; the paths of the former."""
    made = [page for page in PAGES if page.project in projects]
    folder.mkdir(parents=True, exist_ok=True)
    paths = [
        cj.publish(folder / f"{page.name}.html", *page.shown(projects[page.project]), title=page.title, text=page.text)
        for page in made
    ]
    items = "\n".join(f'<li><a href="{page.name}.html">{html.escape(page.title)}</a></li>' for page in made)
    (folder / "index.html").write_text(
        '<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f"<title>Gallery</title><h1>Published pages</h1>\n<ul>\n{items}\n</ul></html>\n",
        encoding="utf-8",
    )
    return paths


async def main(folder: Path) -> None:
    """Make the gallery with a service of its own."""
    given = os.environ.get("CATMAID_SHARED")
    with tempfile.TemporaryDirectory(prefix="catmaid-gallery-") as work:
        async with running_site(Path(work) / "site") as site:
            projects = await gallery_projects(site, Path(given) if given else None)
            await asyncio.to_thread(publish_gallery, projects, folder)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
