"""What a page needs to walk through the review of a neuron: its segments, and who has reviewed what."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.reviews.review_status import own_id, read_segments
from catmaid_jupyter.client.selection.table import names_of
from catmaid_jupyter.edits.site import Site
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_jupyter.widgets.tracing_layer.permission import lacking_permissions

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

OWN: Final = 1
TEAM: Final = 2
ANYBODY: Final = 4
"""Who has reviewed a treenode, as bits."""

_ALONG_Z: Final = 0
Trusted = Mapping[int, datetime]
"""The time from which on reviews count, by reviewer."""


class ReviewMethods:
    """The requests of a layer's pages about reviews."""

    project: Project

    @method
    async def _review(self, params: dict[str, Any]) -> Buffers:
        """The segments of a review: ``{skeleton_id, treenode_id, near}``; see `review_walk`."""
        root = params.get("treenode_id")
        near = [int(treenode_id) for treenode_id in params.get("near") or ()]
        return await review_walk(
            self.project.place, int(params["skeleton_id"]), None if root is None else int(root), near
        )


async def review_walk(place: Place, skeleton_id: int, root: int | None = None, near: Sequence[int] = ()) -> Buffers:
    """The segments of a skeleton, or of what is distal to `root`.

    near : where the person is. If the first of these that exists is in another skeleton now, that one is meant, as
        after a join; and the whole of a skeleton of which the root is not any more.

    Result: skeleton_id, treenode_id (root, or None), name, may_mark, own_in_team, last (the treenode that the user
    reviewed last, or None), suppressed: treenode and z (nm) of sections that are skipped.
    Buffers: steps of each segment (int32); of each step the treenode (int32), x, y, z (float64, nm) and who has
    reviewed it (uint8, see `OWN`). Without a skeleton all of them are empty.
    """
    skeletons = await _skeletons_of(place, [*near, *([] if root is None else [root])])
    now = next((skeletons[node] for node in near if node in skeletons), skeleton_id)
    if root is not None and skeletons.get(root) != now:
        root = None
    try:
        segments, names, user_id, trusted, may_mark = await asyncio.gather(
            read_segments(place, now, root),
            names_of(place, [now]),
            own_id(place.http),
            _trusted(place),
            _may_mark(place),
        )
    except NotFound:
        segments, names, user_id, trusted, may_mark = [], {}, None, {}, False
    about = {"skeleton_id": now, "treenode_id": root, "name": names.get(now, ""), "may_mark": may_mark}
    # In a thread: a large skeleton takes a tenth of a second, and edits wait for this loop.
    return await asyncio.to_thread(_packed, about, segments, user_id, trusted)


def _packed(about: dict[str, Any], segments: list[dict[str, Any]], user_id: int | None, trusted: Trusted) -> Buffers:
    steps = [node for segment in segments for node in segment["sequence"]]
    own = [(time, node["id"]) for node in steps for reviewer, time in node["rids"] if reviewer == user_id]
    result = {
        **about,
        "own_in_team": user_id in trusted,
        "last": max(own)[1] if own else None,
        "suppressed": [(node["id"], float(depth)) for node in steps for axis, depth in node["sup"] if axis == _ALONG_Z],
    }
    lengths = np.array([len(segment["sequence"]) for segment in segments], "<i4")
    ids = np.array([node["id"] for node in steps], "<i4")
    places = np.array([(node["x"], node["y"], node["z"]) for node in steps], "<f8").reshape(-1, 3)
    flags = np.array([_reviewed_by(node["rids"], user_id, trusted) for node in steps], "|u1")
    return Buffers(result, [lengths.tobytes(), ids.tobytes(), places.tobytes(), flags.tobytes()])


def _reviewed_by(reviews: Sequence[tuple[int, str]], user_id: int | None, trusted: Trusted) -> int:
    found = ANYBODY if reviews else 0
    for reviewer, time in reviews:
        if reviewer == user_id:
            found |= OWN
        if reviewer in trusted and datetime.fromisoformat(time) >= trusted[reviewer]:
            found |= TEAM
    return found


async def _skeletons_of(place: Place, treenode_ids: Sequence[int]) -> dict[int, int]:
    """The skeletons of those treenodes that exist."""
    if not treenode_ids:
        return {}
    found = (await Site(place).nodes(treenode_ids)).treenodes
    return {node_id: node.skeleton_id for node_id, node in found.items() if node.skeleton_id is not None}


async def _trusted(place: Place) -> Trusted:
    listed = await place.read_json("GET", "user/reviewer-whitelist")
    if not isinstance(listed, list):  # CATMAID answers visitors with a sentence
        return {}
    return {int(row["reviewer_id"]): datetime.fromisoformat(row["accept_after"]) for row in listed}


async def _may_mark(place: Place) -> bool:
    return place.as_of is None and not await lacking_permissions(place)
