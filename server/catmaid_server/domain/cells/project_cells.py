"""Viewports of one project out of cells that are true: forgotten where something was committed, read where missing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.store import Connection
from catmaid_server.domain.cells.cell import CROWDED, CellContents, divided, in_ranges, joined
from catmaid_server.domain.cells.cut import cut
from catmaid_server.domain.cells.grid import CellRange, Grid, GridCell, grid_for, needed_cells
from catmaid_server.domain.cells.kept import KeptCells
from catmaid_server.domain.news.changes import NOWHERE, Heard
from catmaid_server.domain.news.project_news import Noted, ProjectNews
from catmaid_server.domain.tracing import viewports
from catmaid_server.domain.tracing.viewports import ColumnTable, Contents, Wanted

MOST_READ = 100_000
"""Cells that together have more edges, links or connectors are crowded: nothing of them is kept."""

_QUICK_BYTES = 1024**2
"""Of cells that together are smaller, a viewport is cut in a millisecond or two."""


class ProjectCells:
    """The cells of one project, as one process knows them."""

    def __init__(self, news: ProjectNews, kept: KeptCells) -> None:
        self._project_id = news.project_id
        self._news = news
        self._kept = kept

    async def contents(self, connection: Connection, wanted: Wanted) -> Contents | None:
        """What is wanted, as it is now; None if cells are no way to it: the box is no view, or crowded."""
        grid = grid_for(wanted.box)
        span = None if grid is None else needed_cells(grid, wanted.box)
        if grid is None or span is None:
            return None
        heard = await self._news.heard_since_now(connection)
        cells = self._kept.find(self._project_id, grid, span.cells())
        if any(cell.is_crowded for cell in cells.values()):
            return None
        if len(cells) == span.count:
            found = await _cut(list(cells.values()), wanted, heard)
            if _has_all(found, wanted):
                return found
        return await self._read(connection, wanted, grid, span)

    async def _read(self, connection: Connection, wanted: Wanted, grid: Grid, span: CellRange) -> Contents | None:
        """As `contents`, with what is missing, all of one state; cells are kept if nothing changed there since."""
        async with viewports.one_state(connection):
            heard = await self._news.heard_in(connection)
            # Nothing is awaited in between: what is kept is of the state that was heard.
            cells = self._kept.find(self._project_id, grid, span.cells())
            with self._news.noting() as noted:
                missing = [place for place in span.cells() if place not in cells]
                read = await _cells_of(connection, self._project_id, grid, missing) if missing else {}
                self._kept.keep(self._project_id, grid, _unchanged(read, grid, noted))
            if any(cell.is_crowded for cell in (*cells.values(), *read.values())):
                return None
            found = await _cut([*cells.values(), *read.values()], wanted, heard)
            return found if _has_all(found, wanted) else await _with_wanted(connection, self._project_id, found, wanted)


def _unchanged(cells: dict[GridCell, CellContents], grid: Grid, noted: Noted) -> dict[GridCell, CellContents]:
    """Those of the cells in which nothing changed."""
    places = [changed.places for changed in noted.changed]
    if any(one is None for one in places):
        return {}
    ranges = grid.ranges(np.concatenate([NOWHERE, *(one for one in places if one is not None)]).T)
    return {place: cell for place, cell in cells.items() if not in_ranges(ranges, place).any()}


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
