"""Bodies around points, and their outlines in sections."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import trimesh
from numpy.typing import NDArray

from catmaid_jupyter.model.outlines import outline
from catmaid_jupyter.model.solids import NoSolid, Surface, alpha_shape, box, box_around, convex_hull

FAR = 1e9


def ball(count: int = 600, radius: float = 1000) -> NDArray[np.float64]:
    """Points inside a ball."""
    random = np.random.default_rng(3)
    points = random.normal(size=(count, 3))
    lengths = random.random(count) ** (1 / 3)
    inside: NDArray[np.float64] = radius * points / np.linalg.norm(points, axis=1)[:, None] * lengths[:, None]
    return inside


def mesh(surface: Surface) -> Any:
    return trimesh.Trimesh(*surface)


def test_a_hull_has_all_points_also_far_away() -> None:
    hull = mesh(convex_hull(np.concatenate([ball(), ball()]) + FAR))
    assert hull.is_watertight
    assert hull.is_winding_consistent
    assert 0.7 < hull.volume / (4 / 3 * np.pi * 1e9) < 1
    lows = hull.bounds - FAR
    assert np.abs(lows).max() <= 1000


def test_an_alpha_shape_leaves_out_what_is_narrower() -> None:
    two = np.concatenate([ball(), ball() + np.array([5000, 0, 0])])
    apart = mesh(alpha_shape(two, 500))
    assert len(apart.split(only_watertight=False)) == 2
    assert apart.volume < 1.1 * 2 * 4 / 3 * np.pi * 1e9
    whole = alpha_shape(two)
    assert len(mesh(whole).split(only_watertight=False)) == 1
    assert mesh(convex_hull(two)).volume > mesh(whole).volume > 0
    tetrahedron = mesh(alpha_shape([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]))
    assert tetrahedron.volume == pytest.approx(1 / 6)
    with pytest.raises(NoSolid, match=r"alpha is 0.1, .* it should be 0.866 or more"):
        alpha_shape([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], 0.1)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ([], "not of shape"),
        (np.empty((0, 3)), "There are no points"),
        ([[0, 0, 0], [1, 2, np.nan]], r"Point 1 is \[1.0, 2.0, nan\]"),
        ("abc", "Points are"),
        ([[0, 0, 0]] * 5, "4 or more points at different places, but there are 1"),
        ([[x, x, 2 * x] for x in range(9)], "All 9 points are on a line"),
        ([[x, y, 2 * x + y] for x in range(3) for y in range(3)], "All 9 points are in a plane"),
    ],
)
def test_what_has_no_body_is_told(points: Any, message: str) -> None:
    for shape in (convex_hull, alpha_shape):
        with pytest.raises(NoSolid, match=message):
            shape(points)


def test_a_box_has_its_margin() -> None:
    assert mesh(box_around([[0, 0, 0], [1, 2, 0]], 1)).volume == 3 * 4 * 2
    with pytest.raises(NoSolid, match="no extent along z: give a margin"):
        box_around([[0, 0, 0], [1, 2, 0]])


def test_outlines_are_those_of_the_body() -> None:
    vertices, faces = box(np.zeros(3), np.full(3, 10.0))
    for z in (0, 0.1, 5, 10):  # also where corners are
        assert outline(vertices, faces, z).area.area == pytest.approx(100)
    for z in (-1, 11):
        assert outline(vertices, faces, z).area.is_empty
    inner = box(np.full(3, 2.0), np.full(3, 4.0))
    shell = np.concatenate([vertices, inner[0]]), np.concatenate([faces, inner[1][:, ::-1] + 8])
    assert outline(*shell, 3).area.area == pytest.approx(100 - 4)
    assert len(outline(*shell, 3).rings) == 2
    beside = np.concatenate([vertices, vertices + 20]), np.concatenate([faces, faces + 8])
    assert outline(*beside, 5).area.geom_type == "Polygon"
    round_body = trimesh.creation.icosphere(4, 1000)
    found = outline(round_body.vertices, round_body.faces, 300.0)
    assert found.area.area == pytest.approx(np.pi * (1000**2 - 300**2), rel=0.01)


def test_gaps_of_an_outline_are_counted_and_closed() -> None:
    vertices, faces = box(np.zeros(3), np.full(3, 10.0))
    found = outline(vertices, faces[2:], 5)  # without the side at x = 0
    assert found.gaps == 1
    assert found.area.area == pytest.approx(100)
