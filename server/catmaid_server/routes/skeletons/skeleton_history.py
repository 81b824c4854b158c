"""Which skeletons treenodes belonged to over time."""

from __future__ import annotations

from datetime import datetime

import msgspec

from catmaid_server.domain.skeletons import skeleton_history
from catmaid_server.domain.skeletons.skeleton_history import HistoryQuery, SkeletonPath
from catmaid_server.domain.times import parse_time
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class ChangeHistory(msgspec.Struct):
    """Where to begin; what is not given does not restrict."""

    skeleton_ids: list[int] = []
    """Skeletons that exist, or once did."""
    initial_user_id: int | None = None
    """Who made the state of a treenode that its path begins with."""
    changes_after: str = ""
    """Time in ISO 8601, at least the day."""
    changes_before: str = ""
    """Time in ISO 8601, at least the day."""


@routes.get("/{project_id}/skeletons/change-history", needs=Permission.BROWSE)
async def list_skeleton_changes(call: Call, form: ChangeHistory) -> list[SkeletonPath]:
    """Follow the treenodes of skeletons through splits and joins."""
    query = HistoryQuery(
        form.skeleton_ids or None, form.initial_user_id, _time(form.changes_after), _time(form.changes_before)
    )
    async with call.reading() as connection:
        return await skeleton_history.skeleton_paths(connection, call.project_id, query)


def _time(text: str) -> datetime | None:
    return parse_time(text) if text.strip() else None
