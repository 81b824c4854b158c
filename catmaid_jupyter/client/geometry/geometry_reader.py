"""Positions and parents of many skeletons in few bytes: the service's own answer, or the same made of CATMAID's."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import read_tables
from catmaid_jupyter.client.batches import parts
from catmaid_wire.forms import FormValue
from catmaid_wire.geometry import BadGeometry, GeometryAnswer, encode, in_order, pack

GEOMETRY: Final = "geometry"
"""Capability of servers that pack geometry themselves."""

_AT_ONCE: Final = 50
_ATTEMPTS: Final = 3


@dataclass(frozen=True)
class SkeletonNodes:
    """The treenodes of a skeleton in ascending order of their ids, as rows of its geometry are.

    Attributes
    ----------
    ids : (n,) int64
    parents : (n,) int64
        Row of each treenode's parent, -1 at the root.
    positions : (n, 3) float64
        nm, as they are stored.
    """

    ids: NDArray[np.int64]
    parents: NDArray[np.int64]
    positions: NDArray[np.float64]

    @cached_property
    def version(self) -> int:
        """A version, from 0 to 2^53, that follows from ids, parents and positions."""
        content = self.ids.tobytes() + self.parents.tobytes() + np.ascontiguousarray(self.positions).tobytes()
        return int.from_bytes(hashlib.blake2b(content, digest_size=8).digest(), "little") >> 11


class GeometryReader:
    """Reads the geometry of a project's skeletons.

    Where the server does not pack geometry, it remembers which skeletons it has read, and reads those again whose
    summary is another one since.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._read: dict[int, tuple[bytes, int]] = {}
        """By skeleton its summary before it was read, and the version that it got."""

    async def read(
        self, skeleton_ids: Sequence[int], known: Mapping[int, int] | None = None, *, overview: bool = False
    ) -> bytes:
        """The body of an answer (see `catmaid_wire.geometry`).

        skeleton_ids : skeletons that do not exist are named as gone.
        known : versions by skeleton; skeletons of these versions are named as unchanged, and not sent.
        overview : overviews of skeletons are enough; servers that do not pack geometry send none.
        """
        known = known or {}
        if GEOMETRY in self.place.capabilities:
            form = geometry_form(skeleton_ids, known) | ({"overview": "true"} if overview else {})
            return (await self.place.read("POST", "skeletons/geometry", form=form)).body
        wanted = [] if overview else list(dict.fromkeys(skeleton_ids))
        nodes, unchanged = await self.changed_nodes(wanted, known)
        packed = await asyncio.to_thread(lambda: [pack(one.positions, one.parents) for one in nodes.values()])
        answer = GeometryAnswer(
            skeleton_ids=np.array(list(nodes), np.int32),
            versions=np.array([one.version for one in nodes.values()], np.int64),
            skeletons=packed,
            unchanged=np.array([one for one in wanted if one in unchanged], np.int32),
            gone=np.array([one for one in wanted if one not in nodes and one not in unchanged], np.int32),
        )
        return encode(answer)

    async def changed_nodes(
        self, skeleton_ids: Sequence[int], known: Mapping[int, int]
    ) -> tuple[dict[int, SkeletonNodes], set[int]]:
        """Treenodes of skeletons, but for those of a known version (see `SkeletonNodes.version`), which are second.

        Skeletons that do not exist are in neither. For servers that do not pack geometry.
        """
        for _ in range(_ATTEMPTS):
            try:
                return await self._changed_nodes(skeleton_ids, known)
            except NotFound:  # a skeleton went away between two requests
                continue
        raise InvalidInput("Skeletons are deleted faster than they can be read: try again.")

    async def _changed_nodes(
        self, skeleton_ids: Sequence[int], known: Mapping[int, int]
    ) -> tuple[dict[int, SkeletonNodes], set[int]]:
        summaries = await self.existing(skeleton_ids)
        unchanged = {
            skeleton_id
            for skeleton_id, summary in summaries.items()
            if skeleton_id in known and self._read.get(skeleton_id) == (summary, known[skeleton_id])
        }
        found: dict[int, SkeletonNodes] = {}
        for part in parts([one for one in skeleton_ids if one in summaries and one not in unchanged], _AT_ONCE):
            for skeleton_id, nodes in (await read_nodes(self.place, part)).items():
                self._read[skeleton_id] = (summaries[skeleton_id], nodes.version)
                if known.get(skeleton_id) == nodes.version:
                    unchanged.add(skeleton_id)
                else:
                    found[skeleton_id] = nodes
        return found, unchanged

    async def existing(self, skeleton_ids: Sequence[int]) -> dict[int, bytes]:
        """Those of the skeletons that exist, with what the server has of their sizes and times of edits."""
        if not skeleton_ids:
            return {}
        found = await self.place.read_json("POST", "skeletons/summary", form={"skeleton_ids": skeleton_ids})
        return {int(skeleton_id): msgspec.json.encode(summary) for skeleton_id, summary in found.items()}


def geometry_form(skeleton_ids: Sequence[int], known: Mapping[int, int]) -> dict[str, FormValue]:
    """What servers that pack geometry are asked: few fields, since visitors may send no more."""
    return {
        "skeleton_ids": msgspec.json.encode(list(skeleton_ids)).decode(),
        "known": {str(skeleton_id): str(version) for skeleton_id, version in known.items()},
    }


async def read_nodes(place: Place, skeleton_ids: Sequence[int]) -> dict[int, SkeletonNodes]:
    """Treenodes of skeletons, by skeleton as they were asked for.

    Raises
    ------
    NotFound
        If one of them does not exist.
    InvalidInput
        If the server's treenodes are not those of whole skeletons.
    """
    tables = await read_tables(place, skeleton_ids, connectors=False, tags=False)
    return await asyncio.to_thread(nodes_by_skeleton, tables["nodes"], skeleton_ids)


def nodes_by_skeleton(nodes: Mapping[str, Any], skeleton_ids: Sequence[int]) -> dict[int, SkeletonNodes]:
    """Treenodes of skeletons, of a table of all of them together; errors as of `read_nodes`."""
    owners = np.asarray(nodes["skeleton_id"], np.int64)
    order = np.argsort(owners, kind="stable")
    owners = owners[order]
    ids, parents = (np.asarray(nodes[name], np.int64)[order] for name in ("id", "parent_id"))
    positions = np.column_stack([np.asarray(nodes[axis], np.float64)[order] for axis in "xyz"])
    found: dict[int, SkeletonNodes] = {}
    for skeleton_id in skeleton_ids:
        rows = slice(*np.searchsorted(owners, [skeleton_id, skeleton_id + 1]).tolist())
        try:
            found[skeleton_id] = SkeletonNodes(*in_order(ids[rows], parents[rows], positions[rows]))
        except BadGeometry as error:
            raise InvalidInput(f"Skeleton {skeleton_id} cannot be drawn: {error}") from None
    return found
