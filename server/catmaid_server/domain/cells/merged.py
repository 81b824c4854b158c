"""Cells together as one: who scrolls asks for the same cells again and again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.recently_used import RecentlyUsed
from catmaid_server.domain.cells.bounds import Rows
from catmaid_server.domain.cells.cell import CellContents, contents_of, together
from catmaid_server.domain.cells.grid import CellRange, Grid


class MergedCells:
    """Some cells of a project as one, up to `capacity` bytes; those that were not used for longest go first."""

    def __init__(self, capacity: int) -> None:
        self._merged: RecentlyUsed[tuple[Grid, CellRange], tuple[Sequence[CellContents], CellContents]]
        self._merged = RecentlyUsed(capacity)

    def find(self, grid: Grid, span: CellRange, cells: Sequence[CellContents]) -> CellContents:
        """The cells of a span as one, which keeps texts of rows; made anew if any is another one than the last time."""
        kept = self._merged.find((grid, span))
        if kept is not None and all(one is other for one, other in zip(kept[0], cells, strict=True)):
            return kept[1]
        made = merged(cells).with_texts()
        self._merged.keep((grid, span), (cells, made), made.size)
        return made


def merged(cells: Sequence[CellContents]) -> CellContents:
    """One cell with all edges, links and connectors of several, each once; of the level of detail that all have."""
    if len(cells) == 1:
        return cells[0]
    coarsest = max(cell.level for cell in cells)
    cells = [cell.at(coarsest) for cell in cells]
    node_starts = _starts([len(cell.nodes) for cell in cells])
    connector_starts = _starts([len(cell.connectors) for cell in cells])
    nodes = together([cell.nodes for cell in cells])
    connectors = together([cell.connectors for cell in cells])
    links = together([cell.links for cell in cells])
    node_rows, connector_rows = _first_rows(nodes["id"]), _first_rows(connectors["id"])
    near = node_rows[_joined([np.arange(len(cell.parents)) for cell in cells], node_starts)]
    edges = _firsts(near)
    inside = connector_rows[_joined([np.arange(cell.inside) for cell in cells], connector_starts)]
    link_rows = _firsts(links["id"])
    return contents_of(
        nodes,
        near[edges],
        node_rows[_joined([cell.parents for cell in cells], node_starts)[edges]],
        connectors,
        inside[_firsts(inside)],
        links[link_rows],
        node_rows[_joined([cell.link_nodes for cell in cells], node_starts)[link_rows]],
        connector_rows[_joined([cell.link_connectors for cell in cells], connector_starts)[link_rows]],
        coarsest,
        (
            np.concatenate([cell.node_bounds for cell in cells], axis=1)[:, edges],
            np.concatenate([cell.link_bounds for cell in cells], axis=1)[:, link_rows],
        ),
    )


def _starts(counts: Sequence[int]) -> list[int]:
    """Where each of several tables begins, one after the other."""
    return [0, *np.cumsum(counts).tolist()]


def _joined(rows: Sequence[NDArray[np.integer[Any]]], starts: Sequence[int]) -> Rows:
    found: Rows = np.concatenate([one + start for one, start in zip(rows, starts, strict=False)]).astype(np.intp)
    return found


def _first_rows(ids: NDArray[Any]) -> Rows:
    """For each id the row where it comes first."""
    _, firsts, places = np.unique(ids, return_index=True, return_inverse=True)
    rows: Rows = firsts[places]
    return rows


def _firsts(ids: NDArray[Any]) -> Rows:
    """Where each id comes first."""
    firsts: Rows = np.sort(np.unique(ids, return_index=True)[1])
    return firsts
