"""Grids of cells: which one a box gets, and which of its cells lines and boxes meet."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.domain.cells.cell import NOTHING, in_ranges
from catmaid_server.domain.cells.grid import Grid, GridCell, grids_for
from catmaid_server.domain.cells.kept import KeptCells
from catmaid_server.domain.news.changes import Committed
from catmaid_server.domain.values import Box

coordinates = st.floats(-1e7, 1e7)
sizes = st.floats(0.5, 1e6)


@given(x=coordinates, y=coordinates, z=coordinates, width=sizes, part=st.floats(0.3, 1), depth=st.floats(0.1, 1e4))
def test_a_view_needs_few_cells_that_hold_all_of_it(
    x: float, y: float, z: float, width: float, part: float, depth: float
) -> None:
    box = Box((x, y, z), (x + width, y + part * width, z + depth))
    grid, coarser = grids_for(box)
    assert coarser.side == 8 * grid.side
    span = grid.span(box)
    assert 1 <= span.count == len(set(span.cells())) <= 64
    whole = grid.box(span)
    assert all(low <= wanted for low, wanted in zip(whole.low, box.low, strict=True))
    assert all(high >= wanted for high, wanted in zip(whole.high, box.high, strict=True))


def test_boxes_that_are_no_views_have_no_grid() -> None:
    for low, high in (
        ((0, 0, 0), (0, 10, 1)),
        ((0, 0, 1), (10, 10, 0)),
        ((0, 0, 0), (1000, 10, 1)),
        ((0, 0, 0), (float("inf"), 10, 1)),
        ((0, 0, float("nan")), (10, 10, 1)),
        ((1e15, 0, 0), (1e15 + 10, 10, 1)),
    ):
        assert grids_for(Box(low, high)) == []


def test_a_line_is_in_all_cells_that_its_box_touches() -> None:
    grid = Grid(16.0, 8.0)
    bounds = np.array([[1.0, 15.0, 0.0, 33.0, 16.0, 7.5], [16.0, -1.0, -8.0, 16.0, -1.0, -8.0]]).T
    assert grid.ranges(bounds).T.tolist() == [[0, 0, 0, 2, 1, 0], [1, -1, -1, 1, -1, -1]]


def test_bounds_in_y_are_as_far_apart_as_single_precision_has_them() -> None:
    """PostGIS's index finds a line whose y is a hair beyond a border; so does a cell."""
    grid = Grid(1024.0, 64.0)
    low, high = 1024.0 - 1e-9, 1024.0 + 1e-9
    bounds = np.array([[0.0, high, 0.0, 0.0, high, 0.0], [0.0, low, 0.0, 0.0, low, 0.0]]).T
    assert grid.ranges(bounds)[[1, 4]].T.tolist() == [[1, 1], [0, 1]]


def test_what_is_very_far_away_or_very_long_is_in_the_cells_that_it_is_in() -> None:
    bounds = np.array([[-1e300, -1e300, -1e300, 1e300, 1e300, 1e300], [1e300, 5.0, 5.0, 1e300, 5.0, 5.0]]).T
    ranges = Grid(16.0, 16.0).ranges(bounds)
    assert in_ranges(ranges, GridCell(0, 0, 0)).tolist() == [True, False]


def test_of_a_project_seen_in_very_many_grids_all_is_forgotten() -> None:
    kept, place = KeptCells(10**6), GridCell(0, 0, 0)
    for size in range(50):
        kept.keep(1, Grid(16.0, 2.0**size), {place: NOTHING})
        kept.keep(1, Grid(16.0, 2.0**size), {place: NOTHING})
        assert kept.find(1, Grid(16.0, 2.0**size), [place]) == {place: NOTHING}
    assert kept.find(1, Grid(16.0, 1.0), [place]) == {}


def changed_at(places: list[list[float]]) -> Committed:
    """Something changed there, and it is not known what."""
    return Committed(np.array(places), frozenset(), frozenset())


def test_what_changed_is_forgotten_alone_however_large_it_is() -> None:
    kept, grid = KeptCells(10**6), Grid(16.0, 16.0)
    places = [GridCell(i, 0, 0) for i in range(100)]
    for _ in range(2):
        kept.keep(1, grid, dict.fromkeys(places, NOTHING))
    kept.keep(2, grid, dict.fromkeys(places, NOTHING))
    kept.follow(1, changed_at([[17.0, 1.0, 1.0, 18.0, 2.0, 2.0], [33.0, -1e9, -1e9, 40.0, 1e9, 1e9]]))
    assert set(places) - set(kept.find(1, grid, places)) == {GridCell(1, 0, 0), GridCell(2, 0, 0)}
    kept.follow(1, changed_at([[0.0, -1e9, -1e9, 1.0, 1e9, 1e9]] * 500))
    assert kept.find(1, grid, places) == {}
    assert len(kept.find(2, grid, places)) == 100
