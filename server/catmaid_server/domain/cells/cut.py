"""Viewports out of cells: which rows of them, and these as tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.cells.bounds import Bounds, Records, Rows, Sieve
from catmaid_server.domain.cells.cell import CellContents
from catmaid_server.domain.cells.nearness import come_near, overlap
from catmaid_server.domain.fair_order import Seen, are_in_level, fair_part, node_bound, order_keys
from catmaid_server.domain.tracing.viewports import ColumnTable, Contents, Totals, Viewport, Wanted, are_inside
from catmaid_server.domain.values import Box

_MANY = 5_000
"""Of more lines it is less work to tell first which lie inside."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What a viewer wants, as rows of a cell; each treenode, link and connector once.

    near : treenodes whose edges come near.
    ends : the other treenodes at the ends of these and of links.
    relations : names by id of those that the links have.
    is_part : whether there is more than a viewer wants to see.
    """

    cell: CellContents
    near: Rows
    ends: Rows
    links: Rows
    connectors: Rows
    relations: dict[int, str]
    is_part: bool = False

    def holds_more_than(self, most: int) -> bool:
        """Whether there are more nodes, connectors or links than so many."""
        return max(len(self.near) + len(self.ends), len(self.links), len(self.connectors)) > most

    def contents(self) -> Contents:
        """The rows by column."""
        cell = self.cell
        return Contents(
            _table(cell.nodes[np.concatenate((self.near, self.ends))]),
            _table(cell.connectors[self.connectors]),
            _table(cell.links[self.links]),
            self.relations,
            len(self.near),
            cell.level,
        )

    def totals(self, box: Box) -> Totals:
        """How many nodes and connectors there are; of a level of detail about how many."""
        level = self.cell.level
        if not level:
            return Totals(len(self.near) + len(self.ends), len(self.connectors))
        connectors = self.cell.connectors[self.connectors]
        inside = are_inside(connectors, box) & are_in_level(connectors["id"], level)
        return Totals(len(self.near) << level, int(np.count_nonzero(inside)) << level, is_exact=False)

    def is_enough(self, wanted: Wanted, most: int) -> bool:
        """Whether more than `most` nodes are known, which come first in the fair order, or all."""
        return not self.cell.level or len(self.near) > most or node_bound(self._seen(wanted), most) is not None

    def first(self, wanted: Wanted, most: int) -> Cut:
        """At most so many of each, as a fair sample, unless more are wanted by their ids."""
        if not self.cell.level and not self.holds_more_than(most):
            return self
        part = fair_part(self._seen(wanted), most)
        if part is None:
            return self
        links = self.links[part.links]
        used = frozenset(np.unique(self.cell.links["relation_id"][links]).tolist())
        return replace(
            self,
            near=self.near[part.nodes[self.near]],
            ends=self.ends[part.nodes[self.ends]],
            links=links,
            connectors=self.connectors[part.connectors],
            relations={relation_id: name for relation_id, name in self.relations.items() if relation_id in used},
            is_part=True,
        )

    def viewport(self, wanted: Wanted, most: int) -> Viewport:
        """As `first`, by column, without labels."""
        first = self.first(wanted, most)
        shown = first.contents()
        totals = self.totals(wanted.box)
        return Viewport(shown.nodes, shown.connectors, shown.links, {}, shown.relations, first.is_part, totals)

    def _seen(self, wanted: Wanted) -> Seen:
        cell = self.cell
        link_nodes, connectors = cell.link_nodes[self.links], cell.connectors[self.connectors]
        places = np.empty(len(cell.connectors), np.intp)
        places[self.connectors] = np.arange(len(self.connectors))
        return Seen(
            len(cell.nodes),
            self.near,
            cell.parents[self.near],
            order_keys(cell.nodes["id"][self.near]),
            link_nodes,
            places[cell.link_connectors[self.links]],
            order_keys(cell.nodes["id"][link_nodes]),
            are_inside(connectors, wanted.box),
            order_keys(connectors["id"]),
            _with_ids(cell.nodes, np.concatenate((self.near, self.ends)), wanted.treenode_ids),
            np.flatnonzero(np.isin(connectors["id"], wanted.connector_ids)),
        )


def cut(cell: CellContents, wanted: Wanted, relations: Mapping[int, str]) -> Cut:
    """What a viewer wants, out of a cell that holds its box; without what is wanted by id and lies elsewhere."""
    sieve, everything = Sieve.of(wanted.box), np.arange(len(cell.parents))
    near = _near(sieve, cell.node_bounds, cell.nodes, everything, cell.nodes, cell.parents, wanted)
    links = _near(sieve, cell.link_bounds, cell.nodes, cell.link_nodes, cell.connectors, cell.link_connectors, wanted)
    is_end = np.zeros(len(cell.nodes), dtype=bool)
    is_end[cell.parents[near]] = True
    is_end[cell.link_nodes[links]] = True
    is_end[near] = False
    is_shown = np.zeros(len(cell.connectors), dtype=bool)
    is_shown[: cell.inside] = are_inside(cell.connectors[: cell.inside], wanted.box)
    is_shown[cell.link_connectors[links]] = True
    used = frozenset(np.unique(cell.links["relation_id"][links]).tolist())
    return Cut(
        cell,
        near,
        np.flatnonzero(is_end),
        links,
        np.flatnonzero(is_shown),
        {relation_id: name for relation_id, name in relations.items() if relation_id in used},
    )


def _near(
    sieve: Sieve,
    bounds: Bounds,
    ones: Records,
    one: NDArray[np.integer[Any]],
    others: Records,
    other: NDArray[np.integer[Any]],
    wanted: Wanted,
) -> Rows:
    """Rows of lines that come near, given their bounds and the rows of their ends in two tables."""
    rows, are_near = sieve.overlap(bounds)
    if not are_near.all():
        unsure = np.flatnonzero(~are_near)
        looked_at = rows[unsure]
        are_near[unsure] = overlap(ones[one[looked_at]], others[other[looked_at]], wanted.box)
        rows = rows[are_near]
    if not wanted.exact:
        return rows
    known = bounds if len(rows) == bounds.shape[1] else bounds[:, rows]
    are_near = sieve.inside(known) if len(rows) > _MANY else np.zeros(len(rows), dtype=bool)
    unsure = np.flatnonzero(~are_near)
    looked_at = rows[unsure]
    are_near[unsure] = come_near(ones[one[looked_at]], others[other[looked_at]], wanted.box)
    found: Rows = rows[are_near]
    return found


def _with_ids(table: Records, rows: Rows, ids: object) -> Rows:
    """Those of the rows that have an id that is wanted."""
    found: Rows = rows[np.isin(table["id"][rows], np.array(ids, "<i4"))]
    return found


def _table(records: Records) -> ColumnTable:
    return {name: records[name] for name in records.dtype.names or ()}
