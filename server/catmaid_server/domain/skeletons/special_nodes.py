"""Treenodes of skeletons that a viewer may mark, at the rows of the skeletons' geometry."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.arrays import array_text
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.skeletons.geometry import split_by_version
from catmaid_server.domain.skeletons.packing import skeleton_parts
from catmaid_wire.geometry import in_order
from catmaid_wire.special_nodes import kinds_of_nodes

sql = load("skeletons/geometry")

_NODE: Final = np.dtype([("id", ">i4"), ("parent_id", ">i4"), ("confidence", ">i2"), ("radius", ">f8")])


@dataclass(frozen=True)
class SpecialNodes:
    """Special treenodes of one skeleton.

    Attributes
    ----------
    version
        That of the skeleton's geometry, to which `rows` belong.
    nodes
        Number of treenodes of the skeleton.
    rows, treenode_ids : (n,) int32
    kinds, confidences : (n,) uint8
        See `catmaid_wire.special_nodes`.
    radii : (n,) float32
        nm; -1 where unset.
    """

    version: int
    nodes: int
    rows: NDArray[np.int32]
    treenode_ids: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    confidences: NDArray[np.uint8]
    radii: NDArray[np.float32]


async def special_nodes(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], soma_radius: float | None
) -> tuple[dict[int, SpecialNodes], list[tuple[int, str]]]:
    """Special treenodes by skeleton, as they were asked for, and the labels of treenodes in the order of their links.

    Skeletons that do not exist are missing. Raises `InvalidInput` if more is wanted than is sent at once.
    """
    wanted = list(dict.fromkeys(skeleton_ids))
    sent, _ = await split_by_version(connection, project_id, wanted, {})
    labelled = await fetch_all(connection, sql.labels_of_nodes, project_id=project_id, skeleton_ids=array_text(sent))
    labels: dict[int, list[tuple[int, str]]] = {}
    for skeleton_id, treenode_id, name in labelled:
        labels.setdefault(skeleton_id, []).append((treenode_id, name))
    found: dict[int, SpecialNodes] = {}
    for part in skeleton_parts({skeleton_id: state.nodes for skeleton_id, state in sent.items()}):
        rows = await fetch_all(connection, sql.described_nodes, project_id=project_id, skeleton_ids=array_text(part))
        found |= await asyncio.to_thread(_described, rows, labels, soma_radius)
    ordered = {skeleton_id: found[skeleton_id] for skeleton_id in wanted if skeleton_id in found}
    return ordered, [(treenode_id, name) for _, treenode_id, name in labelled]


def _described(
    rows: Sequence[tuple[int, int, bytes | None]],
    labels: Mapping[int, Sequence[tuple[int, str]]],
    soma_radius: float | None,
) -> dict[int, SpecialNodes]:
    found: dict[int, SpecialNodes] = {}
    for skeleton_id, version, nodes in rows:
        table = np.frombuffer(nodes or b"", _NODE)
        table = table[np.argsort(table["id"], kind="stable")]
        ids, parents, _ = in_order(table["id"], table["parent_id"], np.empty((len(table), 3)))
        place = {node: row for row, node in enumerate(ids.tolist())} if skeleton_id in labels else {}
        own = [(place[node], name) for node, name in labels.get(skeleton_id, ()) if node in place]
        kinds = kinds_of_nodes(parents, table["confidence"], table["radius"], own, soma_radius=soma_radius)
        special = np.flatnonzero(kinds)
        found[skeleton_id] = SpecialNodes(
            version=version,
            nodes=len(table),
            rows=special.astype(np.int32),
            treenode_ids=ids[special].astype(np.int32),
            kinds=kinds[special],
            confidences=table["confidence"][special].astype(np.uint8),
            radii=table["radius"][special].astype(np.float32),
        )
    return found
