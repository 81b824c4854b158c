"""States of Neuroglancer that are kept for short links, in a datastore of the project."""

from __future__ import annotations

import secrets
from typing import Any, Final

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.projects import client_data

sql = load("projects/client_data")

STORE: Final = "neuroglancer-states"
_LEAST, _MOST = 2**40, 2**53
"""Ids are numbers that JavaScript has, and too many to be guessed."""


async def keep(tx: Connection, project_id: int, state: str) -> int:
    """Keep a state, the JSON of an object, for all who may see the project; its id. `InvalidInput` for no such JSON."""
    await tx.execute(sql.ensure_datastore, {"name": STORE})
    state_id = _LEAST + secrets.randbelow(_MOST - _LEAST)
    await client_data.put_datum(tx, STORE, str(state_id), state, user_id=None, project_id=project_id)
    return state_id


async def state_of(connection: Connection, project_id: int, key: str, *, user_id: int) -> dict[str, Any]:
    """A state that was kept; key: its id as text. `NotFound` if there is none in the project."""
    try:
        found = await client_data.list_data(connection, STORE, user_id=user_id, project_id=project_id, key=key)
    except NotFound:  # nobody has kept any
        found = []
    for datum in found:
        if datum.project == project_id and datum.user is None:
            state: dict[str, Any] = datum.value
            return state
    raise NotFound(f"There is no state {key:.60} in project {project_id}.")
