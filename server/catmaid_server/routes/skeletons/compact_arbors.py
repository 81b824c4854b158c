"""Older forms of a skeleton in few bytes; flags in the path say which parts are wanted."""

from __future__ import annotations

from typing import Any

import msgspec

from catmaid_server.domain.skeletons import compact_arbors
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.encodings import Encoded
from catmaid_server.http.routing import Permission, Routes
from catmaid_server.routes.skeletons import compact_detail

routes = Routes()

_ARBOR = "/{project_id}/{skeleton_id}/{nodes:[0-9]}/{synapses:[0-9]}/{tags:[0-9]}"


class Ordered(msgspec.Struct):
    """Whether by id, as it always is here."""

    ordered: bool = False


class WithTime(Ordered):
    """Whether with the times of each node, and with connectors that have no partner."""

    with_time: bool = False
    with_halflinks: bool = False
    """Whether connectors to which nobody else is linked are listed, with null for their partners."""


class CompactSkeleton(msgspec.Struct):
    """Which parts are wanted beside those in the path."""

    with_annotations: bool = False
    with_reviews: bool = False
    with_history: bool = False
    with_merge_history: bool = False
    with_user_info: bool = False
    ordered: bool = False


@routes.any(f"{_ARBOR}/compact-arbor", needs=Permission.BROWSE)
async def compact_arbor(call: Call, form: WithTime) -> list[Any]:
    """Read one skeleton with both ends of its synapses.

    Returns
    -------
    A list: the nodes, as in `compact-detail`; the synapses as (node, its confidence, connector, the other node, its
    confidence, the other skeleton, this end's relation id, the other's); nodes by label.
    """
    return await _parts(call, with_times=form.with_time, with_half_links=form.with_halflinks)


@routes.any(f"{_ARBOR}/compact-arbor-with-minutes", needs=Permission.BROWSE)
async def compact_arbor_with_minutes(call: Call, form: Ordered) -> list[Any]:
    """Read one skeleton with both ends of its synapses, and when its nodes were made.

    Returns
    -------
    As of `compact-arbor`, and a fourth item: by minute, counted from 1970, the nodes made in it.
    """
    parts = await _parts(call, with_times=False)
    async with call.reading() as connection:
        return [*parts, await compact_arbors.minutes(connection, call.project_id, call.path["skeleton_id"])]


async def _parts(call: Call, *, with_times: bool, with_half_links: bool = False) -> list[Any]:
    async with call.reading() as connection:
        return list(
            await compact_arbors.compact_arbor(
                connection,
                call.project_id,
                call.path["skeleton_id"],
                with_nodes=call.path["nodes"] != "0",
                with_synapses=call.path["synapses"] != "0",
                with_tags=call.path["tags"] != "0",
                with_half_links=with_half_links,
                with_times=with_times,
            )
        )


@routes.any("/{project_id}/{skeleton_id}/{connectors:[0-9]}/{tags:[0-9]}/compact-skeleton", needs=Permission.BROWSE)
async def compact_skeleton(call: Call, form: CompactSkeleton) -> Encoded:
    """Read one skeleton, as compact-detail does.

    Returns
    -------
    A list: nodes, links to connectors, nodes by label, as in `compact-detail`.
    """
    wanted = compact_detail.CompactDetail(
        with_connectors=call.path["connectors"] != "0",
        with_tags=call.path["tags"] != "0",
        with_annotations=form.with_annotations,
        with_reviews=form.with_reviews,
        with_history=form.with_history,
        with_merge_history=form.with_merge_history,
        with_user_info=form.with_user_info,
        ordered=form.ordered,
    )
    return await compact_detail.encoded_detail(call, wanted)
