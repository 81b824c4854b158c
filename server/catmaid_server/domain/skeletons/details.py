"""One skeleton in full: nodes, connectors, tags, reviews, annotations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catmaid_server.db.arrays import LINES, Column, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("skeletons/details")

NODE_COLUMNS = {
    "id": "<i4",
    "parent_id": "<i4",
    "user_id": "<i4",
    "x": "<f8",
    "y": "<f8",
    "z": "<f8",
    "radius": "<f8",
    "confidence": "<i2",
    "edition_time": "<f8",
    "creation_time": "<f8",
}
LINK_COLUMNS = {
    "treenode_id": "<i4",
    "connector_id": "<i4",
    "kind": "<i2",
    "edition_time": "<f8",
    "creation_time": "<f8",
    "user_id": "<i4",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts are wanted beside the nodes."""

    connectors: bool = False
    tags: bool = False
    reviews: bool = False
    annotations: bool = False
    times: bool = False
    users: bool = False
    tag_times: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """One skeleton; parts that were not wanted are empty.

    Parent -1 at the root; times in s since 1970; kind of connector 0 presynaptic, 1 postsynaptic, 2 gap junction,
    3 desmosome.
    Reviews are treenode, review and reviewer ids; annotations are ids, each in a row of its own. With users, a tag's
    treenodes are (treenode, user) and an annotation is (annotation, user who made the skeleton). With `tag_times`, a
    tag's treenodes are (treenode, time when it was put there), with users (treenode, time, user).
    """

    nodes: dict[str, Column]
    connectors: dict[str, Column]
    tags: dict[str, list[Any]]
    reviews: list[tuple[int, int, int]]
    annotations: list[tuple[int, ...]]


async def skeleton_detail(connection: Connection, project_id: int, skeleton_id: int, parts: Parts) -> Detail:
    """Read a skeleton; `NotFound` if the project has none with this id."""
    key = {"project_id": project_id, "skeleton_id": skeleton_id}
    nodes = await fetch_columns(connection, sql.nodes, {**key, "times": parts.times}, NODE_COLUMNS)
    if not len(nodes["id"]):
        cursor = await connection.execute(sql.known, key)
        if await cursor.fetchone() is None:
            raise NotFound("Not found.")
    return Detail(
        nodes,
        await _connectors(connection, {**key, "times": parts.times, "users": parts.users, "wanted": parts.connectors}),
        await _tags(connection, key, parts) if parts.tags else {},
        await _all(connection, sql.reviews, key) if parts.reviews else [],
        await _annotations(connection, key, parts) if parts.annotations else [],
    )


async def _connectors(connection: Connection, key: dict[str, int]) -> dict[str, Column]:
    columns = await fetch_columns(connection, sql.connectors, key, LINK_COLUMNS | {"edges": LINES})
    ends = columns.pop("edges")["end"]
    return {**columns, "x": ends[:, 0], "y": ends[:, 1], "z": ends[:, 2]}


async def _tags(connection: Connection, key: dict[str, int], parts: Parts) -> dict[str, list[Any]]:
    if not parts.users and not parts.tag_times:
        return dict(await _all(connection, sql.tags, key))
    return dict(await _all(connection, sql.described_tags, {**key, "times": parts.tag_times, "users": parts.users}))


async def _annotations(connection: Connection, key: dict[str, int], parts: Parts) -> list[tuple[int, ...]]:
    return [row if parts.users else row[:1] for row in await _all(connection, sql.annotations, key)]


async def _all(connection: Connection, query: Any, key: dict[str, int]) -> list[Any]:
    cursor = await connection.execute(query, key, binary=True)
    return list(await cursor.fetchall())
