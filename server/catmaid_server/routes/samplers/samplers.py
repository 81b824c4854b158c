"""Samplers of skeletons."""

from __future__ import annotations

from typing import Self, TypedDict

import msgspec
from msgspec import UNSET, UnsetType

from catmaid_server.db.store import Connection
from catmaid_server.domain import sampler_kinds
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.sampler_kinds import Kind
from catmaid_server.domain.samplers import sampler_domains, samplers
from catmaid_server.domain.samplers.sampler_domains import Domain
from catmaid_server.domain.samplers.samplers import SamplingPlan
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import epoch
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class SamplerParts(msgspec.Struct):
    """What to tell of a sampler beside its settings."""

    with_domains: bool = False
    with_intervals: bool = False
    """Whether to tell the domains with their intervals."""


class SomeSamplers(SamplerParts):
    """Which samplers, and what to tell of them beside their settings."""

    skeleton_ids: list[int] = []
    """The samplers of these skeletons; of all if none is given."""


class NewSampler(msgspec.Struct, kw_only=True):
    """A sampler to make."""

    skeleton_id: int
    interval_length: int
    """Along the skeleton, nm."""
    interval_error: float | None = None
    """How much longer or shorter an interval may be, nm; 250 if it is left out."""
    review_required: bool
    """Whether intervals have to be reviewed."""
    create_interval_boundaries: bool
    """Whether treenodes are made where intervals begin and end."""
    leaf_segment_handling: str = "ignore"
    """What becomes of the rest of a branch that is shorter than an interval: ignore, merge, short-interval or
    merge-or-create."""
    merge_limit: float | None = None
    """With merge-or-create: share of the interval length (0 to 1) up to which such a rest is merged; 0 if left out."""


class SamplerChange(msgspec.Struct):
    """What to change of a sampler."""

    leaf_handling_mode: str | None = None
    """As `leaf_segment_handling` of a new sampler."""


class SamplerDeletion(msgspec.Struct):
    """How to delete a sampler."""

    delete_created_nodes: bool = True
    """Whether to delete the treenodes that were made where its intervals begin and end, if they serve nothing else."""


class SomeSkeletons(msgspec.Struct):
    """Skeletons whose samplers are counted."""

    skeleton_ids: list[int] = []


class DomainEnd(TypedDict):
    """A treenode at which a domain ends."""

    id: int
    node_id: int


class DomainAnswer(msgspec.Struct, kw_only=True):
    """A domain of a sampler."""

    id: int
    sampler_id: int
    type_id: int
    parent_interval: int | None
    """The interval of another domain from which this one leaves."""
    start_node_id: int
    user_id: int
    project_id: int | str
    """Text where the domain was made just now."""
    ends: list[DomainEnd]
    intervals: list[tuple[int, int, int, int]] | UnsetType = UNSET
    """Id, first treenode, last treenode and state of each."""

    @classmethod
    def of(cls, domain: Domain, *, new: bool = False) -> Self:
        """A domain as clients know it."""
        return cls(
            id=domain.id,
            sampler_id=domain.sampler_id,
            type_id=domain.type_id,
            parent_interval=domain.parent_interval_id,
            start_node_id=domain.start_node_id,
            user_id=domain.user_id,
            project_id=str(domain.project_id) if new else domain.project_id,
            ends=ends_of(domain),
        )


class SamplerAnswer(msgspec.Struct, kw_only=True):
    """A sampler; lengths in nm, times in seconds since 1970."""

    id: int
    creation_time: float
    edition_time: float
    interval_length: float
    interval_error: float
    leaf_segment_handling: str
    merge_limit: float
    review_required: bool
    create_interval_boundaries: bool
    state_id: int
    skeleton_id: int
    user_id: int
    domains: list[DomainAnswer] | UnsetType = UNSET


class NewSamplerAnswer(TypedDict):
    """A sampler that was made just now; lengths in nm."""

    id: int
    skeleton_id: int
    interval_length: float
    interval_error: float
    leaf_segment_handling: str
    merge_limit: float
    review_required: bool
    create_interval_boundaries: bool
    sampler_state: int
    user_id: int
    project_id: str


class DeletedSampler(TypedDict):
    """A sampler that is gone, and how many treenodes went with it."""

    deleted_sampler_id: str
    deleted_interval_nodes: int


class SamplerCount(TypedDict):
    """The number of samplers of one skeleton."""

    n_samplers: int


def whole_seconds(time: float) -> float:
    """A time in seconds without fraction, as clients of samplers know it."""
    return float(int(time))


def ends_of(domain: Domain) -> list[DomainEnd]:
    """The ends of a domain as clients know them."""
    return [{"id": end_id, "node_id": node_id} for end_id, node_id in domain.ends]


@routes.get("/{project_id}/samplers/", needs=Permission.BROWSE)
async def list_samplers(call: Call, form: SomeSamplers) -> list[SamplerAnswer]:
    """List the samplers of a project, or of some skeletons."""
    async with call.reading() as connection:
        found = await samplers.list_samplers(connection, call.project_id, form.skeleton_ids or None)
        return await _with_parts(connection, call.project_id, found, form)


