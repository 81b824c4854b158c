"""Take versions back: delete rows that they created, restore rows that they changed or deleted, with their ids."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import psycopg

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts.permissions import require_edit, require_editable_neuron
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotAllowed, NotFound
from catmaid_server.domain.history.conflicts import MOST_CONFLICTS, LaterChange, RevertConflict, named
from catmaid_server.domain.history.rules import broken_rules
from catmaid_server.domain.history.versions import require_history

sql = load("history/reverting")

REVERT = "revert"
_MOST_VERSIONS = 10_000
_ATTEMPTS = 3
"""So often a trial is begun that an edit at the same time was in the way of."""


class TableChanges(NamedTuple):
    """How many rows of a table were created, changed and deleted by versions."""

    table: str
    created: int
    changed: int
    deleted: int


@dataclass(frozen=True, slots=True)
class ChangedNode:
    """A treenode that exists, or the place (nm) of a deleted node, without ids."""

    x: float
    y: float
    z: float
    id: int | None = None
    skeleton_id: int | None = None


@dataclass(frozen=True, slots=True)
class Reverted:
    """What was taken back, and a node to show."""

    versions: list[int]
    changes: list[TableChanges]
    skeleton_ids: list[int]
    node: ChangedNode | None
    """One of the nodes that changed; None if none did."""


class Taken(NamedTuple):
    """An edit, and the version whose states are to be taken back: its own, or that of its last undo or redo."""

    edit: int
    reverts: int


async def changes_of(connection: Connection, versions: Sequence[int]) -> list[TableChanges]:
    """Rows that versions changed and that can be restored, counted by table."""
    return await _changes_in(connection, versions, await _touched(connection, versions))


async def _touched(connection: Connection, versions: Sequence[int]) -> list[str]:
    return [name for (name,) in await fetch_all(connection, sql.touched, versions=list(versions))]


async def _changes_in(connection: Connection, versions: Sequence[int], touched: Sequence[str]) -> list[TableChanges]:
    rows = await fetch_all(connection, sql.changes, versions=list(versions), touched=list(touched))
    return [TableChanges(*row) for row in rows]


async def are_revertible(connection: Connection, versions: Sequence[int]) -> bool:
    """Whether versions changed anything that can be taken back."""
    return bool(await fetch_value(connection, sql.are_revertible, versions=list(versions)))


async def conflicts_of(
    connection: Connection, project_id: int, versions: Sequence[int], changes: Sequence[TableChanges]
) -> list[LaterChange]:
    """Why versions of a project cannot be taken back, the newest reasons first; empty if they can.

    `changes` is what they changed.
    """
    together = await _with_cancelled(connection, project_id, versions)
    return await _conflicts(connection, versions, together, [change.table for change in changes])


async def _conflicts(
    connection: Connection, versions: Sequence[int], together: Sequence[int], touched: Sequence[str]
) -> list[LaterChange]:
    rows = await fetch_all(
        connection,
        sql.conflicts,
        versions=list(together),
        wanted=sorted(set(versions)),
        touched=list(touched),
        most=MOST_CONFLICTS,
    )
    return [LaterChange(table, json.loads(key), *more) for table, key, *more in rows]


async def _with_cancelled(connection: Connection, project_id: int, versions: Sequence[int]) -> list[int]:
    """These versions, and later ones that together changed nothing in their rows: each with the one that took it back.

    They are no conflict: an edit and its undo together leave a row as it was. One that took back older versions,
    too, did that in other rows: in the same ones these versions were in its way.
    """
    wanted = set(versions)
    if not wanted:
        return []
    cancelled: set[int] = set()
    since = await fetch_all(connection, sql.taken_back_since, version=min(wanted), project_id=project_id)
    for version, reverted in since:
        pair = {other for other in (version, *reverted) if other > min(wanted)}
        if not pair & (cancelled | wanted) and len(pair) > 1:
            cancelled |= pair
    return sorted(wanted | cancelled)


async def refusal_of(connection: Connection, user: User, project_id: int, versions: Sequence[int]) -> str | None:
    """Why a user may not take versions of a project back, in a sentence; None if they may."""
    own = await require_versions(connection, project_id, versions) == {user.id}
    try:
        await _require_permission(connection, user, versions, await _touched(connection, versions), own=own)
    except NotAllowed as refused:
        return str(refused)
    return None


async def conflicts_found_by_trial(
    store: Store, user: User, project_id: int, versions: Sequence[int]
) -> list[LaterChange]:
    """As `conflicts_of`, with the rules that show only once it is done: the versions are taken back and brought back.

    It takes as long as the revert itself, and meanwhile others wait for what it locks.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            async with store.trying(user_id=user.id, project_id=project_id, label=REVERT) as tx:
                await revert(tx, user, project_id, versions)
        except RevertConflict as refused:
            return refused.conflicts
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
            if attempt == _ATTEMPTS:
                raise
        else:
            break
    return []


