"""Cells in which some rows changed: these are replaced, and the others stay."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.cells.cell import (
    CONNECTOR,
    LINK,
    NODE,
    CellContents,
    contents_of,
    in_ranges,
    parents_of,
    places_of,
    records,
    table_ranges,
    together,
)
from catmaid_server.domain.cells.grid import Grid, GridCell
from catmaid_server.domain.fair_order import are_in_level
from catmaid_server.domain.news.changes import CommittedRows


class Patch:
    """What changed, ready to be put into cells."""

    def __init__(self, changed: CommittedRows) -> None:
        self._changed = changed
        nodes, connectors, links = (
            records(changed.now[table], dtype)
            for table, dtype in (("node", NODE), ("connector", CONNECTOR), ("link", LINK))
        )
        near = np.flatnonzero(np.isin(nodes["id"], changed.nodes))
        self._now = contents_of(
            nodes,
            near,
            parents_of(nodes, near),
            connectors,
            np.flatnonzero(np.isin(connectors["id"], changed.connectors)),
            links,
            places_of(nodes["id"], links["treenode_id"]),
            places_of(connectors["id"], links["connector_id"]),
        )

    def put_into(self, cells: Iterable[tuple[GridCell, CellContents]], grid: Grid) -> dict[GridCell, CellContents]:
        """Cells of a grid as they are now."""
        ranges = table_ranges(self._now, grid)
        return {
            place: self._patched(cell, *(np.flatnonzero(in_ranges(one, place)) for one in ranges))
            for place, cell in cells
        }

    def _in_level(
        self, level: int, edges: NDArray[Any], links: NDArray[Any], connectors: NDArray[Any]
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Those of the rows of what there is now that are in a level of detail."""
        now = self._now
        return (
            edges[are_in_level(now.nodes["id"][edges], level)],
            links[are_in_level(now.nodes["id"][now.link_nodes[links]], level)],
            connectors[are_in_level(now.connectors["id"][connectors], level)],
        )

    def _is_in(self, cell: CellContents) -> bool:
        """Whether any row of a cell changed."""
        changed = self._changed
        return bool(
            np.isin(cell.nodes["id"], changed.nodes).any()
            or np.isin(cell.links["id"], changed.links).any()
            or np.isin(cell.connectors["id"], changed.connectors).any()
        )

    def _patched(
        self, cell: CellContents, edges: NDArray[Any], links: NDArray[Any], connectors: NDArray[Any]
    ) -> CellContents:
        """A cell without what changed, and with those rows of what there is now."""
        now, changed = self._now, self._changed
        if cell.level:
            edges, links, connectors = self._in_level(cell.level, edges, links, connectors)
            if not (len(edges) or len(links) or len(connectors) or self._is_in(cell)):
                return cell
        same_edges = _others(cell.nodes["id"][: len(cell.parents)], changed.nodes)
        same_links = _others(cell.links["id"], changed.links)
        same_connectors = _others(cell.connectors["id"][: cell.inside], changed.connectors)
        old_nodes, new_nodes = _places(cell.nodes["id"], now.nodes["id"], changed.nodes)
        old_connectors, new_connectors = _places(cell.connectors["id"], now.connectors["id"], changed.connectors)
        return contents_of(
            together((cell.nodes, now.nodes)),
            np.concatenate((same_edges, new_nodes[edges])),
            np.concatenate((old_nodes[cell.parents[same_edges]], new_nodes[now.parents[edges]])),
            together((cell.connectors, now.connectors)),
            np.concatenate((same_connectors, new_connectors[connectors])),
            together((cell.links[same_links], now.links[links])),
            np.concatenate((old_nodes[cell.link_nodes[same_links]], new_nodes[now.link_nodes[links]])),
            np.concatenate(
                (old_connectors[cell.link_connectors[same_links]], new_connectors[now.link_connectors[links]])
            ),
            cell.level,
        )


def _others(ids: NDArray[Any], changed: NDArray[Any]) -> NDArray[Any]:
    """Where ids are that did not change."""
    return np.flatnonzero(np.isin(ids, changed, invert=True))


def _places(old: NDArray[Any], new: NDArray[Any], changed: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where the rows of two tables are in one that has the first and then the second, so that each id has one place.

    An id that both have is where it is new if it changed, else where it was.
    """
    places, further = np.arange(len(old)), np.arange(len(old), len(old) + len(new))
    rows = np.flatnonzero(np.isin(old, new))
    if len(rows):
        order = np.argsort(new)
        others = order[np.searchsorted(new, old[rows], sorter=order)]
        is_changed = np.isin(old[rows], changed)
        places[rows[is_changed]] = further[others[is_changed]]
        further[others[~is_changed]] = rows[~is_changed]
    return places, further
