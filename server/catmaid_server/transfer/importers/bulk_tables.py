"""The tables of a bulk import: a folder of CSV files with ids, read whole and checked against each other.

| file (`.csv` or `.csv.gz`) | columns |
| --- | --- |
| `treenodes` | id, parent_id (empty at a root), skeleton_id, x, y, z, radius (nm), confidence, user_id |
| `connectors` | id, x, y, z, confidence, user_id |
| `links` | id, connector_id, treenode_id, skeleton_id, relation, confidence, user_id |
| `neurons` | neuron_id, skeleton_id, model_of_link_id, name, user_id; a row for each skeleton, or one without |
| `annotations` | annotation_id, annotation_name, link_id, neuron_id, user_id; a row for each link, or one without |
| `meta_annotations` | link_id, annotation_id, target_annotation_id, user_id |
| `labels` | label_id, label_name, link_id, treenode_id, connector_id, user_id; a row for each link, or one without |
| `users` | id, username |

`neurons` and `treenodes` must be there. Without `users`, the `user_ids` of a `requests.json` say who is who.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.tables import BulkTable, ColumnKind, empty_table, find_table, read_table
from catmaid_wire.arbor import UNKNOWN_PARENT, nodes_on_cycles, parent_rows

_ID, _OPTIONAL_ID, _NUMBER = ColumnKind.ID, ColumnKind.OPTIONAL_ID, ColumnKind.NUMBER
_TEXT, _CONFIDENCE = ColumnKind.TEXT, ColumnKind.CONFIDENCE

COLUMNS: dict[str, dict[str, ColumnKind]] = {
    "treenodes": {"id": _ID, "parent_id": _OPTIONAL_ID, "skeleton_id": _ID, "x": _NUMBER, "y": _NUMBER, "z": _NUMBER,
                  "radius": ColumnKind.RADIUS, "confidence": _CONFIDENCE, "user_id": _ID},
    "connectors": {"id": _ID, "x": _NUMBER, "y": _NUMBER, "z": _NUMBER, "confidence": _CONFIDENCE, "user_id": _ID},
    "links": {"id": _ID, "connector_id": _ID, "treenode_id": _ID, "skeleton_id": _ID, "relation": _TEXT,
              "confidence": _CONFIDENCE, "user_id": _ID},
    "neurons": {"neuron_id": _ID, "skeleton_id": _OPTIONAL_ID, "model_of_link_id": _OPTIONAL_ID, "name": _TEXT,
                "user_id": _ID},
    "annotations": {"annotation_id": _ID, "annotation_name": _TEXT, "link_id": _OPTIONAL_ID,
                    "neuron_id": _OPTIONAL_ID, "user_id": _ID},
    "meta_annotations": {"link_id": _ID, "annotation_id": _ID, "target_annotation_id": _ID, "user_id": _ID},
    "labels": {"label_id": _ID, "label_name": _TEXT, "link_id": _OPTIONAL_ID, "treenode_id": _OPTIONAL_ID,
               "connector_id": _OPTIONAL_ID, "user_id": _ID},
}  # fmt: skip
REQUIRED = ("neurons", "treenodes")


@dataclass(frozen=True)
class BulkTables:
    """All tables of one folder, consistent with each other.

    Attributes
    ----------
    parents : (n,) int64
        Row of each treenode's parent; -1 at roots.
    linked_treenodes, linked_connectors : (m,) int64
        Rows of the treenode and the connector of each link.
    users
        Names of users by the ids that the tables use; empty if the folder does not say.
    """

    treenodes: BulkTable
    connectors: BulkTable
    links: BulkTable
    neurons: BulkTable
    annotations: BulkTable
    meta_annotations: BulkTable
    labels: BulkTable
    parents: NDArray[np.int64]
    linked_treenodes: NDArray[np.int64]
    linked_connectors: NDArray[np.int64]
    users: dict[int, str]

    def tables(self) -> tuple[BulkTable, ...]:
        """Every table, all of which have a column user_id."""
        return (
            self.neurons,
            self.treenodes,
            self.connectors,
            self.links,
            self.annotations,
            self.meta_annotations,
            self.labels,
        )


def read_bulk(folder: Path) -> BulkTables:
    """Read a folder of tables.

    Raises
    ------
    BadFile
        Naming file and line, if a table is missing or unreadable, or tables do not fit together: an id is used
        twice or unknown, a skeleton is not one tree, a link's skeleton is not that of its treenode.
    """
    read = {name: _read(folder, name) for name in COLUMNS}
    _check_entities(read)
    parents = _checked_arbors(read["treenodes"], read["neurons"])
    linked_treenodes, linked_connectors = _checked_links(read["links"], read["treenodes"], read["connectors"])
    _check_marks(read)
    return BulkTables(
        **read,
        parents=parents,
        linked_treenodes=linked_treenodes,
        linked_connectors=linked_connectors,
        users=_read_users(folder),
    )


def _read(folder: Path, name: str) -> BulkTable:
    path = find_table(folder, name)
    if path is not None:
        return read_table(path, COLUMNS[name])
    if name in REQUIRED:
        raise BadFile(folder, f"holds no {name}.csv or {name}.csv.gz")
    return empty_table(folder / f"{name}.csv", COLUMNS[name])


def _read_users(folder: Path) -> dict[int, str]:
    path = find_table(folder, "users")
    if path is not None:
        table = read_table(path, {"id": ColumnKind.ID, "username": ColumnKind.TEXT})
        table.require_distinct("id")
        return dict(zip(table.ids("id").tolist(), table.texts("username"), strict=True))
    path = folder / "requests.json"
    if not path.is_file():
        return {}
    try:
        named: dict[str, int] = json.loads(path.read_text(encoding="utf-8")).get("user_ids", {})
        return {int(user_id): str(username) for username, user_id in named.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise BadFile(path, f"user_ids should give each user's id by name: {error}") from error


def _checked_arbors(treenodes: BulkTable, neurons: BulkTable) -> NDArray[np.int64]:
    """Row of each treenode's parent, -1 at roots; `BadFile` if a skeleton is not one tree."""
    treenodes.require_distinct("id")
    treenodes.require_known("skeleton_id", neurons.ids("skeleton_id"), f"a skeleton of {neurons.path.name}")
    ids, skeletons = treenodes.ids("id"), treenodes.ids("skeleton_id")
    parents = parent_rows(ids, treenodes.ids("parent_id"))
    if (row := treenodes.first(parents == UNKNOWN_PARENT)) is not None:
        treenodes.refuse_row(row, f"parent_id {treenodes.ids('parent_id')[row]} is not a treenode of this file")
    if (row := treenodes.first((parents >= 0) & (skeletons[parents] != skeletons))) is not None:
        treenodes.refuse_row(
            row, f"treenode {ids[row]} is in skeleton {skeletons[row]}, its parent in {skeletons[parents[row]]}"
        )
    cycle = nodes_on_cycles(parents)
    if len(cycle):
        treenodes.refuse_row(int(cycle[0]), f"treenode {ids[cycle[0]]} is its own ancestor")
    roots = np.flatnonzero(parents < 0)
    order = np.argsort(skeletons[roots], kind="stable")
    again = roots[order][1:][np.diff(skeletons[roots][order]) == 0]
    if len(again):
        row = int(again.min())
        treenodes.refuse_row(row, f"treenode {ids[row]} is a second root of skeleton {skeletons[row]}")
    return parents


