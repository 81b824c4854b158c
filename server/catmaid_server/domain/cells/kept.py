"""The cells of all projects in memory, up to so many bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.recently_used import RecentlyUsed
from catmaid_server.domain.cells.cell import CellContents, in_ranges
from catmaid_server.domain.cells.changes import Places
from catmaid_server.domain.cells.grid import CellRange, Grid, GridCell

_MOST_LOOKED_UP = 1000
"""Where something changed in more cells than that, those that are kept are gone through instead."""

_MOST_GRIDS = 40
"""Of a project that was looked at in more grids, all is forgotten: each edit costs a little for each of them."""


class CellKey(NamedTuple):
    """Which cell of which project."""

    project_id: int
    grid: Grid
    place: GridCell


class KeptCells:
    """Cells by project, grid and place; those that were not used for longest go first."""

    def __init__(self, capacity: int) -> None:
        self._cells: RecentlyUsed[CellKey, CellContents] = RecentlyUsed(capacity)
        self._grids: defaultdict[int, set[Grid]] = defaultdict(set)

    @property
    def capacity(self) -> int:
        """Bytes for all of them together; 0 if none are kept."""
        return self._cells.capacity

    def find(self, project_id: int, grid: Grid, places: Iterable[GridCell]) -> dict[GridCell, CellContents]:
        """Those of the places whose cells are kept."""
        found = ((place, self._cells.find(CellKey(project_id, grid, place))) for place in places)
        return {place: cell for place, cell in found if cell is not None}

    def keep(self, project_id: int, grid: Grid, cells: dict[GridCell, CellContents]) -> None:
        """Keep cells as they are now."""
        grids = self._grids[project_id]
        if grid not in grids and len(grids) >= _MOST_GRIDS:
            self.forget_all(project_id)
        self._grids[project_id].add(grid)
        for place, cell in cells.items():
            self._cells.keep(CellKey(project_id, grid, place), cell, cell.size)

    def forget(self, project_id: int, places: Places) -> None:
        """Forget the cells of a project in which something changed."""
        if not len(places):
            return
        for grid in self._grids.get(project_id, ()):
            ranges = grid.ranges(places.T)
            counts = np.minimum(ranges[3:] - ranges[:3] + 1, _MOST_LOOKED_UP + 1)
            if counts.prod(axis=0).sum() > _MOST_LOOKED_UP:
                self._forget_kept(project_id, grid, ranges)
                continue
            for i, j, k, i2, j2, k2 in ranges.T.astype(int).tolist():
                for place in CellRange(GridCell(i, j, k), GridCell(i2, j2, k2)).cells():
                    self._cells.forget(CellKey(project_id, grid, place))

    def _forget_kept(self, project_id: int, grid: Grid, ranges: NDArray[np.float64]) -> None:
        """Forget those of a grid that are kept and lie within ranges."""
        for key in self._cells.known():
            if key[:2] == (project_id, grid) and in_ranges(ranges, key.place).any():
                self._cells.forget(key)

    def forget_all(self, project_id: int) -> None:
        """Forget a project."""
        for key in self._cells.known():
            if key.project_id == project_id:
                self._cells.forget(key)
        self._grids.pop(project_id, None)
