"""Give skeletons and neurons other ids, as imports that keep those of their source need."""

from __future__ import annotations

from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("skeletons/entity_ids")

HIGHEST = 2**30
"""Of ids given by hand. New ones follow the highest there is, and must not run out (at 2**31)."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The ids after a change, and which of them are new."""

    skeleton_id: int
    neuron_id: int
    skeleton_updated: bool
    neuron_updated: bool


async def change(
    tx: Connection, project_id: int, skeleton_id: int, *, new_skeleton_id: int | None, new_neuron_id: int | None
) -> Changed:
    """Give a skeleton, its neuron or both another id; everything that refers to them goes along.

    Raises `NotFound` if there is no such skeleton, `InvalidInput` if an id is taken or no id.
    """
    row = await fetch_one(tx, sql.lock, project_id=project_id, skeleton_id=skeleton_id)
    if row is None:
        raise NotFound(f"There is no skeleton {skeleton_id} in project {project_id}.")
    neuron_id: int = row[1]
    wants_skeleton = new_skeleton_id not in (None, skeleton_id)
    wants_neuron = new_neuron_id not in (None, neuron_id)
    if new_skeleton_id is not None and wants_skeleton:
        await _require_free(tx, new_skeleton_id)
        values = {"old_id": skeleton_id, "new_id": new_skeleton_id}
        for statement in (sql.copy_skeleton, sql.refer_to_skeleton, sql.delete_skeleton):
            await tx.execute(statement, values)
        skeleton_id = new_skeleton_id
    if new_neuron_id is not None and wants_neuron:
        await _require_free(tx, new_neuron_id)
        values = {"old_id": neuron_id, "new_id": new_neuron_id}
        for statement in (sql.copy_neuron, sql.refer_to_neuron, sql.delete_neuron):
            await tx.execute(statement, values)
        neuron_id = new_neuron_id
    return Changed(skeleton_id, neuron_id, wants_skeleton, wants_neuron)


async def is_taken(connection: Connection, wanted: int) -> bool:
    """Whether something has this id already; `InvalidInput` if it is no id."""
    if not 0 < wanted <= HIGHEST:
        raise InvalidInput(f"{wanted} cannot be an id: those given by hand are from 1 to {HIGHEST}.")
    return bool(await fetch_value(connection, sql.is_taken, id=wanted))


async def _require_free(tx: Connection, wanted: int) -> None:
    if await is_taken(tx, wanted):
        raise InvalidInput(f"The id {wanted} is in use already.")
    await tx.execute(sql.pass_id, {"id": wanted})
