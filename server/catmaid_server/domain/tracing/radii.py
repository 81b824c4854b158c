"""Which nodes a new radius is meant for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from enum import IntEnum

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.tracing.treenodes import Node

sql = load("tracing/radii")


class Reach(IntEnum):
    """From a node how far; CATMAID's numbers."""

    NODE = 0
    TO_NEXT_BRANCH_OR_END = 1
    TO_PREVIOUS_BRANCH = 2
    TO_PREVIOUS_RADIUS = 3
    TO_ROOT = 4
    ALL = 5


async def reached(tx: Connection, node: Node, reach: Reach) -> list[int]:
    """Ids of the nodes within reach, beginning with `node`.

    Branch nodes end a stretch and are not part of it, and so do nodes with a radius; ends are part of it.
    """
    if reach is Reach.NODE:
        return [node.id]
    cursor = await tx.execute(sql.arbor, {"skeleton_id": node.skeleton_id})
    rows = await cursor.fetchall()
    return stretch(node.id, {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}, reach)


def stretch(start: int, parents: Mapping[int, int | None], radii: Mapping[int, float], reach: Reach) -> list[int]:
    """The nodes of an arbor within reach of `start`, given parent and radius (nm, below 0 if unset) of each node."""
    if reach is Reach.NODE:
        return [start]
    if reach is Reach.ALL:
        return list(parents)
    children: dict[int, list[int]] = defaultdict(list)
    for child, parent in parents.items():
        if parent is not None:
            children[parent].append(child)
    if reach is Reach.TO_NEXT_BRANCH_OR_END:
        return _downstream(start, children)
    return _upstream(start, parents, children, radii, reach)


def _downstream(start: int, children: Mapping[int, list[int]]) -> list[int]:
    found = [start]
    while len(below := children[found[-1]]) == 1 and len(children[below[0]]) <= 1:
        found.append(below[0])
    return found


def _upstream(
    start: int,
    parents: Mapping[int, int | None],
    children: Mapping[int, list[int]],
    radii: Mapping[int, float],
    reach: Reach,
) -> list[int]:
    found = [start]
    while (above := parents[found[-1]]) is not None:
        at_branch = reach is Reach.TO_PREVIOUS_BRANCH and (len(children[above]) > 1 or parents[above] is None)
        if at_branch or (reach is Reach.TO_PREVIOUS_RADIUS and radii[above] >= 0):
            break
        found.append(above)
    return found
