"""Discs that share a section without overlapping: the mechanics that keep neurites apart while they wander."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from scipy.spatial import cKDTree

from catmaid_server.demo.specimen.spec import Flags, Floats, Ints

_ROUNDS = 8
_REACH_PER_SECTION = 46.0
_WALL = 10.0


@dataclass(slots=True)
class Discs:
    """All discs of a growing tissue, dead ones included; each array is (n,), lengths are nm.

    A disc is where a neurite that crosses the sections meets the present one, or one link of a chain that runs
    within them.
    """

    x: Floats
    y: Floats
    tilt_x: Floats
    """Lasting part of the drift per section; `drift` is the wandering part."""
    tilt_y: Floats
    drift_x: Floats
    drift_y: Floats
    radius: Floats
    """Calibre of the neurite; `width` is its radius in the present section, at most 0 where it is not cut."""
    width: Floats
    push: Floats
    """Radius that other discs keep clear of."""
    swelling: Floats
    """Wandering relative deviation of the width."""
    flatness: Floats
    """Length of the middle line of a flattened neurite's profile, in widths; its direction is `bearing` in rad."""
    bearing: Floats
    peak: Floats
    """Section in which a chain's link is widest; NaN for a neurite that crosses sections."""
    swell_at: Floats
    """Section of the bouton or varicosity."""
    swell_by: Floats
    born: Floats
    dies: Floats
    track: Ints
    cell: Ints
    """Discs of one cell have no membrane between them."""
    parent: Ints
    """The disc it branched off, -1 if none."""
    before: Ints
    """Neighbours in the chain, -1 at its ends."""
    after: Ints
    alive: Ints

    @classmethod
    def none(cls) -> Discs:
        """No disc."""
        kinds = {"Ints": np.int64, "Floats": np.float64}
        return cls(**{column.name: np.empty(0, kinds[str(column.type)]) for column in fields(cls)})

    def __len__(self) -> int:
        return len(self.x)

    def add(self, x: Floats, y: Floats, radius: Floats, **values: Floats | Ints | float) -> Ints:
        """Append discs and return their indices; columns that are not given start at rest."""
        count, start = len(x), len(self)
        defaults = {"peak": np.nan, "swell_at": np.inf, "dies": np.inf, "alive": 1}
        defaults |= dict.fromkeys(("parent", "before", "after"), -1)
        given = {"x": x, "y": y, "radius": radius, "width": radius, "push": radius} | values
        for column in fields(self):
            old = getattr(self, column.name)
            new = np.broadcast_to(given.get(column.name, defaults.get(column.name, 0)), count)
            setattr(self, column.name, np.concatenate([old, new.astype(old.dtype)]))
        return np.arange(start, start + count)

    def copy(self) -> Discs:
        """Discs that change independently of these."""
        return Discs(**{column.name: getattr(self, column.name).copy() for column in fields(self)})

    @property
    def living(self) -> Ints:
        """Indices of the discs that take part."""
        return np.flatnonzero(self.alive)


def settle(discs: Discs, extent: tuple[float, float], rounds: int = _ROUNDS, reach: float = _REACH_PER_SECTION) -> None:
    """Push living discs apart, in place; none moves further than `reach` nm.

    Heavier discs give way less. Chains stay smooth, their heads stay on the neurite that they branch off.
    """
    living = discs.living
    if not len(living):
        return
    start = np.stack([discs.x[living], discs.y[living]], axis=1)
    near = cKDTree(start).query_pairs(2 * float(discs.push[living].max()) + reach, output_type="ndarray")
    first, second = living[near[:, 0]], living[near[:, 1]]
    near = near[_strangers(discs, first, second)]
    push = discs.push[living]
    mass = np.square(np.maximum(push, 20)) * np.where(np.isnan(discs.peak[living]), 1, 4)
    place = start.copy()
    for _ in range(rounds):
        place += _separation(place, push, mass, near)
        discs.x[living], discs.y[living] = place.T
        _smooth_chains(discs, living)
        _keep_inside(discs, living, extent)
        place = np.stack([discs.x[living], discs.y[living]], axis=1)
    move = place - start
    length = np.linalg.norm(move, axis=1, keepdims=True)
    place = start + move * np.minimum(1, reach / np.maximum(length, 1e-9))
    discs.x[living], discs.y[living] = place.T


def _strangers(discs: Discs, first: Ints, second: Ints) -> Flags:
    """Mark pairs that repel each other: not links of one chain, nor a link and the neurite it leaves."""
    related = discs.track[first] == discs.track[second]
    head = (discs.parent[first] == second) & ~np.isnan(discs.peak[first])
    head |= (discs.parent[second] == first) & ~np.isnan(discs.peak[second])
    strangers: Flags = ~(related | head)
    return strangers


def _separation(place: Floats, push: Floats, mass: Floats, near: Ints) -> Floats:
    """Displacement (n, 2) that halves every overlap among the `near` pairs (m, 2)."""
    one, other = near[:, 0], near[:, 1]
    apart = place[one] - place[other]
    distance = np.maximum(np.hypot(apart[:, 0], apart[:, 1]), 1e-6)
    overlap = push[one] + push[other] - distance
    meet = overlap > 0
    one, other = one[meet], other[meet]
    step = apart[meet] * (0.5 * overlap[meet] / distance[meet])[:, None]
    share = (mass[other] / (mass[one] + mass[other]))[:, None]
    count = len(place)
    return np.stack(
        [
            np.bincount(one, (step * share)[:, axis], count) - np.bincount(other, (step * (1 - share))[:, axis], count)
            for axis in (0, 1)
        ],
        axis=1,
    )


def _smooth_chains(discs: Discs, living: Ints) -> None:
    """Draw each link towards the middle of its neighbours, and heads onto the neurite they branch off."""
    inner = living[(discs.before[living] >= 0) & (discs.after[living] >= 0)]
    before, after = discs.before[inner], discs.after[inner]
    for place in (discs.x, discs.y):
        place[inner] += 0.3 * ((place[before] + place[after]) / 2 - place[inner])
    heads = living[(discs.parent[living] >= 0) & ~np.isnan(discs.peak[living])]
    discs.x[heads], discs.y[heads] = discs.x[discs.parent[heads]], discs.y[discs.parent[heads]]


def _keep_inside(discs: Discs, living: Ints, extent: tuple[float, float]) -> None:
    """Hold discs within the section, except the ends of chains that cross its border."""
    ends = ~np.isnan(discs.peak[living]) & ((discs.before[living] < 0) | (discs.after[living] < 0))
    held = living[~ends]
    margin = _WALL + 0.15 * discs.push[held]
    discs.x[held] = np.clip(discs.x[held], margin, extent[0] - margin)
    discs.y[held] = np.clip(discs.y[held], margin, extent[1] - margin)
