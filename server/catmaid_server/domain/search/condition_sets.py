"""Skeletons that fit one condition of a search: one query of `sql/search/neuron_sets.sql` for each kind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from catmaid_server.db.arrays import array_text, fetch_columns
from catmaid_server.db.float_arrays import from_binary, note_size
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.search.inside import inside
from catmaid_server.domain.search.searched_project import SearchedProject, SkeletonIds
from catmaid_wire import relations
from catmaid_wire.distinct import distinct
from catmaid_wire.neuron_query import (
    GAP,
    IN,
    OUT,
    Condition,
    CreatedIn,
    EditedBy,
    EditedIn,
    InVolume,
    PartnerOf,
    TracedBy,
    WithCable,
    WithId,
    WithName,
    WithNodes,
    WithReviews,
    WithTag,
)
from catmaid_wire.query_values import Span

sql = load("search/neuron_sets")

MOST_NODES: Final = 2_000_000
"""Treenodes in the box of a volume that are looked at."""
_SIDES: Final = {
    OUT: (relations.PRESYNAPTIC, relations.POSTSYNAPTIC),
    IN: (relations.POSTSYNAPTIC, relations.PRESYNAPTIC),
    GAP: (relations.GAP_JUNCTION, relations.GAP_JUNCTION),
}
_NO_BOUNDS: Final = dict.fromkeys(
    ("nodes_low", "nodes_high", "cable_low", "cable_high", "created_since", "created_until", "edited_since",
     "edited_until")
)  # fmt: skip

_COSTS: Final[Mapping[type[Condition], int]] = {
    WithName: 2, WithNodes: 3, WithCable: 3, CreatedIn: 3, EditedIn: 3, WithReviews: 4, TracedBy: 5, EditedBy: 5,
    InVolume: 6,
}  # fmt: skip


def cost_of(condition: Condition) -> int:
    """What is asked late of the conditions that all have to fit: what reads more, or finds less by an index."""
    return _COSTS.get(type(condition), 1)


async def fitting(project: SearchedProject, condition: Condition) -> SkeletonIds:
    """Skeletons that fit a condition.

    Raises
    ------
    NotFound
        If the project has no such annotation, tag, volume or skeleton, or nobody is called so.
    InvalidInput
        If a regular expression is none or takes too long, or a volume is not closed.
    """
    return await _FITTING[type(condition)](project, condition)


async def all_skeletons(project: SearchedProject) -> SkeletonIds:
    """All skeletons of the project."""
    return await project.ids(sql.all)


async def _of_nodes(project: SearchedProject, wanted: WithNodes) -> SkeletonIds:
    return await _of_size(project, nodes_low=wanted.span.low, nodes_high=wanted.span.high)


async def _of_cable(project: SearchedProject, wanted: WithCable) -> SkeletonIds:
    return await _of_size(project, cable_low=wanted.span.low, cable_high=wanted.span.high)


async def _created(project: SearchedProject, wanted: CreatedIn) -> SkeletonIds:
    since, until = wanted.dates.bounds()
    return await _of_size(project, created_since=since, created_until=until)


async def _edited(project: SearchedProject, wanted: EditedIn) -> SkeletonIds:
    since, until = wanted.dates.bounds()
    return await _of_size(project, edited_since=since, edited_until=until)


async def _of_size(project: SearchedProject, **bounds: Any) -> SkeletonIds:
    return await project.ids(sql.of_size, **{**_NO_BOUNDS, **bounds}, among=project.few)


async def _traced_by(project: SearchedProject, wanted: TracedBy) -> SkeletonIds:
    return await project.ids(sql.traced, user_ids=await project.user_ids(wanted.users), among=project.few)


async def _edited_by(project: SearchedProject, wanted: EditedBy) -> SkeletonIds:
    return await project.ids(sql.edited, user_ids=await project.user_ids(wanted.users), among=project.few)


async def _reviewed(project: SearchedProject, wanted: WithReviews) -> SkeletonIds:
    return await project.ids(
        sql.reviewed,
        low=wanted.percent.low,
        high=wanted.percent.high,
        is_any=wanted.percent == Span(),
        user_ids=await project.user_ids(wanted.by),
        among=project.few,
    )


async def _partners(project: SearchedProject, wanted: PartnerOf) -> SkeletonIds:
    known = await _known(project, wanted.skeleton_ids)
    mine, theirs = _SIDES[wanted.relation]
    return await project.ids(
        sql.partners, skeleton_ids=known.tolist(), mine=mine, theirs=theirs, synapses=wanted.synapses
    )


async def _tagged(project: SearchedProject, wanted: WithTag) -> SkeletonIds:
    if not await fetch_value(project.connection, sql.label_exists, project_id=project.id, name=wanted.name):
        raise await project.unknown("tag", wanted.name, sql.label_names)
    return await project.ids(sql.tagged, name=wanted.name)


async def _known(project: SearchedProject, skeleton_ids: Sequence[int]) -> SkeletonIds:
    found = await project.ids(sql.known, skeleton_ids=list(skeleton_ids))
    missing = np.setdiff1d(np.array(skeleton_ids), found)
    if missing.size:
        more = f" and {missing.size - 1} more" if missing.size > 1 else ""
        raise NotFound(f"There is no skeleton {missing[0]}{more} in this project.")
    return found


async def _with_ids(project: SearchedProject, wanted: WithId) -> SkeletonIds:
    return await _known(project, wanted.skeleton_ids)


async def _in_volume(project: SearchedProject, wanted: InVolume) -> SkeletonIds:
    volumes = await fetch_all(project.connection, sql.volumes, project_id=project.id, name=wanted.name)
    if not volumes:
        raise await project.unknown("volume", wanted.name, sql.volume_names)
    if not all(is_closed for is_closed, _, _ in volumes):
        raise InvalidInput(f"The volume {wanted.name!r} is not closed, so that nothing is inside it.")
    found = [np.empty(0, np.int32)]
    for _, box, corners in volumes:
        note_size(project.connection, len(corners))
        nodes = await _nodes_in_box(project, wanted.name, box)
        points = np.stack([nodes["x"], nodes["y"], nodes["z"]], axis=1)
        is_inside = await asyncio.to_thread(inside, from_binary(corners).reshape(-1, 3, 3), points)
        found.append(distinct(nodes["skeleton_ids"][is_inside]))
    return distinct(np.concatenate(found))


async def _nodes_in_box(project: SearchedProject, name: str, box: Sequence[float]) -> dict[str, npt.NDArray[Any]]:
    among = project.few
    values = {
        "project_id": project.id,
        "among": None if among is None else array_text(among),
        "most": MOST_NODES + 1,
        **dict(zip(("x0", "y0", "z0", "x1", "y1", "z1"), box, strict=True)),
    }
    dtypes = {"skeleton_ids": "<i4", "x": "<f8", "y": "<f8", "z": "<f8"}
    nodes = await fetch_columns(project.connection, sql.nodes_in_box, values, dtypes, prepare=False)
    if nodes["x"].size > MOST_NODES:
        raise InvalidInput(
            f"More than {MOST_NODES:,} treenodes are around the volume {name!r}: add conditions that find few neurons."
        )
    return nodes


_FITTING: Final[Mapping[type[Condition], Callable[[SearchedProject, Any], Awaitable[SkeletonIds]]]] = {
    WithNodes: _of_nodes,
    WithCable: _of_cable,
    TracedBy: _traced_by,
    EditedBy: _edited_by,
    CreatedIn: _created,
    EditedIn: _edited,
    InVolume: _in_volume,
    PartnerOf: _partners,
    WithReviews: _reviewed,
    WithTag: _tagged,
    WithId: _with_ids,
}
