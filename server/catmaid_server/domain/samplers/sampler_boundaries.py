"""Treenodes that are made where intervals of samplers begin and end, and go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import editable_owners, require_editable_neuron
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.positions import Position
from catmaid_server.domain.tracing import labels, treenodes
from catmaid_server.domain.tracing.labels import LabelTarget
from catmaid_server.domain.tracing.states import State

sql = load("samplers/samplers")

LABEL = "sampler-created"
"""The label by which boundaries are known."""
ON_EDGE_NM = 0.001
"""How far a new boundary may be from the edge that it divides."""
STILL_ON_EDGE_NM = 1.0
"""How far a boundary may be from the line between its neighbours and still count as untouched."""
_UNCHECKED = State('{"nocheck": true}')


@dataclass(frozen=True, slots=True)
class Boundary:
    """A treenode to make on the edge from `child_id` to `parent_id`, at x, y, z in nm.

    `id` is what the caller calls it; so may child and parent be called that are made in the same go.
    """

    id: int
    child_id: int
    parent_id: int
    place: Position


async def insert(
    tx: Connection, user: User, project_id: int, skeleton_id: int, boundaries: Sequence[Boundary]
) -> dict[int, int]:
    """Divide edges of a skeleton, one boundary after the other; ids of the new treenodes by what they were called.

    Raises `InvalidInput` if child and parent are not so in this skeleton, or the place is not between them.
    """
    made: dict[int, int] = {}
    for boundary in boundaries:
        if boundary.id in made:
            raise InvalidInput(f"There are two new treenodes called {boundary.id}.")
        child, parent = (made.get(node, node) for node in (boundary.child_id, boundary.parent_id))
        places = await places_of(tx, skeleton_id, [child, parent])
        if _distance_nm(boundary.place, places[parent], places[child]) > ON_EDGE_NM:
            raise InvalidInput(
                f"The new treenode at {boundary.place} is not on the edge from treenode {child} at "
                f"{places[child]} to its parent {parent} at {places[parent]}."
            )
        x, y, z = boundary.place
        created = await treenodes.insert_on_edge(
            tx, user, project_id, parent, child, _UNCHECKED, x=x, y=y, z=z, radius=0.0, confidence=5
        )
        made[boundary.id] = created.treenode_id
        await labels.set_labels(
            tx, user, project_id, LabelTarget.TREENODE, created.treenode_id, [LABEL], delete_existing=False
        )
    return made


async def places_of(tx: Connection, skeleton_id: int, node_ids: Sequence[int]) -> dict[int, Position]:
    """x, y, z in nm of treenodes; `InvalidInput` if one is not of this skeleton."""
    rows = await fetch_all(tx, sql.nodes_of_skeleton, skeleton_id=skeleton_id, ids=list(node_ids))
    if missing := sorted(set(node_ids) - {row[0] for row in rows}):
        raise InvalidInput(f"Skeleton {skeleton_id} has no treenodes {missing}.")
    return {node_id: (x, y, z) for node_id, x, y, z in rows}


async def lock_removable(tx: Connection, user: User, skeleton_id: int, sampler_id: int) -> list[int]:
    """Boundaries of a sampler that serve nothing else and that the user may edit; their skeleton is locked.

    Raises `NotAllowed` if there are such, and the neuron is locked against the user.
    """
    neuron_id: int = await fetch_value(tx, sql.lock_whole_skeleton, skeleton_id=skeleton_id)
    rows = await fetch_all(tx, sql.removable_boundaries, sampler_id=sampler_id, label=LABEL, tolerance=STILL_ON_EDGE_NM)
    editable = await editable_owners(tx, user, {owner for _, owner in rows})
    found = [node_id for node_id, owner in rows if owner in editable]
    if found:
        await require_editable_neuron(tx, user, neuron_id)
    return found


async def remove(tx: Connection, user: User, project_id: int, node_ids: Sequence[int]) -> None:
    """Delete unbranched treenodes, whose children then hang on what is above."""
    if not node_ids:
        return
    await tx.execute(labels.sql.lock_names, {"project_id": project_id, "names": [LABEL]})
    values = {"ids": list(node_ids), "editor_id": user.id, "project_id": project_id, "label": LABEL}
    for statement in (
        sql.hang_above,
        sql.delete_labels,
        sql.delete_label_if_unused,
        sql.delete_reviews,
        sql.delete_treenodes,
    ):
        await tx.execute(statement, values)


def _distance_nm(point: Position, start: Position, end: Position) -> float:
    """How far a point is from the straight line between two others."""
    here, origin = np.array(point), np.array(start)
    along = np.array(end) - origin
    squared = float(along @ along)
    share = min(1.0, max(0.0, float((here - origin) @ along) / squared)) if squared else 0.0
    return float(np.linalg.norm(here - origin - share * along))
