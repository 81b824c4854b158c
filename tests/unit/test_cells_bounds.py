"""A first look at the bounds of lines finds what a look at the lines finds."""

from __future__ import annotations

import numpy as np
import pytest

from catmaid_server.domain.cells.bounds import Sieve, bounds_of, rounded_down, rounded_up
from catmaid_server.domain.cells.nearness import come_near, overlap
from catmaid_server.domain.values import Box

PLACE = np.dtype([("x", "f8"), ("y", "f8"), ("z", "f8")])

BOXES = (
    Box((100.0, 100.0, 40.0), (300.0, 260.0, 80.0)),
    Box((100.1, 99.7, 40.3), (300.7, 260.9, 40.3)),
    Box((-1e6, -1e6, -1e6), (1e6, 1e6, 1e6)),
    Box((16777217.0, 16777217.0, 8.0), (16777221.0, 16777219.0, 48.0)),
)


def lines_at(box: Box, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Lines in, across and beside a box; many of their ends are on its borders, in its centre or next to these."""
    chance = np.random.default_rng(seed)
    low, high = np.array(box.low), np.array(box.high)
    size = np.maximum(high - low, 1.0)
    amid = chance.uniform(low - size, high + size, (2, 4_000, 3))
    marked = np.stack((low, high, (low + high) / 2, np.nextafter(low, -np.inf), np.nextafter(high, np.inf)))
    ends = np.where(chance.random(amid.shape) < 0.5, marked[chance.integers(0, 5, amid.shape), range(3)], amid)
    found = np.empty((2, 4_000), PLACE)
    for axis, name in enumerate("xyz"):
        found[name] = ends[..., axis]
    return found[0], found[1]


@pytest.mark.parametrize("box", BOXES)
def test_tells_what_a_look_at_each_line_tells(box: Box) -> None:
    one, other = lines_at(box, 1)
    everything = np.arange(len(one))
    bounds, sieve = bounds_of(one, everything, other, everything), Sieve.of(box)
    overlaps = overlap(one, other, box)
    rows, are_sure = sieve.overlap(bounds)
    assert set(np.flatnonzero(overlaps)) <= set(rows)
    assert overlaps[rows[are_sure]].all()
    assert are_sure.any()
    inside = sieve.inside(bounds)
    assert (overlaps & come_near(one, other, box))[inside].all()
    assert inside.any() == (box in BOXES[:3:2])


def test_bounds_are_never_nearer() -> None:
    values = np.array([0.1, -0.1, 16777217.0, -16777217.0, 1e30, -1e30, 0.0, 3.0])
    down, up = rounded_down(values), rounded_up(values)
    assert (down.astype(float) <= values).all()
    assert (up.astype(float) >= values).all()
    assert (np.nextafter(down, np.float32(np.inf)).astype(float) >= values).all()
    assert (down[-2:] == up[-2:]).all()
