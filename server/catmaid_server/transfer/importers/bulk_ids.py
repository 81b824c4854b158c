"""New ids for the rows of a bulk import whose own are too large to be kept."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, LiteralString, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.transfer.importers.bulk_tables import BulkTables
from catmaid_server.transfer.importers.tables import BulkTable
from catmaid_wire.distinct import distinct

sql = load("transfer/importing")

LARGEST_KEPT = 2_000_000_000
"""The largest id of 32 bits that is kept. New ids follow the largest there is, and must not run out (at 2**31)."""
LARGEST_KEPT_OF_LINKS = 2**62
"""As `LARGEST_KEPT`, of ids of 64 bits."""


class IdSpace(NamedTuple):
    """Columns whose ids share one number space.

    Attributes
    ----------
    title
        What has these ids.
    columns
        Names of the columns, by table.
    next_ids
        Statement that gives new ids.
    largest_kept
        The largest id that is kept.
    """

    title: str
    columns: Mapping[str, tuple[str, ...]]
    next_ids: LiteralString
    largest_kept: int = LARGEST_KEPT


LOCATIONS = IdSpace(
    "treenodes and connectors",
    {
        "treenodes": ("id", "parent_id"),
        "connectors": ("id",),
        "links": ("connector_id", "treenode_id"),
        "labels": ("treenode_id", "connector_id"),
    },
    sql.next_locations,
)
CONCEPTS = IdSpace(
    "neurons, skeletons, annotations and labels",
    {
        "treenodes": ("skeleton_id",),
        "links": ("skeleton_id",),
        "neurons": ("neuron_id", "skeleton_id", "model_of_link_id"),
        "annotations": ("annotation_id", "link_id", "neuron_id"),
        "meta_annotations": ("link_id", "annotation_id", "target_annotation_id"),
        "labels": ("label_id",),
    },
    sql.next_concepts,
)
LINKS = IdSpace("links", {"links": ("id",)}, sql.next_links, LARGEST_KEPT_OF_LINKS)
NODE_LABELS = IdSpace("labels of nodes", {"labels": ("link_id",)}, sql.next_node_labels, LARGEST_KEPT_OF_LINKS)


def keeps_ids(tables: BulkTables, space: IdSpace) -> bool:
    """Whether the ids of a space can be kept: none is so large that hardly any would be left for later rows."""
    return int(_used_ids(tables, space).max(initial=0)) <= space.largest_kept


def spaces_with_new_ids(tables: BulkTables) -> list[IdSpace]:
    """The number spaces whose ids cannot be kept."""
    return [space for space in (LOCATIONS, CONCEPTS, LINKS, NODE_LABELS) if not keeps_ids(tables, space)]


async def with_new_ids(tx: Connection, tables: BulkTables) -> BulkTables:
    """The tables with new ids in each space whose own cannot be kept; equal ids stay equal."""
    for space in spaces_with_new_ids(tables):
        old = _used_ids(tables, space)
        cursor = await tx.execute(space.next_ids, {"count": len(old)})
        new = np.array([row[0] for row in await cursor.fetchall()], np.int64)
        changed: dict[str, Any] = {
            table: _with_ids(getattr(tables, table), columns, old, new) for table, columns in space.columns.items()
        }
        tables = dataclasses.replace(tables, **changed)
    return tables


def _used_ids(tables: BulkTables, space: IdSpace) -> NDArray[np.int64]:
    """Distinct ids of a space, ascending."""
    columns = [getattr(tables, table).ids(name) for table, names in space.columns.items() for name in names]
    ids = distinct(np.concatenate(columns))
    return ids[ids >= 0]


def _with_ids(table: BulkTable, columns: tuple[str, ...], old: NDArray[np.int64], new: NDArray[np.int64]) -> BulkTable:
    changed: dict[str, NDArray[np.generic]] = {}
    for name in columns:
        ids = table.ids(name)
        given = ids >= 0
        changed[name] = ids.copy()
        changed[name][given] = new[np.searchsorted(old, ids[given])]
    return dataclasses.replace(table, columns={**table.columns, **changed})
