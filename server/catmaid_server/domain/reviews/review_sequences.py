"""Cut a skeleton into sequences of nodes, in which a reviewer walks from each end towards the root."""

from __future__ import annotations

from typing import Any

from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.arbor_walk import ArborWalk
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.reviews import reviews


def sequences(arbor: ArborWalk, root: int) -> list[list[int]]:
    """Paths that cover the subarbor of `root`, longest first; none if that is a single node.

    Each leads from an end towards the root, as far as the first node that the path of a farther end has already; it
    ends with that node, so that every edge is walked once.
    """
    distances = {root: 0}
    for node in arbor.subarbor(root)[1:]:
        parent = arbor.parents[node]
        assert parent is not None
        distances[node] = distances[parent] + 1
    ends = [node for node in distances if not arbor.children.get(node) and node != root]
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
) -> list[dict[str, Any]]:
    """The sequences of a skeleton, or of what is distal to a node, with the reviews of each node.

    Each has `id`, `sequence` (id, place, author, reviews, and orientation and coordinate of suppressed virtual nodes
    of each node), `status` (percentage of its nodes that
    were reviewed) and `nr_nodes`. Empty if there is no such skeleton; `NotFound` if it has no such node.
    """
    rows = await fetch_all(connection, reviews.sql.arbor, project_id=project_id, skeleton_id=skeleton_id)
    if not rows:
        return []
    arbor = ArborWalk({node: parent for node, parent, *_ in rows})
    start = arbor.root if root is None else root
    if start not in arbor.parents:
        raise NotFound(f"Skeleton {skeleton_id} has no treenode {start}.")
    made = await reviews.of_skeleton(connection, project_id, skeleton_id)
    suppressed: dict[int, list[list[float]]] = {}
    for node, orientation, coordinate in await fetch_all(
        connection, reviews.sql.suppressed, project_id=project_id, skeleton_id=skeleton_id
    ):
        suppressed.setdefault(node, []).append([orientation, coordinate])
    nodes = {
        node: {
            "id": node,
            "x": x,
            "y": y,
            "z": z,
            "rids": made.get(node, []),
            "sup": suppressed.get(node, []),
            "user_id": user,
        }
        for node, _, x, y, z, user in rows
    }
    return [
        {
            "id": number,
            "sequence": [dict(nodes[node]) for node in path],
            "nr_nodes": len(path),
            "status": f"{100 * sum(node in made for node in path) / len(path):.2f}",
        }
        for number, path in enumerate(sequences(arbor, start))
    ]
