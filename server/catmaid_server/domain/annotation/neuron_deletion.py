"""Delete neurons with everything that is theirs."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit, require_editable_neuron
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.annotation.neuron_info import require_neuron
from catmaid_server.domain.projects import log

sql = load("annotation/neuron_deletion")


async def delete_neuron(tx: Connection, project_id: int, user: User, neuron_id: int) -> list[int]:
    """Delete a neuron, its skeletons, and what hangs on them; return the ids of the skeletons. Connectors stay.

    Raises
    ------
    InvalidInput
        If there is no such neuron.
    NotAllowed
        If the neuron is locked, or any of its treenodes is not the user's to edit.
    """
    await require_neuron(tx, project_id, neuron_id)
    await require_editable_neuron(tx, user, neuron_id)
    skeleton_ids = [skeleton for (skeleton,) in await fetch_all(tx, sql.lock_skeletons, neuron_id=neuron_id)]
    values = {"project_id": project_id, "neuron_id": neuron_id, "skeleton_ids": skeleton_ids}
    owners = {owner for (owner,) in await fetch_all(tx, sql.owners, skeleton_ids=skeleton_ids)}
    await require_edit(tx, user, owners, f"all treenodes of neuron {neuron_id}")
    root = await fetch_one(tx, sql.first_root, skeleton_ids=skeleton_ids)
    for statement in (
        sql.delete_reviews,
        sql.delete_labels,
        sql.delete_links,
        sql.delete_treenodes,
        sql.delete_skeletons,
        sql.delete_annotation_links,
        sql.delete_neuron,
    ):
        await tx.execute(statement, values)
    text = f"Deleted neuron {neuron_id} and skeleton(s) {', '.join(map(str, skeleton_ids))}."
    await log.add(tx, project_id, user.id, "remove_neuron", root, text)
    return skeleton_ids
