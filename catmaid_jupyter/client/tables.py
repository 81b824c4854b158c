"""Read a project into DataFrames, from this project's own service or any CATMAID server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api.answers import columns_of_rows, node_tables, read_columns
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.http import Answer
from catmaid_jupyter.api.logins import logins
from catmaid_jupyter.api.loop import gather
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import (
    CONNECTORS,
    LINKS,
    NEURONS,
    NODES_IN_BOX,
    SKELETONS,
    TAGS_OF_SKELETONS,
    frame,
    ordered,
)
from catmaid_jupyter.client.naming import did_you_mean
from catmaid_wire.distinct import distinct
from catmaid_wire.forms import FormValue

_SUMMARY_BATCH = 2000
_CONNECTOR_ROW = ("id", "x", "y", "z", "confidence", "user_id", "editor_id", "creation_time", "edition_time")
_PARTNER_ROW = (
    "connector_id",
    "id",
    "treenode_id",
    "skeleton_id",
    "relation_id",
    "confidence",
    "user_id",
    "creation_time",
    "edition_time",
)
_SOME_PLACES = 2_000
_FARTHEST_NM = 1e11
_SMALLEST_BOX_NM = 1.0
"""A box with more nodes than a server gives is not divided further."""


async def skeleton_table(place: Place) -> pd.DataFrame:
    """All skeletons (see `Project.skeletons`)."""
    if "neurons-table" in place.capabilities:
        return await _from_columns(place)
    return await _from_queries(place)


def neuron_table(skeletons: pd.DataFrame, bare_neurons: Iterable[tuple[int, str]] = ()) -> pd.DataFrame:
    """Neurons (see `Project.neurons`) from their skeletons, and those that have none."""
    table = (
        skeletons.groupby("neuron_id", sort=False)
        .agg(
            name=("name", "first"),
            skeleton_ids=("id", list),
            nodes=("nodes", "sum"),
            cable_length=("cable_length", "sum"),
            creator=("creator", "first"),
            creation_time=("creation_time", "min"),
            edition_time=("edition_time", "max"),
        )
        .reset_index(names="id")
    )
    neurons = frame(table, NEURONS)
    bare = list(bare_neurons)
    if bare:
        neurons = pd.concat([neurons, _bare(bare)], ignore_index=True)
    return neurons


async def connector_tables(
    place: Place, skeleton_ids: Sequence[int] | None, relation: str | None, *, links: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Connectors and, unless there should be none, links (see `Project.connectors` and `Project.links`)."""
    relation_names = await read_relation_names(place)
    if relation is not None and relation not in relation_names.values():
        known = ", ".join(sorted({*relation_names.values()})) or "none"
        like = did_you_mean(relation, relation_names.values())
        raise InvalidInput(f"There is no relation {relation!r} of connectors. There are: {known}.{like}")
    if skeleton_ids is not None and not len(skeleton_ids):  # no ids at all would mean all connectors
        return frame(dict.fromkeys(CONNECTORS, ()), CONNECTORS), frame(dict.fromkeys(LINKS, ()), LINKS)
    connectors, linked = await read_connectors(place, skeleton_ids, relation, links=links)
    users = set(distinct(np.concatenate([connectors["user_id"], linked["user_id"]])).tolist())
    names = await logins(place.http, users)
    return await asyncio.to_thread(_with_names, connectors, linked, names, relation_names)


