"""Virtual nodes, where an edge passes a section without a treenode, that reviewers skip."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("tracing/virtual_nodes")

_AXES = (2, 1, 0)  # the axis along which an orientation (xy, xz, zy) is seen


@dataclass(frozen=True, slots=True)
class SuppressedNode:
    """A section to skip on the edge above a treenode."""

    id: int
    user_id: int
    project_id: int
    creation_time: datetime
    edition_time: datetime
    child_id: int
    location_coordinate: float
    orientation: int


async def suppressed(connection: Connection, project_id: int, treenode_id: int) -> list[SuppressedNode]:
    """Suppressed virtual nodes on the edge from a treenode to its parent."""
    rows = await fetch_all(connection, sql.list, project_id=project_id, treenode_id=treenode_id)
    return [SuppressedNode(*row) for row in rows]


async def suppress(
    tx: Connection, project_id: int, user: User, treenode_id: int, orientation: int, coordinate: float
) -> SuppressedNode:
    """Let reviewers skip a section (nm along the axis of the orientation) on the edge above a treenode.

    Raises `NotFound` if there is no such treenode, `InvalidInput` if its edge does not pass there.
    """
    if not 0 <= orientation < len(_AXES):
        raise InvalidInput(f"Orientation is 0 (xy), 1 (xz) or 2 (zy), not {orientation}.")
    edge = await fetch_one(tx, sql.edge, project_id=project_id, treenode_id=treenode_id)
    if edge is None:
        raise NotFound(f"There is no treenode {treenode_id}.")
    child, parent = edge[_AXES[orientation]], edge[3 + _AXES[orientation]]
    if parent is None:
        raise InvalidInput("A root has no virtual nodes: there is no edge above it.")
    if not min(child, parent) <= coordinate <= max(child, parent):
        raise InvalidInput("A virtual node lies between a treenode and its parent.")
    row = await fetch_one(
        tx,
        sql.add,
        project_id=project_id,
        treenode_id=treenode_id,
        orientation=orientation,
        location_coordinate=coordinate,
        user_id=user.id,
    )
    assert row is not None
    return SuppressedNode(*row)


async def restore(tx: Connection, project_id: int, user: User, treenode_id: int, suppressed_id: int) -> None:
    """Show reviewers a section again; `NotFound` if it was not suppressed, `NotAllowed` if by somebody else."""
    values = {"project_id": project_id, "treenode_id": treenode_id, "suppressed_id": suppressed_id}
    owner = await fetch_value(tx, sql.find, **values)
    if owner is None:
        raise NotFound(f"There is no suppressed virtual node {suppressed_id}.")
    await require_edit(tx, user, [owner], f"suppressed virtual node {suppressed_id}")
    await tx.execute(sql.delete, values)
