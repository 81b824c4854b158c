"""What became of skeletons that are not there any more: where their nodes are, who did it and when."""

from __future__ import annotations

import asyncio
from typing import Any, Final, TypedDict

from catmaid_jupyter.api.place import HISTORY, Place
from catmaid_jupyter.client import history_tables
from catmaid_jupyter.client.history_tables import LogQuery

DELETED: Final = -1


class SkeletonFate(TypedDict):
    """What became of a skeleton: in a sentence, and the skeleton that has most of its nodes now, None if none has."""

    skeleton_id: int
    sentence: str
    successor: int | None


async def fate_of(place: Place, skeleton_id: int) -> SkeletonFate:
    """What became of a skeleton that is gone."""
    if HISTORY not in place.capabilities:
        return _fate(skeleton_id, "Gone; this server does not tell what became of it.")
    (_, became), log = await asyncio.gather(
        history_tables.lineage(place, skeleton_ids=[skeleton_id]),
        history_tables.log(place, LogQuery(skeleton_ids=[skeleton_id], limit=1)),
    )
    who = _who(log.to_dict("records"))
    rows = became[became["skeleton_id"] != DELETED].to_dict("records")
    if not rows:
        return _fate(skeleton_id, f"Deleted{who}.")
    most = rows[0]
    others = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    sentence = f"Now part of “{most['name']}” (skeleton {most['skeleton_id']}){others}; changed{who}."
    return {"skeleton_id": skeleton_id, "sentence": sentence, "successor": int(most["skeleton_id"])}


def _fate(skeleton_id: int, sentence: str) -> SkeletonFate:
    return {"skeleton_id": skeleton_id, "sentence": sentence, "successor": None}


def _who(log: list[Any]) -> str:
    if not log:
        return ""
    newest = log[0]
    by = f" by {newest['user']}" if newest["user"] else ""
    return f"{by} on {newest['time']:%Y-%m-%d at %H:%M} UTC (version {newest['version']})"
