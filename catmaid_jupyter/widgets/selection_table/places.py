"""Where a skeleton's root, its soma, or its node nearest to a place is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.morphology import Morphology, read_morphology

NodePlace: TypeAlias = tuple[int, tuple[float, float, float]]
"""Id of a treenode, and where it is (nm)."""


async def place_of_node(place: Place, skeleton_id: int, to: str, here: Sequence[float]) -> NodePlace:
    """The treenode of a skeleton that is its `root`, its `soma`, or `nearest` to a place (nm).

    `NotFound` if there is none, or no such skeleton.
    """
    if to == "root":
        found = await place.read_json("GET", f"skeletons/{skeleton_id}/root")
        return int(found["root_id"]), (float(found["x"]), float(found["y"]), float(found["z"]))
    morphology = await read_morphology(place, skeleton_id)
    row = _row(morphology, skeleton_id, to, here)
    x, y, z = (float(value) for value in morphology.xyz[row])
    return int(morphology.nodes["id"].iloc[row]), (x, y, z)


def _row(morphology: Morphology, skeleton_id: int, to: str, here: Sequence[float]) -> int:
    if to == "nearest":
        if not len(morphology.nodes):
            raise NotFound(f"Skeleton {skeleton_id} has no nodes.")
        return int(np.argmin(((morphology.xyz - np.asarray(here)) ** 2).sum(axis=1)))
    if to != "soma":
        raise InvalidInput(f"A table goes to the root, the soma or the nearest node, not to {to!r}.")
    if not morphology.somata:
        raise NotFound(f"No node of skeleton {skeleton_id} has the tag “soma”.")
    return int(np.flatnonzero(morphology.nodes["id"].to_numpy() == morphology.somata[0])[0])
