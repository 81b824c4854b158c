"""Packed skeletons that the database keeps, by version: a service that has just started need not pack them again.

They are derived, and written when they were packed for somebody or imported; no edit writes them or waits for them. A
row of another version than the wanted one is as good as none.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from typing import Any, Final, LiteralString

from catmaid_server.db.arrays import array_text
from catmaid_server.db.float_arrays import note_size
from catmaid_server.db.packed_memory import PackedKey, PackedMemory
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.skeletons.packing import UNKNOWN, ReadSkeleton, read_packed, skeleton_parts
from catmaid_wire.geometry import BadGeometry, PackedSkeleton
from catmaid_wire.overviews import LEAST_NODES, PackedForms, deflated_whole

sql = load("skeletons/packed_skeletons")

MOST_NODES: Final = 1_000_000
"""Larger skeletons are not kept."""
_FORMAT: Final = 1
"""To be counted up when skeletons are packed in another way: what is kept is not used any more then."""
_NODES_AT_ONCE: Final = 2_000_000
_BYTES_AT_ONCE: Final = 4 * 1024**2
"""Written in one transaction, which is soon over."""
_HEAD: Final = struct.Struct("<iB6d")


async def find_overviews(
    connection: Connection, versions: Mapping[int, int], nodes: Mapping[int, int]
) -> dict[int, PackedSkeleton]:
    """The overviews that are kept of skeletons of these versions, with so many treenodes; others are missing."""
    found: dict[int, PackedSkeleton] = {}
    for part in _kept_parts(versions, nodes):
        rows = await _rows(connection, sql.overviews, part, versions)
        found |= {skeleton_id: _read(overview) for skeleton_id, overview in rows}
    return found


async def find_wholes(
    connection: Connection, versions: Mapping[int, int], nodes: Mapping[int, int]
) -> dict[int, PackedForms]:
    """The skeletons that are kept in these versions, with so many treenodes; others are missing."""
    found: dict[int, PackedForms] = {}
    for part in _kept_parts(versions, nodes):
        rows = await _rows(connection, sql.wholes, part, versions)
        note_size(connection, max((len(whole) for _, _, whole in rows), default=0))
        found |= {skeleton_id: PackedForms(_read(whole), _read(overview)) for skeleton_id, overview, whole in rows}
    return found


async def write_packed(store: Store, memory: PackedMemory) -> None:
    """Keep what was packed since the last call and is still in memory.

    Raises `OSError` if the disk is nearly full; what could not be kept is left for the next call.
    """
    keys, memory.unkept = memory.unkept, set()
    packed = {key: forms for key in sorted(keys) if (forms := memory.find(key)) is not None and _is_kept(forms)}
    try:
        for part in _write_parts(packed):
            ready = await asyncio.to_thread(_deflated, [packed[key] for key in part])
            skeletons: list[ReadSkeleton] = []
            for key, forms in zip(part, ready, strict=True):
                memory.keep(key, forms, forms.size)
                _, skeleton_id, version = key
                skeletons.append(ReadSkeleton(skeleton_id, version, forms))
            await _keep(store, skeletons)
    except BaseException:
        memory.unkept |= keys
        raise


async def keep_project(store: Store, project_id: int) -> None:
    """Pack and keep the skeletons of a project, but for small ones and those that are kept already.

    One that cannot be packed ends it, as does a disk that is nearly full: what is not kept is packed when it is read.
    """
    with suppress(BadGeometry, OSError):
        async with store.reading() as connection:
            nodes = await _unkept(connection, project_id)
            async with aclosing(read_packed(connection, project_id, nodes)) as parts:
                async for part in parts:
                    await _keep(store, [one for one in part if _is_kept(one.packed)], on=connection)


async def _unkept(connection: Connection, project_id: int) -> dict[int, int]:
    """Numbers of treenodes of the skeletons of a project that should be kept and are not."""
    sizes = {"least_nodes": LEAST_NODES, "most_nodes": MOST_NODES}
    cursor = await connection.execute(sql.unkept, {"project_id": project_id, "format": _FORMAT, **sizes})
    return dict(await cursor.fetchall())


async def _keep(store: Store, skeletons: Sequence[ReadSkeleton], on: Connection | None = None) -> None:
    """Keep those of the skeletons that are still of their version; all have an overview, none is raw."""
    if not skeletons:
        return
    ids, versions, forms = zip(*skeletons, strict=True)
    overviews = [_written(one.overview) for one in forms]
    wholes = [_written(one.whole) for one in forms]
    async with store.deriving(on) as connection:
        note_size(connection, sum(map(len, wholes)))
        await connection.execute(
            sql.keep,
            {
                "skeleton_ids": array_text(ids),
                "versions": array_text(versions),
                "overviews": overviews,
                "wholes": wholes,
                "format": _FORMAT,
            },
        )


def _kept_parts(versions: Mapping[int, int], nodes: Mapping[int, int]) -> Iterator[list[int]]:
    """Those of the skeletons that may be kept, some at a time."""
    return skeleton_parts(
        {
            skeleton_id: count
            for skeleton_id, count in nodes.items()
            if LEAST_NODES <= count <= MOST_NODES and versions[skeleton_id] != UNKNOWN
        },
        _NODES_AT_ONCE,
    )


async def _rows(
    connection: Connection, query: LiteralString, part: list[int], versions: Mapping[int, int]
) -> list[tuple[Any, ...]]:
    wanted = array_text(versions[skeleton_id] for skeleton_id in part)
    return await fetch_all(connection, query, skeleton_ids=array_text(part), versions=wanted, format=_FORMAT)


def _deflated(skeletons: Sequence[PackedForms]) -> list[PackedForms]:
    return [deflated_whole(forms) for forms in skeletons]


def _is_kept(forms: PackedForms) -> bool:
    return forms.overview is not None and forms.whole.rows <= MOST_NODES


def _write_parts(skeletons: Mapping[PackedKey, PackedForms]) -> Iterator[list[PackedKey]]:
    part: list[PackedKey] = []
    size = 0
    for key, packed in skeletons.items():
        part.append(key)
        size += packed.size
        if size >= _BYTES_AT_ONCE:
            yield part
            part, size = [], 0
    if part:
        yield part


def _written(skeleton: PackedSkeleton) -> bytes:
    return _HEAD.pack(skeleton.rows, skeleton.encoding, *skeleton.box) + skeleton.blob


def _read(kept: bytes) -> PackedSkeleton:
    rows, encoding, *box = _HEAD.unpack_from(kept)
    return PackedSkeleton(rows, encoding, tuple(box), kept[_HEAD.size :])
