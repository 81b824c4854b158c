"""Where the treenodes of many skeletons are, packed; skeletons that did not change are not read again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.arrays import array_text
from catmaid_server.db.packed_memory import PackedMemory
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.skeletons import packed_skeletons
from catmaid_server.domain.skeletons.packing import UNKNOWN, read_packed, skeleton_parts
from catmaid_wire.geometry import OVERVIEW, GeometryAnswer, PackedSkeleton
from catmaid_wire.overviews import PackedForms, deflated_whole

sql = load("skeletons/geometry")

MOST_SKELETONS: Final = 10_000
MOST_NODES: Final = 10_000_000
MOST_OVERVIEWED: Final = 50_000_000
"""Treenodes of skeletons that are sent as overviews."""
FEW_NODES: Final = 50_000
"""So many treenodes are soon there, so that no overview is needed."""


class SkeletonState(NamedTuple):
    """The version that changed a skeleton's treenodes last, and how many there are."""

    version: int
    nodes: int


class SentForm(NamedTuple):
    """What is sent of a skeleton: the version that changed it last and its geometry, or `OVERVIEW` and an overview."""

    version: int
    packed: PackedSkeleton


async def skeleton_geometry(
    connection: Connection,
    memory: PackedMemory,
    project_id: int,
    skeleton_ids: Sequence[int],
    known: Mapping[int, int],
    *,
    overview: bool = False,
) -> GeometryAnswer:
    """Pack skeletons, in the order of the ids; those in `memory` or kept in the store are not read.

    Parameters
    ----------
    connection
        The present, or the past.
    memory
        What was packed before; what is packed now is added.
    project_id
        Skeletons of other projects are `gone`.
    skeleton_ids
        At most `MOST_SKELETONS`, with at most `MOST_NODES` treenodes unless it is one skeleton.
    known
        Versions that the client has; skeletons of these versions are `unchanged`.
    overview
        Send overviews of large skeletons, unless all together have few treenodes.

    Raises
    ------
    InvalidInput
        If more is wanted than is sent at once.
    """
    wanted = list(dict.fromkeys(skeleton_ids))
    sent, unchanged = await split_by_version(
        connection, project_id, wanted, known, MOST_OVERVIEWED if overview else MOST_NODES
    )
    is_coarse = overview and sum(state.nodes for state in sent.values()) > FEW_NODES
    found = await _packed(connection, memory, project_id, sent, is_coarse=is_coarse)
    order = [skeleton_id for skeleton_id in wanted if skeleton_id in found]
    return GeometryAnswer(
        skeleton_ids=np.array(order, np.int32),
        versions=np.array([found[skeleton_id].version for skeleton_id in order], np.int64),
        skeletons=[found[skeleton_id].packed for skeleton_id in order],
        unchanged=np.array([skeleton_id for skeleton_id in wanted if skeleton_id in unchanged], np.int32),
        gone=np.array([one for one in wanted if one not in found and one not in unchanged], np.int32),
    )


def _form(version: int, packed: PackedForms, *, is_coarse: bool) -> SentForm:
    """What is sent of a skeleton of a version."""
    if is_coarse and packed.overview is not None:
        return SentForm(OVERVIEW, packed.overview)
    return SentForm(version, packed.whole)


@dataclass(frozen=True)
class IdsByRow:
    """Treenode ids of skeletons.

    Attributes
    ----------
    skeleton_id, version, rows : (n,) int
        The skeletons that are sent, the version of each, and the number of its treenodes.
    node_id : (sum of rows,) int32
        Ids of one skeleton after the other, in ascending order, as the rows of the geometry of that version.
    unchanged
        Skeletons that have the known version.
    """

    skeleton_id: list[int]
    version: list[int]
    rows: list[int]
    node_id: NDArray[np.int32]
    unchanged: list[int]


async def node_ids(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], known: Mapping[int, int]
) -> IdsByRow:
    """Ids of the treenodes of skeletons, in the order of these; parameters and errors as of `skeleton_geometry`."""
    wanted = list(dict.fromkeys(skeleton_ids))
    sent, unchanged = await split_by_version(connection, project_id, wanted, known)
    rows: list[tuple[int, int, bytes | None]] = []
    for part in skeleton_parts({skeleton_id: state.nodes for skeleton_id, state in sent.items()}):
        rows += await fetch_all(connection, sql.node_ids, project_id=project_id, skeleton_ids=array_text(part))
    places = {skeleton_id: place for place, skeleton_id in enumerate(wanted)}
    rows.sort(key=lambda row: places[row[0]])
    ids = [np.sort(np.frombuffer(nodes or b"", ">i4").astype(np.int32)) for _, _, nodes in rows]
    return IdsByRow(
        skeleton_id=[skeleton_id for skeleton_id, _, _ in rows],
        version=[version for _, version, _ in rows],
        rows=[len(one) for one in ids],
        node_id=np.concatenate([np.empty(0, np.int32), *ids]),
        unchanged=[skeleton_id for skeleton_id in wanted if skeleton_id in unchanged],
    )


@dataclass(frozen=True)
class RadiiByRow:
    """How thick skeletons are.

    Attributes
    ----------
    skeleton_id, version, rows : (n,) int
        The skeletons that are sent, the version of each one's geometry, and the number of its treenodes.
    radius : (sum of rows,) float32
        nm, -1 where unset; of one skeleton after the other, as the rows of the geometry of that version.
    """

    skeleton_id: list[int]
    version: list[int]
    rows: list[int]
    radius: NDArray[np.float32]


