"""How thick skeletons are, at the rows of their geometry."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.answers import read_columns
from catmaid_jupyter.client.arbors.arbor_tables import read_tables
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.geometry.geometry_reader import GEOMETRY, GeometryReader, nodes_by_skeleton

_AT_ONCE_ELSEWHERE: Final = 50


@dataclass(frozen=True)
class SkeletonRadii:
    """Radii of skeletons that have any.

    Attributes
    ----------
    skeleton_ids, versions, rows
        The skeletons, the version of each one's geometry, and the number of its treenodes.
    radius : (sum of rows,) float32
        nm, below 0 where unset; of one skeleton after the other, each in ascending order of treenode ids.
    """

    skeleton_ids: list[int]
    versions: list[int]
    rows: list[int]
    radius: NDArray[np.float32]


async def read_radii(reader: GeometryReader, skeleton_ids: Sequence[int]) -> SkeletonRadii:
    """Radii of skeletons, in this order; those that do not exist are missing, and those without any radius above 0."""
    wanted = list(dict.fromkeys(skeleton_ids))
    if GEOMETRY in reader.place.capabilities:
        form = {"skeleton_ids": msgspec.json.encode(wanted).decode()}
        answer = await reader.place.columns_or_json("POST", "skeletons/geometry/radii", form=form)
        content = read_columns(answer.body)
        skeletons = content["skeletons"]
        return SkeletonRadii(
            skeletons["skeleton_id"].tolist(),
            skeletons["version"].tolist(),
            skeletons["rows"].tolist(),
            np.array(content["nodes"]["radius"], np.float32),
        )
    found: dict[int, tuple[int, NDArray[np.float32]]] = {}
    for part in parts(list(await reader.existing(wanted)), _AT_ONCE_ELSEWHERE):
        tables = await read_tables(reader.place, part, connectors=False, tags=False)
        found |= await asyncio.to_thread(_radii_by_skeleton, tables["nodes"], part)
    ordered = {skeleton_id: found[skeleton_id] for skeleton_id in wanted if skeleton_id in found}
    return SkeletonRadii(
        list(ordered),
        [version for version, _ in ordered.values()],
        [len(radii) for _, radii in ordered.values()],
        np.concatenate([np.empty(0, np.float32), *(radii for _, radii in ordered.values())]),
    )


def _radii_by_skeleton(
    nodes: Mapping[str, Any], skeleton_ids: Sequence[int]
) -> dict[int, tuple[int, NDArray[np.float32]]]:
    """Version and radii by skeleton, of CATMAID's table of treenodes."""
    ids = np.asarray(nodes["id"], np.int64)
    order = np.argsort(ids)
    all_ids = ids[order]
    all_radii = np.asarray(nodes["radius"], np.float32)[order]
    found: dict[int, tuple[int, NDArray[np.float32]]] = {}
    for skeleton_id, own in nodes_by_skeleton(nodes, skeleton_ids).items():
        radii = all_radii[np.searchsorted(all_ids, own.ids)]
        if (radii > 0).any():
            found[skeleton_id] = own.version, radii
    return found