def _checked_links(
    links: BulkTable, treenodes: BulkTable, connectors: BulkTable
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of each link's treenode and connector; `BadFile` if there is none, or the link's skeleton is another."""
    links.require_distinct("id")
    connectors.require_distinct("id")
    if (row := connectors.first(np.isin(connectors.ids("id"), treenodes.ids("id")))) is not None:
        connectors.refuse_row(row, f"id {connectors.ids('id')[row]} is that of a treenode, too")
    linked_connectors = links.rows_in("connector_id", connectors, "connector")
    linked_treenodes = links.rows_in("treenode_id", treenodes, "treenode")
    skeletons = treenodes.ids("skeleton_id")[linked_treenodes]
    if (row := links.first(skeletons != links.ids("skeleton_id"))) is not None:
        links.refuse_row(
            row,
            f"treenode {links.ids('treenode_id')[row]} is in skeleton {skeletons[row]}, "
            f"not in {links.ids('skeleton_id')[row]}",
        )
    return linked_treenodes, linked_connectors


def _check_marks(read: dict[str, BulkTable]) -> None:
    """Annotations and labels: each link names what exists, and is itself named once."""
    annotations, meta, labels = read["annotations"], read["meta_annotations"], read["labels"]
    annotation_ids = annotations.ids("annotation_id")
    annotations.require_distinct("link_id")
    annotations.require_known("neuron_id", read["neurons"].ids("neuron_id"), "a neuron of neurons.csv")
    meta.require_distinct("link_id")
    meta.require_known("annotation_id", annotation_ids, "an annotation of annotations.csv")
    meta.require_known("target_annotation_id", annotation_ids, "an annotation of annotations.csv")
    labels.require_distinct("link_id")
    labels.require_known("treenode_id", read["treenodes"].ids("id"), "a treenode of treenodes.csv")
    labels.require_known("connector_id", read["connectors"].ids("id"), "a connector of connectors.csv")
    linked = annotations.ids("link_id") >= 0
    if (row := annotations.first(linked != (annotations.ids("neuron_id") >= 0))) is not None:
        annotations.refuse_row(row, "link_id and neuron_id should both be given, or neither")
    targets = (labels.ids("treenode_id") >= 0).astype(int) + (labels.ids("connector_id") >= 0)
    if (row := labels.first(targets != (labels.ids("link_id") >= 0))) is not None:
        labels.refuse_row(row, "a link_id goes with either a treenode_id or a connector_id")
    annotations.require_agreement("annotation_id", "annotation_name")
    labels.require_agreement("label_id", "label_name")


def _check_entities(read: dict[str, BulkTable]) -> None:
    """Neurons, skeletons, annotations and labels share one number space; a skeleton has one neuron."""
    neurons = read["neurons"]
    neurons.require_distinct("skeleton_id")
    neurons.require_distinct("model_of_link_id")
    neurons.require_agreement("neuron_id", "name")
    neurons.require_agreement("neuron_id", "user_id")
    both = (neurons.ids("skeleton_id") >= 0) != (neurons.ids("model_of_link_id") >= 0)
    if (row := neurons.first(both)) is not None:
        neurons.refuse_row(row, "skeleton_id and model_of_link_id should both be given, or neither")
    used = neurons.ids("neuron_id")
    for table, column, what in (
        (neurons, "skeleton_id", "skeleton"),
        (read["annotations"], "annotation_id", "annotation"),
        (read["labels"], "label_id", "label"),
    ):
        ids = table.ids(column)
        if (row := table.first((ids >= 0) & np.isin(ids, used))) is not None:
            table.refuse_row(
                row, f"id {ids[row]} of this {what} is also that of another neuron, skeleton, annotation or label"
            )
        used = np.concatenate([used, ids[ids >= 0]])
