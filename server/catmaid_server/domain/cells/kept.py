"""The cells of all projects in memory, up to so many bytes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.cells.cell import CellContents
from catmaid_server.domain.cells.grid import CellRange, Grid, GridCell
from catmaid_server.domain.cells.patched import Patch
from catmaid_server.domain.news.changes import Committed, Places
from catmaid_server.domain.news.kept_by_project import KeptByProject

_FEW = 64
"""What changed in more cells than that is compared with those that are kept, instead of looking each up."""

_MOST_COMPARED = 100
"""Where more such changes are, all cells of a grid are forgotten."""

_MOST_PATCHED = 32
"""Where more cells of a grid changed, they are forgotten: to replace their rows would hold up everybody."""

_MOST_ROWS = 300_000
"""A cell that grew to more is forgotten."""

_PART_FOR_UNASKED = 0.75

_MOST_GRIDS = 40
"""Of a project that was looked at in more grids, all is forgotten: each edit costs a little for each of them."""


class KeptCells:
    """Cells by project, grid and place; those that were not used for longest go first."""

    def __init__(self, capacity: int) -> None:
        self._cells: KeptByProject[Grid, GridCell, CellContents] = KeptByProject(capacity)

    @property
    def capacity(self) -> int:
        """Bytes for all of them together; 0 if none are kept."""
        return self._cells.capacity

    @property
    def has_room(self) -> bool:
        """Whether there is room for what nobody asked for yet."""
        return self._cells.size < _PART_FOR_UNASKED * self.capacity

    def find(self, project_id: int, grid: Grid, places: Iterable[GridCell]) -> dict[GridCell, CellContents]:
        """Those of the places whose cells are kept."""
        found = ((place, self._cells.find(project_id, grid, place)) for place in places)
        return {place: cell for place, cell in found if cell is not None}

    def keep(self, project_id: int, grid: Grid, cells: dict[GridCell, CellContents]) -> None:
        """Keep cells as they are now."""
        grids = self._cells.groups(project_id)
        if grid not in grids and len(grids) >= _MOST_GRIDS:
            self._cells.forget_project(project_id)
        for place, cell in cells.items():
            self._cells.keep(project_id, grid, place, cell, cell.size)

    def follow(self, project_id: int, changed: Committed) -> None:
        """Let the cells of a project be as things are now: replace what changed in them, or forget them."""
        if changed.places is None:
            self._cells.forget_project(project_id)
        elif len(changed.places):
            patch = None if changed.rows is None else Patch(changed.rows)
            for grid in self._cells.groups(project_id):
                self._follow_in(project_id, grid, changed.places, patch)

    def _follow_in(self, project_id: int, grid: Grid, places: Places, patch: Patch | None) -> None:
        stale = _changed(self._cells.items(project_id, grid), grid.ranges(places.T))
        if patch is None or len(stale) > _MOST_PATCHED:
            self._cells.forget(project_id, grid, stale)
            return
        cells = self.find(project_id, grid, stale)
        for place, cell in patch.put_into(cells.items(), grid).items():
            if cell.most_rows > _MOST_ROWS:
                self._cells.forget(project_id, grid, [place])
            elif cell is not cells[place]:
                self._cells.keep(project_id, grid, place, cell, cell.size)


def _changed(kept: frozenset[GridCell], ranges: NDArray[np.float64]) -> frozenset[GridCell]:
    """Those of the places that lie within ranges (see `Grid.ranges`)."""
    counts = np.minimum(ranges[3:] - ranges[:3] + 1, _FEW + 1).prod(axis=0)
    is_small = counts <= _FEW
    if np.count_nonzero(~is_small) > _MOST_COMPARED:
        return kept
    looked_up = (
        place
        for i, j, k, i2, j2, k2 in ranges.T[is_small].astype(int).tolist()
        for place in CellRange(GridCell(i, j, k), GridCell(i2, j2, k2)).cells()
    )
    return kept.intersection(looked_up).union(_within(kept, ranges.T[~is_small]))


def _within(kept: frozenset[GridCell], ranges: NDArray[np.float64]) -> frozenset[GridCell]:
    if not kept or not len(ranges):
        return frozenset()
    places = np.array(list(kept))
    inside = np.zeros(len(places), dtype=bool)
    for one in ranges:
        inside |= ((one[:3] <= places) & (places <= one[3:])).all(axis=1)
    return frozenset(GridCell(*place) for place in places[inside].tolist())
