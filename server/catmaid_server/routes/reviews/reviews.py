"""Reviews: marking nodes, and how much of skeletons was reviewed."""

from __future__ import annotations

from typing import Final, TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.reviews import review_changes, review_sequences, reviews
from catmaid_server.domain.reviews.review_sequences import ReviewNode
from catmaid_server.domain.times import ZonedTime
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import times
from catmaid_server.http.catmaid.times import Instant
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()

MOST_MARKED: Final = 10_000


class ReviewStatus(msgspec.Struct):
    """Which skeletons, and whose reviews count: all, those of these users, or those whom the caller trusts."""

    skeleton_ids: list[int] = []
    user_ids: list[int] = []
    whitelist: bool = False


@routes.post("/{project_id}/skeletons/review-status", needs=Permission.BROWSE)
async def review_status(call: Call, form: ReviewStatus) -> dict[int, tuple[int, int]]:
    """Tell how many nodes skeletons have, and how many of these were reviewed."""
    async with call.reading() as connection:
        if form.whitelist:
            return await reviews.trusted_status(connection, call.project_id, form.skeleton_ids, call.user.id)
        return await reviews.status(connection, call.project_id, form.skeleton_ids, form.user_ids or None)


class Subarbor(msgspec.Struct):
    """Where to start, if not at the root."""

    subarbor_node_id: str = ""

    def root(self) -> int | None:
        """The node, if one is given."""
        if not self.subarbor_node_id:
            return None
        if not self.subarbor_node_id.isdecimal():
            raise InvalidInput("Parameter subarbor_node_id is a treenode's number.")
        return int(self.subarbor_node_id)


class NodeToReview(TypedDict):
    """A node; nm."""

    id: int
    x: float
    y: float
    z: float
    rids: list[tuple[int, Instant]]
    """Who reviewed it, and when."""
    sup: list[list[float]]
    """Suppressed virtual nodes on the edge to its parent: orientation and coordinate (nm)."""
    user_id: int


class SequenceToReview(TypedDict):
    """A run of nodes from an end to a branch or the root, and how much of it was reviewed in percent."""

    id: int
    sequence: list[NodeToReview]
    status: str
    nr_nodes: int


@routes.post("/{project_id}/skeletons/{skeleton_id}/review", needs=Permission.BROWSE)
async def list_sequences(call: Call, form: Subarbor) -> list[SequenceToReview]:
    """Cut a skeleton into sequences to review."""
    async with call.reading() as connection:
        found = await review_sequences.review_sequences(
            connection, call.project_id, call.path["skeleton_id"], form.root()
        )
    return [
        {
            "id": sequence.id,
            "sequence": [_node_to_review(node) for node in sequence.nodes],
            "status": f"{sequence.reviewed_percent:.2f}",
            "nr_nodes": len(sequence.nodes),
        }
        for sequence in found
    ]


def _node_to_review(node: ReviewNode) -> NodeToReview:
    return {
        "id": node.id,
        "x": node.x,
        "y": node.y,
        "z": node.z,
        "rids": [(reviewer_id, times.milliseconds(time)) for reviewer_id, time in node.reviews],
        "sup": node.suppressed,
        "user_id": node.user_id,
    }


class MarkedReviewed(TypedDict):
    """The review."""

    reviewer_id: int
    review_time: Instant


@routes.any("/{project_id}/node/{treenode_id}/reviewed", needs=Permission.ANNOTATE, label="nodes.add_or_update_review")
async def mark_reviewed(call: Call, form: NoParameters) -> MarkedReviewed:
    """Note that the user reviewed a node."""
    treenode_id = call.path["treenode_id"]
    marked = await reviews.mark(call.tx, call.project_id, [treenode_id], call.user.id)
    if not marked.treenode_ids:
        raise NotFound(f"There is no treenode {treenode_id}.")
    return {"reviewer_id": call.user.id, "review_time": times.microseconds(marked.time)}


class NodesToMark(msgspec.Struct):
    """Which treenodes were reviewed."""

    treenode_ids: list[int] = []


