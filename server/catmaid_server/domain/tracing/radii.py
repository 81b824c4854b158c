"""Set radii: of which treenodes, and to what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_records
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.tracing.locks import Node, lock_nodes
from catmaid_server.domain.tracing.states import State

sql = load("tracing/radii")
treenode_sql = load("tracing/treenodes")


class Reach(IntEnum):
    """From a node how far; CATMAID's numbers."""

    NODE = 0
    TO_NEXT_BRANCH_OR_END = 1
    TO_PREVIOUS_BRANCH = 2
    TO_PREVIOUS_RADIUS = 3
    TO_ROOT = 4
    ALL = 5


@dataclass(frozen=True, slots=True)
class RadiusChange:
    """The radius (nm) of a treenode before and after an edit."""

    treenode_id: int
    old_radius: float
    new_radius: float
    edition_time: datetime
    skeleton_id: int


async def set_radius(
    tx: Connection, user: User, project_id: int, radii: Mapping[int, float], state: State | None = None
) -> list[RadiusChange]:
    """Give treenodes new radii (nm), if they are as `state` says.

    Raises `NotAllowed` if one belongs to somebody else, `NotFound` if one does not exist.
    """
    ids = list(radii)
    rows = await lock_nodes(tx, project_id, ids)
    found = {node.id: (node.user_id, node.edition_time) for node in rows}
    if state is not None:
        state.require_nodes({treenode_id: time for treenode_id, (_, time) in found.items()})
    for treenode_id in ids:
        if treenode_id not in found:
            raise NotFound(f"There is no treenode {treenode_id} in project {project_id}.")
    await require_edit(tx, user, {owner_id for owner_id, _ in found.values()}, f"all of these {len(ids)} treenodes")
    return await fetch_records(
        tx, treenode_sql.set_radius, RadiusChange, ids=ids, radii=list(radii.values()), editor_id=user.id
    )


async def reached(tx: Connection, node: Node, reach: Reach) -> list[int]:
    """Ids of the nodes within reach, beginning with `node`.

    Downstream, the branch node or end that ends a stretch is part of it; upstream, the branch node, root or node with a
    radius is not.
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
    while len(below := children[found[-1]]) == 1:
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
