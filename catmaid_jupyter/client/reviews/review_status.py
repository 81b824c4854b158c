"""How much of skeletons is reviewed: by oneself, by the team of trusted reviewers, by each reviewer, by anybody."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.api.place import HISTORY, Place
from catmaid_jupyter.client import accounts
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.frames import REVIEW_STATUS, REVIEW_TEAM, REVIEWERS, frame, ordered
from catmaid_wire.forms import FormValue

_SKELETONS_AT_ONCE: Final = 20_000
_AT_A_TIME: Final = 8


class Review(NamedTuple):
    """A review of a treenode; ISO time."""

    skeleton_id: int
    treenode_id: int
    reviewer_id: int
    time: str


async def own_id(http: Http) -> int | None:
    """Id of the connection's user; None of a visitor."""
    user_id = (await http.read_json("GET", "accounts/login")).get("userid")
    return None if user_id is None else int(user_id)


async def counts(place: Place, skeleton_ids: Sequence[int], **whose: FormValue) -> dict[int, tuple[int, int]]:
    """Nodes, and nodes reviewed by these (`user_ids`, `whitelist`; by default anybody), by skeleton that exists."""
    found: dict[int, tuple[int, int]] = {}
    for part in parts(skeleton_ids, _SKELETONS_AT_ONCE):
        form: dict[str, FormValue] = {"skeleton_ids": part, **whose}
        answer = await place.read_json("POST", "skeletons/review-status", form=form)
        found |= {int(skeleton_id): (int(nodes), int(done)) for skeleton_id, (nodes, done) in answer.items()}
    return found


