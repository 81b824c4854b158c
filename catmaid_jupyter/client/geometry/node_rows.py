"""Treenode ids of skeletons in the order of the rows of their geometry, and the rows of treenodes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.answers import read_columns
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.geometry.geometry_reader import GEOMETRY, GeometryReader, geometry_form

_MOST_IDS_KEPT: Final = 10_000_000
_AT_ONCE: Final = 2000
_AT_ONCE_ELSEWHERE: Final = 50


class NodeRows(NamedTuple):
    """Ids of a skeleton's treenodes, (n,) int32 in ascending order, as of a version of its geometry."""

    version: int
    node_ids: NDArray[np.int32]


class NodeRowsReader:
    """Reads treenode ids, and keeps them until a skeleton has another version."""

    def __init__(self, reader: GeometryReader) -> None:
        self._reader = reader
        self._kept: OrderedDict[int, NodeRows] = OrderedDict()

    @property
    def place(self) -> Place:
        """What is read."""
        return self._reader.place

    async def read(self, skeleton_ids: Sequence[int]) -> dict[int, NodeRows]:
        """Treenode ids by skeleton; skeletons that do not exist are missing."""
        packs = GEOMETRY in self._reader.place.capabilities
        found: dict[int, NodeRows] = {}
        for part in parts(list(dict.fromkeys(skeleton_ids)), _AT_ONCE if packs else _AT_ONCE_ELSEWHERE):
            kept = {skeleton_id: self._kept[skeleton_id] for skeleton_id in part if skeleton_id in self._kept}
            known = {skeleton_id: rows.version for skeleton_id, rows in kept.items()}
            read, unchanged = await (self._read(part, known) if packs else self._made(part, known))
            found |= read | {skeleton_id: kept[skeleton_id] for skeleton_id in unchanged}
        self._keep(found)
        return found

    async def _read(self, part: Sequence[int], known: dict[int, int]) -> tuple[dict[int, NodeRows], list[int]]:
        form = geometry_form(part, known)
        answer = await self._reader.place.columns_or_json("POST", "skeletons/geometry/node-ids", form=form)
        content = read_columns(answer.body)
        skeletons = content["skeletons"]
        ends = np.cumsum(skeletons["rows"], dtype=np.int64)
        ids = np.split(np.array(content["nodes"]["node_id"]), ends[:-1])
        columns = zip(skeletons["skeleton_id"].tolist(), skeletons["version"].tolist(), ids, strict=False)
        return {skeleton_id: NodeRows(version, own) for skeleton_id, version, own in columns}, content["unchanged"]

    async def _made(self, part: Sequence[int], known: dict[int, int]) -> tuple[dict[int, NodeRows], list[int]]:
        nodes, unchanged = await self._reader.changed_nodes(part, known)
        read = {skeleton_id: NodeRows(one.version, one.ids.astype(np.int32)) for skeleton_id, one in nodes.items()}
        return read, list(unchanged)

    def _keep(self, found: dict[int, NodeRows]) -> None:
        for skeleton_id, rows in found.items():
            self._kept[skeleton_id] = rows
            self._kept.move_to_end(skeleton_id)
        size = sum(len(rows.node_ids) for rows in self._kept.values())
        while size > _MOST_IDS_KEPT:
            size -= len(self._kept.popitem(last=False)[1].node_ids)


def rows_of_nodes(
    skeletons: Sequence[NodeRows], skeleton: NDArray[np.int32], treenode_ids: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Rows of treenodes in their skeletons.

    Parameters
    ----------
    skeletons
        Ids of the treenodes of some skeletons.
    skeleton : (n,) int32
        Index in `skeletons` of each treenode's skeleton.
    treenode_ids : (n,) int32
        The treenodes.

    Returns
    -------
    (n,) int32
        -1 where the skeleton has no such treenode.
    """
    sizes = np.array([len(one.node_ids) for one in skeletons], np.int64)
    starts = np.cumsum(sizes) - sizes
    all_ids = np.concatenate([np.empty(0, np.int64), *(one.node_ids for one in skeletons)]).astype(np.int64)
    keys = (np.repeat(np.arange(len(skeletons)), sizes) << 32) | all_ids
    wanted = (skeleton.astype(np.int64) << 32) | treenode_ids
    places = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    if not len(keys):
        return np.full(len(wanted), -1, np.int32)
    return np.where(keys[places] == wanted, places - starts[skeleton], -1).astype(np.int32)
