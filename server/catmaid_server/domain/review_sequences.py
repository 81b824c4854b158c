"""Cut a skeleton into sequences of nodes, in which a reviewer walks from each end towards the root."""

from __future__ import annotations

from typing import Any

from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain import reviews
from catmaid_server.domain.arbors import Arbor
from catmaid_server.domain.errors import NotFound


def sequences(arbor: Arbor, root: int) -> list[list[int]]:
    """Paths that cover the subarbor of `root`, longest first.

    Each leads from an end towards the root, as far as the first node that a longer one has already; it ends with that
    node, so that every edge is walked once.
    """
    lengths: dict[int, int] = {}
    heirs: dict[int, int] = {}
    for node in reversed(arbor.subarbor(root)):
        below = arbor.children.get(node, ())
        if below:
            heirs[node] = max(below, key=lambda child: (lengths[child], -child))
        lengths[node] = 1 + (lengths[heirs[node]] if below else 0)
    paths = [_to_the_end([root], heirs)]
    for branch, heir in heirs.items():
        paths += [_to_the_end([branch, child], heirs) for child in arbor.children[branch] if child != heir]
    return sorted(paths, key=lambda path: -len(path))


def _to_the_end(path: list[int], heirs: dict[int, int]) -> list[int]:
    """Go on from the last node of a path to the end that its heirs lead to; the whole way, from there back."""
    while path[-1] in heirs:
        path.append(heirs[path[-1]])
    return path[::-1]


async def review_sequences(
    connection: Connection, project_id: int, skeleton_id: int, root: int | None = None
) -> list[dict[str, Any]]:
    """The sequences of a skeleton, or of what is distal to a node, with the reviews of each node.

    Each has `id`, `sequence` (id, place, author and reviews of each node), `status` (percentage of its nodes that
    were reviewed) and `nr_nodes`. Empty if there is no such skeleton; `NotFound` if it has no such node.
    """
    rows = await fetch_all(connection, reviews.sql.arbor, project_id=project_id, skeleton_id=skeleton_id)
    if not rows:
        return []
    arbor = Arbor({node: parent for node, parent, *_ in rows})
    start = arbor.root if root is None else root
    if start not in arbor.parents:
        raise NotFound(f"Skeleton {skeleton_id} has no treenode {start}.")
    made = await reviews.of_skeleton(connection, project_id, skeleton_id)
    nodes = {node: {"id": node, "x": x, "y": y, "z": z, "rids": made.get(node, []), "sup": [], "user_id": user}
             for node, _, x, y, z, user in rows}
    return [{"id": number, "sequence": [dict(nodes[node]) for node in path], "nr_nodes": len(path),
             "status": f"{100 * sum(node in made for node in path) / len(path):.2f}"}
            for number, path in enumerate(sequences(arbor, start))]
