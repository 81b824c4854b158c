"""A neuron's life: contributors, growth, joins and splits."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.history import life, lineage
from catmaid_server.domain.times import ZonedTime
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()

_GAP_S = 300.0


class SessionGap(msgspec.Struct):
    """How sessions are told from each other."""

    gap_s: float = _GAP_S
    """A session of work ends where a user does nothing at the neuron for so many seconds."""


class GrowthUnit(msgspec.Struct):
    """By what growth is counted."""

    by: str = life.BY_DAY
    """`day`: the size at the end of each day (UTC); `version`: after each version that changed it; `creation`: what
    there is now, added up by the day on which it was made.
    """


class LineageOfSkeletons(msgspec.Struct):
    """Skeletons that there are, or once were."""

    skeleton_ids: list[int] = []
    neuron_ids: list[int] = []
    """Neurons, whose skeletons are meant, those that are gone, too."""


class ContributorAnswer(TypedDict):
    """What a user did for a neuron: counts of what there is, and the work at it."""

    user_id: int
    username: str
    nodes: int
    nodes_edited: int
    """Treenodes that this user was the last to edit."""
    links: int
    labels: int
    annotations: int
    reviews: int
    sessions: int
    seconds: float
    """From the first to the last act of each session, all sessions together."""
    first_time: ZonedTime | None
    last_time: ZonedTime | None


class GrowthAnswer(TypedDict):
    """The size of a neuron from a time on: cable in nm. The version is null if growth is by creation."""

    version: int | None
    time: ZonedTime
    nodes: int
    cable_length: float


class PassageAnswer(TypedDict):
    """Treenodes that went from one skeleton to another."""

    version: int
    time: ZonedTime
    user_id: int | None
    username: str | None
    label: str
    kind: str
    """`join` to a skeleton that was there, `split` to a new one, `renumber` if all went to a new one."""
    from_skeleton_id: int
    to_skeleton_id: int
    nodes: int
    """Of those that the skeletons in question ever had."""


class SuccessorAnswer(TypedDict):
    """Where treenodes are that the skeletons ever had; ids and name are null for those that are deleted."""

    skeleton_id: int | None
    neuron_id: int | None
    name: str | None
    nodes: int


class LineageAnswer(TypedDict):
    """What became of skeletons, and the joins and splits that led to them and followed."""

    became: list[SuccessorAnswer]
    passages: list[PassageAnswer]
    """By version."""
    cut: str | None
    """A sentence that says what is left out; null if nothing is."""


@routes.get("/{project_id}/neurons/{neuron_id}/contributors", needs=Permission.BROWSE)
async def list_contributors(call: Call, form: SessionGap) -> list[ContributorAnswer]:
    """List who worked at a neuron, what they did, and how long."""
    async with call.reading() as connection:
        found = await life.contributors(connection, call.project_id, call.path["neuron_id"], gap_s=form.gap_s)
    return [
        {
            "user_id": one.user_id,
            "username": one.username,
            "nodes": one.nodes,
            "nodes_edited": one.nodes_edited,
            "links": one.links,
            "labels": one.labels,
            "annotations": one.annotations,
            "reviews": one.reviews,
            "sessions": one.sessions,
            "seconds": one.duration.total_seconds(),
            "first_time": one.first_time,
            "last_time": one.last_time,
        }
        for one in found
    ]


@routes.get("/{project_id}/neurons/{neuron_id}/growth", needs=Permission.BROWSE)
async def list_growth(call: Call, form: GrowthUnit) -> list[GrowthAnswer]:
    """List how large a neuron was, by day or version."""
    async with call.reading() as connection:
        steps = await life.growth(connection, call.project_id, call.path["neuron_id"], by=form.by)
    return [
        {"version": version, "time": time, "nodes": nodes, "cable_length": cable}
        for version, time, nodes, cable in steps
    ]


@routes.any("/{project_id}/skeletons/lineage", needs=Permission.BROWSE)
async def trace_lineage(call: Call, form: LineageOfSkeletons) -> LineageAnswer:
    """Tell what became of skeletons, and the joins and splits that they went through."""
    required([*form.skeleton_ids, *form.neuron_ids], "skeleton or neuron")
    async with call.reading() as connection:
        of_neurons = [await life.skeletons_of(connection, call.project_id, neuron_id) for neuron_id in form.neuron_ids]
        skeleton_ids = [*form.skeleton_ids, *(one for pair in of_neurons for side in pair for one in side)]
        found = await lineage.lineage(connection, call.project_id, skeleton_ids)
    return {
        "became": [
            {"skeleton_id": skeleton_id, "neuron_id": neuron_id, "name": name, "nodes": nodes}
            for skeleton_id, neuron_id, name, nodes in found.became
        ],
        "passages": [
            {
                "version": one.version,
                "time": one.time,
                "user_id": one.user_id,
                "username": one.username,
                "label": one.label,
                "kind": one.kind,
                "from_skeleton_id": one.source,
                "to_skeleton_id": one.target,
                "nodes": one.nodes,
            }
            for one in found.passages
        ],
        "cut": found.cut,
    }
