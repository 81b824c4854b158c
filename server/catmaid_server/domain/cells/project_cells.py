"""Viewports of one project out of cells that are true: changed where something was committed, read where missing."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.store import Connection, ConnectionLender
from catmaid_server.domain.cells import viewport_samples
from catmaid_server.domain.cells.cell import CellContents, divided, in_ranges, joined
from catmaid_server.domain.cells.cut import Cut, cut
from catmaid_server.domain.cells.grid import CellRange, Grid, GridCell, grids_for
from catmaid_server.domain.cells.kept import KeptCells
from catmaid_server.domain.cells.merged import MergedCells, merged
from catmaid_server.domain.cells.viewport_samples import Crowd
from catmaid_server.domain.cells.warming import Warming
from catmaid_server.domain.news.changes import NOWHERE, Heard
from catmaid_server.domain.news.project_news import Noted, ProjectNews
from catmaid_server.domain.tracing import viewports
from catmaid_server.domain.tracing.viewports import ColumnTable, Contents, Wanted
from catmaid_server.domain.values import Box

MOST_READ = 100_000
"""Of cells that together have more edges, links or connectors, only a level of detail is read and kept."""

MOST_SAMPLED = 200_000
"""Most edges, links or connectors of such a level of cells together."""

_PART_FOR_MERGED = 4
"""So many times less room than cells have those that were put together for views."""

_QUICK_BYTES = 16 * 1024**2
"""Of cells that together are smaller, a viewport is cut in a few milliseconds."""


class ProjectCells:
    """The cells of one project, as one process knows them."""

    def __init__(self, news: ProjectNews, kept: KeptCells, warming: Warming) -> None:
        self._project_id = news.project_id
        self._news = news
        self._kept = kept
        self._warming = warming
        self._merged = MergedCells(kept.capacity // _PART_FOR_MERGED)

    async def contents(self, connections: ConnectionLender, wanted: Wanted, *, most: int) -> Cut | Contents | None:
        """What is wanted, as it is now; None if cells are no way to it: the box is no view, or needs too much of them.

        Of a crowded box so much that a fair sample of `most` can be taken.
        """
        grids = grids_for(wanted.box)
        if not grids:
            return None
        heard = await self._news.heard_since_now(connections)
        for grid in grids:
            cells = self._found(grid, wanted)
            if cells is not None:
                found = await _cut([cells], wanted, heard)
                if found.is_enough(wanted, most):
                    if _has_all(found, wanted):
                        return found
                    break
                if grid == grids[0] and _finer_level(found, most) is None:
                    return None
        async with connections.reading() as connection:
            return await self._read(connection, wanted, grids[0], most=most)

    async def read_ahead(self, connections: ConnectionLender, grid: Grid, span: CellRange) -> int | None:
        """Read what is missing of cells; how many rows they have, None if they are crowded or there is no room."""
        if not self._kept.has_room:
            return None
        places = list(span.cells())
        cells = self._kept.find(self._project_id, grid, places)
        if len(cells) < len(places):
            async with connections.reading() as connection, viewports.one_state(connection):
                await self._news.heard_in(connection)
                with self._news.noting() as noted:
                    read = await _Reading(connection, self._project_id, grid).cells(places)
                    if read is None:
                        return None
                    self._kept.keep(self._project_id, grid, _unchanged(read, grid, noted))
            cells = read
        return sum(cell.most_rows for cell in cells.values())

    def _found(self, grid: Grid, wanted: Wanted) -> CellContents | None:
        """The cells of a box as one, if all are kept."""
        span = grid.span(wanted.box)
        cells = self._kept.find(self._project_id, grid, span.cells())
        if len(cells) < span.count:
            return None
        return self._merged.find(grid, span, list(cells.values()))

    async def _read(self, connection: Connection, wanted: Wanted, grid: Grid, *, most: int) -> Cut | Contents | None:
        """As `contents`, with what is missing, all of one state; cells are kept if nothing changed there since."""
        span = grid.span(wanted.box)
        self._warming.look(self._project_id, grid, span)
        places = list(span.cells())
        async with viewports.one_state(connection):
            heard = await self._news.heard_in(connection)
            reading = _Reading(connection, self._project_id, grid)
            # Nothing is awaited in between: what is kept is of the state that was heard.
            cells = self._kept.find(self._project_id, grid, places)
            with self._news.noting() as noted:
                missing = [place for place in places if place not in cells]
                read = await reading.cells(missing) if missing else {}
                found = None if read is None else await _cut([*cells.values(), *read.values()], wanted, heard)
                level = None if found is None else _finer_level(found, most)
                if read is None or (level is not None and found is not None and not found.is_enough(wanted, most)):
                    read = await reading.sampled_cells(places, level)
                    found = await _cut(list(read.values()), wanted, heard)
                self._kept.keep(self._project_id, grid, _unchanged(read, grid, noted))
            assert found is not None
            if not found.is_enough(wanted, most):
                return None
            if _has_all(found, wanted):
                return found
            return await _with_wanted(connection, self._project_id, found.contents(), wanted)


def _finer_level(found: Cut, most: int) -> int | None:
    """The level of detail at which cells would have enough of a view; None if that is no way, as it would be too much.

    Nor is it where everything in the view is as little as is shown: that is read as it is.
    """
    cell, near = found.cell, len(found.near) << found.cell.level
    if not cell.level or near <= most:
        return None
    level = max((near // max(most, 1)).bit_length() - 2, 0)
    rows = max(len(cell.parents), len(cell.links))
    return level if level < cell.level and (rows << cell.level) >> level <= MOST_SAMPLED else None


def _unchanged(cells: dict[GridCell, CellContents], grid: Grid, noted: Noted) -> dict[GridCell, CellContents]:
    """Those of the cells in which nothing changed."""
    places = [changed.places for changed in noted.changed]
    if any(one is None for one in places):
        return {}
    ranges = grid.ranges(np.concatenate([NOWHERE, *(one for one in places if one is not None)]).T)
    return {place: cell for place, cell in cells.items() if not in_ranges(ranges, place).any()}


class _Reading:
    """Reads cells of a grid, all of one state: what is in the box around several as one query."""

    def __init__(self, connection: Connection, project_id: int, grid: Grid) -> None:
        self._connection = connection
        self._project_id = project_id
        self._grid = grid

    async def cells(self, places: Sequence[GridCell]) -> dict[GridCell, CellContents] | None:
        """The cells at some places; None if they are crowded."""
        box = self._box(places)
        found = await viewports.contents(self._connection, self._project_id, Wanted(box, exact=False), MOST_READ + 1)
        return None if found.holds_more_than(MOST_READ) else await self._made(found, places)

    async def sampled_cells(self, places: Sequence[GridCell], level: int | None) -> dict[GridCell, CellContents]:
        """A level of detail of the cells at some places; if it is not told, the finest that is not too much."""
        box = self._box(places)
        about = await viewport_samples.crowd(self._connection, self._project_id, box)
        level = about.level_for(MOST_READ) if level is None else level
        while True:
            found = await self._level(box, level, about)
            if found is not None:
                return await self._made(found, places)
            level += 1

    async def _level(self, box: Box, level: int, about: Crowd) -> Contents | None:
        """What is of a level in a box; None if that is too much."""
        wanted = Wanted(box, exact=False)
        found = await viewport_samples.contents(
            self._connection, self._project_id, wanted, level, about, 2 * MOST_SAMPLED + 1
        )
        return None if found.holds_more_than(2 * MOST_SAMPLED) else found

    def _box(self, places: Sequence[GridCell]) -> Box:
        indices = np.array(places)
        low, high = (GridCell(*ends.tolist()) for ends in (indices.min(axis=0), indices.max(axis=0)))
        return self._grid.box(CellRange(low, high))

    async def _made(self, found: Contents, places: Sequence[GridCell]) -> dict[GridCell, CellContents]:
        return await asyncio.to_thread(lambda: divided(joined(found), self._grid, places))


async def _cut(cells: Sequence[CellContents], wanted: Wanted, heard: Heard) -> Cut:
    """As `cut`, of the level of detail that all cells have; beside the event loop if it takes long."""
    if sum(cell.size for cell in cells) < _QUICK_BYTES:
        return cut(merged(cells), wanted, heard.relations)
    return await asyncio.to_thread(lambda: cut(merged(cells), wanted, heard.relations))


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
