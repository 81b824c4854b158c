"""What lies in a box: treenodes, connectors, the links between them, labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from catmaid_server.db.arrays import TEXT, Column, array_text, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.values import Box
from catmaid_wire import columns

sql = load("tracing/viewports")


def _dtypes(table: str, columns: Mapping[str, str]) -> dict[str, str | np.dtype[Any]]:
    return {f"{table}_{name}": dtype for name, dtype in columns.items()}


_EDGES = _dtypes("node", columns.NODES) | _dtypes("link", columns.LINKS) | {"connector_id": "<i4", "snapshot": TEXT}
_BY_ID = (
    _dtypes("node", columns.NODES) | _dtypes("connector", columns.CONNECTORS) | {"snapshot": TEXT, "relations": TEXT}
)

ColumnTable = dict[str, Column]


@dataclass(frozen=True, slots=True)
class Viewport:
    """The content of a box, by column; parent -1 at a root, times in s since 1970."""

    nodes: ColumnTable
    connectors: ColumnTable
    links: ColumnTable
    labels: dict[int, list[str]]
    relations: dict[int, str]
    limit_reached: bool


async def nodes_in_box(
    connection: Connection,
    project_id: int,
    box: Box,
    *,
    most_nodes: int,
    labels: bool = False,
    exact: bool = True,
    treenode_ids: Sequence[int] = (),
    connector_ids: Sequence[int] = (),
) -> Viewport:
    """Both ends of every edge and of every link to a connector that meets a box, and the connectors in it.

    `treenode_ids` and `connector_ids` come along wherever they are. Without `exact`, some edges come along that
    pass by the box, but none is missing. If there are more than `most_nodes` nodes, connectors or links, some are
    left out, of the nodes none of `treenode_ids`.
    """
    found = _Found(project_id, box, exact, most_nodes + 1, treenode_ids, connector_ids)
    if not await found.read(connection):
        async with connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            await found.read(connection)
    nodes, connectors, links = found.nodes, found.connectors, found.links
    limit_reached = max(len(table["id"]) for table in (nodes, connectors, links)) > most_nodes
    if len(nodes["id"]) > most_nodes:
        first = np.argsort(~np.isin(nodes["id"], treenode_ids), kind="stable")[: max(most_nodes, len(treenode_ids))]
        nodes = {name: column[first] for name, column in nodes.items()}
    return Viewport(
        nodes,
        connectors,
        links,
        await _labels(connection, nodes["id"], connectors["id"]) if labels else {},
        found.relations,
        limit_reached,
    )


@dataclass
class _Found:
    """What a box holds, read in two steps: the edges that the index finds, then the ends it did not find with them.

    One query that does both is slower: PostgreSQL has to keep the first step's rows to find out what is missing.
    """

    project_id: int
    box: Box
    exact: bool
    most: int
    treenode_ids: Sequence[int]
    connector_ids: Sequence[int]
    nodes: ColumnTable = field(default_factory=dict)
    connectors: ColumnTable = field(default_factory=dict)
    links: ColumnTable = field(default_factory=dict)
    relations: dict[int, str] = field(default_factory=dict)

    async def read(self, connection: Connection) -> bool:
        """Fill the tables; whether nothing was committed between the steps, so that they show one state."""
        edges = await fetch_columns(
            connection,
            sql.edges_in_box,
            {"project_id": self.project_id, **_sides(self.box), "exact": self.exact, "most": self.most},
            _EDGES,
        )
        near, self.links = _table(edges, "node", columns.NODES), _table(edges, "link", columns.LINKS)
        ends = np.concatenate((near["parent_id"], self.links["treenode_id"], _ids(self.treenode_ids)))
        contacts = np.concatenate((edges["connector_id"], self.links["connector_id"], _ids(self.connector_ids)))
        others = await fetch_columns(
            connection,
            sql.nodes_by_id,
            {
                "project_id": self.project_id,
                "treenode_ids": array_text(np.setdiff1d(ends, near["id"])),
                "connector_ids": array_text(np.unique(contacts)),
                "relation_ids": array_text(np.unique(self.links["relation_id"])),
            },
            _BY_ID,
        )
        self.nodes = {name: np.concatenate((column, others[f"node_{name}"])) for name, column in near.items()}
        self.connectors = _table(others, "connector", columns.CONNECTORS)
        self.relations = {int(key): name for key, name in json.loads(str(others["relations"])).items()}
        return bool(edges["snapshot"] == others["snapshot"])


def _sides(box: Box) -> dict[str, float]:
    left, top, z1 = box.low
    right, bottom, z2 = box.high
    return {"left": left, "top": top, "z1": z1, "right": right, "bottom": bottom, "z2": z2}


def _table(columns: Mapping[str, Column], table: str, names: Iterable[str]) -> ColumnTable:
    return {name: columns[f"{table}_{name}"] for name in names}


def _ids(ids: Sequence[int]) -> Column:
    return np.array(ids, "<i4")


async def _labels(connection: Connection, treenode_ids: Column, connector_ids: Column) -> dict[int, list[str]]:
    cursor = await connection.execute(
        sql.labels, {"treenode_ids": treenode_ids.tolist(), "connector_ids": connector_ids.tolist()}
    )
    return dict(await cursor.fetchall())
