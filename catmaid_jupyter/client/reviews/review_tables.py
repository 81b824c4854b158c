"""Segments, reviews and what changed since, as DataFrames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api.answers import read_columns
from catmaid_jupyter.api.loop import gather
from catmaid_jupyter.api.place import HISTORY, Place
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.frames import (
    REVIEW_CHANGES,
    REVIEW_SEGMENTS,
    REVIEWS_OF_TREENODES,
    as_time,
    frame,
    ordered,
)
from catmaid_jupyter.client.reviews.review_status import read_reviews, read_segments, user_names
from catmaid_wire.forms import FormValue

_SKELETONS_AT_ONCE: Final = 200
_NODES_AT_ONCE: Final = 5_000
_COLUMNS: Final = ("skeleton_id", "treenode_id", "reviewer_id", "review_time")
_CHANGES: Final = (*_COLUMNS, "change", "user_id", "time")


async def segment_table(place: Place, skeleton_id: int, treenode_id: int | None) -> pd.DataFrame:
    """As `ProjectReview.segments`."""
    found = await read_segments(place, skeleton_id, treenode_id)
    names = await user_names(place.http)
    rows = [(segment["id"], step, node) for segment in found for step, node in enumerate(segment["sequence"])]
    columns: dict[str, Any] = {
        "segment": [number for number, _, _ in rows],
        "step": [step for _, step, _ in rows],
        "treenode_id": [node["id"] for *_, node in rows],
        **{axis: [node[axis] for *_, node in rows] for axis in "xyz"},
        "reviewers": [[names.get(user, str(user)) for user, _ in node["rids"]] for *_, node in rows],
    }
    return frame(columns, REVIEW_SEGMENTS)


async def reviews_table(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """As `ProjectReview.reviews`."""
    names = await user_names(place.http)
    if place.http.knows_columns:
        found = [await _read_columns(place, part) for part in parts(skeleton_ids, _SKELETONS_AT_ONCE)]
        columns = {name: [value for part in found for value in part[name].tolist()] for name in _COLUMNS}
        times = as_time(columns.pop("review_time")) if found else as_time([])
    else:
        rows = await read_reviews(place, skeleton_ids)
        columns = {
            "skeleton_id": [row.skeleton_id for row in rows],
            "treenode_id": [row.treenode_id for row in rows],
            "reviewer_id": [row.reviewer_id for row in rows],
        }
        times = as_time([row.time for row in rows])
    columns["reviewer"] = [names.get(user_id, str(user_id)) for user_id in columns.pop("reviewer_id")]
    return ordered(frame({**columns, "time": times}, REVIEWS_OF_TREENODES), "skeleton_id", "treenode_id", "time")


async def _read_columns(place: Place, skeleton_ids: Sequence[int]) -> dict[str, Any]:
    form: dict[str, FormValue] = {"skeleton_ids": skeleton_ids, "with_nodes": False, "with_reviews": True}
    answer = await place.columns_or_json("POST", "skeletons/compact-detail", form=form)
    found: dict[str, Any] = read_columns(answer.body)["reviews"]
    return found


async def change_table(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """As `ProjectReview.stale`."""
    if HISTORY in place.capabilities:
        found: dict[str, list[Any]] = {name: [] for name in _CHANGES}
        for part in parts(skeleton_ids, _SKELETONS_AT_ONCE):
            answer = await place.read_json("POST", "skeletons/review-changes", form={"skeleton_ids": part})
            for name, values in found.items():
                values.extend(answer[name])
    else:
        found = await _edited_since(place, skeleton_ids)
    names = await user_names(place.http)
    columns = {
        **found,
        "reviewer": [names.get(user_id, str(user_id)) for user_id in found["reviewer_id"]],
        "user": [names.get(user_id, "" if user_id is None else str(user_id)) for user_id in found["user_id"]],
    }
    return ordered(frame(columns, REVIEW_CHANGES), "skeleton_id", "time", "treenode_id", "reviewer")


async def _edited_since(place: Place, skeleton_ids: Sequence[int]) -> dict[str, list[Any]]:
    """Treenodes whose edition time is later than a review, by CATMAID's own routes."""
    reviews = await read_reviews(place, skeleton_ids)
    nodes = list(dict.fromkeys(review.treenode_id for review in reviews))
    answers = await gather(
        *(place.read_json("POST", "node/user-info", form={"node_ids": part}) for part in parts(nodes, _NODES_AT_ONCE))
    )
    info = {int(node): told for answer in answers for node, told in answer.items()}
    reviews = [review for review in reviews if review.treenode_id in info]  # others were deleted meanwhile
    times = as_time([info[review.treenode_id]["edition_time"] for review in reviews])
    later = times > as_time([review.time for review in reviews])
    rows = [review for review, is_later in zip(reviews, later, strict=True) if is_later]
    return {
        "skeleton_id": [review.skeleton_id for review in rows],
        "treenode_id": [review.treenode_id for review in rows],
        "reviewer_id": [review.reviewer_id for review in rows],
        "review_time": [review.time for review in rows],
        "change": ["edited"] * len(rows),
        "user_id": [info[review.treenode_id]["editor"] for review in rows],
        "time": [info[review.treenode_id]["edition_time"] for review in rows],
    }