async def status_table(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """As `ProjectReview.status`; skeletons that do not exist have no nodes."""
    user_id = await own_id(place.http)
    nothing: dict[int, tuple[int, int]] = {}
    own, team, union = await asyncio.gather(
        _none() if user_id is None else counts(place, skeleton_ids, user_ids=[user_id]),
        counts(place, skeleton_ids, whitelist=True),
        counts(place, skeleton_ids),
    )
    columns: dict[str, Any] = {"skeleton_id": list(skeleton_ids)}
    columns["nodes"] = np.array([union.get(one, (0, 0))[0] for one in skeleton_ids], np.int64)
    for name, found in (("own", own or nothing), ("team", team), ("union", union)):
        columns[name] = np.array([found.get(one, (0, 0))[1] for one in skeleton_ids], np.int64)
        columns[f"{name}_percent"] = 100.0 * columns[name] / np.maximum(columns["nodes"], 1)
    return frame(columns, REVIEW_STATUS)


async def reviewer_table(place: Place, skeleton_ids: Sequence[int]) -> pd.DataFrame:
    """As `ProjectReview.reviewers`."""
    return await _named_shares(place, (await read_summary(place, skeleton_ids)).shares)


class SegmentsAndShares(NamedTuple):
    """Segments by skeleton, and skeleton, reviewer, treenodes reviewed and time of the last review."""

    segments: dict[int, int]
    shares: list[tuple[int, int, int, str]]


async def read_summary(place: Place, skeleton_ids: Sequence[int]) -> SegmentsAndShares:
    """How many segments skeletons have, and who has reviewed how much of them."""
    if HISTORY in place.capabilities:
        found = dict(await _summaries(place, skeleton_ids))
        shares = [
            (skeleton_id, int(user_id), int(nodes), str(last))
            for skeleton_id, told in found.items()
            for user_id, nodes, last in told["reviewers"]
        ]
        return SegmentsAndShares({one: int(told["segments"]) for one, told in found.items()}, shares)
    segments, reviews = {}, []
    for part in parts(skeleton_ids, _AT_A_TIME):
        answers = await asyncio.gather(*(read_segments(place, one) for one in part))
        for skeleton_id, found_segments in zip(part, answers, strict=True):
            segments[skeleton_id] = len(found_segments)
            steps = (node for segment in found_segments for node in segment["sequence"])
            reviews += [Review(skeleton_id, int(node["id"]), *review) for node in steps for review in node["rids"]]
    return SegmentsAndShares(segments, _counted(reviews))


async def read_segments(place: Place, skeleton_id: int, treenode_id: int | None = None) -> list[dict[str, Any]]:
    """The segments of a skeleton, or of what is distal to a treenode, as CATMAID's route answers them."""
    form: dict[str, FormValue] = {} if treenode_id is None else {"subarbor_node_id": treenode_id}
    found: list[dict[str, Any]] = await place.read_json("POST", f"skeletons/{skeleton_id}/review", form=form)
    return found


async def _named_shares(place: Place, shares: Sequence[tuple[int, int, int, str]]) -> pd.DataFrame:
    sizes = await counts(place, sorted({row[0] for row in shares}))
    names = await user_names(place.http)
    columns = {
        "skeleton_id": [skeleton_id for skeleton_id, *_ in shares],
        "reviewer": [names.get(user_id, str(user_id)) for _, user_id, *_ in shares],
        "nodes": [nodes for _, _, nodes, _ in shares],
        "percent": [100 * nodes / max(sizes.get(one, (0, 0))[0], 1) for one, _, nodes, _ in shares],
        "last": [last for *_, last in shares],
    }
    return ordered(frame(columns, REVIEWERS), "skeleton_id", "reviewer")


async def read_reviews(place: Place, skeleton_ids: Sequence[int]) -> list[Review]:
    """All reviews of skeletons, by CATMAID's own route, which takes one skeleton."""
    found: list[Review] = []
    for part in parts(skeleton_ids, _AT_A_TIME):
        answers = await asyncio.gather(
            *(place.read_json("GET", f"skeleton/{one}/reviewed-nodes") for one in part),
        )
        found += [
            Review(skeleton_id, int(node), int(reviewer), str(time))
            for skeleton_id, answer in zip(part, answers, strict=True)
            for node, made in answer.items()
            for reviewer, time in made
        ]
    return found


async def team_table(place: Place) -> pd.DataFrame:
    """As `ProjectReview.team`."""
    listed = await place.read_json("GET", "user/reviewer-whitelist")
    names = await user_names(place.http)
    columns = {
        "reviewer": [names.get(int(row["reviewer_id"]), str(row["reviewer_id"])) for row in listed],
        "since": [row["accept_after"] for row in listed],
    }
    return ordered(frame(columns, REVIEW_TEAM), "reviewer")


async def set_team(place: Place, team: Mapping[str, str | datetime | None]) -> None:
    """As `ProjectReview.set_team`."""
    place.require_present()
    times = {name: _time_text(name, since) for name, since in team.items()}
    form = {str(await accounts.user_id(place.http, name)): time for name, time in times.items()}
    await place.http.request("POST", place.path("user/reviewer-whitelist"), form=form)


async def user_names(http: Http) -> dict[int, str]:
    """Login names by id."""
    return {int(user["id"]): str(user["login"]) for user in await http.read_json("GET", "user-list")}


async def _none() -> None:
    return None


async def _summaries(place: Place, skeleton_ids: Sequence[int]) -> Iterator[tuple[int, dict[str, Any]]]:
    answers = [
        await place.read_json("POST", "skeletons/review-summary", form={"skeleton_ids": part})
        for part in parts(skeleton_ids, _SKELETONS_AT_ONCE)
    ]
    return ((int(skeleton_id), told) for answer in answers for skeleton_id, told in answer.items())


def _counted(reviews: Sequence[Review]) -> list[tuple[int, int, int, str]]:
    """Skeleton, reviewer, treenodes and last time."""
    nodes: dict[tuple[int, int], set[int]] = {}
    last: dict[tuple[int, int], str] = {}
    for one in reviews:
        key = one.skeleton_id, one.reviewer_id
        nodes.setdefault(key, set()).add(one.treenode_id)
        last[key] = max(last.get(key, ""), one.time)
    return [(*key, len(members), last[key]) for key, members in nodes.items()]


def _time_text(name: str, since: str | datetime | None) -> str:
    if since is None:
        return "1970-01-01T00:00:00Z"
    try:
        time = pd.Timestamp(since)
    except ValueError:
        raise InvalidInput(f"{name} is trusted from a day on, written as 2026-11-28, not {since!r:.60}.") from None
    return (time.tz_localize("UTC") if time.tzinfo is None else time.tz_convert("UTC")).isoformat()
