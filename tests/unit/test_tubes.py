"""A tube is a surface at one distance from the edges of an arbor."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catmaid_jupyter.model.tubes import tube_around

RADIUS = 100.0


@given(st.integers(0, 2**32 - 1), st.integers(2, 12))
def test_all_of_a_tube_is_at_its_radius_from_a_straight_line(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    direction = random.normal(size=3)
    direction /= np.linalg.norm(direction)
    along = np.cumsum(random.uniform(10, 500, count))
    vertices, faces = tube_around(np.arange(count) - 1, along[:, None] * direction, RADIUS)
    from_line = vertices - (vertices @ direction)[:, None] * direction
    assert np.linalg.norm(from_line, axis=1) == pytest.approx(np.full(len(vertices), RADIUS))
    assert faces.max() < len(vertices)
    a, b, c = (vertices[corner] for corner in faces.T)
    area = np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2
    # The tube has eight sides.
    assert area == pytest.approx((along[-1] - along[0]) * 16 * RADIUS * np.sin(np.pi / 8))


def test_edges_that_meet_share_a_ring_and_nodes_at_one_place_have_none() -> None:
    corner = np.array([(0, 0, 0), (1000, 0, 0), (1000, 0, 0), (1500, 1000, 0)], dtype=np.float64)
    vertices, _ = tube_around(np.array([-1, 0, 1, 2]), corner, RADIUS)
    assert len(vertices) == 2 * 16
    bend = np.array([(0, 0, 0), (1000, 0, 0), (1500, 1000, 0)], dtype=np.float64)
    vertices, _ = tube_around(np.array([-1, 0, 1]), bend, RADIUS)
    _, end, begin, _ = vertices.reshape(4, 8, 3)
    onward = bend[2] - bend[1]
    across = np.array([1, 0, 0]) + onward / np.linalg.norm(onward)
    for ring in (end, begin):
        assert (ring - bend[1]) @ across == pytest.approx(np.zeros(8), abs=1e-6)


def test_an_arbor_without_edges_has_no_tube() -> None:
    vertices, faces = tube_around(np.array([-1]), np.zeros((1, 3)), RADIUS)
    assert (len(vertices), len(faces)) == (0, 0)