async def revert(tx: Connection, user: User, project_id: int, versions: Sequence[int]) -> Reverted:
    """Take versions of a project back, all or none.

    Raises `NotFound` for versions that the project does not have, `InvalidInput` if they changed nothing that can be
    taken back, `NotAllowed` if the user may not, `RevertConflict` if others changed the same since.
    """
    wanted = sorted(set(versions))
    return await take_back(tx, user, project_id, [Taken(version, version) for version in wanted], REVERT)


async def take_back(tx: Connection, user: User, project_id: int, taken: Sequence[Taken], kind: str) -> Reverted:
    """As `revert`; `kind` is recorded with the new version: `revert`, `undo` or `redo`."""
    versions = sorted({one.reverts for one in taken})
    await tx.execute(sql.keep_history)
    own = await require_versions(tx, project_id, versions) == {user.id}
    touched = await _touched(tx, versions)
    await tx.execute(sql.lock, {"versions": versions, "touched": touched})
    changes = await _changes_in(tx, versions, touched)
    if not changes:
        raise InvalidInput(f"{named(versions)} changed nothing that can be taken back.")
    together = await _with_cancelled(tx, project_id, versions)
    changed = [change.table for change in changes]
    conflicts = await _conflicts(tx, versions, together, changed)
    if conflicts:
        raise RevertConflict(versions, conflicts)
    await _require_permission(tx, user, versions, touched, own=own)
    try:
        await tx.execute(sql.take_back, {"versions": together, "wanted": versions, "touched": changed})
        await tx.execute(sql.check_keys)
    except (psycopg.errors.ForeignKeyViolation, psycopg.errors.UniqueViolation) as error:
        reason = f"does not fit: {(error.diag.message_detail or '').rstrip('.')}"
        conflicts = [LaterChange(error.diag.table_name or "row", {}, 0, reason, "nobody", None)]
        raise RevertConflict(versions, conflicts) from None
    broken = await broken_rules(tx, together, changed)
    if broken:
        raise RevertConflict(versions, broken)
    await tx.execute(
        sql.note, {"kind": kind, "edits": [one.edit for one in taken], "reverts": [one.reverts for one in taken]}
    )
    skeletons = [row[0] for row in await fetch_all(tx, sql.skeletons)]
    return Reverted(versions, changes, skeletons, await _changed_node(tx))


async def require_versions(connection: Connection, project_id: int, versions: Sequence[int]) -> set[int]:
    """The ids of the users who wrote these versions; `NotFound` for a version that is not of the project."""
    if not versions or len(versions) > _MOST_VERSIONS:
        raise InvalidInput(f"Name 1 to {_MOST_VERSIONS} versions to take back.")
    await require_history(connection, min(versions))
    found = await fetch_all(connection, sql.versions, versions=list(versions), project_id=project_id)
    missing = sorted(set(versions) - {row[0] for row in found})
    if missing:
        raise NotFound(f"Project {project_id} has no {named(missing).lower()}.")
    return {author for _, author, _ in found}


async def _require_permission(
    tx: Connection, user: User, versions: Sequence[int], touched: Sequence[str], *, own: bool
) -> None:
    """Users may take back their own changes, unless these are locked now, and changes of others that they may edit."""
    if user.is_superuser:
        return
    versions = sorted(set(versions))
    for (neuron_id,) in await fetch_all(tx, sql.neurons, versions=versions):
        await require_editable_neuron(tx, user, neuron_id)
    if not own:
        owners = {row[0] for row in await fetch_all(tx, sql.owners, versions=versions, touched=list(touched))}
        await require_edit(tx, user, owners, f"all that {named(versions).lower()} changed")


async def _changed_node(tx: Connection) -> ChangedNode | None:
    row = await fetch_one(tx, sql.changed_node)
    if row is not None:
        node_id, skeleton_id, x, y, z = row
        return ChangedNode(x, y, z, node_id, skeleton_id)
    row = await fetch_one(tx, sql.gone)
    return None if row is None else ChangedNode(*row)
