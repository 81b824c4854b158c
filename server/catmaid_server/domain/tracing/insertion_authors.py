"""Who is the author of a treenode that somebody puts between others, also in neurons that are locked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import may_edit_neuron
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.positions import Position
from catmaid_server.domain.tracing.locks import Node

sql = load("tracing/treenodes")

_TOLERANCE = 1e-3
"""How far from an edge a place may be, as a part of the edge's length, and at least in nm."""


async def insertion_author(
    tx: Connection, user: User, parent: Node, child_ids: Sequence[int], place: Position
) -> tuple[int, datetime | None]:
    """User and creation time (`None`: now) of a treenode to be put at `place` (nm) between a parent and its children.

    In a neuron that is locked against `user`, a place on the edge to a single child changes no shape: there the new
    node has the author and the time of the younger end of the edge. Raises `InvalidInput` for any other place there.
    """
    if await may_edit_neuron(tx, user, parent.neuron_id):
        return user.id, None
    ends = await fetch_all(tx, sql.edge_ends, treenode_ids=[parent.id, *child_ids])
    if len(child_ids) > 1 or not _is_between(ends[0][:3], ends[-1][:3], place):
        raise InvalidInput(
            f"User {user.username!r} may not edit neuron {parent.neuron_id}: it is locked. "
            "There a new node has to be on the edge between child and parent."
        )
    *_, author, time = max(ends, key=lambda end: end[-1])
    return author, time


def _is_between(one: Position, other: Position, place: Position) -> bool:
    length = math.dist(one, other)
    along = sum((b - a) * (c - a) for a, b, c in zip(one, other, place, strict=True))
    share = min(max(along / length**2, 0.0), 1.0) if length else 0.0
    nearest = [a + share * (b - a) for a, b in zip(one, other, strict=True)]
    return math.dist(nearest, place) <= _TOLERANCE * max(length, 1.0)
