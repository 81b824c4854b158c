"""Volumes are made, joined, and written to files and read from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh

from catmaid_jupyter import InvalidInput, NotFound, Volume
from catmaid_jupyter.client.space.volume_points import NodeFilters, body_around

BOX = Volume.of(((0, 0, 0), (10, 10, 10)), "box")
OTHER = Volume.of(((5, 0, 0), (20, 10, 10)), "other")
FLAT = Volume.of(([[0, 0, 5], [10, 0, 5], [0, 10, 5]], [[0, 1, 2]]), "flat")
OPEN = Volume.of((BOX.vertices, BOX.faces[2:]), "open")


def test_volumes_are_joined() -> None:
    both = BOX | OTHER
    assert (both.name, both.id, both.mesh.volume) == ("box | other", -1, pytest.approx(2000))
    assert (BOX & OTHER).mesh.volume == pytest.approx(500)
    assert repr(BOX.intersection(OTHER, name="middle")) == "<Volume not saved 'middle': 12 triangles>"
    far = Volume.of(((500, 0, 0), (510, 10, 10)), "far")
    assert BOX.union(OTHER, far).mesh.volume == pytest.approx(3000)
    with pytest.raises(InvalidInput, match="Nothing is inside all of 'box', 'far'"):
        BOX & far
    for wrong in (OPEN, FLAT):
        with pytest.raises(InvalidInput, match=f"The surface of '{wrong.name}' is not closed: there is no union"):
            BOX | wrong


def test_without_its_library_joining_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trimesh.boolean, "union", lambda *_, **__: _missing())
    with pytest.raises(InvalidInput, match="needs manifold3d: pip install manifold3d"):
        BOX | OTHER


def _missing() -> None:
    raise ImportError("no module manifold3d")


def test_outlines_are_polygons_of_shapely() -> None:
    assert BOX.outline(5).equals(BOX.outline(0))
    assert BOX.outline(5).bounds == (0, 0, 10, 10)
    assert BOX.outline(11).is_empty
    assert FLAT.outline(-1e6).area == 50
    upright = Volume.of(([[0, 5, 0], [10, 5, 0], [0, 5, 10]], [[0, 1, 2]]), "upright")
    assert upright.outline(5).is_empty
    with pytest.warns(UserWarning, match="'open' has holes: 1 gaps of its outline at 5 nm"):
        assert OPEN.outline(5).area == pytest.approx(100)
    with pytest.raises(InvalidInput, match="a finite depth"):
        BOX.outline(float("nan"))


@pytest.mark.parametrize("ending", [".obj", ".stl", ".ply", ".off", ".glb", ".precomputed"])
def test_files_give_back_what_was_written(tmp_path: Path, ending: str) -> None:
    path = BOX.to_file(tmp_path / f"one{ending}")
    found = Volume.of(path)
    assert found.name == "one"
    assert found.mesh.volume == pytest.approx(1000)
    assert found.mesh.is_watertight
    assert found.box[1].tolist() == [10, 10, 10]


def test_precomputed_meshes_are_chosen_by_segment(tmp_path: Path) -> None:
    folder = BOX.to_file(tmp_path / "meshes.precomputed")
    (folder / "17:0").write_text(json.dumps({"fragments": ["mesh", "mesh"]}), encoding="utf-8")
    assert len(Volume.of(folder / "17").faces) == 2 * len(Volume.of(folder / "1:0").faces)
    with pytest.raises(InvalidInput, match=r"meshes of 2 segments: choose one, .*There are: 1, 17"):
        Volume.of(folder)
    with pytest.raises(NotFound, match="no mesh of segment 5"):
        Volume.of(folder / "5")
    (folder / "mesh").write_bytes(b"\x05\0\0\0half")
    with pytest.raises(InvalidInput, match="not all of it: its length does not fit 5 vertices"):
        Volume.of(folder / "1")
    (folder / "info").write_text('{"@type": "neuroglancer_multilod_draco"}', encoding="utf-8")
    with pytest.raises(InvalidInput, match="does not hold precomputed meshes of one resolution"):
        Volume.of(folder)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"There is no file .*gone.stl"):
        Volume.of(tmp_path / "gone.stl")
    with pytest.raises(InvalidInput, match="has no file info"):
        Volume.of(tmp_path)
    with pytest.raises(InvalidInput, match=r"ends with .obj, .stl.* not to 'box.txt'"):
        BOX.to_file(tmp_path / "box.txt")


@pytest.mark.parametrize(
    ("shape", "options", "message"),
    [
        ("hull", {}, "There is no shape 'hull'. There are: box, convex_hull, alpha_shape"),
        ("box", {"alpha": 5}, "alpha is the radius of an alpha_shape"),
        ("alpha_shape", {"alpha": -1}, "more than 0 nm"),
        ("convex_hull", {"margin": 1}, "The margin is that of a box"),
        ("box", {"margin": float("nan")}, "The margin is that of a box"),
        ("convex_hull", {}, "4 or more points"),
    ],
)
def test_shapes_that_are_none_are_refused(shape: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        body_around(np.zeros((3, 3)), shape, **options)


def test_an_alpha_shape_has_something_inside() -> None:
    grain = 0.01 * np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], np.float64)
    with pytest.raises(InvalidInput, match="With a radius of 1 nm there is nothing between these points"):
        body_around(np.concatenate([grain, grain + 900]), "alpha_shape", alpha=1)


def test_filters_that_are_none_are_refused() -> None:
    with pytest.raises(InvalidInput, match=r"no compartment 'axn'. Did you mean 'axon'"):
        NodeFilters(compartment="axn")
    wrong: Any = (1, 2, 3)
    with pytest.raises(InvalidInput, match="Strahler numbers are"):
        NodeFilters(strahler=wrong)


def test_an_alpha_shape_is_closed_where_it_only_touches_itself() -> None:
    """trimesh calls a surface that touches itself along an edge open."""
    left, right = np.array([[0, 0, 0], [2, 2, 2]]), np.array([[2, 2, 0], [4, 4, 2]])
    boxes = [Volume.of(tuple(corners)) for corners in (left, right)]
    one = Volume.of(
        (np.concatenate([each.vertices for each in boxes]), np.concatenate([boxes[0].faces, boxes[1].faces + 8]))
    )
    assert one.is_closed
    assert one.contains([[1, 1, 1], [3, 1, 1], [3, 3, 1]]).tolist() == [True, False, True]
    assert not OPEN.is_closed
    around = Volume.of(((-1, -1, -1), (5, 5, 5)))
    assert (one & around).mesh.volume == pytest.approx(16)
    assert (one | around).mesh.volume == pytest.approx(216)


def test_outlines_of_real_volumes_are_those_of_trimesh(shared: Path) -> None:
    for name in ("lh", "neuropil"):
        volume = Volume.of(shared / "data" / "hemibrain" / "volumes" / f"{name}.obj")
        assert volume.is_closed
        low, high = volume.box
        for z in np.linspace(low[2], high[2], 7)[1:-1]:
            expected = volume.mesh.section(plane_origin=[0, 0, z], plane_normal=[0, 0, 1]).to_2D()[0].area
            assert volume.outline(z).area == pytest.approx(expected, rel=1e-6)
