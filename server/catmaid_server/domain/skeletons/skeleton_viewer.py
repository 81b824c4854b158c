"""One skeleton with all that viewers show of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("skeletons/skeleton_viewer")


class ViewedNode(NamedTuple):
    """A treenode; place and radius in nm, radius -1 if unset."""

    id: int
    parent_id: int | None
    user_id: int
    x: float
    y: float
    z: float
    radius: float
    confidence: int
    creation_time: datetime
    edition_time: datetime


class Link(NamedTuple):
    """A link to a connector, which is at (x, y, z) in nm: kind 0 presynaptic, 1 any other."""

    treenode_id: int
    connector_id: int
    kind: int
    x: float
    y: float
    z: float
    creation_time: datetime


@dataclass
class Viewed:
    """A skeleton: the neuron's name, nodes, nodes by label, links, and (reviewer, time) of reviews by node."""

    name: str
    nodes: list[ViewedNode]
    tags: dict[str, list[int]] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    reviews: dict[int, list[tuple[int, datetime]]] = field(default_factory=dict)


async def view(
    connection: Connection, project_id: int, skeleton_id: int, *, with_tags: bool, with_links: bool
) -> Viewed:
    """Read a skeleton; `NotFound` if there is none with this id."""
    key: dict[str, Any] = {"project_id": project_id, "skeleton_id": skeleton_id}
    name = await fetch_value(connection, sql.neuron_name, **key)
    if name is None:
        raise NotFound(f"There is no skeleton {skeleton_id}.")
    found = Viewed(name, [ViewedNode(*row) for row in await fetch_all(connection, sql.nodes, **key)])
    if with_tags:
        rows: list[Any] = await fetch_all(connection, sql.tags, **key)
        found.tags = dict(rows)
    if with_links:
        found.links = [Link(*row) for row in await fetch_all(connection, sql.links, **key)]
    reviews: defaultdict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for node, reviewer, time in await fetch_all(connection, sql.reviews, **key):
        reviews[node].append((reviewer, time))
    found.reviews = dict(reviews)
    return found


async def lines(
    connection: Connection, project_id: int, skeleton_id: int
) -> tuple[NDArray[np.float32], NDArray[np.uint32]]:
    """A skeleton as (n, 3) vertices in nm and (n - 1, 2) pairs of their indices; `NotFound` if there is none."""
    rows = await fetch_all(connection, sql.vertices, project_id=project_id, skeleton_id=skeleton_id)
    if not rows:
        raise NotFound(f"There is no skeleton {skeleton_id}.")
    index = {node: number for number, (node, *_) in enumerate(rows)}
    edges = [(number, index[parent]) for number, (_, parent, *_) in enumerate(rows) if parent is not None]
    return (np.array([place for _, _, *place in rows], dtype="<f4"), np.array(edges, dtype="<u4").reshape(-1, 2))
