"""Lists, summaries and names of skeletons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypedDict

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_json, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.values import required

sql = load("skeletons/skeleton_info")


class RootNode(TypedDict):
    """The root of a skeleton; coordinates in nm."""

    root_id: int
    x: float
    y: float
    z: float


class ModelledNeuron(TypedDict):
    """The neuron that a skeleton models."""

    neuron_id: int
    project_id: int
    name: str
    user_id: int
    creation_time: datetime


@dataclass(frozen=True)
class SkeletonFilter:
    """Which skeletons are wanted; `None` does not restrict.

    `since` and `until` (exclusive) are the period in which `created_by` made a node, or `reviewed_by` reviewed one.
    """

    created_by: int | None = None
    reviewed_by: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    more_nodes_than: int | None = None


def day(text: str | None, *, after: bool = False) -> datetime | None:
    """Midnight at the start of a day given as YYYYMMDD, or with `after` of the following day.

    Raises `InvalidInput` for anything else; empty text is None.
    """
    if not text:
        return None
    try:
        start = datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC)
    except ValueError:
        raise InvalidInput(f"A day is written as YYYYMMDD, not {text!r}.") from None
    return start + timedelta(days=1) if after else start


async def skeleton_ids(connection: Connection, project_id: int, wanted: SkeletonFilter) -> list[int]:
    """Ids of the skeletons that fit, in order; `InvalidInput` if both an author and a reviewer are given."""
    if wanted.created_by is not None and wanted.reviewed_by is not None:
        raise InvalidInput("Give created_by or reviewed_by, not both.")
    rows = await fetch_all(
        connection,
        sql.skeleton_ids,
        project_id=project_id,
        created_by=wanted.created_by,
        reviewed_by=wanted.reviewed_by,
        since=wanted.since,
        until=wanted.until,
        more_nodes_than=wanted.more_nodes_than,
    )
    return [skeleton_id for (skeleton_id,) in rows]


async def summaries(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> msgspec.Raw:
    """Node count, cable length (nm) and times, as JSON by skeleton id; unknown ids are left out."""
    ids = required(skeleton_ids, "skeleton ID")
    return await fetch_json(connection, sql.summaries, project_id=project_id, skeleton_ids=ids)


async def cable_lengths(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> dict[int, float]:
    """Cable length in nm by skeleton id; unknown ids are left out."""
    ids = required(skeleton_ids, "skeleton ID")
    return dict(await fetch_all(connection, sql.cable_lengths, project_id=project_id, skeleton_ids=ids))


async def cable_length(connection: Connection, project_id: int, skeleton_id: int) -> float:
    """Cable length in nm; `NotFound` if there is no such skeleton."""
    lengths = await cable_lengths(connection, project_id, [skeleton_id])
    if skeleton_id not in lengths:
        raise NotFound(f"There is no skeleton {skeleton_id}.")
    return lengths[skeleton_id]


async def root(connection: Connection, project_id: int, skeleton_id: int) -> RootNode:
    """The root node and its place; `NotFound` if there is no such skeleton."""
    row = await fetch_one(connection, sql.root, project_id=project_id, skeleton_id=skeleton_id)
    if row is None:
        raise NotFound(f"There is no skeleton {skeleton_id}.")
    root_id, x, y, z = row
    return {"root_id": root_id, "x": x, "y": y, "z": z}


class NoModelledNeuron(InvalidInput):
    """A skeleton that does not exist, and so models no neuron."""


async def neuron_of_skeleton(connection: Connection, project_id: int, skeleton_id: int) -> ModelledNeuron:
    """The neuron that a skeleton models; `NoModelledNeuron` if there is no such skeleton."""
    row = await fetch_one(connection, sql.neuron_of_skeleton, project_id=project_id, skeleton_id=skeleton_id)
    if row is None:
        raise NoModelledNeuron(f"There is no neuron with a skeleton {skeleton_id}.")
    neuron_id, project_id, name, user_id, creation_time = row
    return {
        "neuron_id": neuron_id,
        "project_id": project_id,
        "name": name,
        "user_id": user_id,
        "creation_time": creation_time,
    }


async def neuron_names(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> dict[int, str]:
    """Names of neurons by skeleton id; unknown ids are left out."""
    return dict(await fetch_all(connection, sql.neuron_names, project_id=project_id, skeleton_ids=list(skeleton_ids)))


async def node_count(
    connection: Connection, project_id: int, *, skeleton_id: int | None = None, treenode_id: int | None = None
) -> dict[str, int]:
    """How many nodes a skeleton has, given itself or one of its nodes; `NotFound` if there is no such thing."""
    row = await fetch_one(
        connection, sql.node_count, project_id=project_id, skeleton_id=skeleton_id, treenode_id=treenode_id
    )
    if row is None:
        raise NotFound(
            f"There is no treenode {treenode_id}." if skeleton_id is None else f"There is no skeleton {skeleton_id}."
        )
    return {"count": row[0], "skeleton_id": row[1]}


async def labelled_skeletons(
    connection: Connection, project_id: int, label_ids: Sequence[int], label_names: Sequence[str] = ()
) -> list[tuple[int, list[int]]]:
    """For each of these labels that is in use, the skeletons with a node that bears it."""
    rows = await fetch_all(
        connection,
        sql.labelled_skeletons,
        project_id=project_id,
        label_ids=list(label_ids),
        label_names=list(label_names),
    )
    return [(label_id, skeletons) for label_id, skeletons in rows]


async def node_overview(connection: Connection, project_id: int, skeleton_id: int) -> msgspec.Raw:
    """Nodes, reviews and labels of a skeleton in the order of columns that node tables use, as JSON."""
    return await fetch_json(connection, sql.node_overview, project_id=project_id, skeleton_id=skeleton_id)
