"""Insert the tables of a bulk import, in the order in which they refer to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import LiteralString

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.transfer.copying import CopyColumn, copy_rows, edges, treenode_edges
from catmaid_server.transfer.importers.bulk_tables import BulkTables
from catmaid_server.transfer.importers.tables import BulkTable
from catmaid_server.transfer.steps import Steps
from catmaid_server.transfer.target import TargetProject

sql = load("transfer/importing")


@dataclass(frozen=True)
class _BulkInsert:
    """The transaction and project to insert into, and the ids there of the tables' users and relations."""

    tx: Connection
    project_id: int
    user_ids: Mapping[int, int]
    relations: Mapping[str, int]
    steps: Steps

    def users_of(self, table: BulkTable) -> NDArray[np.int32]:
        """Owner of each row : (n,) int32."""
        known, rows = np.unique(table.ids("user_id"), return_inverse=True)
        return np.array([self.user_ids[i] for i in known.tolist()], np.int32)[rows]

    async def copy(self, name: str, statement: LiteralString, columns: Mapping[str, CopyColumn]) -> None:
        """COPY under the step's name; the project is added as the second column."""
        (first, ids), *rest = columns.items()
        whole = {first: ids, "project_id": np.full(len(ids), self.project_id, np.int32), **dict(rest)}
        with self.steps.timed(name):
            await copy_rows(self.tx, statement, whole, self.steps.advance)


async def insert_all(
    tx: Connection,
    target: TargetProject,
    tables: BulkTables,
    user_ids: Mapping[int, int],
    relations: Mapping[str, int],
    steps: Steps,
) -> None:
    """Insert every table under its ids.

    Parameters
    ----------
    tx, target, tables
        The transaction, the project, and what goes there.
    user_ids
        Id here of each user id in the tables.
    relations
        Ids of the project's relations by name.
    steps
        Gets the time that each table takes, and the number of rows.

    Raises
    ------
    BadFile
        If a relation is unknown; names file and line.
    """
    insert = _BulkInsert(tx, target.project_id, user_ids, relations, steps)
    await _insert_neurons(insert, tables.neurons)
    await _insert_treenodes(insert, tables)
    await _insert_connectors(insert, tables.connectors)
    await _insert_links(insert, tables)
    await _insert_annotations(insert, tables)
    await _insert_labels(insert, tables.labels)


async def _insert_neurons(insert: _BulkInsert, table: BulkTable) -> None:
    _, firsts = np.unique(table.ids("neuron_id"), return_index=True)
    owners, names = insert.users_of(table), table.texts("name")
    with insert.steps.timed("insert neurons"):
        await insert.tx.execute(
            sql.insert_neurons,
            {
                "project_id": insert.project_id,
                "ids": table.ids("neuron_id")[firsts].tolist(),
                "names": names[firsts].tolist(),
                "user_ids": owners[firsts].tolist(),
            },
        )
        has = table.ids("skeleton_id") >= 0
        await insert.tx.execute(
            sql.insert_skeletons,
            {
                "project_id": insert.project_id,
                "ids": table.ids("skeleton_id")[has].tolist(),
                "neuron_ids": table.ids("neuron_id")[has].tolist(),
                "link_ids": table.ids("model_of_link_id")[has].tolist(),
                "user_ids": owners[has].tolist(),
            },
        )
    insert.steps.advance(len(table))


async def _insert_treenodes(insert: _BulkInsert, tables: BulkTables) -> None:
    table = tables.treenodes
    positions, owners = table.numbers("x", "y", "z"), insert.users_of(table)
    x, y, z = positions.T
    await insert.copy(
        "copy treenodes",
        sql.copy_treenodes,
        {
            "id": _int4(table, "id"),
            "skeleton_id": _int4(table, "skeleton_id"),
            "parent_id": _int4(table, "parent_id"),
            "x": x,
            "y": y,
            "z": z,
            "radius": table.numbers("radius"),
            "confidence": table.columns["confidence"],
            "user_id": owners,
            "editor_id": owners,
            "edge": treenode_edges(positions, tables.parents),
        },
    )


