"""Lengths and shapes of skeletons."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import dist
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.arbor_walk import ArborWalk
from catmaid_server.domain.positions import Position
from catmaid_server.domain.reviews.review_sequences import sequences
from catmaid_wire.relations import POSTSYNAPTIC

sql = load("skeletons/skeleton_statistics")

_KEPT = 0.4
"""How much of its own place a node keeps when its cable is smoothed; the rest is its neighbours'."""


@dataclass(frozen=True, slots=True)
class Measures:
    """One skeleton in figures; lengths in nm, of the smoothed cable where it says so.

    `outputs` counts synapses, one for each partner at a connector.
    """

    cable: float
    smooth_cable: float
    inputs: int
    outputs: int
    nodes: int
    branches: int
    ends: int
    smooth_backbone: float


async def measure(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> dict[int, Measures]:
    """Measure skeletons; unknown ids are left out."""
    values: dict[str, Any] = {"project_id": project_id, "skeleton_ids": list(skeleton_ids)}
    parents: defaultdict[int, dict[int, int | None]] = defaultdict(dict)
    places: dict[int, Position] = {}
    for node, parent, _, _, x, y, z, skeleton in await fetch_all(connection, sql.treenodes, **values):
        parents[skeleton][node] = parent
        places[node] = (x, y, z)
    inputs: Counter[int] = Counter()
    for skeleton, relation, _, count in await fetch_all(connection, sql.synapses, **values):
        if relation == POSTSYNAPTIC:
            inputs[skeleton] += count
    outputs: dict[int, int] = dict(await fetch_all(connection, sql.outputs, **values))
    return {
        skeleton: _measured(ArborWalk(nodes), places, inputs[skeleton], outputs.get(skeleton, 0))
        for skeleton, nodes in parents.items()
    }


def _measured(arbor: ArborWalk, places: dict[int, Position], inputs: int, outputs: int) -> Measures:
    smooth = smoothed(arbor, places)
    backbone = set(next(iter(sequences(arbor, arbor.root)), ()))
    degrees = [len(arbor.children.get(node, ())) + (parent is not None) for node, parent in arbor.parents.items()]
    return Measures(
        cable=_length(arbor, places, arbor.parents.keys()),
        smooth_cable=_length(arbor, smooth, arbor.parents.keys()),
        inputs=inputs,
        outputs=outputs,
        nodes=len(arbor.parents),
        branches=sum(degree > 2 for degree in degrees),
        ends=sum(degree == 1 for degree in degrees),
        smooth_backbone=_length(arbor, smooth, backbone),
    )


def smoothed(arbor: ArborWalk, places: dict[int, Position]) -> dict[int, Position]:
    """Places of nodes, those between two neighbours drawn towards these, the farther one more; others stay."""
    moved: dict[int, Position] = {}
    for node, parent in arbor.parents.items():
        near = [*arbor.children.get(node, ()), *(() if parent is None else (parent,))]
        here = places[node]
        weights = [dist(here, places[other]) for other in near]
        total = sum(weights)
        if len(near) != 2 or total == 0:
            moved[node] = here
            continue
        x, y, z = (
            _KEPT * here[axis]
            + (1 - _KEPT)
            * sum(weight * places[other][axis] for weight, other in zip(weights, near, strict=True))
            / total
            for axis in range(3)
        )
        moved[node] = (x, y, z)
    return moved


def _length(arbor: ArborWalk, places: dict[int, Position], nodes: Iterable[int]) -> float:
    """Length of the edges from nodes to their parents."""
    return sum(dist(places[node], places[parent]) for node in nodes if (parent := arbor.parents[node]) is not None)
