"""Whole neurons of a fly's brain in space, with their surfaces, a region of the brain and their synapses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import catmaid_jupyter as cj
from tests.browser.lab import Notebook
from tests.browser.real_data import hemibrain_in
from tests.browser.site import RESULTS, OpenNotebook, Site
from tests.browser.space import Space

SIZE = (960, 600)
KNOWN = Path(__file__).parent / "hemibrain_in_space.json"
"""By scene the mean red, green and blue of each of 24 times 15 parts of its picture, from the upper left row by row."""
PARTS = (24, 15)
LARGEST_MEAN, LARGEST = 2.0, 30.0
"""Graphics cards smooth edges differently: how much the parts may differ, of 255."""


@pytest.fixture(scope="module")
async def hemibrain(site: Site, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> cj.Project:
    return await hemibrain_in(site, shared / "data" / "hemibrain", tmp_path_factory.mktemp("hemibrain"))


async def test_pictures_are_those_that_somebody_has_looked_at(
    hemibrain: cj.Project, notebooks: OpenNotebook, tmp_path: Path
) -> None:
    names = hemibrain.skeletons.set_index("id")["name"]
    skeletons = sorted(names.index.tolist())
    surfaces = [
        {"name": names[one], "color": color, "opacity": 1.0} for one, color in zip(skeletons, COLORS, strict=True)
    ]
    notebook = await notebooks(
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({hemibrain.id})\n"
        f"found = project.selection({skeletons}, colors={COLORS})",
        "v3 = project.viewer3d(found, height=500, background='#ffffff', show_orientation=False,"
        " volumes=[{'name': 'lh', 'color': 'gray', 'opacity': 0.15}])\nv3",
    )
    space = await Space.of(notebook)
    links = len(hemibrain.links(skeletons))
    pictures = Pictures(notebook, tmp_path)

    await notebook.value("0", "v3.synapses = True")
    await pictures.take("synapses")
    assert (await space.ask("viewer.marks"))["synapses"] == links

    await notebook.value("0", f"v3.synapses = False; v3.volumes = {surfaces}; v3.show_box = False")
    await pictures.take("surfaces")

    await notebook.value("0", f"v3.volumes = []; v3.tubes = True; v3.somas = True; found.select({skeletons[:1]})")
    await notebook.value("0", f"v3.camera = {NEAR}; v3.synapses = True; v3.synapse_colors = 'neuron'")
    await pictures.take("tubes")
    # What comes later moves nothing for who has chosen where to look from.
    assert await notebook.value("v3.camera") == NEAR

    await notebook.value("0", "v3.background = '#111111'; v3.fog = 0.9; v3.labels = True; v3.fit()")
    await notebook.becomes("v3.asked_view", {})
    await pictures.take("fog")
    pictures.compare()


COLORS = ["#4477aa", "#ee6677", "#228833", "#ccbb44", "#aa3377"]
NEAR = {
    "position": [58_000, 163_000, 50_000],
    "target": [58_000, 163_000, 118_000],
    "up": [0, -1, 0],
    "kind": "perspective",
    "zoom": 1.0,
}


class Pictures:
    """Pictures of scenes, and whether they are those that are known."""

    def __init__(self, notebook: Notebook, folder: Path) -> None:
        self._notebook = notebook
        self._folder = folder
        self._found: dict[str, NDArray[np.float64]] = {}

    async def take(self, scene: str) -> None:
        """Make a picture as a file, and keep it for people."""
        path = self._folder / f"{scene}.png"
        width, height = SIZE
        await self._notebook.value("0", f"v3.screenshot({str(path)!r}, width={width}, height={height})")
        RESULTS.mkdir(exist_ok=True)
        with Image.open(path) as image:
            image.save(RESULTS / f"hemibrain_{scene}.png")
            pixels = np.asarray(image.convert("RGB")).astype(np.float64)
        columns, rows = PARTS
        parts = pixels.reshape(rows, SIZE[1] // rows, columns, SIZE[0] // columns, 3)
        self._found[scene] = parts.mean(axis=(1, 3)).reshape(-1, 3)

    def compare(self) -> None:
        """Require all pictures to be those that are known."""
        found = {scene: np.rint(parts).astype(int).tolist() for scene, parts in self._found.items()}
        (RESULTS / KNOWN.name).write_text(json.dumps(found, separators=(",", ":")) + "\n")
        known = json.loads(KNOWN.read_text()) if KNOWN.exists() else {}
        advice = f"look at {RESULTS}/hemibrain_*.png, and if they are right, copy {RESULTS / KNOWN.name} to {KNOWN}"
        assert set(known) == set(found), advice
        for scene, parts in self._found.items():
            differences = np.abs(parts - np.array(known[scene]))
            assert differences.mean() < LARGEST_MEAN, f"{scene}: {advice}"
            assert differences.max() < LARGEST, f"{scene}: {advice}"
