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
from catmaid_server.domain.cells.row_texts import RowTexts
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

    def _patched(
        self, cell: CellContents, edges: NDArray[Any], links: NDArray[Any], connectors: NDArray[Any]
    ) -> CellContents:
        """A cell without what changed, and with those rows of what there is now."""
        now, changed = self._now, self._changed
        same_edges = _others(cell.nodes["id"][: len(cell.parents)], changed.nodes)
        same_links = _others(cell.links["id"], changed.links)
        same_connectors = _others(cell.connectors["id"][: cell.inside], changed.connectors)
        nodes, all_connectors = len(cell.nodes), len(cell.connectors)
        return contents_of(
            together((cell.nodes, now.nodes)),
            np.concatenate((same_edges, edges + nodes)),
            np.concatenate((cell.parents[same_edges], now.parents[edges] + nodes)),
            together((cell.connectors, now.connectors)),
            np.concatenate((same_connectors, connectors + all_connectors)),
            together((cell.links[same_links], now.links[links])),
            np.concatenate((cell.link_nodes[same_links], now.link_nodes[links] + nodes)),
            np.concatenate((cell.link_connectors[same_links], now.link_connectors[links] + all_connectors)),
            *self._texts(cell, same_links, links),
        )

    def _texts(
        self, cell: CellContents, same_links: NDArray[Any], links: NDArray[Any]
    ) -> tuple[RowTexts | None, NDArray[Any] | None]:
        if cell.texts is None:
            return None, None
        self._now = self._now.with_texts()
        assert self._now.texts is not None
        rows = np.concatenate((same_links, links + len(cell.links)))
        return cell.texts.and_of(self._now.texts), rows


def _others(ids: NDArray[Any], changed: NDArray[Any]) -> NDArray[Any]:
    """Where ids are that did not change."""
    return np.flatnonzero(np.isin(ids, changed, invert=True))
