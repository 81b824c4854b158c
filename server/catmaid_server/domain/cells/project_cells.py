"""Viewports of one project out of cells that are true: changed where something was committed, read where missing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.store import Connection, ConnectionLender
from catmaid_server.domain.cells.cell import CROWDED, CellContents, divided, in_ranges, joined
from catmaid_server.domain.cells.cut import Cut, cut
from catmaid_server.domain.cells.grid import CellRange, Grid, GridCell, grids_for
from catmaid_server.domain.cells.kept import KeptCells
from catmaid_server.domain.cells.merged import MergedCells
from catmaid_server.domain.news.changes import NOWHERE, Heard
from catmaid_server.domain.news.project_news import Noted, ProjectNews
from catmaid_server.domain.tracing import viewports
from catmaid_server.domain.tracing.viewports import ColumnTable, Contents, Wanted

MOST_READ = 100_000
"""Cells that together have more edges, links or connectors are crowded: nothing of them is kept."""

_PART_FOR_MERGED = 8
"""So many times less room than cells have those that were put together for views."""

_QUICK_BYTES = 16 * 1024**2
"""Of cells that together are smaller, a viewport is cut in a few milliseconds."""


class ProjectCells:
    """The cells of one project, as one process knows them."""

    def __init__(self, news: ProjectNews, kept: KeptCells) -> None:
        self._project_id = news.project_id
        self._news = news
        self._kept = kept
        self._merged = MergedCells(kept.capacity // _PART_FOR_MERGED)

    async def contents(self, connections: ConnectionLender, wanted: Wanted, *, texts: bool) -> Cut | Contents | None:
        """What is wanted, as it is now; None if cells are no way to it: the box is no view, or crowded.

        With `texts` the cells of a cut have their rows as JSON.
        """
        grids = grids_for(wanted.box)
        if not grids:
            return None
        heard = await self._news.heard_since_now(connections)
        for grid in grids:
            cells = self._found(grid, wanted, texts=texts)
            if cells is not None:
                found = await _cut(cells, wanted, heard)
                if _has_all(found, wanted):
                    return found
                break
        async with connections.reading() as connection:
            return await self._read(connection, wanted, grids[0], texts=texts)

    def _found(self, grid: Grid, wanted: Wanted, *, texts: bool) -> list[CellContents] | None:
        """The cells of a box, if all are kept."""
        span = grid.span(wanted.box)
        cells = self._kept.find(self._project_id, grid, span.cells())
        if len(cells) < span.count or any(cell.is_crowded for cell in cells.values()):
            return None
        if texts:
            for place, cell in cells.items():
                if cell.texts is None:
                    cells[place] = cell.with_texts()
                    self._kept.keep(self._project_id, grid, {place: cells[place]})
        return [self._merged.find(grid, span, list(cells.values()))]

    async def _read(self, connection: Connection, wanted: Wanted, grid: Grid, *, texts: bool) -> Cut | Contents | None:
        """As `contents`, with what is missing, all of one state; cells are kept if nothing changed there since."""
        span = grid.span(wanted.box)
        async with viewports.one_state(connection):
            heard = await self._news.heard_in(connection)
            # Nothing is awaited in between: what is kept is of the state that was heard.
            cells = self._kept.find(self._project_id, grid, span.cells())
            with self._news.noting() as noted:
                missing = [place for place in span.cells() if place not in cells]
                read = await _cells_of(connection, self._project_id, grid, missing, texts=texts) if missing else {}
                self._kept.keep(self._project_id, grid, _unchanged(read, grid, noted))
            every = [cell.with_texts() if texts else cell for cell in (*cells.values(), *read.values())]
            if any(cell.is_crowded for cell in every):
                return None
            found = await _cut(every, wanted, heard)
            if _has_all(found, wanted):
                return found
            return await _with_wanted(connection, self._project_id, found.contents(), wanted)


def _unchanged(cells: dict[GridCell, CellContents], grid: Grid, noted: Noted) -> dict[GridCell, CellContents]:
    """Those of the cells in which nothing changed."""
    places = [changed.places for changed in noted.changed]
    if any(one is None for one in places):
        return {}
    ranges = grid.ranges(np.concatenate([NOWHERE, *(one for one in places if one is not None)]).T)
    return {place: cell for place, cell in cells.items() if not in_ranges(ranges, place).any()}


async def _cells_of(
    connection: Connection, project_id: int, grid: Grid, places: Sequence[GridCell], *, texts: bool
) -> dict[GridCell, CellContents]:
    """Read cells: all in the box around them, as one query for all is faster than one for each."""
    indices = np.array(places)
    span = CellRange(GridCell(*indices.min(axis=0).tolist()), GridCell(*indices.max(axis=0).tolist()))
    found = await viewports.contents(connection, project_id, Wanted(grid.box(span), exact=False), MOST_READ + 1)
    if found.holds_more_than(MOST_READ):
        return dict.fromkeys(places, CROWDED)

    def made() -> dict[GridCell, CellContents]:
        cells = divided(joined(found), grid, places)
        return {place: cell.with_texts() for place, cell in cells.items()} if texts else cells

    return await asyncio.to_thread(made)


async def _cut(cells: Sequence[CellContents], wanted: Wanted, heard: Heard) -> Cut:
    """As `cut`; beside the event loop if it takes long."""
    if sum(cell.own_size for cell in cells) < _QUICK_BYTES:
        return cut(cells, wanted, heard.relations)
    return await asyncio.to_thread(cut, cells, wanted, heard.relations)


def _has_all(found: Cut, wanted: Wanted) -> bool:
    """Whether what is wanted by id is among what was found."""
    if not wanted.treenode_ids and not wanted.connector_ids:
        return True
    contents = found.contents()
    return not len(_elsewhere(contents.nodes, wanted.treenode_ids)) and not len(
        _elsewhere(contents.connectors, wanted.connector_ids)
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
