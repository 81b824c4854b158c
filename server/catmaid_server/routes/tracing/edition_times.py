"""Edition times in answers to viewers, which CATMAID's answers lack (see `auth.viewers`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar, cast

from catmaid_server.domain.tracing import treenodes
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import milliseconds

AnyAnswer = TypeVar("AnyAnswer", bound=Mapping[str, object])


async def with_edition_time(call: Call, answer: AnyAnswer, treenode_id: int) -> AnyAnswer:
    """The answer to an edit; for viewers with the `edition_time` of a treenode."""
    if not call.from_viewer:
        return answer
    times = await treenodes.edition_times(call.tx, call.project_id, [treenode_id])
    return cast("AnyAnswer", {**answer, "edition_time": milliseconds(times[treenode_id])})
