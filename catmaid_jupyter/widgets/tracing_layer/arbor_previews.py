"""Arbors to be looked at beside the picture: the active one, and what splits and joins make, with their neurons."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.geometry.geometry_reader import SkeletonNodes, read_nodes
from catmaid_jupyter.model.arbor import distal_to
from catmaid_jupyter.widgets.tracing_layer.neuron_facts import NeuronFacts, neuron_facts
from catmaid_wire.overviews import overview_nodes

_MOST_DRAWN: Final = 3_000
"""Larger parts are drawn by some of their nodes, which may be three times as many (see `overview_nodes`)."""

Positions = NDArray[np.float64]


@dataclass(frozen=True)
class PreviewedPart:
    """One arbor.

    Attributes
    ----------
    nodes
        Number of treenodes.
    cable_length
        nm; of a part that is split off without the edge that is cut.
    positions : (n, 3) float64
        nm, of the nodes that are drawn.
    parents : (n,) int64
        Row of each one's parent, -1 at roots.
    """

    nodes: int
    cable_length: float
    positions: Positions
    parents: NDArray[np.int64]


@dataclass(frozen=True)
class ArborPreview:
    """The parts, that with the root first; their neurons, one of a split; and where they part or meet: (m, 3) nm."""

    parts: list[PreviewedPart]
    neurons: list[NeuronFacts]
    marks: Positions


async def skeleton_preview(place: Place, skeleton_id: int, treenode_id: int | None) -> ArborPreview:
    """A skeleton with one of its treenodes marked; `NotFound` if they do not exist."""
    nodes, neurons = await _read(place, [skeleton_id])
    rows = [] if treenode_id is None else [_require_row(nodes[0], skeleton_id, treenode_id)]
    part = await asyncio.to_thread(_part, nodes[0], np.ones(len(nodes[0].ids), bool))
    return ArborPreview([part], neurons, marks=nodes[0].positions[rows])


async def split_preview(place: Place, skeleton_id: int, treenode_id: int) -> ArborPreview:
    """The two parts of a skeleton that is split at a treenode.

    `NotFound` if there is no such skeleton or the treenode is not in it, `InvalidInput` if that is its root.
    """
    nodes, neurons = await _read(place, [skeleton_id])
    row = _require_row(nodes[0], skeleton_id, treenode_id)
    if nodes[0].parents[row] < 0:
        raise InvalidInput(f"Treenode {treenode_id} is the root: there is nothing above it to split from.")
    # In a thread: a large skeleton takes a tenth of a second, and edits wait for this loop.
    parts = await asyncio.to_thread(_parted, nodes[0], row)
    return ArborPreview(parts, neurons, marks=nodes[0].positions[[row]])


async def join_preview(place: Place, skeleton_ids: tuple[int, int], treenode_ids: tuple[int, int]) -> ArborPreview:
    """Two skeletons that are joined at these treenodes, in their order; errors as of a split."""
    nodes, neurons = await _read(place, list(skeleton_ids))
    rows = [_require_row(*one) for one in zip(nodes, skeleton_ids, treenode_ids, strict=True)]
    parts = await asyncio.to_thread(lambda: [_part(one, np.ones(len(one.ids), bool)) for one in nodes])
    marks = np.array([one.positions[row] for one, row in zip(nodes, rows, strict=True)])
    return ArborPreview(parts, neurons, marks)


async def _read(place: Place, skeleton_ids: list[int]) -> tuple[list[SkeletonNodes], list[NeuronFacts]]:
    nodes, neurons = await asyncio.gather(read_nodes(place, skeleton_ids), neuron_facts(place, skeleton_ids))
    return [nodes[one] for one in skeleton_ids], neurons


def _require_row(nodes: SkeletonNodes, skeleton_id: int, treenode_id: int) -> int:
    row = int(np.searchsorted(nodes.ids, treenode_id))
    if row >= len(nodes.ids) or nodes.ids[row] != treenode_id:
        raise NotFound(f"Treenode {treenode_id} is not in skeleton {skeleton_id} any more.")
    return row


def _parted(nodes: SkeletonNodes, row: int) -> list[PreviewedPart]:
    is_distal = distal_to(nodes.parents, row)
    return [_part(nodes, ~is_distal), _part(nodes, is_distal)]


def _part(nodes: SkeletonNodes, is_part: NDArray[np.bool_]) -> PreviewedPart:
    rows = np.flatnonzero(is_part)
    place = np.full(len(is_part) + 1, -1)
    place[rows] = np.arange(len(rows))
    positions, parents = nodes.positions[rows], place[nodes.parents[rows]]
    has_parent = parents >= 0
    edges = positions[has_parent] - positions[parents[has_parent]]
    length = float(np.linalg.norm(edges, axis=1).sum())
    step = -(-len(rows) // _MOST_DRAWN)
    if step > 1:
        kept, parents = overview_nodes(parents, step)
        positions = positions[kept]
    return PreviewedPart(len(rows), length, positions, parents)
