"""Connectors and their links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import msgspec

from catmaid_server.db.arrays import Column, array_text, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.projects import projects
from catmaid_server.domain.tracing.connector_types import BY_RELATION
from catmaid_server.domain.values import Box, required

sql = load("tracing/connector_info")

CONNECTOR_COLUMNS = {
    "id": "<i4",
    "x": "<f8",
    "y": "<f8",
    "z": "<f8",
    "confidence": "<i2",
    "user_id": "<i4",
    "editor_id": "<i4",
    "creation_time": "<f8",
    "edition_time": "<f8",
}
PARTNER_COLUMNS = {
    "connector_id": "<i4",
    "id": "<i8",
    "treenode_id": "<i4",
    "skeleton_id": "<i4",
    "relation_id": "<i4",
    "confidence": "<i2",
    "user_id": "<i4",
    "creation_time": "<f8",
    "edition_time": "<f8",
}


@dataclass(frozen=True)
class ConnectorFilter:
    """Which connectors are wanted; `None` does not restrict.

    They have a link of `relation` to one of `skeleton_ids`, bear one of `labels`, and have no links `without`.
    """

    skeleton_ids: Sequence[int] | None = None
    relation: str | None = None
    labels: Sequence[str] | None = None
    without: Sequence[str] | None = None


class LinkOfSkeleton(NamedTuple):
    """A link of a skeleton to a connector, whose place is in nm."""

    skeleton_id: int
    connector_id: int
    x: float
    y: float
    z: float
    confidence: int
    user_id: int
    treenode_id: int
    creation_time: datetime
    edition_time: datetime


class LinkInBox(NamedTuple):
    """A connector, its place in nm, and a link; what is of the link is None where the connector has none."""

    connector_id: int
    x: float
    y: float
    z: float
    skeleton_id: int | None
    confidence: int | None
    user_id: int | None
    treenode_id: int | None
    creation_time: datetime | None
    edition_time: datetime | None
    relation_id: int | None


class ConnectorPair(NamedTuple):
    """A connector between two treenodes; places in nm."""

    connector_id: int
    connector_place: tuple[float, float, float]
    treenode_id: int
    skeleton_id: int
    confidence: int
    user_id: int
    place: tuple[float, float, float]
    other_treenode_id: int
    other_skeleton_id: int
    other_confidence: int
    other_user_id: int
    other_place: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class SynapticLink:
    """A pre- or postsynaptic link of a connector, with the name of its relation."""

    connector_id: int
    relation: str
    skeleton_id: int
    treenode_id: int
    creation_time: datetime


async def detail(connection: Connection, project_id: int, connector_id: int) -> msgspec.Raw:
    """One connector with its links, as JSON; `NotFound` if there is none."""
    found = await fetch_value(connection, sql.detail, project_id=project_id, connector_id=connector_id)
    if found is None:
        raise NotFound(f"There is no connector {connector_id}.")
    return msgspec.Raw(found.encode())


async def list_connectors(connection: Connection, project_id: int, wanted: ConnectorFilter) -> dict[str, Column]:
    """Columns of `CONNECTOR_COLUMNS`, by id; times in s since 1970, editor -1 where nobody edited.

    Raises `InvalidInput` for an unknown relation.
    """
    await _require_relations(
        connection, project_id, [*([wanted.relation] if wanted.relation else []), *(wanted.without or [])]
    )
    values = {
        "project_id": project_id,
        "skeleton_ids": wanted.skeleton_ids,
        "relation": wanted.relation,
        "labels": wanted.labels,
        "without": wanted.without,
    }
    return await fetch_columns(connection, sql.list, values, CONNECTOR_COLUMNS)


async def labels(connection: Connection, connector_ids: Sequence[int]) -> dict[int, list[str]]:
    """Labels by connector, in alphabetic order; connectors without any are left out."""
    return dict(await fetch_all(connection, sql.labels, connector_ids=list(connector_ids)))


async def partners(connection: Connection, connector_ids: Column) -> dict[str, Column]:
    """Columns of `PARTNER_COLUMNS`: the links of connectors, by link; times in s since 1970."""
    values = {"connector_ids": array_text(connector_ids)}
    return await fetch_columns(connection, sql.partners, values, PARTNER_COLUMNS)


async def links_of_skeletons(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], relation: str
) -> list[LinkOfSkeleton]:
    """The links of skeletons by a relation, by connector.

    Raises `InvalidInput` without skeletons or for an unknown relation.
    """
    await _require_relations(connection, project_id, [relation])
    return await fetch_records(
        connection,
        sql.links_of_skeletons,
        LinkOfSkeleton,
        project_id=project_id,
        relation=relation,
        skeleton_ids=required(skeleton_ids, "skeleton ID"),
    )


async def _require_relations(connection: Connection, project_id: int, names: Sequence[str]) -> None:
    if not names:
        return
    known = await projects.relation_ids(connection, project_id)
    if unknown := [name for name in names if name not in known]:
        raise InvalidInput(f"Unknown relation: {', '.join(unknown)}. There are {', '.join(known)}.")


async def in_box(
    connection: Connection,
    project_id: int,
    box: Box,
    *,
    skeleton_ids: Sequence[int] | None,
    only_linked: bool,
) -> list[LinkInBox]:
    """Links that meet a box, by connector, and connectors in it without any, unless `only_linked`."""
    (min_x, min_y, min_z), (max_x, max_y, max_z) = box.low, box.high
    return await fetch_records(
        connection,
        sql.in_box,
        LinkInBox,
        project_id=project_id,
        skeleton_ids=skeleton_ids,
        only_linked=only_linked,
        min_x=min_x,
        min_y=min_y,
        min_z=min_z,
        max_x=max_x,
        max_y=max_y,
        max_z=max_z,
    )


async def synaptic_links(connection: Connection, project_id: int, connector_ids: Sequence[int]) -> list[SynapticLink]:
    """The pre- and postsynaptic links of connectors, by connector."""
    return await fetch_records(
        connection,
        sql.synaptic_links,
        SynapticLink,
        project_id=project_id,
        connector_ids=list(connector_ids),
    )


async def linked_to_nodes(connection: Connection, project_id: int, treenode_ids: Sequence[int]) -> list[int]:
    """Connectors that are linked to any of these treenodes."""
    rows = await fetch_all(connection, sql.linked_to_nodes, project_id=project_id, treenode_ids=list(treenode_ids))
    return [connector_id for (connector_id,) in rows]


class NoSuchLink(NotFound):
    """A treenode and a connector that are not linked by a relation."""


async def link_info(
    connection: Connection,
    project_id: int,
    *,
    treenode_id: int,
    connector_id: int,
    relation: str | None,
    relation_id: int | None,
) -> list[tuple[int, datetime, datetime]]:
    """User, creation and edition time of links by a relation, by its name or id; `NoSuchLink` if there is none.

    Raises `InvalidInput` if neither is given or the project has no such relation.
    """
    if relation is None and relation_id is None:
        raise InvalidInput("Say which relation is meant, by relation_name or relation_id.")
    rows = await fetch_all(
        connection,
        sql.link_info,
        project_id=project_id,
        treenode_id=treenode_id,
        connector_id=connector_id,
        relation=None if relation_id is not None else relation,
        relation_id=relation_id,
    )
    if not rows:
        if relation_id is None:
            relation_id = await fetch_value(connection, sql.relation_id, project_id=project_id, relation=relation)
        if relation_id is None:
            raise InvalidInput(f"There is no relation {relation!r}.")
        raise NoSuchLink(
            f"No treenode connector exists for treenode {treenode_id}, connector {connector_id}, relation {relation_id}"
        )
    return [(user, created, edited) for user, created, edited in rows]


async def pairs(
    connection: Connection,
    project_id: int,
    relation: str,
    *,
    skeleton_ids: Sequence[int] | None = None,
    partner_ids: Sequence[int] | None = None,
    either_ids: Sequence[int] | None = None,
    connector_ids: Sequence[int] | None = None,
) -> list[ConnectorPair]:
    """Connectors between skeletons, linked to the first by `relation` and to the second by its partner relation.

    either_ids
        Skeletons of which at least one of the two is one.

    Raises `InvalidInput` for an unknown relation.
    """
    if relation not in BY_RELATION:
        raise InvalidInput(f"There is no relation {relation!r}.")
    return await fetch_records(
        connection,
        sql.pairs,
        ConnectorPair,
        project_id=project_id,
        mine=relation,
        theirs=BY_RELATION[relation].partner_relation,
        my_skeletons=skeleton_ids,
        their_skeletons=partner_ids,
        either_skeletons=either_ids,
        connector_ids=connector_ids,
    )


async def completed(
    connection: Connection, project_id: int, *, completed_by: int | None, since: datetime | None, until: datetime | None
) -> list[ConnectorPair]:
    """Synapses with the earlier link first; by who made the later link, and when."""
    return await fetch_records(
        connection,
        sql.completed,
        ConnectorPair,
        project_id=project_id,
        completed_by=completed_by,
        since=since,
        until=until,
    )
