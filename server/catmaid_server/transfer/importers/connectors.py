"""Import synapses from two tables: connectors, and their links to nodes of imported skeletons."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import projects
from catmaid_server.transfer.copying import copy_rows, edges
from catmaid_server.transfer.importers.references import NodeTable, Sites, imported_sources, resolve, sibling_nodes
from catmaid_server.transfer.importers.tables import BulkTable, ColumnKind, read_table
from catmaid_server.transfer.target import TargetProject, open_target
from catmaid_wire.arbor import rows_of

sql = load("transfer/importing")

CONNECTOR_COLUMNS = {
    "connector_id": ColumnKind.SOURCE_ID,
    "x": ColumnKind.NUMBER,
    "y": ColumnKind.NUMBER,
    "z": ColumnKind.NUMBER,
}
LINK_COLUMNS = {
    "connector_id": ColumnKind.SOURCE_ID,
    "skeleton_id": ColumnKind.TEXT,
    "node_id": ColumnKind.SOURCE_ID,
    "relation": ColumnKind.TEXT,
}


@dataclass(frozen=True)
class ConnectorSummary:
    """What one import of synapses made."""

    connectors: int
    links: int

    def __str__(self) -> str:
        return f"{self.connectors} connectors and {self.links} links imported."


async def import_connectors(
    store: Store,
    connectors: Path,
    links: Path,
    *,
    project: str | int,
    user: str,
    nodes: Path | None = None,
    nearest: float | None = None,
    scale: float = 1.0,
) -> ConnectorSummary:
    """Import connectors and their links in one transaction: all of both files, or nothing.

    Parameters
    ----------
    store
        Where to.
    connectors
        CSV (or .csv.gz) with connector_id, x, y, z.
    links
        CSV with connector_id, skeleton_id, node_id, relation. A skeleton is named as its SWC file was; a node by
        its id in that file or, if there is a table of all nodes, by its id there.
    project, user
        Title or id of the project that holds the skeletons; name of the user who will own the connectors.
    nodes
        A table of all nodes (skeleton_id, node_id, x, y, z); `skeletons.csv` beside `links` is found by itself.
    nearest
        With a table of nodes: link to the node of that skeleton nearest to the named one, if within so many nm.
    scale
        nm per unit of the files.

    Raises
    ------
    BadFile
        Naming file and line, if a value, an id or a relation is wrong or unknown.
    InvalidInput, NotFound
        If an option is wrong, or there is no such project or user.
    """
    if not (np.isfinite(scale) and scale > 0):
        raise InvalidInput(f"The scale is {scale}; it should be nm per unit, above 0.")
    if nearest is not None and not nearest >= 0:
        raise InvalidInput(f"Nodes may be {nearest} nm away; it should be 0 or more.")
    target = await open_target(store, project, user)
    connector_table, link_table = await asyncio.to_thread(_read_pair, connectors, links)
    nodes = nodes or sibling_nodes(links)
    node_table = None if nodes is None else await asyncio.to_thread(NodeTable.read, nodes, scale)
    made = _NewConnectors(connector_table, connector_table.numbers("x", "y", "z") * scale)
    async with store.writing(
        user_id=target.user_id,
        project_id=target.project_id,
        label="connectors.import",
        note=f"{connectors.name}, {links.name}",
    ) as tx:
        ids = await _insert_connectors(tx, target, made)
        names = sorted(set(link_table.texts("skeleton_id")))
        sources = await imported_sources(tx, target.project_id, names)
        sites = resolve(link_table, sources, node_table, nearest=nearest)
        await _insert_links(tx, target, link_table, sites, made, ids)
    return ConnectorSummary(len(connector_table), len(link_table))


@dataclass(frozen=True)
class _NewConnectors:
    """The table of connectors, and their positions : (n, 3) nm."""

    table: BulkTable
    positions: NDArray[np.float64]


def _read_pair(connectors: Path, links: Path) -> tuple[BulkTable, BulkTable]:
    """Both tables, each connector named once and every link to one that exists."""
    connector_table, link_table = read_table(connectors, CONNECTOR_COLUMNS), read_table(links, LINK_COLUMNS)
    connector_table.require_distinct("connector_id")
    link_table.require_distinct_rows("the same link")
    link_table.require_known("connector_id", connector_table.ids("connector_id"), f"a connector of {connectors.name}")
    return connector_table, link_table


async def _insert_connectors(tx: Connection, target: TargetProject, made: _NewConnectors) -> NDArray[np.int32]:
    """Insert all, and return their new ids : (n,) int32."""
    count = len(made.table)
    ids = await _new_ids(tx, sql.next_locations, count)
    user_ids = np.full(count, target.user_id, np.int32)
    x, y, z = made.positions.T
    await copy_rows(
        tx,
        sql.copy_connectors,
        {
            "id": ids,
            "project_id": np.full(count, target.project_id, np.int32),
            "x": x,
            "y": y,
            "z": z,
            "confidence": np.full(count, 5, np.int16),
            "user_id": user_ids,
            "editor_id": user_ids,
        },
    )
    return ids


async def _insert_links(
    tx: Connection,
    target: TargetProject,
    links: BulkTable,
    sites: Sites,
    made: _NewConnectors,
    connector_ids: NDArray[np.int32],
) -> None:
    relations = links.mapped("relation", await projects.link_relation_ids(tx, target.project_id))
    rows = rows_of(made.table.ids("connector_id"), links.ids("connector_id"))
    count = len(links)
    await copy_rows(
        tx,
        sql.copy_links,
        {
            "id": await _new_ids(tx, sql.next_links, count, np.int64),
            "project_id": np.full(count, target.project_id, np.int32),
            "relation_id": relations,
            "connector_id": connector_ids[rows],
            "treenode_id": sites.treenode_ids,
            "skeleton_id": sites.skeleton_ids,
            "confidence": np.full(count, 5, np.int16),
            "user_id": np.full(count, target.user_id, np.int32),
            "edge": edges(sites.positions, made.positions[rows]),
        },
    )


async def _new_ids(
    tx: Connection, statement: LiteralString, count: int, dtype: type[np.int32 | np.int64] = np.int32
) -> NDArray[Any]:
    cursor = await tx.execute(statement, {"count": count})
    return np.array([row[0] for row in await cursor.fetchall()], dtype)