def _with_names(
    connectors: dict[str, Any], linked: dict[str, Any], names: Mapping[int, str], relation_names: Mapping[int, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables of connectors and links, with the names of who made them and of relations."""
    for columns in (connectors, linked):
        columns["creator"] = _named(columns["user_id"], names, "")
    linked["relation"] = _named(linked["relation_id"], relation_names, "other")
    return ordered(frame(connectors, CONNECTORS), "id"), ordered(frame(linked, LINKS), "id")


async def read_relation_names(place: Place) -> dict[int, str]:
    """Names of the relations by which treenodes may be linked to connectors, by id."""
    relations = await place.read_json("GET", "connectors/types/")
    return {item["relation_id"]: item["relation"] for item in relations}


async def read_connectors(
    place: Place, skeleton_ids: Sequence[int] | None, relation: str | None = None, *, links: bool = True
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns of connectors that are linked to skeletons, None: of all, and of all their links, also to others."""
    form: dict[str, FormValue] = {"with_partners": links, "skeleton_ids": skeleton_ids, "relation_type": relation}
    answer = await place.columns_or_json("POST", "connectors/", form={**form, "with_tags": False})
    # In a thread, as the tables of it are made: a project's connectors take seconds, and edits wait for this loop.
    return await asyncio.to_thread(_connector_columns, answer)


def _named(ids: NDArray[np.int64], names: Mapping[int, str], unknown: str) -> NDArray[np.object_]:
    """Names by id, one for each row."""
    distinct, rows = np.unique(ids, return_inverse=True)
    found = np.array([names.get(one, unknown) for one in distinct.tolist()], dtype=object)
    named: NDArray[np.object_] = found[rows]
    return named


def _connector_columns(answer: Answer) -> tuple[dict[str, Any], dict[str, Any]]:
    """Columns of connectors and of their links, from an answer of `connectors/` in either form."""
    if answer.is_columns:
        parts = read_columns(answer.body)
        return dict(parts["connectors"]), dict(parts["partners"])
    found = answer.json()
    links = [(int(connector), *link) for connector, partners in found["partners"].items() for link in partners]
    return columns_of_rows(found["connectors"], _CONNECTOR_ROW), columns_of_rows(links, _PARTNER_ROW)


async def tag_table(place: Place) -> pd.DataFrame:
    """All labels of treenodes (see `Project.tags`)."""
    rows = await place.read_json("GET", "labels/stats")
    columns = columns_of_rows(rows, ("label_id", "tag", "skeleton_id", "treenode_id"))
    return ordered(frame(columns, TAGS_OF_SKELETONS), "skeleton_id", "tag", "treenode_id")


async def nodes_in_box(
    place: Place, lower: Sequence[float], upper: Sequence[float], limit: int | None
) -> tuple[pd.DataFrame, bool]:
    """Treenodes with an edge in a box (see `Project.nodes_in_box`), and whether there were more than `limit`.

    A server gives a bounded number at once; where more are wanted, halves of the box are read.
    """
    found, more = await _nodes_at_once(place, lower, upper, limit)
    sizes = [high - low for low, high in zip(lower, upper, strict=True)]
    if not more or limit is None or len(found) >= limit or max(sizes) < _SMALLEST_BOX_NM:
        return found, more
    axis = sizes.index(max(sizes))
    middle = lower[axis] + sizes[axis] / 2
    found, more = await nodes_in_box(place, lower, [*upper[:axis], middle, *upper[axis + 1 :]], limit)
    rest, more_there = await nodes_in_box(place, [*lower[:axis], middle, *lower[axis + 1 :]], upper, limit)
    found = pd.concat([found, rest], ignore_index=True).drop_duplicates("id", ignore_index=True)
    return found.head(limit), more or more_there or len(found) > limit


async def some_places(place: Place) -> NDArray[np.float64]:
    """Where treenodes of a project are, nm, shape (n, 3): all of a small one, a part of a large one."""
    found, _ = await _nodes_at_once(place, [-_FARTHEST_NM] * 3, [_FARTHEST_NM] * 3, _SOME_PLACES)
    places: NDArray[np.float64] = found[["x", "y", "z"]].to_numpy(np.float64)
    return places


async def _nodes_at_once(
    place: Place, lower: Sequence[float], upper: Sequence[float], limit: int | None
) -> tuple[pd.DataFrame, bool]:
    """The treenodes that one request for a box returns, and whether there were more."""
    form: dict[str, FormValue] = dict(zip(("left", "top", "z1"), map(float, lower), strict=True))
    form |= dict(zip(("right", "bottom", "z2"), map(float, upper), strict=True))
    form["limit"] = limit
    answer = await place.columns_or_json("POST", "node/list", form=form)
    parts = node_tables(answer)
    return frame(parts["nodes"], NODES_IN_BOX), bool(parts["limit_reached"])


async def bare_neurons(place: Place, skeletons: pd.DataFrame) -> list[tuple[int, str]]:
    """(id, name) of neurons that have no skeleton, where a server lists them."""
    if "neurons-table" in place.capabilities:
        return []
    known = set(skeletons["neuron_id"])
    entities = await neuron_entities(place)
    return [(entity["id"], entity["name"]) for entity in entities if entity["id"] not in known]


async def _from_columns(place: Place) -> pd.DataFrame:
    answer = await place.columns_or_json("GET", "neurons/table")
    parts = read_columns(answer.body)
    table = parts["neurons"]
    names = await logins(place.http, set(distinct(table["user_id"]).tolist()))
    columns = {
        **table,
        "neuron_id": table["id"],
        "id": table["skeleton_id"],
        "name": parts["names"],
        "creator": [names.get(user_id, "") for user_id in table["user_id"].tolist()],
    }
    return frame(columns, SKELETONS)


async def _from_queries(place: Place) -> pd.DataFrame:
    entities = await neuron_entities(place)
    owners = {skeleton: entity for entity in entities for skeleton in entity.get("skeleton_ids") or ()}
    ids = list(owners)
    batches = [ids[start : start + _SUMMARY_BATCH] for start in range(0, len(ids), _SUMMARY_BATCH)]
    path = "skeletons/summary"
    answers = await gather(*(place.read_json("POST", path, form={"skeleton_ids": batch}) for batch in batches))
    summaries: dict[int, Mapping[str, Any]] = {int(key): row for part in answers for key, row in part.items()}
    found = [skeleton for skeleton in ids if skeleton in summaries]
    rows = [summaries[skeleton] for skeleton in found]
    columns = {
        "id": found,
        "neuron_id": [owners[skeleton]["id"] for skeleton in found],
        "name": [owners[skeleton]["name"] for skeleton in found],
        "nodes": [row["num_nodes"] for row in rows],
        "cable_length": [row["cable_length"] for row in rows],
        "creator": [""] * len(found),
        "creation_time": [row["original_creation_time"] for row in rows],
        "edition_time": [row["last_edition_time"] for row in rows],
    }
    return frame(columns, SKELETONS)


async def neuron_entities(place: Place, *, name: str | None = None) -> list[dict[str, Any]]:
    """Neurons as CATMAID's search returns them (id, name, skeleton_ids): all, or those that `name` finds.

    name : a part of the name or, after a slash, a regular expression.
    """
    form: dict[str, FormValue] = {"types": ["neuron"], "name": name}
    answer = await place.read_json("POST", "annotations/query-targets", form=form)
    entities: list[dict[str, Any]] = answer["entities"]
    return entities


def _bare(neurons: list[tuple[int, str]]) -> pd.DataFrame:
    count = len(neurons)
    columns = {
        "id": [neuron_id for neuron_id, _ in neurons],
        "name": [name for _, name in neurons],
        "skeleton_ids": [[] for _ in neurons],
        "nodes": [0] * count,
        "cable_length": [0.0] * count,
        "creator": [""] * count,
        "creation_time": [None] * count,
        "edition_time": [None] * count,
    }
    return frame(columns, NEURONS)
