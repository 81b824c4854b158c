"""Viewports out of cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.cells.cell import CellContents, Records
from catmaid_server.domain.cells.nearness import meet
from catmaid_server.domain.tracing.viewports import ColumnTable, Contents, Wanted
from catmaid_server.domain.values import Box


def cut(cells: Sequence[CellContents], wanted: Wanted, relations: Mapping[int, str]) -> Contents:
    """What a viewer wants, out of the cells that hold its box; without what is wanted by id and lies elsewhere."""
    edges = _together([cell.edges for cell in cells])
    edges = edges[meet(edges["node"], edges["parent"], wanted.box, exact=wanted.exact)]
    edges = edges[_firsts(edges["node"])]
    links = _together([cell.links for cell in cells])
    links = links[meet(links["treenode"], links["connector"], wanted.box, exact=wanted.exact)]
    links = links[_firsts(links["link"])]
    connectors = _together([cell.connectors for cell in cells])
    connectors = _together([connectors[_are_inside(connectors, wanted.box)], _packed(links["connector"])])
    nodes = _packed(edges["node"])
    ends = _together([_packed(edges["parent"]), _packed(links["treenode"])])
    ends = ends[(ends["id"] >= 0) & ~np.isin(ends["id"], nodes["id"])]
    used = set(links["link"]["relation_id"].tolist())
    return Contents(
        table(_together([nodes, ends[_firsts(ends)]])),
        table(connectors[_firsts(connectors)]),
        table(links["link"]),
        {relation_id: name for relation_id, name in relations.items() if relation_id in used},
        len(nodes),
    )


def table(records: Records) -> ColumnTable:
    """Records by column."""
    return {name: records[name] for name in records.dtype.names or ()}


def _together(parts: Sequence[Records]) -> Records:
    """All records, put together as bytes: numpy would compare the fields of each part with those of each other."""
    dtype = parts[0].dtype
    return np.concatenate([part.view((np.void, dtype.itemsize)) for part in parts]).view(dtype)


def _packed(part: Records) -> Records:
    """A part of records as records of their own."""
    return np.ascontiguousarray(part)


def _firsts(records: Records) -> NDArray[np.intp]:
    """Where each id comes first, in the order of ids."""
    firsts: NDArray[np.intp] = np.unique(records["id"], return_index=True)[1]
    return firsts


def _are_inside(connectors: Records, box: Box) -> NDArray[np.bool_]:
    """Which connectors lie in a box, as the query of `sql/tracing/viewports.sql` has it."""
    x, y, z = (connectors[axis] for axis in "xyz")
    (x1, y1, z1), (x2, y2, z2) = box.low, box.high
    inside: NDArray[Any] = (x >= x1) & (x < x2) & (y >= y1) & (y < y2) & (z >= z1) & (z < z2)
    return inside
