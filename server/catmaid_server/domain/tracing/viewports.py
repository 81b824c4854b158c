"""What lies in a box: treenodes, connectors, the links between them, labels."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.arrays import TEXT, Column, array_text, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.fair_order import Flags, Seen, are_in_level, fair_part, node_bound, order_keys
from catmaid_server.domain.values import Box
from catmaid_wire import columns
from catmaid_wire.distinct import distinct

sql = load("tracing/viewports")


def _dtypes(table: str, columns: Mapping[str, str]) -> dict[str, str | np.dtype[Any]]:
    return {f"{table}_{name}": dtype for name, dtype in columns.items()}


_EDGES = _dtypes("node", columns.NODES) | _dtypes("link", columns.LINKS) | {"connector_id": "<i4", "snapshot": TEXT}
_BY_ID = (
    _dtypes("node", columns.NODES) | _dtypes("connector", columns.CONNECTORS) | {"snapshot": TEXT, "relations": TEXT}
)

ColumnTable = dict[str, Column]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a viewer asks for: both ends of every edge and of every link that meets a box, and the connectors in it.

    Without `exact`, some edges come along that pass by the box, but none is missing. Treenodes and connectors with
    these ids come along wherever they are.
    """

    box: Box
    exact: bool = True
    treenode_ids: Sequence[int] = ()
    connector_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """How many treenodes and connectors there would be without a limit; exactly, or as a sample tells."""

    nodes: int
    connectors: int
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Viewport:
    """The content of a box, by column; parent -1 at a root, times in s since 1970.

    totals : None where what lies in the box was not read to its end.
    """

    nodes: ColumnTable
    connectors: ColumnTable
    links: ColumnTable
    labels: dict[int, list[str]]
    relations: dict[int, str]
    limit_reached: bool
    totals: Totals | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found, all of one state; the first `near` nodes are those whose edges were, the rest are other ends.

    level : in level 0 everything was looked for, else only what is in a level of detail (see `fair_order`).
    """

    nodes: ColumnTable
    connectors: ColumnTable
    links: ColumnTable
    relations: dict[int, str]
    near: int
    level: int = 0

    def holds_more_than(self, most: int) -> bool:
        """Whether there are more nodes, connectors or links than so many."""
        return max(len(table["id"]) for table in (self.nodes, self.connectors, self.links)) > most

    def is_enough(self, wanted: Wanted, most: int) -> bool:
        """Whether more than `most` nodes are known, which come first in the fair order, or all."""
        return not self.level or self.near > most or node_bound(self._seen(wanted), most) is not None

    def _seen(self, wanted: Wanted) -> Seen:
        ids, connector_ids = self.nodes["id"], self.connectors["id"]
        near, parents = np.arange(self.near), self.nodes["parent_id"][: self.near]
        return Seen(
            len(ids),
            near,
            np.where(parents < 0, near, _places(ids, np.where(parents < 0, ids[: self.near], parents))),
            order_keys(ids[: self.near]),
            _places(ids, self.links["treenode_id"]),
            _places(connector_ids, self.links["connector_id"]),
            order_keys(self.links["treenode_id"]),
            are_inside(self.connectors, wanted.box),
            order_keys(connector_ids),
            np.flatnonzero(np.isin(ids, wanted.treenode_ids)),
            np.flatnonzero(np.isin(connector_ids, wanted.connector_ids)),
        )

    def totals(self, box: Box) -> Totals:
        """How many there are; of a level of detail about how many."""
        if not self.level:
            return Totals(len(self.nodes["id"]), len(self.connectors["id"]))
        inside = are_inside(self.connectors, box) & are_in_level(self.connectors["id"], self.level)
        return Totals(self.near << self.level, int(np.count_nonzero(inside)) << self.level, is_exact=False)

    def viewport(self, wanted: Wanted, most_nodes: int) -> Viewport:
        """The viewport without labels: at most so many of each, unless more are wanted by their ids."""
        nodes, links, connectors = self.nodes, self.links, self.connectors
        part = None
        if self.level or self.holds_more_than(most_nodes):
            part = fair_part(self._seen(wanted), most_nodes)
        if part is not None:
            nodes, links, connectors = (
                _rows(table, rows)
                for table, rows in ((nodes, part.nodes), (links, part.links), (connectors, part.connectors))
            )
        used = set(np.unique(links["relation_id"]).tolist())
        relations = {relation_id: name for relation_id, name in self.relations.items() if relation_id in used}
        return Viewport(nodes, connectors, links, {}, relations, part is not None, self.totals(wanted.box))


def are_inside(connectors: Mapping[str, Column] | NDArray[Any], box: Box) -> Flags:
    """Which connectors lie in a box, as the query of `sql/tracing/viewports.sql` has it."""
    x, y, z = (connectors[axis] for axis in "xyz")
    (x1, y1, z1), (x2, y2, z2) = box.low, box.high
    inside: NDArray[Any] = (x >= x1) & (x < x2) & (y >= y1) & (y < y2) & (z >= z1) & (z < z2)
    return inside


def _places(ids: Column, found: Column) -> NDArray[np.intp]:
    """Where ids are that are all there."""
    order = np.argsort(ids)
    places: NDArray[np.intp] = order[np.searchsorted(ids, found, sorter=order)] if len(found) else order[:0]
    return places


def _rows(table: ColumnTable, rows: Flags) -> ColumnTable:
    return {name: column[rows] for name, column in table.items()}


async def nodes_in_box(
    connection: Connection, project_id: int, wanted: Wanted, *, most_nodes: int, labels: bool = False
) -> Viewport:
    """What is wanted. If there are more than `most_nodes` nodes, connectors or links, those that are found first.

    `viewport_samples.nodes_in_box` has a fair sample of them.
    """
    found = await first_contents(connection, project_id, wanted, most_nodes + 1)
    viewport = found.viewport(wanted, most_nodes)
    if viewport.limit_reached:
        viewport = replace(viewport, totals=None)
    return await with_labels(connection, viewport, wanted=labels)


async def first_contents(connection: Connection, project_id: int, wanted: Wanted, most: int) -> Contents:
    """What is wanted, all of one state, but no more than `most` edges, links and connectors."""
    found, is_one_state = await _read(connection, project_id, wanted, most)
    if not is_one_state:
        async with one_state(connection):
            found, _ = await _read(connection, project_id, wanted, most)
    return found


async def with_labels(connection: Connection, viewport: Viewport, *, wanted: bool) -> Viewport:
    """The viewport with the labels of its nodes and connectors, if they are wanted."""
    if not wanted:
        return viewport
    ids = {"treenode_ids": viewport.nodes["id"].tolist(), "connector_ids": viewport.connectors["id"].tolist()}
    cursor = await connection.execute(sql.labels, ids)
    return replace(viewport, labels=dict(await cursor.fetchall()))


@asynccontextmanager
async def one_state(connection: Connection) -> AsyncIterator[None]:
    """A transaction whose statements all see the state that the first of them sees."""
    async with connection.transaction():
        await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


async def contents(
    connection: Connection,
    project_id: int,
    wanted: Wanted,
    most: int,
    *,
    level: int = 0,
    query: LiteralString = sql.edges_in_box,
) -> Contents:
    """What is wanted, but no more than `most` edges, links and connectors; within `one_state`.

    Of a level of detail that alone; `query` is the one that finds edges.
    """
    found, _ = await _read(connection, project_id, wanted, most, level, query)
    return replace(found, level=level)


async def by_id(
    connection: Connection,
    project_id: int,
    *,
    treenode_ids: NDArray[np.integer[Any]],
    connector_ids: NDArray[np.integer[Any]],
) -> tuple[ColumnTable, ColumnTable]:
    """Treenodes and connectors of a project by their ids; those that there are."""
    found = await _ends(connection, project_id, treenode_ids, connector_ids, np.empty(0, "<i4"))
    return _table(found, "node", columns.NODES), _table(found, "connector", columns.CONNECTORS)


async def _read(
    connection: Connection,
    project_id: int,
    wanted: Wanted,
    most: int,
    level: int = 0,
    query: LiteralString = sql.edges_in_box,
) -> tuple[Contents, bool]:
    """What is wanted, and whether nothing was committed between the two steps, so that they show one state.

    First the edges that the index finds are read, then the ends it did not find with them. One query that does both is
    slower: PostgreSQL has to keep the first step's rows to find out what is missing.
    """
    values = {"project_id": project_id, **sides(wanted.box), "exact": wanted.exact, "most": most, "stride": 1 << level}
    edges = await fetch_columns(connection, query, values, _EDGES)
    near, links = _table(edges, "node", columns.NODES), _table(edges, "link", columns.LINKS)
    ends = np.concatenate((near["parent_id"], links["treenode_id"], _ids(wanted.treenode_ids)))
    contacts = np.concatenate((edges["connector_id"], links["connector_id"], _ids(wanted.connector_ids)))
    others = await _ends(
        connection, project_id, np.setdiff1d(ends, near["id"]), distinct(contacts), distinct(links["relation_id"])
    )
    found = Contents(
        {name: np.concatenate((column, others[f"node_{name}"])) for name, column in near.items()},
        _table(others, "connector", columns.CONNECTORS),
        links,
        {int(key): name for key, name in json.loads(str(others["relations"])).items()},
        len(near["id"]),
    )
    return found, bool(edges["snapshot"] == others["snapshot"])


async def _ends(
    connection: Connection,
    project_id: int,
    treenode_ids: NDArray[np.integer[Any]],
    connector_ids: NDArray[np.integer[Any]],
    relation_ids: NDArray[np.integer[Any]],
) -> dict[str, Column]:
    values = {
        "project_id": project_id,
        "treenode_ids": array_text(treenode_ids),
        "connector_ids": array_text(connector_ids),
        "relation_ids": array_text(relation_ids),
    }
    return await fetch_columns(connection, sql.nodes_by_id, values, _BY_ID)


def sides(box: Box) -> dict[str, float]:
    """Corners for the query, where halves of whole numbers would be whole."""
    left, top, z1 = map(float, box.low)
    right, bottom, z2 = map(float, box.high)
    return {"left": left, "top": top, "z1": z1, "right": right, "bottom": bottom, "z2": z2}


def _table(columns: Mapping[str, Column], table: str, names: Iterable[str]) -> ColumnTable:
    return {name: columns[f"{table}_{name}"] for name in names}


def _ids(ids: Sequence[int]) -> Column:
    return np.array(ids, "<i4")