async def radii(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> RadiiByRow:
    """Radii of skeletons with any above 0, in the order of the ids; errors as of `skeleton_geometry`."""
    wanted = list(dict.fromkeys(skeleton_ids))
    sent, _ = await split_by_version(connection, project_id, wanted, {})
    found: list[tuple[int, int, bytes]] = []
    for part in skeleton_parts({skeleton_id: state.nodes for skeleton_id, state in sent.items()}):
        found += await fetch_all(connection, sql.radii, project_id=project_id, skeleton_ids=array_text(part))
    places = {skeleton_id: place for place, skeleton_id in enumerate(wanted)}
    found.sort(key=lambda row: places[row[0]])
    columns = [np.frombuffer(own, ">f4").astype(np.float32) for _, _, own in found]
    return RadiiByRow(
        skeleton_id=[skeleton_id for skeleton_id, _, _ in found],
        version=[version for _, version, _ in found],
        rows=[len(column) for column in columns],
        radius=np.concatenate([np.empty(0, np.float32), *columns]),
    )


async def split_by_version(
    connection: Connection,
    project_id: int,
    wanted: Sequence[int],
    known: Mapping[int, int],
    most_nodes: int | None = None,
) -> tuple[dict[int, SkeletonState], set[int]]:
    """Those of the skeletons that exist and are to be sent, and those that have the known version."""
    if len(wanted) > MOST_SKELETONS:
        raise InvalidInput(
            f"The geometry of at most {MOST_SKELETONS} skeletons is sent at once, not of {len(wanted)}: ask in parts."
        )
    states = await _states(connection, project_id, wanted)
    unchanged = {
        skeleton_id
        for skeleton_id, state in states.items()
        if state.version != UNKNOWN and known.get(skeleton_id) == state.version
    }
    sent = {skeleton_id: state for skeleton_id, state in states.items() if skeleton_id not in unchanged}
    nodes = sum(state.nodes for state in sent.values())
    most = MOST_NODES if most_nodes is None else most_nodes
    if nodes > most and len(sent) > 1:
        raise InvalidInput(
            f"At most {most} treenodes are sent at once, and these {len(sent)} skeletons have {nodes}: ask in parts."
        )
    return sent, unchanged


async def _states(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> dict[int, SkeletonState]:
    rows = await fetch_all(connection, sql.versions, project_id=project_id, skeleton_ids=array_text(skeleton_ids))
    return {skeleton_id: SkeletonState(version, nodes) for skeleton_id, version, nodes in rows}


async def _packed(
    connection: Connection,
    memory: PackedMemory,
    project_id: int,
    states: Mapping[int, SkeletonState],
    *,
    is_coarse: bool,
) -> dict[int, SentForm]:
    """The skeletons that still exist, each in the form that is sent: from memory, as they are kept, or packed now."""
    found = await _remembered(memory, project_id, states, is_coarse=is_coarse)
    absent = {skeleton_id: state for skeleton_id, state in states.items() if skeleton_id not in found}
    versions = {skeleton_id: state.version for skeleton_id, state in absent.items()}
    nodes = {skeleton_id: state.nodes for skeleton_id, state in absent.items()}
    if is_coarse:
        overviews = await packed_skeletons.find_overviews(connection, versions, nodes)
        found |= {skeleton_id: SentForm(OVERVIEW, packed) for skeleton_id, packed in overviews.items()}
    else:
        for skeleton_id, packed in (await packed_skeletons.find_wholes(connection, versions, nodes)).items():
            found[skeleton_id] = SentForm(versions[skeleton_id], packed.whole)
            memory.keep((project_id, skeleton_id, versions[skeleton_id]), packed, packed.size)
    unread = {skeleton_id: count for skeleton_id, count in nodes.items() if skeleton_id not in found}
    async with aclosing(read_packed(connection, project_id, unread, overviews_first=is_coarse)) as parts:
        async for part in parts:
            for skeleton_id, version, packed in part:
                found[skeleton_id] = _form(version, packed, is_coarse=is_coarse)
                if version != UNKNOWN:
                    memory.keep_new((project_id, skeleton_id, version), packed)
    return found


async def _remembered(
    memory: PackedMemory, project_id: int, states: Mapping[int, SkeletonState], *, is_coarse: bool
) -> dict[int, SentForm]:
    """Those of the skeletons that are in memory, each in the form that is sent."""
    found: dict[int, SentForm] = {}
    raw: dict[int, PackedForms] = {}
    for skeleton_id, state in states.items():
        packed = memory.find((project_id, skeleton_id, state.version))
        if packed is not None and packed.is_raw and not is_coarse:
            raw[skeleton_id] = packed
        elif packed is not None:
            found[skeleton_id] = _form(state.version, packed, is_coarse=is_coarse)
    ready = await asyncio.to_thread(lambda: [deflated_whole(packed) for packed in raw.values()])
    for skeleton_id, packed in zip(raw, ready, strict=True):
        version = states[skeleton_id].version
        found[skeleton_id] = _form(version, packed, is_coarse=False)
        memory.keep((project_id, skeleton_id, version), packed, packed.size)
    return found
