"""Treenodes of many skeletons, read and packed: the next ones are read while others are packed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import numpy as np

from catmaid_server.db.arrays import array_text
from catmaid_server.db.float_arrays import note_size
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_wire.geometry import in_order
from catmaid_wire.overviews import PackedForms, pack_forms

sql = load("skeletons/geometry")

UNKNOWN: Final = 0
"""A version that says nothing: such a skeleton is read each time."""
_NODES_AT_ONCE: Final = 200_000
_NODE: Final = np.dtype([("id", ">i4"), ("parent_id", ">i4"), ("position", ">f8", 3)])


class ReadSkeleton(NamedTuple):
    """A skeleton as it was when it was read."""

    skeleton_id: int
    version: int
    packed: PackedForms


async def read_packed(
    connection: Connection, project_id: int, nodes: Mapping[int, int], *, overviews_first: bool = False
) -> AsyncGenerator[list[ReadSkeleton], None]:
    """Read and pack skeletons, some at a time; the connection is free while a part is looked at.

    Parameters
    ----------
    connection
        The present, or the past.
    project_id
        Skeletons of other projects are left out, as are those that do not exist.
    nodes
        By skeleton the number of its treenodes, about. Two parts at most are in memory.
    overviews_first
        The wholes of those that have an overview are left raw.
    """
    packing: asyncio.Future[list[ReadSkeleton]] | None = None
    try:
        for part in skeleton_parts(nodes):
            rows = await fetch_all(connection, sql.nodes, project_id=project_id, skeleton_ids=array_text(part))
            note_size(connection, max((len(nodes or b"") for _, _, nodes in rows), default=0))
            former = packing
            done = None if former is None else await former
            packing = asyncio.ensure_future(asyncio.to_thread(_pack_rows, rows, overviews_first=overviews_first))
            if done is not None:
                yield done
        if packing is not None:
            yield await packing
    finally:
        if packing is not None and not packing.cancel() and not packing.cancelled():
            packing.exception()  # whoever stopped listening has no need to hear of it


def skeleton_parts(nodes: Mapping[int, int], at_once: int = _NODES_AT_ONCE) -> Iterator[list[int]]:
    """Skeletons, by number of nodes, in parts of not many more than `at_once` nodes."""
    part: list[int] = []
    size = 0
    for skeleton_id, count in nodes.items():
        part.append(skeleton_id)
        size += count
        if size >= at_once:
            yield part
            part, size = [], 0
    if part:
        yield part


def _pack_rows(rows: Iterable[tuple[int, int, bytes | None]], *, overviews_first: bool) -> list[ReadSkeleton]:
    """Pack skeletons as the query gives them."""
    found = [(skeleton_id, version, np.frombuffer(nodes or b"", _NODE)) for skeleton_id, version, nodes in rows]
    ordered = [
        in_order(table["id"], table["parent_id"], table["position"].astype(np.float64).reshape(-1, 3))
        for _, _, table in found
    ]
    packed = pack_forms(
        np.concatenate([np.empty((0, 3)), *(positions for _, _, positions in ordered)]),
        np.concatenate([np.empty(0, np.int64), *(parents for _, parents, _ in ordered)]),
        np.array([len(table) for _, _, table in found], np.int64),
        overviews_first=overviews_first,
    )
    return [
        ReadSkeleton(skeleton_id, version, forms)
        for (skeleton_id, version, _), forms in zip(found, packed, strict=True)
    ]
