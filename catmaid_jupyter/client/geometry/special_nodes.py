"""Treenodes that a viewer may mark, at the rows of the skeletons' geometry: open ends, uncertain, labelled, somata."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.answers import read_columns
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import read_tables
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.geometry.geometry_reader import GEOMETRY, GeometryReader, nodes_by_skeleton
from catmaid_wire.forms import FormValue
from catmaid_wire.special_nodes import kinds_of_nodes

_AT_ONCE_ELSEWHERE: Final = 50


@dataclass(frozen=True)
class SpecialNodeTable:
    """Special treenodes of skeletons.

    Attributes
    ----------
    skeleton_ids, versions
        The skeletons, and the version of the geometry to which `row` belongs.
    skeleton : (n,) int32
        Index in `skeleton_ids`.
    row, treenode_id : (n,) int32
        The treenodes.
    kinds : (n,) uint8
        See `catmaid_wire.special_nodes`.
    confidence : (n,) uint8
        1 to 5.
    radius : (n,) float32
        nm; -1 where unset.
    tag_node, tag_label : (m,) int32
        Index of a labelled treenode, and index of its label in `labels`.
    labels
        Names of labels.
    """

    skeleton_ids: list[int]
    versions: list[int]
    skeleton: NDArray[np.int32]
    row: NDArray[np.int32]
    treenode_id: NDArray[np.int32]
    kinds: NDArray[np.uint8]
    confidence: NDArray[np.uint8]
    radius: NDArray[np.float32]
    tag_node: NDArray[np.int32]
    tag_label: NDArray[np.int32]
    labels: list[str]


async def read_special_nodes(
    reader: GeometryReader, skeleton_ids: Sequence[int], *, soma_radius: float | None = None
) -> SpecialNodeTable:
    """Special treenodes of skeletons; skeletons that do not exist are missing.

    soma_radius : where no treenode has the label soma, the thickest one is it, if its radius is at least this, nm.
    """
    wanted = list(dict.fromkeys(skeleton_ids))
    if GEOMETRY in reader.place.capabilities:
        return _from_service(await _asked(reader.place, wanted, soma_radius))
    existing = list(await reader.existing(wanted))
    content: dict[str, Any] = {"skeletons": [], "nodes": [], "tags": []}
    for part in parts(existing, _AT_ONCE_ELSEWHERE):
        tables = await read_tables(reader.place, part, connectors=False)
        made = await asyncio.to_thread(_made, tables, part, soma_radius)
        for name, rows in made.items():
            content[name] += rows
    return _of_rows(content)


async def _asked(place: Place, skeleton_ids: Sequence[int], soma_radius: float | None) -> dict[str, Any]:
    form: dict[str, FormValue] = {
        "skeleton_ids": msgspec.json.encode(list(skeleton_ids)).decode(),
        "soma_radius": soma_radius,
    }
    answer = await place.columns_or_json("POST", "skeletons/geometry/special-nodes", form=form)
    return read_columns(answer.body)


def _from_service(content: Mapping[str, Any]) -> SpecialNodeTable:
    nodes, skeletons, tags = content["nodes"], content["skeletons"], content["tags"]
    return _merged(
        skeletons["skeleton_id"].tolist(),
        skeletons["version"].tolist(),
        nodes,
        (tags["treenode_id"], tags["label"]),
        content["labels"],
    )


def _made(
    tables: Mapping[str, Mapping[str, Any]], skeleton_ids: Sequence[int], soma_radius: float | None
) -> dict[str, list[Any]]:
    """Rows as the service has them, of CATMAID's tables."""
    nodes, tags = tables["nodes"], tables["tags"]
    order = np.argsort(np.asarray(nodes["id"], np.int64))
    all_ids = np.asarray(nodes["id"], np.int64)[order]
    made: dict[str, list[Any]] = {"skeletons": [], "nodes": [], "tags": []}
    labels: dict[int, list[tuple[int, str]]] = {}
    for skeleton_id, node, name in zip(
        np.asarray(tags["skeleton_id"]).tolist(), np.asarray(tags["treenode_id"]).tolist(), tags["tag"], strict=True
    ):
        labels.setdefault(skeleton_id, []).append((node, str(name)))
        made["tags"].append((node, str(name)))
    for skeleton_id, own in nodes_by_skeleton(nodes, skeleton_ids).items():
        at = order[np.searchsorted(all_ids, own.ids)]
        confidences, radii = np.asarray(nodes["confidence"])[at], np.asarray(nodes["radius"], np.float32)[at]
        places = {node: row for row, node in enumerate(own.ids.tolist())} if skeleton_id in labels else {}
        labelled = [(places[node], name) for node, name in labels.get(skeleton_id, ()) if node in places]
        kinds = kinds_of_nodes(own.parents, confidences, radii, labelled, soma_radius=soma_radius)
        made["skeletons"].append((skeleton_id, own.version))
        for row in np.flatnonzero(kinds).tolist():
            made["nodes"].append((skeleton_id, row, own.ids[row], kinds[row], confidences[row], radii[row]))
    return made


def _of_rows(content: Mapping[str, list[Any]]) -> SpecialNodeTable:
    names = ("skeleton_id", "row", "treenode_id", "kinds", "confidence", "radius")
    nodes = {name: np.array([row[place] for row in content["nodes"]]) for place, name in enumerate(names)}
    labels = sorted({name for _, name in content["tags"]})
    places = {name: place for place, name in enumerate(labels)}
    return _merged(
        [skeleton_id for skeleton_id, _ in content["skeletons"]],
        [version for _, version in content["skeletons"]],
        nodes,
        (
            np.array([node for node, _ in content["tags"]], np.int64),
            np.array([places[name] for _, name in content["tags"]], np.int64),
        ),
        labels,
    )


def _merged(
    skeleton_ids: list[int],
    versions: list[int],
    nodes: Mapping[str, NDArray[Any]],
    tags: tuple[NDArray[Any], NDArray[Any]],
    labels: list[str],
) -> SpecialNodeTable:
    """With indices instead of ids; labels of treenodes that are not there any more are left out."""
    by_id = np.argsort(skeleton_ids)
    sorted_ids = np.array(skeleton_ids, np.int64)[by_id]
    skeleton = by_id[np.searchsorted(sorted_ids, nodes["skeleton_id"])] if len(skeleton_ids) else np.empty(0)
    order = np.argsort(nodes["treenode_id"])
    ids = nodes["treenode_id"][order]
    place = np.minimum(np.searchsorted(ids, tags[0]), max(len(ids) - 1, 0))
    there = ids[place] == tags[0] if len(ids) else np.zeros(len(tags[0]), np.bool_)
    return SpecialNodeTable(
        skeleton_ids=skeleton_ids,
        versions=versions,
        skeleton=skeleton.astype(np.int32),
        row=nodes["row"].astype(np.int32),
        treenode_id=nodes["treenode_id"].astype(np.int32),
        kinds=nodes["kinds"].astype(np.uint8),
        confidence=nodes["confidence"].astype(np.uint8),
        radius=nodes["radius"].astype(np.float32),
        tag_node=order[place[there]].astype(np.int32),
        tag_label=tags[1][there].astype(np.int32),
        labels=labels,
    )
