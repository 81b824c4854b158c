"""Points of neurons to proofread, as a DataFrame."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import ArborTables, read_few_arbors
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.frames import PROOFREADING_POINTS, frame
from catmaid_jupyter.client.proofreading.seen_points import SeenPoint, mark_of, read_seen
from catmaid_jupyter.model.arbor import parent_indices
from catmaid_jupyter.model.proofreading import ProofreadingRules, ReadArbor, points_to_proofread

_SKELETONS_AT_ONCE: Final = 50


async def read_points(place: Place, names: Mapping[int, str], rules: ProofreadingRules) -> pd.DataFrame:
    """Points of skeletons in the order of `names`, which are those of their neurons; see `ProjectProofreading`."""
    return await with_seen(place, await find_points(place, names, rules))


async def find_points(place: Place, names: Mapping[int, str], rules: ProofreadingRules) -> pd.DataFrame:
    """The same, all as if nobody had seen them."""
    found = []
    for part in parts(list(names), _SKELETONS_AT_ONCE):
        tables = await read_few_arbors(place, part, connectors=False)
        # In a thread: large skeletons take a tenth of a second, and edits wait for this loop.
        found.append(await asyncio.to_thread(_points_of, tables, part, names, rules))
    columns = {name: [value for part in found for value in part[name]] for name in PROOFREADING_POINTS}
    return frame({**columns, "seen": [False] * len(columns["kind"])}, PROOFREADING_POINTS)


async def with_seen(place: Place, points: pd.DataFrame) -> pd.DataFrame:
    """Points, and which of them the user has seen."""
    seen = await read_seen(place)
    return points.assign(seen=[mark_of(*one) in seen for one in seen_points(points)]).astype({"seen": "bool"})


def seen_points(points: pd.DataFrame) -> list[SeenPoint]:
    """What is kept of points that were seen."""
    rows = zip(points["treenode_id"], points["kind"], points["mark"], strict=True)
    return [SeenPoint(int(node), str(kind), str(mark)) for node, kind, mark in rows]


def _points_of(
    tables: ArborTables, skeleton_ids: Sequence[int], names: Mapping[int, str], rules: ProofreadingRules
) -> dict[str, list[Any]]:
    nodes = {int(str(one)): rows for one, rows in tables.nodes.groupby("skeleton_id")}
    tags = {int(str(one)): rows for one, rows in tables.tags.groupby("skeleton_id")}
    columns: dict[str, list[Any]] = {name: [] for name in PROOFREADING_POINTS}
    for skeleton_id in skeleton_ids:
        rows = nodes.get(skeleton_id)
        if rows is None:
            continue
        ids = rows["id"].to_numpy()
        positions = rows[["x", "y", "z"]].to_numpy(np.float64)
        arbor = ReadArbor(
            parent_indices(ids, rows["parent_id"]),
            positions,
            rows["confidence"].to_numpy(),
            _tags(ids, tags, skeleton_id),
        )
        for point in points_to_proofread(arbor, rules):
            x, y, z = positions[point.row].tolist()
            values = (skeleton_id, names[skeleton_id], point.kind, int(ids[point.row]), x, y, z, point.what, point.mark)
            for name, value in zip(PROOFREADING_POINTS, values, strict=False):
                columns[name].append(value)
    return columns


def _tags(ids: np.ndarray[Any, Any], tags: Mapping[int, pd.DataFrame], skeleton_id: int) -> list[tuple[int, str]]:
    rows = tags.get(skeleton_id)
    if rows is None:
        return []
    rows = rows.drop_duplicates(["treenode_id", "tag"])
    places = pd.Index(ids).get_indexer(pd.Index(rows["treenode_id"]))
    return [(int(at), str(tag)) for at, tag in zip(places, rows["tag"], strict=True) if at >= 0]
