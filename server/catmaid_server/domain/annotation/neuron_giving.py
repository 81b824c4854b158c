"""Give neurons to other users."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit, require_editable_neuron
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import NotFound

sql = load("annotation/neuron_giving")


async def give(tx: Connection, project_id: int, user: User, neuron_id: int, to_user_id: int) -> None:
    """Let a neuron and its skeletons belong to another user; treenodes stay their authors'.

    Raises `NotFound` if there is no such neuron, `NotAllowed` if it or one of its skeletons is not the user's to
    give; a user who does not exist breaks a foreign key.
    """
    owner = await fetch_value(tx, sql.owner, project_id=project_id, neuron_id=neuron_id)
    if owner is None:
        raise NotFound(f"There is no neuron {neuron_id} in project {project_id}.")
    await require_edit(tx, user, [owner], f"neuron {neuron_id}")
    for skeleton_id, skeleton_owner in await fetch_all(tx, sql.skeleton_owners, neuron_id=neuron_id):
        await require_edit(tx, user, [skeleton_owner], f"skeleton {skeleton_id} of neuron {neuron_id}")
    await require_editable_neuron(tx, user, neuron_id)
    values = {"neuron_id": neuron_id, "user_id": to_user_id}
    await tx.execute(sql.give_neuron, values)
    await tx.execute(sql.give_skeletons, values)
