"""Positions and parents of many skeletons in few bytes: the service's own answer, or the same made of CATMAID's."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import read_tables
from catmaid_jupyter.client.batches import parts
from catmaid_wire.forms import FormValue
from catmaid_wire.geometry import BadGeometry, GeometryAnswer, PackedSkeleton, encode, in_order, pack

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

    def pack(self) -> tuple[int, PackedSkeleton]:
        """A version that follows from what is packed, from 0 to 2^53, and the packed skeleton."""
        content = self.ids.tobytes() + self.parents.tobytes() + np.ascontiguousarray(self.positions).tobytes()
        digest = hashlib.blake2b(content, digest_size=8).digest()
        return int.from_bytes(digest, "little") >> 11, pack(self.positions, self.parents)


class GeometryReader:
    """Reads the geometry of a project's skeletons.

    Where the server does not pack geometry, it remembers which skeletons it has read, and reads those again whose
    summary is another one since.
    """

    def __init__(self, place: Place) -> None:
        self.place = place
        self._read: dict[int, tuple[bytes, int]] = {}
        """By skeleton its summary before it was read, and the version that it got."""

    async def read(self, skeleton_ids: Sequence[int], known: Mapping[int, int] | None = None) -> bytes:
        """The body of an answer (see `catmaid_wire.geometry`).

        skeleton_ids : skeletons that do not exist are named as gone.
        known : versions by skeleton; skeletons of these versions are named as unchanged, and not sent.
        """
        known = known or {}
        if GEOMETRY in self.place.capabilities:
            form: dict[str, FormValue] = {
                "skeleton_ids": msgspec.json.encode(list(skeleton_ids)).decode(),
                "known": {str(skeleton_id): str(version) for skeleton_id, version in known.items()},
            }
            return (await self.place.read("POST", "skeletons/geometry", form=form)).body
        for _ in range(_ATTEMPTS):
            try:
                return encode(await self._packed(list(dict.fromkeys(skeleton_ids)), known))
            except NotFound:  # a skeleton went away between two requests
                continue
        raise InvalidInput("Skeletons are deleted faster than they can be read: try again.")

    async def _packed(self, skeleton_ids: Sequence[int], known: Mapping[int, int]) -> GeometryAnswer:
        """As the service answers it."""
        summaries = await self._summaries(skeleton_ids)
        unchanged = {
            skeleton_id
            for skeleton_id, summary in summaries.items()
            if skeleton_id in known and self._read.get(skeleton_id) == (summary, known[skeleton_id])
        }
        found: dict[int, tuple[int, PackedSkeleton]] = {}
        for part in parts([one for one in skeleton_ids if one in summaries and one not in unchanged], _AT_ONCE):
            nodes = await read_nodes(self.place, part)
            packed = await asyncio.to_thread(lambda found: [one.pack() for one in found], nodes.values())
            for skeleton_id, (version, skeleton) in zip(nodes, packed, strict=True):
                self._read[skeleton_id] = (summaries[skeleton_id], version)
                if known.get(skeleton_id) == version:
                    unchanged.add(skeleton_id)
                else:
                    found[skeleton_id] = (version, skeleton)
        return GeometryAnswer(
            skeleton_ids=np.array(list(found), np.int32),
            versions=np.array([version for version, _ in found.values()], np.int64),
            skeletons=[skeleton for _, skeleton in found.values()],
            unchanged=np.array([one for one in skeleton_ids if one in unchanged], np.int32),
            gone=np.array([one for one in skeleton_ids if one not in summaries], np.int32),
        )

    async def _summaries(self, skeleton_ids: Sequence[int]) -> dict[int, bytes]:
        """What the server has of sizes and times of edits, by skeleton; skeletons that do not exist are missing."""
        if not skeleton_ids:
            return {}
        found = await self.place.read_json("POST", "skeletons/summary", form={"skeleton_ids": skeleton_ids})
        return {int(skeleton_id): msgspec.json.encode(summary) for skeleton_id, summary in found.items()}


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
    return await asyncio.to_thread(_by_skeleton, tables["nodes"], skeleton_ids)


def _by_skeleton(nodes: Mapping[str, Any], skeleton_ids: Sequence[int]) -> dict[int, SkeletonNodes]:
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
