"""What a split or a join makes of arbors, to be looked at before: parts with their sizes and annotations."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.geometry.geometry_reader import SkeletonNodes, read_nodes
from catmaid_jupyter.client.selection.table import annotations_of, names_of
from catmaid_jupyter.model.arbor import distal_to
from catmaid_wire.overviews import overview_nodes

_MOST_DRAWN: Final = 3_000
"""Larger parts are drawn by some of their nodes, which may be three times as many (see `overview_nodes`)."""

Positions = NDArray[np.float64]


@dataclass(frozen=True)
class PreviewedPart:
    """One arbor.

    Attributes
    ----------
    name
        Of its neuron, before the edit.
    keeps
        Whether it keeps the id and name of that neuron.
    nodes
        Number of treenodes.
    annotations
        Of that neuron, sorted.
    positions : (n, 3) float64
        nm, of the nodes that are drawn.
    parents : (n,) int64
        Row of each one's parent, -1 at roots.
    """

    name: str
    keeps: bool
    nodes: int
    annotations: list[str]
    positions: Positions
    parents: NDArray[np.int64]


@dataclass(frozen=True)
class ArborPreview:
    """The parts, the one that keeps its neuron first, and where they part or meet: (m, 3) nm."""

    parts: list[PreviewedPart]
    marks: Positions


async def split_preview(place: Place, skeleton_id: int, treenode_id: int) -> ArborPreview:
    """The two parts of a skeleton that is split at a treenode.

    `NotFound` if there is no such skeleton or the treenode is not in it, `InvalidInput` if that is its root.
    """
    nodes, names, annotations = await _read(place, [skeleton_id])
    row = _require_row(nodes[0], skeleton_id, treenode_id)
    if nodes[0].parents[row] < 0:
        raise InvalidInput(f"Treenode {treenode_id} is the root: there is nothing above it to split from.")
    # In a thread: a large skeleton takes a tenth of a second, and edits wait for this loop.
    parts = await asyncio.to_thread(_parted, nodes[0], row, names[0], annotations[0])
    return ArborPreview(parts, marks=nodes[0].positions[[row]])


async def join_preview(place: Place, skeleton_ids: tuple[int, int], treenode_ids: tuple[int, int]) -> ArborPreview:
    """Two skeletons that are joined at these treenodes, the one that keeps its neuron first; errors as of a split."""
    nodes, names, annotations = await _read(place, list(skeleton_ids))
    rows = [_require_row(*one) for one in zip(nodes, skeleton_ids, treenode_ids, strict=True)]
    parts = await asyncio.to_thread(_joined, nodes, names, annotations)
    marks = np.array([one.positions[row] for one, row in zip(nodes, rows, strict=True)])
    return ArborPreview(parts, marks)


async def _read(place: Place, skeleton_ids: list[int]) -> tuple[list[SkeletonNodes], list[str], list[list[str]]]:
    nodes, names, annotations = await asyncio.gather(
        read_nodes(place, skeleton_ids), names_of(place, skeleton_ids), annotations_of(place, skeleton_ids)
    )
    return [nodes[one] for one in skeleton_ids], [names.get(one, "") for one in skeleton_ids], annotations


def _require_row(nodes: SkeletonNodes, skeleton_id: int, treenode_id: int) -> int:
    row = int(np.searchsorted(nodes.ids, treenode_id))
    if row >= len(nodes.ids) or nodes.ids[row] != treenode_id:
        raise NotFound(f"Treenode {treenode_id} is not in skeleton {skeleton_id} any more.")
    return row


def _parted(nodes: SkeletonNodes, row: int, name: str, annotations: list[str]) -> list[PreviewedPart]:
    is_distal = distal_to(nodes.parents, row)
    return [
        _part(nodes, ~is_distal, name, annotations, keeps=True),
        _part(nodes, is_distal, name, annotations, keeps=False),
    ]


def _joined(nodes: list[SkeletonNodes], names: list[str], annotations: list[list[str]]) -> list[PreviewedPart]:
    return [
        _part(one, np.ones(len(one.ids), bool), names[at], annotations[at], keeps=at == 0)
        for at, one in enumerate(nodes)
    ]


def _part(
    nodes: SkeletonNodes, is_part: NDArray[np.bool_], name: str, annotations: list[str], *, keeps: bool
) -> PreviewedPart:
    rows = np.flatnonzero(is_part)
    place = np.full(len(is_part) + 1, -1)
    place[rows] = np.arange(len(rows))
    positions, parents = nodes.positions[rows], place[nodes.parents[rows]]
    step = -(-len(rows) // _MOST_DRAWN)
    if step > 1:
        kept, parents = overview_nodes(parents, step)
        positions = positions[kept]
    return PreviewedPart(name, keeps, len(rows), annotations, positions, parents)
