"""Split, join and reroot skeletons."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.tracing import sampler_upkeep, skeletons
from catmaid_server.domain.tracing.sampler_upkeep import JoinChanges
from catmaid_server.domain.tracing.states import State
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes
from catmaid_server.routes.tracing.edition_times import with_edition_time

routes = Routes()


class Reroot(msgspec.Struct, kw_only=True):
    """The treenode that becomes the root."""

    treenode_id: int
    state: str | None = None
    seen: str | None = None
    """Nodes and their edition times as the author saw them, `[[id, time], …]`: refused if they changed since."""


class Rerooted(TypedDict):
    """The new root."""

    newroot: int
    skeleton_id: int


@routes.post("/{project_id}/skeleton/reroot", needs=Permission.ANNOTATE, label="skeletons.reroot")
async def reroot(call: Call, form: Reroot) -> Rerooted:
    """Make a treenode the root of its skeleton."""
    node = await skeletons.reroot(call.tx, call.user, call.project_id, form.treenode_id, seen=_seen(form.seen))
    answer: Rerooted = {"newroot": node.id, "skeleton_id": node.skeleton_id}
    return await with_edition_time(call, answer, node.id)


class Split(msgspec.Struct, kw_only=True):
    """Where to cut, and which annotations (annotator's user id by name) each part keeps; all, if not said."""

    treenode_id: int
    upstream_annotation_map: dict[str, int] | None = None
    downstream_annotation_map: dict[str, int] | None = None
    name_goes: bool = False
    """Whether the new neuron gets the name, and the old one a new name."""
    state: str | None = None
    seen: str | None = None
    """Nodes and their edition times as the author saw them, `[[id, time], …]`: refused if they changed since."""


class SplitSamplers(TypedDict):
    """Samplers of the skeleton; their intervals and domains that were deleted with the part that was split off."""

    n_samplers: int
    n_deleted_intervals: int
    n_deleted_domains: int


class SkeletonSplit(TypedDict):
    """Both skeletons, and where the cut is (nm)."""

    new_skeleton_id: int
    existing_skeleton_id: int
    x: float
    y: float
    z: float
    samplers: NotRequired[SplitSamplers]
    """Of the skeleton that was cut, if it has any."""


@routes.any("/{project_id}/skeleton/split", needs=Permission.ANNOTATE, label="skeletons.split")
async def split(call: Call, form: Split) -> SkeletonSplit:
    """Cut a skeleton above a treenode, which becomes the root of a new one."""
    made = await skeletons.split(
        call.tx,
        call.user,
        call.project_id,
        form.treenode_id,
        upstream=form.upstream_annotation_map,
        downstream=form.downstream_annotation_map,
        name_goes=form.name_goes,
        seen=_seen(form.seen),
    )
    node, samplers = made.node, made.samplers
    answer: SkeletonSplit = {
        "new_skeleton_id": made.skeleton_id,
        "existing_skeleton_id": node.skeleton_id,
        "x": node.x,
        "y": node.y,
        "z": node.z,
    }
    if samplers is not None:
        answer["samplers"] = {
            "n_samplers": samplers.n_samplers,
            "n_deleted_intervals": samplers.n_deleted_intervals,
            "n_deleted_domains": samplers.n_deleted_domains,
        }
    return await with_edition_time(call, answer, node.id)


class Join(msgspec.Struct, kw_only=True):
    """What is joined to what, and the annotations of the result; those of both, if not said."""

    from_id: int
    to_id: int
    annotation_set: dict[str, int] | None = None
    sampler_handling: str | None = None
    """What becomes of a sampler's domain where it is joined to: branch, domain-end or new-domain."""
    lose_sampler_handling: str = sampler_upkeep.KEEP_SAMPLERS
    """What becomes of samplers of the skeleton that ends: keep-samplers or delete-samplers."""
    from_name_reference: bool = False
    """Whether the result gets an annotation with the name of the neuron that ends."""
    state: str | None = None
    seen: str | None = None
    """Nodes and their edition times as the author saw them, `[[id, time], …]`: refused if they changed since."""


class SkeletonsJoined(TypedDict):
    """The skeleton that is left, and the one that is gone."""

    message: str
    fromid: int
    toid: int
    result_skeleton_id: int
    deleted_skeleton_id: int
    stable_annotation_swap: bool
    samplers: NotRequired[JoinChanges]
    """What changed in samplers, if either skeleton had any."""


@routes.post("/{project_id}/skeleton/join", needs=Permission.ANNOTATE, label="skeletons.merge")
async def join(call: Call, form: Join) -> SkeletonsJoined:
    """Join two skeletons at two treenodes."""
    joined = await skeletons.join(
        call.tx,
        call.user,
        call.project_id,
        form.from_id,
        form.to_id,
        annotations=form.annotation_set,
        sampler_handling=form.sampler_handling,
        lose_sampler_handling=form.lose_sampler_handling,
        note_name=form.from_name_reference,
        seen=_seen(form.seen),
    )
    answer: SkeletonsJoined = {
        "message": "success",
        "fromid": form.from_id,
        "toid": form.to_id,
        "result_skeleton_id": joined.result_skeleton_id,
        "deleted_skeleton_id": joined.deleted_skeleton_id,
        "stable_annotation_swap": joined.stable_annotation_swap,
    }
    if joined.samplers is not None:
        answer["samplers"] = joined.samplers
    return answer


def _seen(text: str | None) -> State | None:
    """Clients of CATMAID send none: their `state` is not looked at, as in CATMAID."""
    return State(text) if text else None
