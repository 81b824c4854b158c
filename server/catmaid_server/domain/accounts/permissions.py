"""Whose data a user may edit: their own, that of users whose namesake group they belong to, anything as superuser."""

from __future__ import annotations

from collections.abc import Collection

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotAllowed

sql = load("accounts/permissions")

LOCKED = "locked"


async def editable_owners(tx: Connection, user: User, owner_ids: Collection[int]) -> set[int]:
    """Those of `owner_ids` whose data `user` may edit."""
    owners = set(owner_ids)
    if user.is_superuser or owners <= {user.id}:
        return owners
    cursor = await tx.execute(sql.co_owned_users, {"user_id": user.id})
    return owners & ({user.id} | {owner for (owner,) in await cursor.fetchall()})


async def require_edit(tx: Connection, user: User, owner_ids: Collection[int], what: str) -> None:
    """Raise `NotAllowed` unless `user` may edit the data of every one of `owner_ids`."""
    if not set(owner_ids) <= await editable_owners(tx, user, owner_ids):
        raise NotAllowed(f"User {user.username!r} may not edit {what}: it belongs to somebody else.")


async def may_edit_neuron(tx: Connection, user: User, neuron_id: int) -> bool:
    """Whether no lock keeps `user` from changing this neuron: an annotation `locked` by somebody they can't edit."""
    if user.is_superuser:
        return True
    cursor = await tx.execute(sql.lock_owners, {"neuron_id": neuron_id, "locked": LOCKED})
    owners = {owner for (owner,) in await cursor.fetchall()}
    return owners <= await editable_owners(tx, user, owners)


async def project_of_object(connection: Connection, object_id: int) -> int | None:
    """The project of whatever has a name: a neuron, a skeleton, an annotation or a label; None if there is none."""
    project_id: int | None = await fetch_value(connection, sql.project_of_object, object_id=object_id)
    return project_id


async def may_edit_object(connection: Connection, user: User, object_id: int) -> bool:
    """As `may_edit_neuron`, for whatever has a name: neurons, skeletons, annotations, labels; not if there is none."""
    cursor = await connection.execute(sql.locks_on, {"object_id": object_id, "locked": LOCKED})
    locks = await cursor.fetchall()
    owners = {owner for (owner,) in locks if owner is not None}
    return bool(locks) and owners <= await editable_owners(connection, user, owners)


async def require_unlocked(tx: Connection, user: User, neuron_id: int) -> None:
    """Raise `InvalidInput` if the neuron is locked against `user`; for edits that CATMAID answers with 400."""
    if not await may_edit_neuron(tx, user, neuron_id):
        raise InvalidInput(f"User {user.username!r} may not edit neuron {neuron_id}: it is locked.")


async def require_editable_neuron(tx: Connection, user: User, neuron_id: int) -> None:
    """Raise `NotAllowed` if the neuron is locked against `user`."""
    if not await may_edit_neuron(tx, user, neuron_id):
        raise NotAllowed(f"User {user.username!r} may not edit neuron {neuron_id}: it is locked.")
