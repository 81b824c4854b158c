"""Tracings that somebody else can continue."""

from __future__ import annotations

import numpy as np

from catmaid_server.demo.specimen.spec import Floats, Ints, PlannedSynapse, TracedSkeleton, Tracing
from catmaid_wire.arbor import edge_lengths

CONTINUE_HERE = "continue here"
"""Label of the nodes where a tracing was cut."""

_FOLLOWED = 0.5
"""Share of the skeletons that are begun at all."""


def truncate(tracing: Tracing, fraction: float, seed: int) -> Tracing:
    """Leave the longer half of the skeletons, each cut off at some distance from its root.

    Parameters
    ----------
    tracing
        All there is to trace.
    fraction
        About how much of the cable of each skeleton is left; above 0, at most 1. At 1 nothing is left out.
    seed
        Decides how the share differs between skeletons.

    Returns
    -------
    Tracing
        Nodes keep their ids. Where a branch was cut its last node has the label "continue here". Connectors whose
        presynaptic node was cut off are left out, as are postsynaptic sites.

    Raises
    ------
    ValueError
        If the fraction is out of range.
    """
    if not 0 < fraction <= 1:
        raise ValueError(f"the fraction to leave is above 0 and at most 1, not {fraction}")
    if fraction == 1:
        return tracing
    rng = np.random.default_rng((seed, 23))
    longest = sorted(range(len(tracing.skeletons)), key=lambda index: -tracing.skeletons[index].cable_length)
    followed = sorted(longest[: max(1, round(_FOLLOWED * len(longest)))])
    site_of: dict[tuple[int, int], tuple[int, int]] = {}
    skeletons: list[TracedSkeleton] = []
    for index in followed:
        skeleton = tracing.skeletons[index]
        share = float(np.clip(fraction * rng.uniform(0.7, 1.3), 0.05, 0.95))
        kept = _proximal(skeleton, share)
        site_of |= {(index, node): (len(skeletons), place) for place, node in enumerate(kept.tolist())}
        skeletons.append(_cut(skeleton, kept))
    return Tracing(skeletons, _remaining(tracing.connectors, site_of))


def _proximal(skeleton: TracedSkeleton, share: float) -> Ints:
    """The nodes nearest to the root along the cable that make up a share of it; at least two if there are two."""
    order = np.argsort(_distance_to_root(skeleton), kind="stable")
    along = np.cumsum(edge_lengths(skeleton.parents, skeleton.xyz)[order])
    count = int(np.searchsorted(along, share * along[-1], side="right"))
    return np.sort(order[: max(count, 2)])


def _distance_to_root(skeleton: TracedSkeleton) -> Floats:
    """Cable length in nm from each node to the root, (n,); a child is always further than its parent."""
    distance, ahead = np.zeros(len(skeleton)), np.arange(len(skeleton))
    while np.any(skeleton.parents[ahead] >= 0):
        parents = skeleton.parents[ahead]
        moving = parents >= 0
        step = np.linalg.norm(skeleton.xyz[ahead] - skeleton.xyz[parents], axis=1)
        distance += np.where(moving, np.maximum(step, 1e-6), 0)
        ahead = np.where(moving, parents, ahead)
    return distance


def _cut(skeleton: TracedSkeleton, kept: Ints) -> TracedSkeleton:
    """Only the nodes `kept`, which hold the parents of all of them but the root."""
    position = np.full(len(skeleton), -1)
    position[kept] = np.arange(len(kept))
    lost = np.setdiff1d(np.arange(len(skeleton)), kept)
    open_ends = np.unique(position[skeleton.parents[lost]])
    parents = skeleton.parents[kept]
    return TracedSkeleton(
        neurite_id=skeleton.neurite_id,
        name=skeleton.name,
        ids=skeleton.ids[kept],
        parents=np.where(parents < 0, -1, position[parents]),
        xyz=skeleton.xyz[kept],
        radius=skeleton.radius[kept],
        labels={CONTINUE_HERE: open_ends[open_ends >= 0].tolist()},
    )


def _remaining(
    connectors: list[PlannedSynapse], site_of: dict[tuple[int, int], tuple[int, int]]
) -> list[PlannedSynapse]:
    """Connectors whose presynaptic site is still there, with the partners that are."""
    return [
        PlannedSynapse(
            connector.xyz,
            site_of[connector.presynaptic],
            [site_of[site] for site in connector.postsynaptic if site in site_of],
        )
        for connector in connectors
        if connector.presynaptic in site_of
    ]
