"""Locks of edits, in one order: connectors, skeletons, treenodes, links; of each kind by id.

All edits follow it, so no two wait for each other. A skeleton is shared by those who change single treenodes of it, and
held alone by those who restructure it. Between a look at a treenode and the lock of its skeleton somebody else may
join or split: then the transaction is to begin anew, as what it holds by then is out of order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from psycopg.rows import class_row

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection, Overtaken
from catmaid_server.domain.errors import InvalidInput

sql = load("tracing/locks")


@dataclass(frozen=True, slots=True)
class Node:
    """One treenode, locked for the rest of the transaction."""

    id: int
    skeleton_id: int
    neuron_id: int
    parent_id: int | None
    x: float
    y: float
    z: float
    radius: float
    confidence: int
    user_id: int
    edition_time: datetime


class OwnedNode(NamedTuple):
    """A treenode or connector, locked: whose it is, when it was edited, and where it is (nm)."""

    id: int
    user_id: int
    edition_time: datetime
    x: float
    y: float
    z: float


async def lock_connectors(tx: Connection, project_id: int, connector_ids: Sequence[int]) -> None:
    """Lock connectors that are about to get links, before any treenode is locked."""
    if connector_ids:
        await tx.execute(sql.connectors, {"project_id": project_id, "ids": list(connector_ids)})


async def lock_moving_connectors(tx: Connection, project_id: int, connector_ids: Sequence[int]) -> list[OwnedNode]:
    """Lock connectors of a project; ids that are none of these are left out."""
    if not connector_ids:
        return []
    return [
        OwnedNode(*row)
        for row in await fetch_all(tx, sql.connectors_to_move, project_id=project_id, ids=list(connector_ids))
    ]


async def lock_skeletons(
    tx: Connection, project_id: int, treenode_ids: Sequence[int], *, alone: bool = False
) -> list[int]:
    """Lock the skeletons of treenodes: shared with others who change single treenodes, or `alone`. Ids."""
    query = sql.skeletons_alone if alone else sql.skeletons
    return [row[0] for row in await fetch_all(tx, query, project_id=project_id, ids=list(treenode_ids))]


async def lock_node(
    tx: Connection,
    project_id: int,
    treenode_id: int,
    *,
    whole_skeleton: bool = False,
    skeleton_ids: Sequence[int] | None = None,
) -> Node:
    """Lock a treenode and its skeleton: shared by those who add to it, alone for those who restructure it.

    `skeleton_ids` are skeletons that are locked already; then only these. Raises `InvalidInput` if there is no such
    treenode in the project.
    """
    values: dict[str, object] = {"treenode_id": treenode_id}
    if skeleton_ids is not None:
        query = sql.node_of
        values["skeleton_ids"] = list(skeleton_ids)
    else:
        query = sql.node_alone if whole_skeleton else sql.node
        values["project_id"] = project_id
    async with tx.cursor(row_factory=class_row(Node)) as cursor:
        await cursor.execute(query, values)
        node = await cursor.fetchone()
    if node is None:
        await _require_unmoved(tx, project_id, [treenode_id], found=0)
        raise InvalidInput(f"There is no treenode {treenode_id} in project {project_id}.")
    return node


async def lock_nodes(
    tx: Connection, project_id: int, treenode_ids: Sequence[int], *, with_children: bool = False
) -> list[OwnedNode]:
    """Lock treenodes, and their children if wanted, and share their skeletons; ids that are none are left out."""
    ids = list(set(treenode_ids))
    if len(ids) == 1 and with_children:
        return await _lock_with_children(tx, project_id, ids[0])
    skeletons = await lock_skeletons(tx, project_id, ids)
    query = sql.nodes_with_children if with_children else sql.nodes
    locked = [OwnedNode(*row) for row in await fetch_all(tx, query, ids=ids, skeleton_ids=skeletons)]
    await _require_unmoved(tx, project_id, ids, found=len({node.id for node in locked} & set(ids)))
    return locked


async def _lock_with_children(tx: Connection, project_id: int, treenode_id: int) -> list[OwnedNode]:
    held = await fetch_all(tx, sql.skeleton_of_node, project_id=project_id, treenode_id=treenode_id)
    skeleton_id = held[0][0] if held else None
    rows = await fetch_all(tx, sql.node_with_children, treenode_id=treenode_id, skeleton_id=skeleton_id)
    locked = [OwnedNode(*row) for row in rows]
    await _require_unmoved(tx, project_id, [treenode_id], found=sum(node.id == treenode_id for node in locked))
    return locked


async def lock_links_of_nodes(
    tx: Connection, project_id: int, treenode_ids: Sequence[int], connector_ids: Sequence[int]
) -> None:
    """Lock the links of treenodes and of connectors that are about to move."""
    values = {"treenode_ids": list(treenode_ids), "connector_ids": list(connector_ids)}
    await tx.execute(sql.links_of_nodes, {"project_id": project_id, **values})


async def lock_links_of_skeleton(tx: Connection, skeleton_id: int) -> None:
    """Lock the links of a skeleton that is about to be split or joined."""
    await tx.execute(sql.links_of_skeleton, {"skeleton_id": skeleton_id})


async def _require_unmoved(tx: Connection, project_id: int, treenode_ids: list[int], *, found: int) -> None:
    """Raise `Overtaken` if there are treenodes that are not of a locked skeleton by now."""
    if found < len(treenode_ids) and found < await fetch_value(
        tx, sql.count_nodes, project_id=project_id, ids=treenode_ids
    ):
        raise Overtaken("Treenodes went to another skeleton while their own was waited for.")
