"""Viewports out of cells: which rows of which cells, and these as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.cells.cell import CellContents, Records, Rows, together
from catmaid_server.domain.cells.nearness import meet
from catmaid_server.domain.tracing.viewports import ColumnTable, Contents, Wanted
from catmaid_server.domain.values import Box

ByCell = Sequence[Rows]
"""Rows of each cell."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What a viewer wants, as rows of cells; each treenode, link and connector once.

    near : treenodes whose edges come near.
    ends : the other treenodes at the ends of these and of links.
    relations : names by id of those that the links have.
    """

    cells: Sequence[CellContents]
    near: ByCell
    ends: ByCell
    links: ByCell
    connectors: ByCell
    relations: dict[int, str]

    def holds_more_than(self, most: int) -> bool:
        """Whether there are more nodes, connectors or links than so many."""
        tables = ((*self.near, *self.ends), self.links, self.connectors)
        return max(sum(map(len, table)) for table in tables) > most

    def contents(self) -> Contents:
        """The rows by column."""
        nodes = [cell.nodes[rows] for rows_by_cell in (self.near, self.ends) for cell, rows in self._by(rows_by_cell)]
        return Contents(
            _table(together(nodes)),
            _table(together([cell.connectors[rows] for cell, rows in self._by(self.connectors)])),
            _table(together([cell.links[rows] for cell, rows in self._by(self.links)])),
            self.relations,
            sum(map(len, self.near)),
        )

    def _by(self, rows: ByCell) -> zip[tuple[CellContents, Rows]]:
        return zip(self.cells, rows, strict=True)


def cut(cells: Sequence[CellContents], wanted: Wanted, relations: Mapping[int, str]) -> Cut:
    """What a viewer wants, out of the cells that hold its box; without what is wanted by id and lies elsewhere."""
    near, parents, near_ids = _near_edges(cells, wanted)
    links, link_nodes, link_connectors, used = _near_links(cells, wanted)
    node_ends = [np.concatenate(rows) for rows in zip(parents, link_nodes, strict=True)]
    inside = [np.flatnonzero(_are_inside(cell.connectors[: cell.inside], wanted.box)) for cell in cells]
    return Cut(
        cells,
        near,
        _new([cell.nodes["id"][rows] for cell, rows in zip(cells, node_ends, strict=True)], node_ends, near_ids),
        links,
        _once(
            [
                (cell.connectors["id"][rows], rows)
                for cell, rows in zip(cells, map(_joined, inside, link_connectors), strict=True)
            ]
        ),
        {relation_id: name for relation_id, name in relations.items() if relation_id in used},
    )


def _near_edges(cells: Sequence[CellContents], wanted: Wanted) -> tuple[list[Rows], list[Rows], NDArray[Any]]:
    """Rows of treenodes whose edges come near, each once; those of their parents; the ids of the first, sorted."""
    rows = [_in_depth(cell.node_depths, wanted.box) for cell in cells]
    at_parents = [cell.parents[chosen] for cell, chosen in zip(cells, rows, strict=True)]
    nodes = together([cell.nodes[chosen] for cell, chosen in zip(cells, rows, strict=True)])
    parents = together([cell.nodes[chosen] for cell, chosen in zip(cells, at_parents, strict=True)])
    found = np.flatnonzero(meet(nodes, parents, wanted.box, exact=wanted.exact))
    ids, firsts = np.unique(nodes["id"][found], return_index=True)
    found = found[np.sort(firsts)]
    return _by_cell(rows, found), _by_cell(at_parents, found), ids


def _near_links(
    cells: Sequence[CellContents], wanted: Wanted
) -> tuple[list[Rows], list[Rows], list[Rows], frozenset[int]]:
    """Rows of links that come near, each once; those of their treenodes and connectors; their relations."""
    rows = [_in_depth(cell.link_depths, wanted.box) for cell in cells]
    at_nodes = [cell.link_nodes[chosen] for cell, chosen in zip(cells, rows, strict=True)]
    at_connectors = [cell.link_connectors[chosen] for cell, chosen in zip(cells, rows, strict=True)]
    links = together([cell.links[chosen] for cell, chosen in zip(cells, rows, strict=True)])
    nodes = together([cell.nodes[chosen] for cell, chosen in zip(cells, at_nodes, strict=True)])
    connectors = together([cell.connectors[chosen] for cell, chosen in zip(cells, at_connectors, strict=True)])
    found = np.flatnonzero(meet(nodes, connectors, wanted.box, exact=wanted.exact))
    found = found[np.sort(np.unique(links["id"][found], return_index=True)[1])]
    used = frozenset(np.unique(links["relation_id"][found]).tolist())
    return _by_cell(rows, found), _by_cell(at_nodes, found), _by_cell(at_connectors, found), used


def _in_depth(depths: NDArray[np.float32], box: Box) -> Rows:
    """Rows of lines that may meet the depth of a box."""
    return np.flatnonzero((depths[0] <= box.high[2]) & (depths[1] >= box.low[2]))


def _by_cell(rows: Sequence[NDArray[Any]], places: Rows) -> list[Rows]:
    """Rows of each cell, out of the places, in order, of some in all rows together."""
    ends = np.cumsum([len(one) for one in rows])
    parts = np.split(places, np.searchsorted(places, ends[:-1]))
    return [one[part - (end - len(one))] for one, part, end in zip(rows, parts, ends.tolist(), strict=True)]


def _once(rows: Sequence[tuple[NDArray[Any], Rows]]) -> list[Rows]:
    """Rows by cell, where each id comes first."""
    ids = np.concatenate([one for one, _ in rows])
    return _by_cell([one for _, one in rows], np.sort(np.unique(ids, return_index=True)[1]))


def _new(ids: Sequence[NDArray[Any]], rows: Sequence[Rows], known: NDArray[Any]) -> list[Rows]:
    """Rows by cell whose ids are not known, where each comes first; `known` is sorted."""
    every = np.concatenate(ids)
    if len(known):
        is_known = known[np.minimum(np.searchsorted(known, every), len(known) - 1)] == every
        places = np.flatnonzero(~is_known)
    else:
        places = np.arange(len(every))
    places = places[np.sort(np.unique(every[places], return_index=True)[1])]
    return _by_cell(rows, places)


def _joined(one: Rows, other: Rows) -> Rows:
    rows: Rows = np.concatenate((one, other))
    return rows


def _table(records: Records) -> ColumnTable:
    return {name: records[name] for name in records.dtype.names or ()}


def _are_inside(connectors: Records, box: Box) -> NDArray[np.bool_]:
    """Which connectors lie in a box, as the query of `sql/tracing/viewports.sql` has it."""
    x, y, z = (connectors[axis] for axis in "xyz")
    (x1, y1, z1), (x2, y2, z2) = box.low, box.high
    inside: NDArray[Any] = (x >= x1) & (x < x2) & (y >= y1) & (y < y2) & (z >= z1) & (z < z2)
    return inside
