"""What one cell holds: edges, links and connectors, each with all that an answer tells of their ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.cells.grid import Grid, GridCell
from catmaid_server.domain.tracing.viewports import Contents
from catmaid_wire import columns

Records = NDArray[Any]
"""An array of `EDGE`, `LINK` or `CONNECTOR`, or of a part of these."""

NODE = np.dtype(list(columns.NODES.items()))
CONNECTOR = np.dtype(list(columns.CONNECTORS.items()))
EDGE = np.dtype([("node", NODE), ("parent", NODE)])
"""A treenode and its parent. The parent of a root has the id -1 and the root's place."""
LINK = np.dtype([("link", list(columns.LINKS.items())), ("treenode", NODE), ("connector", CONNECTOR)])


@dataclass(frozen=True, slots=True)
class CellContents:
    """What meets a cell; of one that is crowded nothing is kept but that."""

    edges: Records
    links: Records
    connectors: Records
    is_crowded: bool = False

    @property
    def size(self) -> int:
        """Bytes."""
        return self.edges.nbytes + self.links.nbytes + self.connectors.nbytes


NOTHING = CellContents(np.empty(0, EDGE), np.empty(0, LINK), np.empty(0, CONNECTOR))
CROWDED = CellContents(NOTHING.edges, NOTHING.links, NOTHING.connectors, is_crowded=True)


def joined(contents: Contents) -> CellContents:
    """The contents of a box as one cell: all edges and links beside their ends."""
    nodes, connectors = _records(contents.nodes, NODE), _records(contents.connectors, CONNECTOR)
    node_order, connector_order = np.argsort(nodes["id"]), np.argsort(connectors["id"])
    near = nodes[: contents.near]
    edges = np.empty(len(near), EDGE)
    edges["node"] = near
    edges["parent"] = near
    edges["parent"]["id"] = -1
    has_parent = near["parent_id"] >= 0
    edges["parent"][has_parent] = _by_id(nodes, node_order, near["parent_id"][has_parent])
    links = np.empty(len(contents.links["id"]), LINK)
    for name, column in contents.links.items():
        links["link"][name] = column
    links["treenode"] = _by_id(nodes, node_order, links["link"]["treenode_id"])
    links["connector"] = _by_id(connectors, connector_order, links["link"]["connector_id"])
    return CellContents(edges, links, connectors)


def divided(whole: CellContents, grid: Grid, places: Sequence[GridCell]) -> dict[GridCell, CellContents]:
    """The cells at some places, out of one that holds what meets all of them."""
    edges = grid.ranges(extents(whole.edges["node"], whole.edges["parent"]))
    links = grid.ranges(extents(whole.links["treenode"], whole.links["connector"]))
    connectors = grid.ranges(extents(whole.connectors, whole.connectors))
    return {
        place: CellContents(
            whole.edges[in_ranges(edges, place)],
            whole.links[in_ranges(links, place)],
            whole.connectors[in_ranges(connectors, place)],
        )
        for place in places
    }


def extents(one: Records, other: Records) -> NDArray[np.float64]:
    """Lowest x, y, z, highest x, y, z of straight lines between two places, shape (6, n)."""
    bounds = np.empty((6, len(one)))
    for axis, name in enumerate("xyz"):
        np.minimum(one[name], other[name], out=bounds[axis])
        np.maximum(one[name], other[name], out=bounds[axis + 3])
    return bounds


def in_ranges(ranges: NDArray[np.float64], place: GridCell) -> NDArray[np.bool_]:
    """Which of the ranges (see `Grid.ranges`) a cell is in, shape (n,)."""
    at = np.array(place)[:, None]
    meets: NDArray[np.bool_] = np.logical_and.reduce((ranges[:3] <= at) & (at <= ranges[3:]), axis=0)
    return meets


def _records(table: Mapping[str, NDArray[Any]], dtype: np.dtype[Any]) -> Records:
    records = np.empty(len(table["id"]), dtype)
    for name, column in table.items():
        records[name] = column
    return records


def _by_id(records: Records, order: NDArray[np.intp], ids: NDArray[Any]) -> Records:
    """The records with these ids, which are all there; `order` sorts the records by id."""
    found: Records = records[order[np.searchsorted(records["id"], ids, sorter=order)]] if len(ids) else records[:0]
    return found
