"""A neuron's life: who made it, how long they worked on it, and how it grew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.projects.working_hours import bouts

sql = load("history/life")

BY_VERSION = "version"
BY_DAY = "day"
BY_CREATION = "creation"
MOST_STEPS = 100_000
_LONGEST_GAP_S = 1e9


@dataclass(frozen=True, slots=True)
class Contributor:
    """The work of a user on a neuron, and the time spent.

    Counts include only what exists now; sessions and times also include what was deleted or changed since.
    """

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
    duration: timedelta
    """The time between the first and the last act of each session, all sessions together."""
    first_time: datetime | None
    last_time: datetime | None


class GrowthStep(NamedTuple):
    """Size of a neuron (treenodes, cable in nm) from a version or a day on; `version` is None by creation."""

    version: int | None
    time: datetime
    nodes: int
    cable_length: float


async def skeletons_of(connection: Connection, project_id: int, neuron_id: int) -> tuple[list[int], list[int]]:
    """The skeletons that a neuron has, and those that it once had; `NotFound` if the project never had the neuron."""
    if await fetch_one(connection, sql.neuron, project_id=project_id, neuron_id=neuron_id) is None:
        raise NotFound(f"Project {project_id} never had neuron {neuron_id}.")
    found = await fetch_all(connection, sql.skeletons, project_id=project_id, neuron_id=neuron_id)
    return sorted(i for i, is_there in found if is_there), sorted(i for i, is_there in found if not is_there)


async def contributors(connection: Connection, project_id: int, neuron_id: int, *, gap_s: float) -> list[Contributor]:
    """The users who worked on a neuron; those who made the most treenodes come first.

    A session ends when a user does nothing on the neuron for `gap_s` seconds. An act is what made or edited
    a treenode, made a link, label, annotation or review, or deleted one of these.
    """
    if not 0 < gap_s <= _LONGEST_GAP_S:
        raise InvalidInput(f"The gap between sessions is longer than 0 and at most {_LONGEST_GAP_S:.0f} seconds.")
    gap = timedelta(seconds=gap_s)
    present, former = await skeletons_of(connection, project_id, neuron_id)
    rows = await fetch_all(connection, sql.contributions, prepare=False, skeleton_ids=present, neuron_id=neuron_id)
    counts: dict[int, tuple[int, ...]] = {user_id: tuple(numbers) for user_id, *numbers in rows}
    acts: defaultdict[int, list[datetime]] = defaultdict(list)
    for user_id, time in await fetch_all(
        connection, sql.activity, prepare=False, skeleton_ids=[*present, *former], neuron_id=neuron_id
    ):
        acts[user_id].append(time)
    user_ids = sorted({*counts, *acts})
    names = dict(await fetch_all(connection, sql.usernames, user_ids=user_ids))
    found = []
    for user_id in user_ids:
        sessions = bouts(acts[user_id], gap)
        duration = sum((last - first for first, last in sessions), timedelta())
        nodes, edited, links, labels, annotations, reviews = counts.get(user_id, (0,) * 6)
        found.append(
            Contributor(
                user_id=user_id,
                username=names.get(user_id, ""),
                nodes=nodes,
                nodes_edited=edited,
                links=links,
                labels=labels,
                annotations=annotations,
                reviews=reviews,
                sessions=len(sessions),
                duration=duration,
                first_time=sessions[0][0] if sessions else None,
                last_time=sessions[-1][1] if sessions else None,
            )
        )
    return sorted(found, key=lambda one: (-one.nodes, -one.duration, one.user_id))


async def growth(connection: Connection, project_id: int, neuron_id: int, *, by: str) -> list[GrowthStep]:
    """How large a neuron was: after each version that changed this, at the end of each day (UTC), or by creation.

    By creation are the treenodes that there are now, added up by the day on which they were made: so what was imported
    with its times has its own past. `InvalidInput` for another `by`, or if there are more than 100,000 steps.
    """
    present, former = await skeletons_of(connection, project_id, neuron_id)
    if by == BY_CREATION:
        return await _by_creation(connection, present)
    if by not in (BY_VERSION, BY_DAY):
        raise InvalidInput(f"Growth is by {BY_DAY!r}, {BY_VERSION!r} or {BY_CREATION!r}, not {by!r}.")
    rows = await fetch_all(connection, sql.sizes, prepare=False, skeleton_ids=[*present, *former])
    totals = list(_totals(rows))
    versions = [version for version, _, _ in totals]
    times = dict(await fetch_all(connection, sql.times, versions=versions))
    steps = [GrowthStep(version, times[version], nodes, cable) for version, nodes, cable in totals]
    if by == BY_DAY:
        return list({step.time.date(): step for step in steps}.values())
    if len(steps) > MOST_STEPS:
        raise InvalidInput(f"More than {MOST_STEPS:,} versions changed the size of neuron {neuron_id}: ask by day.")
    return steps


def _totals(states: list[tuple[int, int, int | None, int, float]]) -> Iterator[tuple[int, int, float]]:
    """Versions that changed the total size of some skeletons, with the size after each."""
    changes: defaultdict[int, dict[int, tuple[int, float] | None]] = defaultdict(dict)
    for skeleton_id, version, ended_by, nodes, cable in states:
        changes[version][skeleton_id] = (nodes, cable)
        if ended_by is not None:
            changes[ended_by].setdefault(skeleton_id, None)
    sizes: dict[int, tuple[int, float]] = {}
    last = (0, 0.0)
    for version in sorted(changes):
        for skeleton_id, size in changes[version].items():
            if size is None:
                sizes.pop(skeleton_id, None)
            else:
                sizes[skeleton_id] = size
        total = (sum(nodes for nodes, _ in sizes.values()), sum(cable for _, cable in sizes.values()))
        if total != last:
            yield version, *total
        last = total


async def _by_creation(connection: Connection, skeleton_ids: list[int]) -> list[GrowthStep]:
    steps, nodes, cable = [], 0, 0.0
    for day, count, length in await fetch_all(connection, sql.created, prepare=False, skeleton_ids=skeleton_ids):
        nodes += count
        cable += length
        steps.append(GrowthStep(None, day, nodes, cable))
    return steps