async def _insert_connectors(insert: _BulkInsert, table: BulkTable) -> None:
    owners = insert.users_of(table)
    await insert.copy(
        "copy connectors",
        sql.copy_connectors,
        {
            "id": _int4(table, "id"),
            **{axis: table.numbers(axis) for axis in "xyz"},
            "confidence": table.columns["confidence"],
            "user_id": owners,
            "editor_id": owners,
        },
    )


async def _insert_links(insert: _BulkInsert, tables: BulkTables) -> None:
    table = tables.links
    treenodes = tables.treenodes.numbers("x", "y", "z")[tables.linked_treenodes]
    connectors = tables.connectors.numbers("x", "y", "z")[tables.linked_connectors]
    await insert.copy(
        "copy links",
        sql.copy_links,
        {
            "id": _int8(table, "id"),
            "relation_id": table.mapped("relation", insert.relations),
            "connector_id": _int4(table, "connector_id"),
            "treenode_id": _int4(table, "treenode_id"),
            "skeleton_id": _int4(table, "skeleton_id"),
            "confidence": table.columns["confidence"],
            "user_id": insert.users_of(table),
            "edge": edges(treenodes, connectors),
        },
    )


async def _insert_annotations(insert: _BulkInsert, tables: BulkTables) -> None:
    table, meta = tables.annotations, tables.meta_annotations
    owners = insert.users_of(table)
    _, firsts = np.unique(table.ids("annotation_id"), return_index=True)
    await insert.tx.execute(
        sql.insert_annotations,
        {
            "project_id": insert.project_id,
            "ids": table.ids("annotation_id")[firsts].tolist(),
            "names": table.texts("annotation_name")[firsts].tolist(),
            "user_ids": owners[firsts].tolist(),
        },
    )
    has = table.ids("link_id") >= 0
    await insert.copy(
        "copy annotation links",
        sql.copy_annotation_links,
        {
            "id": _int8(table, "link_id")[has],
            "annotation_id": _int4(table, "annotation_id")[has],
            "neuron_id": _int4(table, "neuron_id")[has],
            "target_annotation_id": _nulls(int(has.sum())),
            "user_id": owners[has],
        },
    )
    await insert.copy(
        "copy annotation links",
        sql.copy_annotation_links,
        {
            "id": _int8(meta, "link_id"),
            "annotation_id": _int4(meta, "annotation_id"),
            "neuron_id": _nulls(len(meta)),
            "target_annotation_id": _int4(meta, "target_annotation_id"),
            "user_id": insert.users_of(meta),
        },
    )


async def _insert_labels(insert: _BulkInsert, table: BulkTable) -> None:
    owners = insert.users_of(table)
    _, firsts = np.unique(table.ids("label_id"), return_index=True)
    await insert.tx.execute(
        sql.insert_labels,
        {
            "project_id": insert.project_id,
            "ids": table.ids("label_id")[firsts].tolist(),
            "names": table.texts("label_name")[firsts].tolist(),
            "user_ids": owners[firsts].tolist(),
        },
    )
    has = table.ids("link_id") >= 0
    await insert.copy(
        "copy node labels",
        sql.copy_node_labels,
        {
            "id": _int8(table, "link_id")[has],
            "label_id": _int4(table, "label_id")[has],
            "treenode_id": _int4(table, "treenode_id")[has],
            "connector_id": _int4(table, "connector_id")[has],
            "user_id": owners[has],
        },
    )


def _int4(table: BulkTable, name: str) -> CopyColumn:
    """A column of ids as integer; NULL where unset."""
    ids = table.ids(name)
    column: CopyColumn = np.ma.masked_array(ids.astype(np.int32), ids < 0)
    return column


def _int8(table: BulkTable, name: str) -> CopyColumn:
    """A column of ids of links as bigint; NULL where unset."""
    ids = table.ids(name)
    column: CopyColumn = np.ma.masked_array(ids, ids < 0)
    return column


def _nulls(count: int) -> CopyColumn:
    column: CopyColumn = np.ma.masked_array(np.zeros(count, np.int32), np.ones(count, np.bool_))
    return column
