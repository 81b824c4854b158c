"""Which versions changed the structure of skeletons, as for whoever has proofread them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.values import required

sql = load("history/structural_changes")


class StructuralChange(NamedTuple):
    """What a version changed in a skeleton; user and time are None where the log does not tell.

    nodes_made, nodes_gone : treenodes that the skeleton got and lost, also by a join or a split.
    edges_made : treenodes that were there already and hang on another one.
    links_made, links_gone : links to connectors that the skeleton got and lost.
    """

    skeleton_id: int
    version: int
    label: str
    user_id: int | None
    time: datetime | None
    nodes_made: int
    nodes_gone: int
    edges_made: int
    links_made: int
    links_gone: int


async def structural_changes(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], times: Sequence[datetime]
) -> list[StructuralChange]:
    """Versions that changed the structure of skeletons, of each from its time on, oldest first.

    What only moves treenodes, or changes confidences, radii, tags, names or the root, is no change of structure, and
    neither is what was taken back, if both were since that time.
    """
    required(skeleton_ids, "skeleton ID")
    if len(times) != len(skeleton_ids):
        raise InvalidInput(f"Send a time for each skeleton: {len(skeleton_ids)}, not {len(times)}.")
    rows = await fetch_all(
        connection, sql.changes, project_id=project_id, skeleton_ids=list(skeleton_ids), times=list(times)
    )
    found = [StructuralChange(*row) for row in rows]
    taken_back = await fetch_all(connection, sql.taken_back, versions=[change.version for change in found])
    by_version: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for version, reverts, time in taken_back:
        by_version[version].append((reverts, time))
    return without_taken_back(found, by_version, dict(zip(skeleton_ids, times, strict=True)))


def without_taken_back(
    changes: Sequence[StructuralChange],
    taken_back: Mapping[int, Sequence[tuple[int, datetime]]],
    since: Mapping[int, datetime],
) -> list[StructuralChange]:
    """The changes without those that were taken back, and without what took them back.

    changes : oldest first.
    taken_back : by version what it took back, and when that was made; what was made before `since` stays taken back.
    since : by skeleton.
    """
    kept: list[StructuralChange] = []
    void: set[tuple[int, int]] = set()
    for change in reversed(changes):
        skeleton_id = change.skeleton_id
        if (skeleton_id, change.version) in void:
            continue
        reverts = taken_back.get(change.version, ())
        if reverts and all(time >= since[skeleton_id] for _, time in reverts):
            void |= {(skeleton_id, version) for version, _ in reverts}
        else:
            kept.append(change)
    return kept[::-1]
