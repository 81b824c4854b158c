"""Store arbors as neurons of one skeleton each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.tracing.lifecycle import create_neuron, create_skeleton
from catmaid_server.transfer.copying import copy_rows, treenode_edges
from catmaid_server.transfer.importers.source_trees import NodeAuthorship, SourceTree
from catmaid_server.transfer.target import TargetProject
from catmaid_wire.arbor import Arbor, first_repeat

sql = load("transfer/importing")
user_sql = load("accounts/users")
label_sql = load("tracing/labels")


class StoredArbor(NamedTuple):
    """Ids of the neuron, skeleton and treenodes that an arbor was stored as."""

    neuron_id: int
    skeleton_id: int
    treenode_ids: NDArray[np.int32]
    """(n,) in the order of its nodes."""


class Authorship(NamedTuple):
    """Who made and last edited each node of an arbor, and how sure they were of its edge."""

    user_ids: NDArray[np.int32]
    editor_ids: NDArray[np.int32]
    confidences: NDArray[np.int16]


async def store_trees(
    tx: Connection, target: TargetProject, source_name: str, trees: Sequence[SourceTree], *, names: Sequence[str]
) -> list[StoredArbor]:
    """Make a neuron of each tree of a file, with its labels and authors, and remember their source.

    Parameters
    ----------
    tx, target
        The transaction, the project, and who will own the neurons.
    source_name
        What later imports call the file.
    trees
        The trees of the file.
    names
        Name of each neuron; where it is empty, the neuron is named by its id.
    """
    stored = []
    for tree, name in zip(trees, names, strict=True):
        authorship = await _authorship(tx, target.user_id, tree.authors) if tree.authors else None
        made = await _store(tx, target, tree.arbor, name, authorship)
        await _label(tx, target, made, tree.labels)
        stored.append(made)
    source_ids = np.concatenate([tree.arbor.node_ids for tree in trees])
    if first_repeat(source_ids) is None:
        await _remember(tx, target, source_name, source_ids, np.concatenate([made.treenode_ids for made in stored]))
    else:
        for tree, made in zip(trees, stored, strict=True):
            await _remember(tx, target, tree.arbor.name, tree.arbor.node_ids, made.treenode_ids)
    return stored


async def store_arbor(tx: Connection, target: TargetProject, arbor: Arbor) -> StoredArbor:
    """Make a neuron of an arbor, and remember its source ids for imports that refer to them.

    All nodes belong to the importing user, with confidence 5.
    """
    return (await store_trees(tx, target, arbor.name, [SourceTree(arbor)], names=[arbor.name]))[0]


async def _store(
    tx: Connection, target: TargetProject, arbor: Arbor, name: str, authorship: Authorship | None
) -> StoredArbor:
    neuron_id = await create_neuron(tx, target.project_id, target.user_id, name=name)
    skeleton_id = await create_skeleton(tx, target.project_id, neuron_id, target.user_id)
    cursor = await tx.execute(sql.next_locations, {"count": len(arbor)})
    ids = np.array([row[0] for row in await cursor.fetchall()], np.int32)
    await _copy_treenodes(tx, target, arbor, ids, skeleton_id, authorship or _all_by(target.user_id, len(arbor)))
    return StoredArbor(neuron_id, skeleton_id, ids)


async def _remember(
    tx: Connection, target: TargetProject, name: str, source_ids: NDArray[np.int64], treenode_ids: NDArray[np.int32]
) -> None:
    await tx.execute(
        sql.remember_source,
        {
            "project_id": target.project_id,
            "name": name,
            "source_ids": source_ids.tolist(),
            "treenode_ids": treenode_ids.tolist(),
        },
    )


async def _label(
    tx: Connection, target: TargetProject, made: StoredArbor, labels: Mapping[str, NDArray[np.int64]]
) -> None:
    await tx.execute(label_sql.lock_names, {"project_id": target.project_id, "names": list(labels)})
    for name, rows in labels.items():
        await tx.execute(
            sql.label_treenodes,
            {
                "project_id": target.project_id,
                "user_id": target.user_id,
                "name": name,
                "treenode_ids": made.treenode_ids[rows].tolist(),
            },
        )


def _all_by(user_id: int, count: int) -> Authorship:
    user_ids = np.full(count, user_id, np.int32)
    return Authorship(user_ids, user_ids, np.full(count, 5, np.int16))


async def _authorship(tx: Connection, user_id: int, authors: Sequence[NodeAuthorship | None]) -> Authorship:
    """Authors by their ids; the importing user stands for those who are unknown here."""
    unknown = NodeAuthorship("", "", 5)
    nodes = [author or unknown for author in authors]
    names = {node.author for node in nodes} | {node.editor for node in nodes}
    ids: dict[str, int] = dict(await fetch_all(tx, user_sql.ids_by_name, usernames=sorted(names)))
    return Authorship(
        np.array([ids.get(node.author, user_id) for node in nodes], np.int32),
        np.array([ids.get(node.editor, user_id) for node in nodes], np.int32),
        np.array([node.confidence for node in nodes], np.int16),
    )


async def _copy_treenodes(
    tx: Connection,
    target: TargetProject,
    arbor: Arbor,
    ids: NDArray[np.int32],
    skeleton_id: int,
    authorship: Authorship,
) -> None:
    """Insert an arbor's nodes under `ids` : (n,) int32."""
    count = len(arbor)
    x, y, z = arbor.positions.T
    await copy_rows(
        tx,
        sql.copy_treenodes,
        {
            "id": ids,
            "project_id": np.full(count, target.project_id, np.int32),
            "skeleton_id": np.full(count, skeleton_id, np.int32),
            "parent_id": np.ma.masked_array(ids[arbor.parents], arbor.parents < 0),
            "x": x,
            "y": y,
            "z": z,
            "radius": arbor.radii,
            "confidence": authorship.confidences,
            "user_id": authorship.user_ids,
            "editor_id": authorship.editor_ids,
            "edge": treenode_edges(arbor.positions, arbor.parents),
        },
    )
