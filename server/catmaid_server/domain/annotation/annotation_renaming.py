"""Give an annotation another name, wherever it is used."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import LOCKED, require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("annotation/annotation_renaming")


async def rename(tx: Connection, project_id: int, user: User, annotation_id: int, name: str) -> str:
    """Give an annotation another name; returns the one that it had.

    Raises
    ------
    NotFound
        If the project has no such annotation.
    NotAllowed
        If somebody else made it whose data the user may not edit.
    InvalidInput
        For an empty name, one that another annotation has, and the name that locks neurons.
    """
    name = name.strip()
    if not name:
        raise InvalidInput("An annotation needs a name.")
    found = await fetch_one(tx, sql.annotation, project_id=project_id, annotation_id=annotation_id)
    if found is None:
        raise NotFound(f"There is no annotation {annotation_id} in project {project_id}.")
    old_name, owner_id = found
    await require_edit(tx, user, [owner_id], f"annotation {annotation_id}")
    if LOCKED in (name, old_name):
        raise InvalidInput(f"The annotation {LOCKED!r} locks neurons: it keeps its name, and no other gets it.")
    taken = await fetch_value(tx, sql.others, project_id=project_id, annotation_id=annotation_id, name=name)
    if taken is not None:
        raise InvalidInput(f"There is an annotation {name!r} already: annotation {taken}.")
    await tx.execute(sql.rename, {"annotation_id": annotation_id, "name": name})
    return str(old_name)
