"""Nodes, connectors, tags and reviews of many skeletons, as columns of all of them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catmaid_server.db.arrays import LINES, Column, array_text, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.skeletons.details import Parts

sql = load("skeletons/detail_tables")

_NODES = {
    "skeleton_id": "<i4",
    "id": "<i4",
    "parent_id": "<i4",
    "user_id": "<i4",
    "x": "<f8",
    "y": "<f8",
    "z": "<f8",
    "radius": "<f8",
    "confidence": "<i2",
    "edition_time": "<f8",
}
_CONNECTORS = {"skeleton_id": "<i4", "treenode_id": "<i4", "connector_id": "<i4", "kind": "<i2"}
_TAGS = {"skeleton_id": "<i4", "treenode_id": "<i4", "label": "<i4"}
_REVIEWS = {"skeleton_id": "<i4", "treenode_id": "<i4", "reviewer_id": "<i4", "review_time": "<f8"}


@dataclass(frozen=True, slots=True)
class DetailTables:
    """Tables by name (`nodes`, `connectors`, `tags`, `reviews`), and the names that column `label` of `tags` counts.

    Parent -1 at roots; lengths in nm; times in s since 1970, those of nodes if they were wanted; kind of connector 0
    presynaptic, 1 postsynaptic, 2 gap junction, 3 desmosome.
    Parts that were not wanted are empty.
    """

    tables: dict[str, dict[str, Column]]
    labels: list[str]


async def missing_skeletons(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> list[int]:
    """Those of the ids that are no skeletons of the project, in the order of the ids."""
    wanted = array_text(skeleton_ids)
    rows = await fetch_all(connection, sql.missing, project_id=project_id, skeleton_ids=wanted)
    return [skeleton_id for (skeleton_id,) in rows]


async def detail_tables(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], parts: Parts, *, with_nodes: bool = True
) -> DetailTables:
    """Read the parts of skeletons; ids that are no skeletons have no rows."""
    values = {"project_id": project_id, "skeleton_ids": array_text(sorted(set(skeleton_ids)))}
    nodes = await fetch_columns(connection, sql.nodes, {**values, "wanted": with_nodes, "times": parts.times}, _NODES)
    if not parts.times:
        del nodes["edition_time"]
    links = await fetch_columns(
        connection, sql.connectors, {**values, "wanted": parts.connectors}, _CONNECTORS | {"edges": LINES}
    )
    ends = links.pop("edges")["end"]
    connectors = {**links, "x": ends[:, 0], "y": ends[:, 1], "z": ends[:, 2]}
    tags = await fetch_columns(connection, sql.tags, {**values, "wanted": parts.tags}, _TAGS)
    labels = await fetch_all(connection, sql.labels, project_id=project_id) if len(tags["label"]) else []
    places = {label_id: place for place, (label_id, _) in enumerate(labels)}
    tags["label"] = _placed(tags["label"], places)
    reviews = await fetch_columns(connection, sql.reviews, {**values, "wanted": parts.reviews}, _REVIEWS)
    tables = {"nodes": nodes, "connectors": connectors, "tags": tags, "reviews": reviews}
    return DetailTables(tables, [name for _, name in labels])


def _placed(label_ids: Column, places: dict[int, int]) -> Column:
    """The places of labels in the list of their names."""
    return np.array([places[label_id] for label_id in label_ids.tolist()], dtype="<i4")
