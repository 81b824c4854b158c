"""Refuse staged rows that do not fit together, or whose ids are not free, before anything is written."""

from __future__ import annotations

from pathlib import Path

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.transfer.errors import BadFile

sql = load("transfer/catmaid_checks")
site = load("transfer/catmaid_site")


async def require_whole(connection: Connection, source: Path, projects: list[int]) -> None:
    """Raise `BadFile` if a row of these projects refers to one that is not there."""
    cursor = await connection.execute(sql.dangling, {"projects": projects})
    found = await cursor.fetchone()
    if found is not None:
        model, row_id, field, missing = found
        raise BadFile(
            source, f"{model} {row_id} refers to {missing} as its {field}, which is not in the file for its project"
        )
    cursor = await connection.execute(sql.without_root, {"projects": projects})
    found = await cursor.fetchone()
    if found is not None:
        raise BadFile(source, f"the treenodes of skeleton {found[0]} run in a circle: each has a parent")


async def require_free_ids(connection: Connection, projects: list[int]) -> None:
    """Raise `InvalidInput` if ids of these projects are used here, or cannot be."""
    cursor = await connection.execute(sql.taken, {"projects": projects})
    first = await cursor.fetchone()
    if first is not None:
        model, row_id, taken = first
        raise InvalidInput(
            f"{taken} ids are taken here or too large, the first of {model} {row_id}. Ids can only be "
            "kept where none of them is used; import without keeping them."
        )
    cursor = await connection.execute(site.wrong_stack, {"projects": projects})
    wrong = await cursor.fetchone()
    if wrong is not None:
        raise InvalidInput(f"Stack {wrong[0]} is another one here: {wrong[1]!r}. Import without keeping ids.")
