"""Answers to edits that viewers are told more in than CATMAID tells (see `auth.viewers`)."""

from __future__ import annotations

from typing import Any

from catmaid_server.domain.tracing import treenodes
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import milliseconds


async def with_edition_time(call: Call, answer: dict[str, Any], treenode_id: int) -> dict[str, Any]:
    """The answer to an edit; for viewers with the time when a treenode was edited last, as `edition_time`."""
    if not call.from_viewer:
        return answer
    times = await treenodes.edition_times(call.tx, call.project_id, [treenode_id])
    return answer | {"edition_time": milliseconds(times[treenode_id])}
