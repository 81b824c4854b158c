"""Connectors between skeletons."""

from __future__ import annotations

from operator import attrgetter
from typing import TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.skeletons.skeleton_info import day
from catmaid_server.domain.tracing import connector_info
from catmaid_server.domain.tracing.connector_info import ConnectorPair
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes
from catmaid_wire.relations import PRESYNAPTIC

routes = Routes()


class ConnectorIds(msgspec.Struct):
    """Some connectors."""

    connector_ids: list[int] = []


class TreenodeIds(msgspec.Struct):
    """Some treenodes."""

    treenode_ids: list[int] = []


class Synapses(msgspec.Struct):
    """Skeletons on the presynaptic side, on the postsynaptic side, and connectors; each empty for any."""

    pre: list[int] = []
    post: list[int] = []
    cids: list[int] = []
    skids: list[int] = []
    """Skeletons on either side; not together with `pre` or `post`."""


class OneToMany(msgspec.Struct):
    """One skeleton, others, and the relation of the one."""

    skid: int
    relation: str
    skids: list[int] = []


class ManyToMany(msgspec.Struct):
    """Skeletons, others, and the relation of the first."""

    relation: str
    skids1: list[int] = []
    skids2: list[int] = []


class Completed(msgspec.Struct):
    """By whom, and on which days (YYYYMMDD, the last included)."""

    completed_by: int | None = None
    since: str | None = msgspec.field(name="from", default=None)
    until: str | None = msgspec.field(name="to", default=None)


@routes.any("/{project_id}/connector/info", needs=Permission.BROWSE)
async def find_synapses(call: Call, form: Synapses) -> list[ConnectorPair]:
    """List synapses between skeletons, by the postsynaptic one."""
    if form.skids and (form.pre or form.post):
        raise InvalidInput("Send either skids, or pre and post.")
    async with call.reading() as connection:
        found = await connector_info.pairs(
            connection,
            call.project_id,
            PRESYNAPTIC,
            skeleton_ids=form.pre or None,
            partner_ids=form.post or None,
            either_ids=form.skids or None,
            connector_ids=form.cids or None,
        )
    return sorted(found, key=attrgetter("other_skeleton_id"))


@routes.any("/{project_id}/connector/list/one_to_many", needs=Permission.BROWSE)
async def connectors_of_one(call: Call, form: OneToMany) -> list[ConnectorPair]:
    """List the connectors between one skeleton and others."""
    others = required(form.skids, "skeleton ID")
    async with call.reading() as connection:
        return await connector_info.pairs(
            connection, call.project_id, form.relation, skeleton_ids=[form.skid], partner_ids=others
        )


@routes.any("/{project_id}/connector/list/many_to_many", needs=Permission.BROWSE)
async def connectors_of_many(call: Call, form: ManyToMany) -> list[ConnectorPair]:
    """List the connectors between two sets of skeletons."""
    ones, others = required(form.skids1, "skeleton ID"), required(form.skids2, "skeleton ID")
    async with call.reading() as connection:
        return await connector_info.pairs(
            connection, call.project_id, form.relation, skeleton_ids=ones, partner_ids=others
        )


@routes.any("/{project_id}/connector/list/completed", needs=Permission.BROWSE)
async def completed_synapses(call: Call, form: Completed) -> list[ConnectorPair]:
    """List synapses by who completed them, and when."""
    async with call.reading() as connection:
        return await connector_info.completed(
            connection,
            call.project_id,
            completed_by=form.completed_by,
            since=day(form.since),
            until=day(form.until, after=True),
        )


@routes.any("/{project_id}/connector/list/linked-to-nodes", needs=Permission.BROWSE)
async def connectors_of_nodes(call: Call, form: TreenodeIds) -> dict[str, list[int]]:
    """List the connectors that treenodes are linked to."""
    async with call.reading() as connection:
        return {"connector_ids": await connector_info.linked_to_nodes(connection, call.project_id, form.treenode_ids)}


class Sides(TypedDict):
    """The skeletons and treenodes of a connector."""

    presynaptic_to: int | None
    postsynaptic_to: list[int]
    presynaptic_to_node: int | None
    postsynaptic_to_node: list[int]


@routes.any("/{project_id}/connector/skeletons", needs=Permission.BROWSE)
async def skeletons_of_connectors(call: Call, form: ConnectorIds) -> list[tuple[int, Sides]]:
    """List skeletons and treenodes on both sides of connectors."""
    ids = required(form.connector_ids, "connector ID")
    async with call.reading() as connection:
        links = await connector_info.synaptic_links(connection, call.project_id, ids)
    found: dict[int, Sides] = {}
    for link in links:
        sides = found.setdefault(
            link.connector_id,
            {"presynaptic_to": None, "postsynaptic_to": [], "presynaptic_to_node": None, "postsynaptic_to_node": []},
        )
        if link.relation == PRESYNAPTIC:
            sides["presynaptic_to"], sides["presynaptic_to_node"] = link.skeleton_id, link.treenode_id
        else:
            sides["postsynaptic_to"].append(link.skeleton_id)
            sides["postsynaptic_to_node"].append(link.treenode_id)
    return list(found.items())


class SidesInTime(TypedDict):
    """Skeleton, treenode and time of creation (ms since 1970) of both sides."""

    presynaptic_to: tuple[int, int, float] | None
    postsynaptic_to: list[tuple[int, int, float]]


@routes.any("/{project_id}/connector/edgetimes", needs=Permission.BROWSE)
async def times_of_connectors(call: Call, form: ConnectorIds) -> dict[int, SidesInTime]:
    """List skeleton, treenode and creation time (ms since 1970) on both sides of connectors."""
    async with call.reading() as connection:
        links = await connector_info.synaptic_links(connection, call.project_id, form.connector_ids)
    found: dict[int, SidesInTime] = {}
    for link in links:
        sides = found.setdefault(link.connector_id, {"presynaptic_to": None, "postsynaptic_to": []})
        end = (link.skeleton_id, link.treenode_id, round(link.creation_time.timestamp() * 1000))
        if link.relation == PRESYNAPTIC:
            sides["presynaptic_to"] = end
        else:
            sides["postsynaptic_to"].append(end)
    return found
