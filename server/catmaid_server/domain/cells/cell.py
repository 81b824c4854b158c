"""What one cell holds: treenodes whose edges meet it, links that do, connectors in it, and their other ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.cells.bounds import Bounds, Flags, Records, Rows, bounds_of, extents
from catmaid_server.domain.cells.grid import Grid, GridCell
from catmaid_server.domain.cells.row_texts import RowTexts
from catmaid_server.domain.fair_order import are_in_level
from catmaid_server.domain.tracing.viewports import Contents
from catmaid_wire import columns

Places = NDArray[np.int32]
"""Where ends are in another table."""

NODE = np.dtype(list(columns.NODES.items()))
CONNECTOR = np.dtype(list(columns.CONNECTORS.items()))
LINK = np.dtype(list(columns.LINKS.items()))


@dataclass(frozen=True, slots=True, eq=False)
class CellContents:
    """What meets a cell; of a crowded one only what is in a level of detail.

    nodes : first those whose edges meet the cell, then other ends.
    parents : for each of the first nodes the place of its parent among all; its own at a root.
    connectors : first those in the cell, so many as `inside` says, then other ends.
    link_nodes, link_connectors : for each link the places of its ends.
    node_bounds, link_bounds : of edges and links.
    texts : rows as JSON, of cells that views are cut from again and again.
    level : 0 for all, else the level (see `fair_order`) of treenodes, of links by their treenode, and of connectors.
    """

    nodes: Records
    parents: Places
    connectors: Records
    inside: int
    links: Records
    link_nodes: Places
    link_connectors: Places
    node_bounds: Bounds = field(repr=False)
    link_bounds: Bounds = field(repr=False)
    texts: RowTexts | None = None
    level: int = 0

    @property
    def size(self) -> int:
        """Bytes, with all texts that may be made."""
        arrays = (self.nodes, self.parents, self.connectors, self.links, self.link_nodes, self.link_connectors)
        own = sum(array.nbytes for array in arrays) + self.node_bounds.nbytes + self.link_bounds.nbytes
        return own + (self.texts.most_bytes if self.texts is not None else 0)

    @property
    def most_rows(self) -> int:
        """Rows of its largest table."""
        return max(len(self.nodes), len(self.links), len(self.connectors))

    def with_texts(self) -> CellContents:
        """The same, keeping the rows as JSON that answers have."""
        return replace(self, texts=RowTexts(self.nodes, self.connectors, self.links))

    def at(self, level: int) -> CellContents:
        """What is in a level of detail that holds less."""
        if self.level >= level:
            return self
        near = np.flatnonzero(are_in_level(self.nodes["id"][: len(self.parents)], level))
        links = np.flatnonzero(are_in_level(self.nodes["id"][self.link_nodes], level))
        return contents_of(
            self.nodes,
            near,
            self.parents[near],
            self.connectors,
            np.flatnonzero(are_in_level(self.connectors["id"][: self.inside], level)),
            self.links[links],
            self.link_nodes[links],
            self.link_connectors[links],
            level,
            (self.node_bounds[:, near], self.link_bounds[:, links]),
        )


def contents_of(
    nodes: Records,
    near: Rows,
    parents: NDArray[np.integer[Any]],
    connectors: Records,
    inside: Rows,
    links: Records,
    link_nodes: NDArray[np.integer[Any]],
    link_connectors: NDArray[np.integer[Any]],
    level: int = 0,
    known: tuple[Bounds, Bounds] | None = None,
) -> CellContents:
    """A cell out of tables that have more: what is not near, inside or an end of these is left out.

    Parameters
    ----------
    nodes, connectors
        Tables with all ends.
    near, parents
        Rows of treenodes whose edges meet the cell, and the rows of their parents, their own at roots.
    inside
        Rows of connectors in the cell.
    links, link_nodes, link_connectors
        Links that meet the cell, and the rows of their ends.
    level
        The level of detail of all that is given.
    known
        The bounds of edges and links, where they were known before.
    """
    node_rows, node_places = _needed(len(nodes), near, (parents, link_nodes))
    connector_rows, connector_places = _needed(len(connectors), inside, (link_connectors,))
    own, parent_places = nodes[node_rows], node_places[parents]
    own_connectors, at_nodes, at_connectors = (
        connectors[connector_rows],
        node_places[link_nodes],
        connector_places[link_connectors],
    )
    return CellContents(
        own,
        parent_places,
        own_connectors,
        len(inside),
        links,
        at_nodes,
        at_connectors,
        known[0] if known else bounds_of(own, slice(len(near)), own, parent_places),
        known[1] if known else bounds_of(own, at_nodes, own_connectors, at_connectors),
        level=level,
    )


def _needed(count: int, first: Rows, ends: Iterable[NDArray[np.integer[Any]]]) -> tuple[Rows, Places]:
    """The first rows and then those of ends; and for each row of the table its place there, where it has one."""
    is_needed = np.zeros(count, dtype=bool)
    for some in ends:
        is_needed[some] = True
    is_needed[first] = False
    rows: Rows = np.concatenate((first, np.flatnonzero(is_needed)))
    places: Places = np.full(count, -1, np.int32)
    places[rows] = np.arange(len(rows), dtype=np.int32)
    return rows, places


_NO_ROWS, _NO_PLACES = np.empty(0, np.intp), np.empty(0, np.int32)
NOTHING = contents_of(
    np.empty(0, NODE),
    _NO_ROWS,
    _NO_PLACES,
    np.empty(0, CONNECTOR),
    _NO_ROWS,
    np.empty(0, LINK),
    _NO_PLACES,
    _NO_PLACES,
)


def joined(contents: Contents) -> CellContents:
    """The contents of a box as one cell: all edges and links know their ends."""
    nodes, connectors = records(contents.nodes, NODE), records(contents.connectors, CONNECTOR)
    links = records(contents.links, LINK)
    return contents_of(
        nodes,
        np.arange(contents.near),
        parents_of(nodes, np.arange(contents.near)),
        connectors,
        np.flatnonzero(are_in_level(connectors["id"], contents.level)),
        links,
        places_of(nodes["id"], links["treenode_id"]),
        places_of(connectors["id"], links["connector_id"]),
        level=contents.level,
    )


def divided(whole: CellContents, grid: Grid, places: Sequence[GridCell]) -> dict[GridCell, CellContents]:
    """The cells at some places, out of one that holds what meets all of them."""
    ranges = table_ranges(whole, grid)
    return {place: _part(whole, *(in_ranges(one, place) for one in ranges)) for place in places}


def table_ranges(whole: CellContents, grid: Grid) -> tuple[NDArray[np.float64], ...]:
    """Which cells edges, links and the connectors inside are in (see `Grid.ranges`)."""
    inside = whole.connectors[: whole.inside]
    return (
        grid.ranges(extents(whole.nodes[: len(whole.parents)], whole.nodes[whole.parents])),
        grid.ranges(extents(whole.nodes[whole.link_nodes], whole.connectors[whole.link_connectors])),
        grid.ranges(extents(inside, inside)),
    )


def _part(whole: CellContents, edges: Flags, links: Flags, connectors: Flags) -> CellContents:
    near = np.flatnonzero(edges)
    return contents_of(
        whole.nodes,
        near,
        whole.parents[near],
        whole.connectors,
        np.flatnonzero(connectors),
        whole.links[links],
        whole.link_nodes[links],
        whole.link_connectors[links],
        whole.level,
        (whole.node_bounds[:, near], whole.link_bounds[:, links]),
    )


def in_ranges(ranges: NDArray[np.float64], place: GridCell) -> Flags:
    """Which of the ranges (see `Grid.ranges`) a cell is in, shape (n,)."""
    at = np.array(place)[:, None]
    meets: Flags = np.logical_and.reduce((ranges[:3] <= at) & (at <= ranges[3:]), axis=0)
    return meets


def records(table: Mapping[str, NDArray[Any]], dtype: np.dtype[Any]) -> Records:
    """A table of columns as records."""
    made = np.empty(len(table["id"]), dtype)
    for name, column in table.items():
        made[name] = column
    return made


def together(parts: Sequence[Records]) -> Records:
    """All records, put together as bytes: numpy would compare the fields of each part with those of each other."""
    dtype = parts[0].dtype
    return np.concatenate([part.view((np.void, dtype.itemsize)) for part in parts]).view(dtype)


def parents_of(nodes: Records, rows: Rows) -> Rows:
    """The rows of the parents of nodes, which are all there; their own at roots."""
    parents = rows.copy()
    has_parent = nodes["parent_id"][rows] >= 0
    parents[has_parent] = places_of(nodes["id"], nodes["parent_id"][rows[has_parent]])
    return parents


def places_of(ids: NDArray[Any], wanted: NDArray[Any]) -> Rows:
    """Where ids are, which are all there."""
    if not len(wanted):
        return np.empty(0, np.intp)
    order = np.argsort(ids)
    found: Rows = order[np.searchsorted(ids, wanted, sorter=order)]
    return found
