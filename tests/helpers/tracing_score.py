"""How much of what is traced is right, and how much of what is known is traced."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catmaid_server.demo.specimen.spec import Floats, Ints, TracedSkeleton
from catmaid_server.demo.specimen.specimen import Specimen

_STEP = 5.0
"""nm between the places of an edge that are looked at."""


@dataclass(frozen=True)
class TracingScore:
    """Shares of cable, 0 to 1.

    Attributes
    ----------
    inside
        Of what is traced, in the neurite; where it passes a section.
    followed
        Of what is known, near what is traced.
    """

    inside: float
    followed: float


def score(specimen: Specimen, known: TracedSkeleton, places: Floats, parents: Ints, *, reach: float) -> TracingScore:
    """Compare nodes, (n, 3) nm with rows of parents, with a skeleton of a specimen; `reach` in nm."""
    traced = _along(places, parents)
    thickness = specimen.spec.thickness
    in_section = np.abs(traced[:, 2] / thickness - np.rint(traced[:, 2] / thickness)) < 0.02
    inside = specimen.label_at(traced[in_section]) == known.neurite_id
    wanted = _along(known.xyz, known.parents)
    nearest = np.array([np.linalg.norm(traced - place, axis=1).min() for place in wanted])
    return TracingScore(float(inside.mean()), float((nearest <= reach).mean()))


def _along(places: Floats, parents: Ints) -> NDArray[np.float64]:
    """Places along all edges, one every few nm, with the nodes themselves."""
    parts = [places]
    for child in np.flatnonzero(parents >= 0):
        start, end = places[parents[child]], places[child]
        count = max(2, int(np.linalg.norm(end - start) / _STEP))
        share = np.linspace(0, 1, count)[:, None]
        parts.append(start + share * (end - start))
    return np.concatenate(parts)
