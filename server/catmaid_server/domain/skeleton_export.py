"""Skeletons as SWC text, and where they came from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("skeleton_export")

_UNDEFINED = 0  # the structure that SWC asks for, which nobody noted


async def swc(connection: Connection, project_id: int, skeleton_id: int) -> str:
    """A skeleton as SWC in nm, one node a line by id: id, type, x, y, z, radius, parent (-1 at the root).

    Raises `NotFound` if there is no such skeleton.
    """
    rows = await fetch_all(connection, sql.swc, project_id=project_id, skeleton_id=skeleton_id)
    return _text(rows, skeleton_id)


async def eswc(connection: Connection, project_id: int, skeleton_id: int) -> str:
    """As `swc`; each line goes on with creator, creation time, last editor, edition time and confidence."""
    rows = await fetch_all(connection, sql.eswc, project_id=project_id, skeleton_id=skeleton_id)
    return _text(((*node, maker, made.isoformat(), editor, edited.isoformat(), confidence)
                  for *node, maker, made, editor, edited, confidence in rows), skeleton_id)


def _text(rows: Iterable[tuple[Any, ...]], skeleton_id: int) -> str:
    lines = [" ".join(map(str, (node, _UNDEFINED, x, y, z, radius, -1 if parent is None else parent, *more)))
             for node, x, y, z, radius, parent, *more in rows]
    if not lines:
        raise NotFound(f"There is no skeleton {skeleton_id}.")
    return "\n".join(lines) + "\n"


async def importing_user(connection: Connection, project_id: int, treenode_id: int) -> int | None:
    """Who imported a treenode, None if nobody did; `NotFound` if there is no such treenode."""
    row = await fetch_one(connection, sql.importing_user, project_id=project_id, treenode_id=treenode_id)
    if row is None:
        raise NotFound(f"There is no treenode {treenode_id}.")
    user_id: int | None = row[0]
    return user_id
