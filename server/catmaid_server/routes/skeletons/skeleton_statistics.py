"""Skeletons in figures, and who made them."""

from __future__ import annotations

from typing import NamedTuple, TypedDict

from catmaid_server.domain.skeletons import skeleton_measures, skeleton_statistics
from catmaid_server.domain.skeletons.skeleton_statistics import Contributions
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes
from catmaid_server.routes.skeletons.skeleton_info import SkeletonIds, Skids

routes = Routes()


class Figures(TypedDict):
    """A skeleton in figures; cable in nm, time as text."""

    node_count: int
    input_count: int
    output_count: int
    presynaptic_sites: int
    postsynaptic_sites: int
    cable_length: int
    measure_construction_time: str
    percentage_reviewed: str


@routes.any("/{project_id}/skeleton/{skeleton_id}/statistics", needs=Permission.BROWSE)
async def describe_skeleton(call: Call, form: NoParameters) -> Figures:
    """Give a skeleton in figures."""
    async with call.reading() as connection:
        found = await skeleton_statistics.statistics(connection, call.project_id, call.path["skeleton_id"])
    minutes, seconds = divmod(found.construction_time, 60)
    return {
        "node_count": found.nodes,
        "input_count": found.input_partners,
        "output_count": found.output_partners,
        "presynaptic_sites": found.presynaptic_sites,
        "postsynaptic_sites": found.postsynaptic_sites,
        "cable_length": int(found.cable_length),
        "measure_construction_time": f"{minutes} minutes {seconds} seconds",
        "percentage_reviewed": f"{100 * found.reviewed:.2f}",
    }


class Contributors(TypedDict):
    """Time in minutes, and by user how many nodes, links and reviews are theirs."""

    construction_minutes: int
    min_review_minutes: int
    multiuser_review_minutes: int
    n_nodes: int
    node_contributors: dict[int, int]
    n_pre: int
    n_post: int
    pre_contributors: dict[int, int]
    post_contributors: dict[int, int]
    review_contributors: dict[int, int]


@routes.any("/{project_id}/skeleton/{skeleton_id}/contributor_statistics", needs=Permission.BROWSE)
async def contributors_of_skeleton(call: Call, form: NoParameters) -> Contributors:
    """Tell who made a skeleton, and in how much time."""
    async with call.reading() as connection:
        return _described(
            await skeleton_statistics.contributions(connection, call.project_id, [call.path["skeleton_id"]])
        )


@routes.any("/{project_id}/skeleton/contributor_statistics_multiple", needs=Permission.BROWSE)
async def contributors_of_skeletons(call: Call, form: Skids) -> Contributors:
    """Tell who made skeletons, and in how much time."""
    async with call.reading() as connection:
        return _described(await skeleton_statistics.contributions(connection, call.project_id, form.skids))


class Measured(NamedTuple):
    """A skeleton in figures; lengths in nm."""

    skeleton_id: int
    cable_length: int
    smoothed_cable_length: int
    inputs: int
    outputs: int
    nodes: int
    branches: int
    ends: int
    smoothed_longest_path: float


@routes.any("/{project_id}/skeletons/measure", needs=Permission.BROWSE)
async def measure(call: Call, form: SkeletonIds) -> list[Measured]:
    """Measure skeletons: cable, smoothed cable, inputs, outputs, nodes, branches, ends, smoothed longest path."""
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        found = await skeleton_measures.measure(connection, call.project_id, ids)
    return [
        Measured(
            skeleton_id,
            int(m.cable),
            int(m.smooth_cable),
            m.inputs,
            m.outputs,
            m.nodes,
            m.branches,
            m.ends,
            m.smooth_backbone,
        )
        for skeleton_id, m in found.items()
    ]


def _described(found: Contributions) -> Contributors:
    return {
        "construction_minutes": found.construction_minutes,
        "min_review_minutes": found.min_review_minutes,
        "multiuser_review_minutes": found.multiuser_review_minutes,
        "n_nodes": found.n_nodes,
        "node_contributors": dict(found.node_contributors),
        "n_pre": found.pre_contributors.total(),
        "n_post": found.post_contributors.total(),
        "pre_contributors": dict(found.pre_contributors),
        "post_contributors": dict(found.post_contributors),
        "review_contributors": dict(found.review_contributors),
    }