class MarkedNodes(TypedDict):
    """The reviews; treenodes that do not exist any more are left out."""

    reviewer_id: int
    review_time: Instant
    treenode_ids: list[int]


@routes.post("/{project_id}/nodes/reviewed", needs=Permission.ANNOTATE, label="nodes.add_or_update_review")
async def mark_all_reviewed(call: Call, form: NodesToMark) -> MarkedNodes:
    """Note that the user reviewed treenodes, at most 10,000 at once."""
    wanted = required(form.treenode_ids, "treenode ID")
    if len(wanted) > MOST_MARKED:
        raise InvalidInput(f"Mark at most {MOST_MARKED:,} treenodes at once, not {len(wanted):,}.")
    marked = await reviews.mark(call.tx, call.project_id, wanted, call.user.id)
    if not marked.treenode_ids:
        raise NotFound("None of these treenodes exists any more.")
    return {
        "reviewer_id": call.user.id,
        "review_time": times.microseconds(marked.time),
        "treenode_ids": marked.treenode_ids,
    }


class OfSkeletons(msgspec.Struct):
    """Which skeletons."""

    skeleton_ids: list[int] = []


class SkeletonReview(TypedDict):
    """How many segments a skeleton has to review, and its reviewers: (user id, treenodes, time of the last review)."""

    segments: int
    reviewers: list[tuple[int, int, ZonedTime]]


@routes.post("/{project_id}/skeletons/review-summary", needs=Permission.BROWSE)
async def summarize_reviews(call: Call, form: OfSkeletons) -> dict[int, SkeletonReview]:
    """Tell of skeletons how many segments they have, and who has reviewed how much of them."""
    async with call.reading() as connection:
        found = await reviews.summaries(connection, call.project_id, form.skeleton_ids)
    return {
        skeleton_id: {"segments": summary.segments, "reviewers": [(*share,) for share in summary.reviewers]}
        for skeleton_id, summary in found.items()
    }


class ReviewChanges(TypedDict):
    """What changed after it was reviewed, as columns of the same length."""

    skeleton_id: list[int]
    treenode_id: list[int]
    reviewer_id: list[int]
    review_time: list[ZonedTime]
    change: list[str]
    """`moved`, `connector moved` or `linked`, which ended the review; `edited` (confidence or radius) or `parent`."""
    user_id: list[int | None]
    time: list[ZonedTime]


@routes.post("/{project_id}/skeletons/review-changes", needs=Permission.BROWSE)
async def list_review_changes(call: Call, form: OfSkeletons) -> ReviewChanges:
    """List what changed in skeletons after it was reviewed, who did it and when; oldest first."""
    async with call.reading() as connection:
        found = await review_changes.review_changes(connection, call.project_id, form.skeleton_ids)
    return {
        "skeleton_id": [row.skeleton_id for row in found],
        "treenode_id": [row.treenode_id for row in found],
        "reviewer_id": [row.reviewer_id for row in found],
        "review_time": [row.review_time for row in found],
        "change": [row.change for row in found],
        "user_id": [row.user_id for row in found],
        "time": [row.time for row in found],
    }


@routes.any("/{project_id}/skeleton/{skeleton_id}/reviewed-nodes", needs=Permission.BROWSE)
async def list_reviews(call: Call, form: NoParameters) -> dict[int, list[tuple[int, str]]]:
    """List who reviewed which node of a skeleton, and when."""
    async with call.reading() as connection:
        found = await reviews.of_skeleton(connection, call.project_id, call.path["skeleton_id"])
    return {node: [(reviewer, times.milliseconds(time)) for reviewer, time in made] for node, made in found.items()}


@routes.post(
    "/{project_id}/skeleton/{skeleton_id}/review/reset-own",
    needs=Permission.ANNOTATE,
    label="skeletons.reset_own_reviews",
)
async def delete_own_reviews(call: Call, form: NoParameters) -> dict[str, str]:
    """Take back the user's reviews of a skeleton."""
    await reviews.delete_own(call.tx, call.project_id, call.path["skeleton_id"], call.user.id)
    return {"status": "success"}
