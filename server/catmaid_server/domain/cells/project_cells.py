"""Viewports of one project out of cells that are true: forgotten where something was committed, read where missing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.store import Connection
from catmaid_server.domain.cells import changes
from catmaid_server.domain.cells.cell import CROWDED, CellContents, divided, in_ranges, joined
from catmaid_server.domain.cells.changes import NOWHERE, Heard, Places
from catmaid_server.domain.cells.cut import cut
from catmaid_server.domain.cells.grid import CellRange, Grid, GridCell, grid_for, needed_cells
from catmaid_server.domain.cells.kept import KeptCells
from catmaid_server.domain.tracing import viewports
from catmaid_server.domain.tracing.viewports import ColumnTable, Contents, Wanted

MOST_READ = 100_000
"""Cells that together have more edges, links or connectors are crowded: nothing of them is kept."""

_QUICK_BYTES = 1024**2
"""Of cells that together are smaller, a viewport is cut in a millisecond or two."""


@dataclass(eq=False)
class _Reading:
    """What is committed while cells are read."""

    changed: list[Places] = field(default_factory=list)
    is_void: bool = False

    def note(self, places: Places | None) -> None:
        """Note where something changed; None for anywhere."""
        if places is None:
            self.is_void = True
        else:
            self.changed.append(places)

    def unchanged(self, grid: Grid, cells: dict[GridCell, CellContents]) -> dict[GridCell, CellContents]:
        """Those of the cells in which nothing changed."""
        if self.is_void:
            return {}
        ranges = grid.ranges(np.concatenate([NOWHERE, *self.changed]).T)
        return {place: cell for place, cell in cells.items() if not in_ranges(ranges, place).any()}


class ProjectCells:
    """The cells of one project, as one process knows them."""

    def __init__(self, project_id: int, kept: KeptCells) -> None:
        self._project_id = project_id
        self._kept = kept
        self._heard: Heard | None = None
        self._hearing = asyncio.Lock()
        self._begun = 0
        self._finished = 0
        self._readings: set[_Reading] = set()

    async def contents(self, connection: Connection, wanted: Wanted) -> Contents | None:
        """What is wanted, as it is now; None if cells are no way to it: the box is no view, or crowded."""
        grid = grid_for(wanted.box)
        span = None if grid is None else needed_cells(grid, wanted.box)
        if grid is None or span is None:
            return None
        heard = await self._hear_since_now(connection)
        cells = self._kept.find(self._project_id, grid, span.cells())
        if any(cell.is_crowded for cell in cells.values()):
            return None
        if len(cells) == span.count:
            found = await _cut(list(cells.values()), wanted, heard)
            if _has_all(found, wanted):
                return found
        return await self._read(connection, wanted, grid, span)

    async def _hear_since_now(self, connection: Connection) -> Heard:
        """Hear what was committed until now; once for all who wait for it."""
        begun = self._begun
        async with self._hearing:
            if self._heard is not None and self._finished > begun:
                return self._heard
            return await self._hear(connection)

    async def _hear(self, connection: Connection) -> Heard:
        """Hear what was committed, and forget the cells where it was; one at a time, so that later ones know more."""
        self._begun += 1
        number = self._begun
        before = self._heard or await changes.begin(connection)
        heard, places = await changes.hear(connection, self._project_id, before)
        self._heard, self._finished = heard, number
        if places is None:
            self._kept.forget_all(self._project_id)
        else:
            self._kept.forget(self._project_id, places)
        for reading in self._readings:
            reading.note(places)
        return heard

    async def _read(self, connection: Connection, wanted: Wanted, grid: Grid, span: CellRange) -> Contents | None:
        """As `contents`, with what is missing, all of one state; cells are kept if nothing changed there since."""
        reading = _Reading()
        async with viewports.one_state(connection):
            async with self._hearing:
                heard = await self._hear(connection)
                cells = self._kept.find(self._project_id, grid, span.cells())
                self._readings.add(reading)
            try:
                missing = [place for place in span.cells() if place not in cells]
                read = await _cells_of(connection, self._project_id, grid, missing) if missing else {}
                self._kept.keep(self._project_id, grid, reading.unchanged(grid, read))
                if any(cell.is_crowded for cell in (*cells.values(), *read.values())):
                    return None
                found = await _cut([*cells.values(), *read.values()], wanted, heard)
                return (
                    found
                    if _has_all(found, wanted)
                    else await _with_wanted(connection, self._project_id, found, wanted)
                )
            finally:
                self._readings.discard(reading)


async def _cells_of(
    connection: Connection, project_id: int, grid: Grid, places: Sequence[GridCell]
) -> dict[GridCell, CellContents]:
    """Read cells: all in the box around them, as one query for all is faster than one for each."""
    indices = np.array(places)
    span = CellRange(GridCell(*indices.min(axis=0).tolist()), GridCell(*indices.max(axis=0).tolist()))
    found = await viewports.contents(connection, project_id, Wanted(grid.box(span), exact=False), MOST_READ + 1)
    if found.holds_more_than(MOST_READ):
        return dict.fromkeys(places, CROWDED)
    return await asyncio.to_thread(lambda: divided(joined(found), grid, places))


async def _cut(cells: Sequence[CellContents], wanted: Wanted, heard: Heard) -> Contents:
    """As `cut`; beside the event loop if it takes long."""
    if sum(cell.size for cell in cells) < _QUICK_BYTES:
        return cut(cells, wanted, heard.relations)
    return await asyncio.to_thread(cut, cells, wanted, heard.relations)


def _has_all(found: Contents, wanted: Wanted) -> bool:
    """Whether what is wanted by id is among what was found."""
    return not len(_elsewhere(found.nodes, wanted.treenode_ids)) and not len(
        _elsewhere(found.connectors, wanted.connector_ids)
    )


def _elsewhere(found: ColumnTable, ids: Sequence[int]) -> NDArray[np.integer[Any]]:
    """Those of the ids that were not found."""
    return np.setdiff1d(np.array(ids, "<i4"), found["id"])


async def _with_wanted(connection: Connection, project_id: int, found: Contents, wanted: Wanted) -> Contents:
    """The contents with what is wanted by id and lies elsewhere."""
    treenode_ids = _elsewhere(found.nodes, wanted.treenode_ids)
    connector_ids = _elsewhere(found.connectors, wanted.connector_ids)
    nodes, connectors = await viewports.by_id(
        connection, project_id, treenode_ids=treenode_ids, connector_ids=connector_ids
    )
    return replace(found, nodes=_joined(found.nodes, nodes), connectors=_joined(found.connectors, connectors))


def _joined(one: ColumnTable, other: ColumnTable) -> ColumnTable:
    return {name: np.concatenate((column, other[name])) for name, column in one.items()}
