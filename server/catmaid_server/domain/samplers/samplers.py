"""Samplers: which parts of a skeleton are looked at closely, so that much is learned of it with little tracing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.sampler_kinds import OPEN, require_leaf_mode
from catmaid_server.domain.samplers import sampler_boundaries

sql = load("samplers/samplers")


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """How a skeleton is sampled.

    interval_length, interval_error
        nm along the skeleton.
    leaf_segment_handling
        What becomes of the rest of a branch that is shorter than an interval: one of `sampler_kinds.LEAF_MODES`.
    merge_limit
        Share of the interval length, 0 to 1, up to which such a rest joins the interval before it.
    review_required
        Whether intervals have to be reviewed.
    create_interval_boundaries
        Whether treenodes are made where intervals begin and end.
    """

    id: int
    skeleton_id: int
    interval_length: float
    interval_error: float
    leaf_segment_handling: str
    merge_limit: float
    review_required: bool
    create_interval_boundaries: bool
    state_id: int
    user_id: int
    project_id: int
    creation_time: datetime
    edition_time: datetime


async def list_samplers(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int] | None = None
) -> list[SamplingPlan]:
    """The samplers of a project, or of some skeletons; what was not changed for longest comes first."""
    rows = await fetch_all(
        connection,
        sql.samplers,
        project_id=project_id,
        sampler_id=None,
        skeleton_ids=None if skeleton_ids is None else list(skeleton_ids),
    )
    return [SamplingPlan(*row) for row in rows]


async def describe_sampler(connection: Connection, project_id: int, sampler_id: int) -> SamplingPlan:
    """One sampler, or `NotFound`."""
    row = await fetch_one(connection, sql.samplers, project_id=project_id, sampler_id=sampler_id, skeleton_ids=None)
    if row is None:
        raise NotFound(f"There is no sampler {sampler_id} in project {project_id}.")
    return SamplingPlan(*row)


async def create_sampler(
    tx: Connection,
    user: User,
    project_id: int,
    skeleton_id: int,
    *,
    interval_length: float,
    interval_error: float,
    leaf_segment_handling: str,
    merge_limit: float,
    review_required: bool,
    create_interval_boundaries: bool,
) -> SamplingPlan:
    """Begin to sample a skeleton; lengths in nm, the rest as in `SamplingPlan`."""
    if interval_length <= 0 or interval_error < 0:
        raise InvalidInput("Intervals have a length of more than 0 nm, and an error of 0 nm or more.")
    if not 0 <= merge_limit <= 1:
        raise InvalidInput(f"The merge limit is a share of the interval length from 0 to 1, not {merge_limit}.")
    require_leaf_mode(leaf_segment_handling)
    if await fetch_value(tx, sql.lock_skeleton, project_id=project_id, skeleton_id=skeleton_id) is None:
        raise InvalidInput(f"There is no skeleton {skeleton_id} in project {project_id}.")
    made: int = await fetch_value(
        tx,
        sql.create,
        project_id=project_id,
        skeleton_id=skeleton_id,
        interval_length=interval_length,
        interval_error=interval_error,
        leaf_segment_handling=leaf_segment_handling,
        merge_limit=merge_limit,
        review_required=review_required,
        create_interval_boundaries=create_interval_boundaries,
        state_id=OPEN,
        user_id=user.id,
    )
    return await describe_sampler(tx, project_id, made)


async def lock_sampler(
    tx: Connection, project_id: int, sampler_id: int, *, whole_skeleton: bool = False
) -> SamplingPlan:
    """A sampler whose parts are about to change, or `NotFound`; meanwhile its skeleton is not restructured.

    With `whole_skeleton` nobody adds to that either, for who is going to do so.
    """
    sampler = await describe_sampler(tx, project_id, sampler_id)
    query = sql.lock_whole_skeleton if whole_skeleton else sql.lock_skeleton
    await tx.execute(query, {"project_id": project_id, "skeleton_id": sampler.skeleton_id})
    await tx.execute(sql.lock_sampler, {"project_id": project_id, "sampler_id": sampler_id})
    return await describe_sampler(tx, project_id, sampler_id)


async def change_sampler(
    tx: Connection, user: User, project_id: int, sampler_id: int, *, leaf_segment_handling: str | None
) -> SamplingPlan:
    """Change how a sampler that the user may edit handles leaf segments, if that is given."""
    sampler = await lock_sampler(tx, project_id, sampler_id)
    await require_edit(tx, user, [sampler.user_id], f"sampler {sampler_id}")
    if not leaf_segment_handling:
        return sampler
    require_leaf_mode(leaf_segment_handling)
    await tx.execute(sql.set_leaf_mode, {"sampler_id": sampler_id, "mode": leaf_segment_handling})
    return await describe_sampler(tx, project_id, sampler_id)


async def delete_sampler(
    tx: Connection, user: User, project_id: int, sampler_id: int, *, delete_boundaries: bool
) -> int:
    """Delete a sampler that the user may edit, with its domains and intervals.

    To delete boundaries, too, means the treenodes that were made where its intervals begin and end, as far as they
    serve nothing else and the user may edit them. Returns their number.
    """
    sampler = await lock_sampler(tx, project_id, sampler_id, whole_skeleton=delete_boundaries)
    await require_edit(tx, user, [sampler.user_id], f"sampler {sampler_id}")
    boundaries = []
    if delete_boundaries and sampler.create_interval_boundaries:
        boundaries = await sampler_boundaries.lock_removable(tx, user, sampler.skeleton_id, sampler_id)
    await tx.execute(sql.delete, {"sampler_id": sampler_id})
    await sampler_boundaries.remove(tx, user, project_id, boundaries)
    return len(boundaries)


async def count_samplers(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> dict[int, int]:
    """Number of samplers by skeleton, also of those without."""
    found = dict(await fetch_all(connection, sql.counts, project_id=project_id, skeleton_ids=list(skeleton_ids)))
    return {skeleton_id: found.get(skeleton_id, 0) for skeleton_id in skeleton_ids}
