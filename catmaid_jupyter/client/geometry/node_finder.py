"""Which treenode a row of a skeleton's geometry is, and what is there if the skeleton was changed since."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final, TypedDict

import numpy as np

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.geometry.geometry_reader import GeometryReader, SkeletonNodes, read_nodes
from catmaid_wire.geometry import OVERVIEW, decode

_MOST_NODES_KEPT: Final = 2_000_000


class FoundNode(TypedDict):
    """A treenode and where it is, nm.

    is_current : whether it is the one of the row; else the skeleton was changed, and it is the nearest one.
    sentence : what to say of it.
    """

    treenode_id: int
    x: float
    y: float
    z: float
    is_current: bool
    sentence: str


class NodeFinder:
    """Finds treenodes by skeleton and row; keeps those of the last skeletons that were asked for."""

    def __init__(self, reader: GeometryReader) -> None:
        self._reader = reader
        self._kept: OrderedDict[tuple[int, int], SkeletonNodes] = OrderedDict()

    async def find(
        self, skeleton_id: int, version: int, row: int, position: Sequence[float] | None = None
    ) -> FoundNode:
        """The treenode of a row of a skeleton's geometry.

        version : the version of that geometry; of an overview the nearest treenode is found.
        position : where the treenode is drawn, nm; after a change the nearest one is found.

        Raises
        ------
        NotFound
            If the skeleton is gone.
        InvalidInput
            If the geometry has no such row, or the skeleton was changed and there is no position.
        """
        if version == OVERVIEW:
            return _nearest(skeleton_id, await self._nodes(skeleton_id), position, is_coarse=True)
        kept = self._kept.get((skeleton_id, version))
        nodes = kept if kept is not None else await self._nodes(skeleton_id)
        # Versions only follow each other: what has this version after the treenodes were read had it before, too.
        answer = decode(await self._reader.read([skeleton_id], {skeleton_id: version}))
        if answer.gone.size:
            raise _gone(skeleton_id)
        if answer.unchanged.size:
            self._keep(skeleton_id, version, nodes)
            if not 0 <= row < len(nodes.ids):
                raise InvalidInput(f"Skeleton {skeleton_id} has rows from 0 to {len(nodes.ids) - 1}, not {row}.")
            return _found(nodes, row, is_current=True, sentence=f"This is treenode {nodes.ids[row]}.")
        if kept is not None:
            nodes = await self._nodes(skeleton_id)
        return _nearest(skeleton_id, nodes, position, is_coarse=False)

    async def _nodes(self, skeleton_id: int) -> SkeletonNodes:
        try:
            found = await read_nodes(self._reader.place, [skeleton_id])
        except NotFound:
            raise _gone(skeleton_id) from None
        return found[skeleton_id]

    def _keep(self, skeleton_id: int, version: int, nodes: SkeletonNodes) -> None:
        self._kept[skeleton_id, version] = nodes
        self._kept.move_to_end((skeleton_id, version))
        while len(self._kept) > 1 and sum(len(one.ids) for one in self._kept.values()) > _MOST_NODES_KEPT:
            self._kept.popitem(last=False)


def _gone(skeleton_id: int) -> NotFound:
    return NotFound(f"Skeleton {skeleton_id} is gone: it was deleted, or joined to another one.")


def _nearest(skeleton_id: int, nodes: SkeletonNodes, position: Sequence[float] | None, *, is_coarse: bool) -> FoundNode:
    changed = f"Skeleton {skeleton_id} was {'drawn coarsely' if is_coarse else 'changed since it was drawn'}"
    if position is None:
        raise InvalidInput(f"{changed}: load it again, or name the position, so that the nearest treenode is found.")
    if not len(nodes.ids):
        raise NotFound(f"{changed}, and has no treenodes any more.")
    distances = np.linalg.norm(nodes.positions - np.asarray(position, np.float64), axis=1)
    row = int(distances.argmin())
    sentence = f"{changed}; the nearest treenode is {nodes.ids[row]}, {distances[row]:.0f} nm away."
    return _found(nodes, row, is_current=False, sentence=sentence)


def _found(nodes: SkeletonNodes, row: int, *, is_current: bool, sentence: str) -> FoundNode:
    x, y, z = nodes.positions[row].tolist()
    return {
        "treenode_id": int(nodes.ids[row]),
        "x": x,
        "y": y,
        "z": z,
        "is_current": is_current,
        "sentence": sentence,
    }
