"""What lies in a box: treenodes, connectors, the links between them, labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catmaid_server.db.arrays import Column, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection

sql = load("viewports")

NODE_COLUMNS = {
    "id": "<i4", "parent_id": "<i4", "x": "<f8", "y": "<f8", "z": "<f8", "confidence": "<i2", "radius": "<f8",
    "skeleton_id": "<i4", "edition_time": "<f8", "user_id": "<i4",
}
CONNECTOR_COLUMNS = {
    "id": "<i4", "x": "<f8", "y": "<f8", "z": "<f8", "confidence": "<i2", "edition_time": "<f8", "user_id": "<i4",
}
LINK_COLUMNS = {
    "connector_id": "<i4", "treenode_id": "<i4", "relation_id": "<i4", "confidence": "<i2", "edition_time": "<f8",
    "id": "<i4",
}
_DTYPES = {
    f"{table}_{name}": dtype
    for table, columns in (("node", NODE_COLUMNS), ("connector", CONNECTOR_COLUMNS), ("link", LINK_COLUMNS))
    for name, dtype in columns.items()
}

Table = dict[str, Column]


@dataclass(frozen=True, slots=True)
class Box:
    """A box in project space; nm."""

    left: float
    top: float
    z1: float
    right: float
    bottom: float
    z2: float


@dataclass(frozen=True, slots=True)
class Viewport:
    """The content of a box, by column; parent -1 at a root, times in s since 1970."""

    nodes: Table
    connectors: Table
    links: Table
    labels: dict[int, list[str]]
    relations: dict[int, str]
    limit_reached: bool


async def nodes_in_box(
    connection: Connection, project_id: int, box: Box, *, most_nodes: int, labels: bool = False,
    exact: bool = True,
    treenode_ids: Sequence[int] = (), connector_ids: Sequence[int] = (),
) -> Viewport:
    """Both ends of every edge and of every link to a connector that meets a box, and the connectors in it.

    `treenode_ids` and `connector_ids` come along wherever they are. Without `exact`, some edges come along that
    pass by the box, but none is missing. If there are more than `most_nodes` nodes, connectors or links, some are
    left out, of the nodes none of `treenode_ids`.
    """
    columns = await fetch_columns(connection, sql.viewport, {
        "project_id": project_id, "left": box.left, "top": box.top, "z1": box.z1, "right": box.right,
        "bottom": box.bottom, "z2": box.z2, "exact": exact, "most_edges": most_nodes + 1,
        "treenode_ids": list(treenode_ids), "connector_ids": list(connector_ids)}, _DTYPES)
    nodes, connectors, links = ({name: columns[f"{table}_{name}"] for name in names} for table, names in (
        ("node", NODE_COLUMNS), ("connector", CONNECTOR_COLUMNS), ("link", LINK_COLUMNS)))
    limit_reached = max(len(table["id"]) for table in (nodes, connectors, links)) > most_nodes
    if len(nodes["id"]) > most_nodes:
        first = np.argsort(~np.isin(nodes["id"], treenode_ids), kind="stable")[:max(most_nodes, len(treenode_ids))]
        nodes = {name: column[first] for name, column in nodes.items()}
    return Viewport(
        nodes, connectors, links,
        await _labels(connection, nodes["id"], connectors["id"]) if labels else {},
        await _relations(connection, links["relation_id"]) if len(links["id"]) else {},
        limit_reached)


async def _labels(connection: Connection, treenode_ids: Column, connector_ids: Column) -> dict[int, list[str]]:
    cursor = await connection.execute(sql.labels, {"treenode_ids": treenode_ids.tolist(),
                                                   "connector_ids": connector_ids.tolist()})
    return dict(await cursor.fetchall())


async def _relations(connection: Connection, relation_ids: Column) -> dict[int, str]:
    cursor = await connection.execute(sql.relations, {"ids": list(set(relation_ids.tolist()))})
    return dict(await cursor.fetchall())
