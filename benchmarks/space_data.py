"""1,000 neurons of 2,000 nodes each: random walks that branch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.geometry import GeometryAnswer, PackedSkeleton, encode, pack_many

SKELETONS, NODES = 1000, 2000
"""Number of skeletons, whose ids begin at 1, and nodes of each."""

_STEP_NM = 100.0
_BRANCHING = 0.05
_WIDTH_NM = 150_000.0


class Neurons:
    """Positions and parents, as the geometry route sends them and as one geometry of pythreejs.

    Parameters
    ----------
    count
        How many neurons.

    Attributes
    ----------
    positions : (skeletons, nodes, 3) float64
        nm.
    parents : (skeletons, nodes) int
        Row of each node's parent, -1 at roots.
    merged : dict of arrays
        positions and colors (float32), of all nodes; pairs (uint32), the nodes of all edges.
    """

    def __init__(self, count: int = SKELETONS) -> None:
        random = np.random.default_rng(1)
        parents = np.arange(-1, NODES - 1) * np.ones((count, 1), int)
        branches = random.random(parents.shape) < _BRANCHING
        branches[:, :2] = False
        parents[branches] = (random.random(parents.shape) * np.arange(NODES)).astype(int)[branches]
        self.positions = _walk(random, parents)
        self.parents = parents
        self.packed = list(self._pack())
        self.merged = self._merge(random)

    def answer(self, skeleton_ids: Sequence[int]) -> bytes:
        """The body of an answer of the geometry route."""
        packed = [self.packed[skeleton_id - 1] for skeleton_id in skeleton_ids]
        ids = np.array(skeleton_ids, np.int32)
        return encode(GeometryAnswer(ids, np.ones(len(ids), np.int64), packed))

    def _pack(self) -> Iterator[PackedSkeleton]:
        rows = np.full(len(self.parents), NODES)
        return pack_many(self.positions.reshape(-1, 3), self.parents.ravel(), rows)

    def _merge(self, random: np.random.Generator) -> dict[str, NDArray[np.generic]]:
        first = (np.arange(len(self.parents)) * NODES)[:, None]
        pairs = np.stack([self.parents + first, np.arange(NODES) + first], axis=-1)[self.parents >= 0]
        colors = np.repeat(random.random((len(self.parents), 3)), NODES, axis=0)
        return {
            "positions": self.positions.astype(np.float32),
            "colors": colors.astype(np.float32),
            "pairs": pairs.astype(np.uint32),
        }


def _walk(random: np.random.Generator, parents: NDArray[np.int_]) -> NDArray[np.float64]:
    """(skeletons, nodes, 3) nm: steps that mostly go on as before."""
    every = np.arange(len(parents))
    shape = (len(parents), NODES, 3)
    positions = np.empty(shape)
    headings = random.normal(size=shape)
    positions[:, 0] = random.random((len(parents), 3)) * _WIDTH_NM
    for row in range(1, NODES):
        above = parents[:, row]
        heading = headings[every, above] * 0.9 + headings[:, row] * 0.4
        headings[:, row] = heading / np.linalg.norm(heading, axis=1, keepdims=True)
        positions[:, row] = positions[every, above] + headings[:, row] * _STEP_NM
    return positions