@routes.post("/{project_id}/samplers/add", needs=Permission.ANNOTATE, label="samplers.create")
async def add_sampler(call: Call, form: NewSampler) -> NewSamplerAnswer:
    """Begin to sample a skeleton."""
    made = await samplers.create_sampler(
        call.tx,
        call.user,
        call.project_id,
        form.skeleton_id,
        interval_length=form.interval_length,
        interval_error=250.0 if form.interval_error is None else form.interval_error,
        leaf_segment_handling=form.leaf_segment_handling or "ignore",
        merge_limit=form.merge_limit or 0.0,
        review_required=form.review_required,
        create_interval_boundaries=form.create_interval_boundaries,
    )
    return {
        "id": made.id,
        "skeleton_id": made.skeleton_id,
        "interval_length": made.interval_length,
        "interval_error": made.interval_error,
        "leaf_segment_handling": made.leaf_segment_handling,
        "merge_limit": made.merge_limit,
        "review_required": made.review_required,
        "create_interval_boundaries": made.create_interval_boundaries,
        "sampler_state": made.state_id,
        "user_id": made.user_id,
        "project_id": str(made.project_id),
    }


@routes.get("/{project_id}/samplers/{sampler_id}/", needs=Permission.BROWSE)
async def describe_sampler(call: Call, form: SamplerParts) -> SamplerAnswer:
    """Describe a sampler."""
    async with call.reading() as connection:
        found = await samplers.describe_sampler(connection, call.project_id, call.path["sampler_id"])
        return (await _with_parts(connection, call.project_id, [found], form))[0]


@routes.post("/{project_id}/samplers/{sampler_id}/", needs=Permission.ANNOTATE, label="samplers.update")
async def change_sampler(call: Call, form: SamplerChange) -> SamplerAnswer:
    """Change how a sampler handles leaf segments."""
    changed = await samplers.change_sampler(
        call.tx, call.user, call.project_id, call.path["sampler_id"], leaf_segment_handling=form.leaf_handling_mode
    )
    return _answer(changed)


@routes.post("/{project_id}/samplers/{sampler_id}/delete", needs=Permission.ANNOTATE, label="samplers.delete")
async def delete_sampler(call: Call, form: SamplerDeletion) -> DeletedSampler:
    """Delete a sampler with its domains and intervals, and with the treenodes that were made for these."""
    sampler_id = call.path["sampler_id"]
    deleted = await samplers.delete_sampler(
        call.tx, call.user, call.project_id, sampler_id, delete_boundaries=form.delete_created_nodes
    )
    return {"deleted_sampler_id": str(sampler_id), "deleted_interval_nodes": deleted}


@routes.get("/{project_id}/skeletons/{skeleton_id}/sampler-count", needs=Permission.BROWSE)
async def count_samplers_of_one(call: Call, form: NoParameters) -> SamplerCount:
    """Count the samplers of a skeleton."""
    skeleton_id = call.path["skeleton_id"]
    async with call.reading() as connection:
        return {"n_samplers": (await samplers.count_samplers(connection, call.project_id, [skeleton_id]))[skeleton_id]}


@routes.post("/{project_id}/skeletons/sampler-count", needs=Permission.BROWSE)
async def count_samplers(call: Call, form: SomeSkeletons) -> dict[int, int]:
    """Count the samplers of each of some skeletons."""
    if not form.skeleton_ids:
        raise InvalidInput("Name at least one skeleton in skeleton_ids.")
    async with call.reading() as connection:
        return await samplers.count_samplers(connection, call.project_id, form.skeleton_ids)


@routes.get("/{project_id}/samplers/states/", needs=Permission.BROWSE)
async def list_sampler_states(call: Call, form: NoParameters) -> tuple[Kind, ...]:
    """List the states that a sampler may be in."""
    return sampler_kinds.SAMPLER_STATES


@routes.get("/{project_id}/samplers/domains/types/", needs=Permission.BROWSE)
async def list_domain_types(call: Call, form: NoParameters) -> tuple[Kind, ...]:
    """List the types of domains of samplers."""
    return sampler_kinds.DOMAIN_TYPES


@routes.get("/{project_id}/samplers/domains/intervals/states/", needs=Permission.BROWSE)
async def list_interval_states(call: Call, form: NoParameters) -> tuple[Kind, ...]:
    """List the states that an interval of a sampler may be in."""
    return sampler_kinds.INTERVAL_STATES


@routes.get("/{project_id}/samplers/connectors/states/", needs=Permission.BROWSE)
async def list_connector_states(call: Call, form: NoParameters) -> tuple[Kind, ...]:
    """List the states that a connector may be in for samplers."""
    return sampler_kinds.CONNECTOR_STATES


async def _with_parts(
    connection: Connection, project_id: int, found: list[SamplingPlan], parts: SamplerParts
) -> list[SamplerAnswer]:
    answers = [_answer(sampler) for sampler in found]
    if not parts.with_domains and not parts.with_intervals:
        return answers
    domains = await sampler_domains.list_domains(connection, project_id, [sampler.id for sampler in found])
    ids = [domain.id for some in domains.values() for domain in some]
    intervals = await sampler_domains.list_intervals(connection, project_id, ids) if parts.with_intervals else {}
    for answer in answers:
        answer.domains = [DomainAnswer.of(domain) for domain in domains.get(answer.id, [])]
        if parts.with_intervals:
            for domain in answer.domains:
                domain.intervals = [
                    (i.id, i.start_node_id, i.end_node_id, i.state_id) for i in intervals.get(domain.id, [])
                ]
    return answers


def _answer(sampler: SamplingPlan) -> SamplerAnswer:
    return SamplerAnswer(
        id=sampler.id,
        creation_time=whole_seconds(epoch(sampler.creation_time)),
        edition_time=whole_seconds(epoch(sampler.edition_time)),
        interval_length=sampler.interval_length,
        interval_error=sampler.interval_error,
        leaf_segment_handling=sampler.leaf_segment_handling,
        merge_limit=sampler.merge_limit,
        review_required=sampler.review_required,
        create_interval_boundaries=sampler.create_interval_boundaries,
        state_id=sampler.state_id,
        skeleton_id=sampler.skeleton_id,
        user_id=sampler.user_id,
    )
