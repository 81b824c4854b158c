"""Which nodes of an arbor are its soma, by markers as CATMAID's SWC export takes them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

from catmaid_wire.arbor import Arbor, roots
from catmaid_wire.swc import SOMA, UNDEFINED

BY_LABEL, AT_ROOT, BY_RADIUS = "tag:soma", "root", "radius:"
"""How the soma is found: by its label, by being the root, or (with a number of nm) by its radius."""


class BadSomaMarkers(ValueError):
    """A marker is none, or several nodes could be the soma."""


def soma_structures(
    arbor: Arbor, labelled: Collection[int], markers: Sequence[str] = (), *, what: str = "the arbor"
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The SWC type of each node.

    Parameters
    ----------
    arbor
        The nodes.
    labelled
        Ids of the nodes that bear the label `soma`.
    markers
        How the one soma is found: `BY_LABEL` first, else `BY_RADIUS`, and the root if neither finds it and `AT_ROOT` is
        given. Without markers every labelled node is a soma.
    what
        What the arbor is called in errors.

    Returns
    -------
    (n,) int64
        1 at a soma, else 0.

    Raises
    ------
    BadSomaMarkers
        If a marker is none, or several nodes could be the soma.
    """
    structures = np.full(len(arbor), UNDEFINED, np.int64)
    found = np.flatnonzero(np.isin(arbor.node_ids, list(labelled)))
    if markers:
        least = _least_radius(markers)
        if BY_LABEL not in markers:
            found = found[:0]
        if not len(found) and least is not None:
            found = np.flatnonzero(arbor.radii >= least)
        if not len(found) and AT_ROOT in markers:
            found = roots(arbor.parents)
        if len(found) > 1:
            ids = ", ".join(map(str, arbor.node_ids[found[:10]].tolist()))
            raise BadSomaMarkers(f"Several nodes of {what} could be the soma: {ids}.")
    structures[found] = SOMA
    return structures


def _least_radius(markers: Sequence[str]) -> float | None:
    """The radius of a marker by radius, nm; None without such a marker."""
    least = None
    for marker in markers:
        if marker in (BY_LABEL, AT_ROOT):
            continue
        if not marker.startswith(BY_RADIUS):
            raise BadSomaMarkers(f"A soma marker is {BY_LABEL}, {AT_ROOT} or {BY_RADIUS}500 (nm), not {marker}.")
        number = marker.removeprefix(BY_RADIUS)
        try:
            least = float(number)
        except ValueError:
            least = math.nan
        if not math.isfinite(least):
            raise BadSomaMarkers(f"A marker by radius is written as radius:500 (nm), not {marker}.")
    return least
