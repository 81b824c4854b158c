"""Nodes, connectors and tags of many skeletons: read as columns of all together, or skeleton by skeleton elsewhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.answers import columns_of_rows, read_columns, without_parent
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.batches import in_parts
from catmaid_jupyter.client.frames import (
    CONNECTORS_OF_SKELETONS,
    NODES_OF_SKELETONS,
    TAGS_OF_SKELETONS,
    FrameSchema,
    frame,
)
from catmaid_jupyter.client.morphology import relation_names
from catmaid_wire.columns import DETAIL_LINKS, DETAIL_NODES
from catmaid_wire.forms import FormValue

_SKELETONS_AT_ONCE: Final = 200
_SKELETONS_AT_ONCE_ELSEWHERE: Final = 50


@dataclass(frozen=True)
class ArborTables:
    """Nodes, connectors and tags of skeletons, each row with its skeleton_id.

    Skeletons are in the order in which they were asked for; rows of one are in the order of its single tables.
    """

    nodes: pd.DataFrame
    connectors: pd.DataFrame
    tags: pd.DataFrame


def read_arbors(
    place: Place, skeleton_ids: Sequence[int], *, nodes: bool = True, connectors: bool = True, tags: bool = True
) -> ArborTables:
    """Read skeletons that exist; parts that are not wanted are empty. `NotFound` if one is gone by now."""

    async def read(part: Sequence[int]) -> dict[str, dict[str, Any]]:
        return await read_tables(place, part, nodes=nodes, connectors=connectors, tags=tags)

    size = _SKELETONS_AT_ONCE if place.http.knows_columns else _SKELETONS_AT_ONCE_ELSEWHERE
    return _together(in_parts(skeleton_ids, size, read, what="skeletons"), skeleton_ids)


async def read_few_arbors(
    place: Place, skeleton_ids: Sequence[int], *, nodes: bool = True, connectors: bool = True, tags: bool = True
) -> ArborTables:
    """Nodes, connectors and tags of skeletons in one request, as `read_arbors` gives them.

    For callers in the background loop; also of no skeletons.
    """
    found = []
    if skeleton_ids:
        found.append(await read_tables(place, skeleton_ids, nodes=nodes, connectors=connectors, tags=tags))
    return await asyncio.to_thread(_together, found, skeleton_ids)


async def read_tables(
    place: Place, skeleton_ids: Sequence[int], *, nodes: bool = True, connectors: bool = True, tags: bool = True
) -> dict[str, dict[str, Any]]:
    """Columns of `nodes`, `connectors` and `tags` by name, in one request; `NotFound` if a skeleton does not exist."""
    form: dict[str, FormValue] = {"skeleton_ids": skeleton_ids, "with_connectors": connectors, "with_tags": tags}
    form["with_nodes"] = nodes  # elsewhere they come all the same
    answer = await place.columns_or_json("POST", "skeletons/compact-detail", form=form)
    if answer.is_columns:
        return _from_columns(answer.body)
    return await asyncio.to_thread(_from_rows, answer.json()["skeletons"])


def _together(found: Sequence[dict[str, dict[str, Any]]], skeleton_ids: Sequence[int]) -> ArborTables:
    """Tables of several parts of `read_tables`."""
    links = [part["connectors"] for part in found]
    return ArborTables(
        _table([part["nodes"] for part in found], NODES_OF_SKELETONS, skeleton_ids, "id"),
        _table(links, CONNECTORS_OF_SKELETONS, skeleton_ids, "connector_id", "treenode_id"),
        _table([part["tags"] for part in found], TAGS_OF_SKELETONS, skeleton_ids, "tag", "treenode_id"),
    )


def _table(
    found: Sequence[dict[str, Any]], schema: FrameSchema, skeleton_ids: Sequence[int], *order: str
) -> pd.DataFrame:
    """One table of several, by skeleton as they were asked for and then by columns."""
    columns = {name: np.concatenate([part[name] for part in found]) if found else () for name in schema}
    table = frame(columns, schema)
    places = pd.Index(skeleton_ids).get_indexer(pd.Index(table["skeleton_id"]))
    keys = [table[name].to_numpy() for name in reversed(order)]
    rows = np.lexsort([*keys, places]) if len(table) else np.arange(0)
    return table.take(rows).reset_index(drop=True)


def _from_columns(body: bytes) -> dict[str, dict[str, Any]]:
    parts = read_columns(body)
    labels = np.array(parts["labels"], dtype=object)
    tags = parts["tags"]
    return {
        "nodes": parts["nodes"],
        "connectors": {**parts["connectors"], "relation": relation_names(parts["connectors"]["kind"])},
        "tags": {**tags, "tag": labels[tags["label"]] if len(labels) else np.empty(0, dtype=object)},
    }


def _from_rows(skeletons: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The same from CATMAID's rows, which are by skeleton."""
    nodes = [(int(key), *row) for key, detail in skeletons.items() for row in detail[0]]
    links = [(int(key), *row) for key, detail in skeletons.items() for row in detail[1]]
    tags = [
        (int(key), tag, node)
        for key, detail in skeletons.items()
        for tag, labelled in (detail[2] or {}).items()
        for node in labelled
    ]
    connectors = columns_of_rows(links, ("skeleton_id", *DETAIL_LINKS))
    return {
        "nodes": without_parent(columns_of_rows(nodes, ("skeleton_id", *DETAIL_NODES))),
        "connectors": {**connectors, "relation": relation_names(connectors["kind"])},
        "tags": {
            "skeleton_id": np.array([row[0] for row in tags], dtype=np.int64),
            "tag": np.array([row[1] for row in tags], dtype=object),
            "treenode_id": np.array([row[2] for row in tags], dtype=np.int64),
        },
    }
