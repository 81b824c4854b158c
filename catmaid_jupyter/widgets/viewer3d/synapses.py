"""Links of neurons to connectors, as a page shows them in space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import read_tables
from catmaid_jupyter.client.neuron_choice import neuron_names
from catmaid_jupyter.widgets.rpc import Buffers
from catmaid_wire import relations


async def links_in_space(place: Place, skeleton_ids: Sequence[int]) -> Buffers:
    """Links of skeletons; those that are gone are left out.

    `{skeleton_ids, counts, origin, relations}`: how many links each skeleton has, in turn; what places are relative to,
    nm; names of relations by number. Buffers: number of the relation uint8, x, y, z of the connector float32 (n, 3).
    """
    names = await neuron_names(place, skeleton_ids) if skeleton_ids else {}
    ids = [one for one in dict.fromkeys(skeleton_ids) if one in names]
    found: dict[str, Any] = {}
    if ids:
        found = (await read_tables(place, ids, nodes=False, connectors=True, tags=False))["connectors"]
    return _packed(ids, found)


def _packed(ids: Sequence[int], found: dict[str, Any]) -> Buffers:
    owners = np.asarray(found.get("skeleton_id", ()), np.int64)
    places = {skeleton_id: at for at, skeleton_id in enumerate(ids)}
    rows = np.array([places[one] for one in owners.tolist()], np.int64)
    order = np.argsort(rows, kind="stable")
    numbers = {name: number for number, name in enumerate(relations.OF_LINKS)}
    kinds = np.array([numbers.get(str(one), 0) for one in found.get("relation", ())], np.uint8)
    xyz = np.stack([np.asarray(found.get(axis, ()), np.float64) for axis in "xyz"], axis=1)
    origin = (xyz.min(axis=0) + xyz.max(axis=0)) / 2 if len(xyz) else np.zeros(3)
    content = {
        "skeleton_ids": list(ids),
        "counts": np.bincount(rows, minlength=len(ids)).tolist(),
        "origin": origin.tolist(),
        "relations": list(relations.OF_LINKS),
    }
    return Buffers(content, [kinds[order].tobytes(), (xyz - origin)[order].astype("<f4").tobytes()])
