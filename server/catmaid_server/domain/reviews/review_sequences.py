"""Cut a skeleton into sequences of nodes, in which a reviewer walks from each end towards the root."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.arbor_walk import ArborWalk
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.reviews import reviews


@dataclass(frozen=True, slots=True)
class ReviewNode:
    """A treenode to review: its place in nm, who made it, its reviews and suppressed virtual nodes."""

    id: int
    x: float
    y: float
    z: float
    user_id: int
    reviews: list[tuple[int, datetime]] = field(default_factory=list)
    """Reviewer and time of each."""
    suppressed: list[list[float]] = field(default_factory=list)
    """Orientation and coordinate (nm) of each virtual node on the edge to the parent."""


@dataclass(frozen=True, slots=True)
class ReviewSequence:
    """Treenodes from an end to a branch or the root."""

    id: int
    nodes: list[ReviewNode]

    @property
    def reviewed_percent(self) -> float:
        """How many of the treenodes were reviewed, in percent."""
        return 100 * sum(bool(node.reviews) for node in self.nodes) / len(self.nodes)


def sequences(arbor: ArborWalk, root: int) -> list[list[int]]:
    """Paths that cover the subarbor of `root`, longest first; a single node is a path of its own.

    Each leads from an end towards the root, as far as the first node that the path of a farther end has already; it
    ends with that node, so that every edge is walked once.
    """
    distances = {root: 0}
    for node in arbor.subarbor(root)[1:]:
        parent = arbor.parents[node]
        assert parent is not None
        distances[node] = distances[parent] + 1
    ends = [node for node in distances if not arbor.children.get(node)]
    seen: set[int] = set()
    paths: list[list[int]] = []
    for end in sorted(ends, key=lambda node: (-distances[node], node)):
        path = [end]
        while path[-1] != root and path[-1] not in seen:
            seen.add(path[-1])
            parent = arbor.parents[path[-1]]
            assert parent is not None
            path.append(parent)
        paths.append(path)
        seen.add(root)
    return sorted(paths, key=len, reverse=True)


async def review_sequences(
    connection: Connection, project_id: int, skeleton_id: int, root: int | None = None
) -> list[ReviewSequence]:
    """The sequences of a skeleton, or of what is distal to a node, with the reviews of each node.

    Empty if there is no such skeleton; `InvalidInput` if it has no such node.
    """
    rows = await fetch_all(connection, reviews.sql.arbor, project_id=project_id, skeleton_id=skeleton_id)
    if not rows:
        return []
    arbor = ArborWalk({node: parent for node, parent, *_ in rows})
    start = arbor.root if root is None else root
    if start not in arbor.parents:
        raise InvalidInput(f"Skeleton {skeleton_id} has no treenode {start}.")
    made = await reviews.of_skeleton(connection, project_id, skeleton_id)
    suppressed: dict[int, list[list[float]]] = {}
    for node, orientation, coordinate in await fetch_all(
        connection, reviews.sql.suppressed, project_id=project_id, skeleton_id=skeleton_id
    ):
        suppressed.setdefault(node, []).append([orientation, coordinate])
    nodes = {
        node: ReviewNode(node, x, y, z, user_id, made.get(node, []), suppressed.get(node, []))
        for node, _, x, y, z, user_id in rows
    }
    return [
        ReviewSequence(number, [nodes[node] for node in path]) for number, path in enumerate(sequences(arbor, start))
    ]
