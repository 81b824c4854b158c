"""Who may edit whose data, and who may do what in a project: memberships and grants, as administrators change them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_json
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("accounts/memberships")

PROJECT_PERMISSIONS = (
    "add_project",
    "can_administer",
    "can_annotate",
    "can_annotate_with_token",
    "can_browse",
    "can_fork",
    "can_import",
    "can_queue_compute_task",
    "change_project",
    "delete_project",
    "view_project",
)


def require_known(permissions: Iterable[str]) -> None:
    """Raise `InvalidInput` if there is no such permission in projects."""
    unknown = sorted(set(permissions) - set(PROJECT_PERMISSIONS))
    if unknown:
        raise InvalidInput(f"Unknown permissions {', '.join(unknown)}. Permissions: {', '.join(PROJECT_PERMISSIONS)}.")


class HolderKind(StrEnum):
    """Whether permissions are given to a user or to a group."""

    USER = "user"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class UserSelection:
    """Some users, by id, and the members of some groups."""

    user_ids: Sequence[int] = ()
    group_ids: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class SharedData:
    """Result of sharing data, or of ending it: for how many users, and the ids of unknown users."""

    updated: int
    unknown_ids: list[int]


async def share_data(tx: Connection, *, of: UserSelection, to: UserSelection, shared: bool = True) -> SharedData:
    """Let users edit the data of others, or no longer: as members of the groups named after the others."""
    members = await _users_of(tx, to, "source users, or source groups that have members")
    owners = await _users_of(tx, of, "target users, or target groups that have members")
    await tx.execute(sql.make_own_groups, {"owner_ids": owners})
    await tx.execute(sql.add_members if shared else sql.remove_members, {"owner_ids": owners, "user_ids": members})
    return SharedData(len(owners), sorted(set(of.user_ids) - set(owners)))


async def _users_of(tx: Connection, party: UserSelection, what: str) -> list[int]:
    found = await fetch_all(tx, sql.users_of, user_ids=list(party.user_ids), group_ids=list(party.group_ids))
    if not found and not party.user_ids:
        raise InvalidInput(f"This needs {what}.")
    return [user_id for (user_id,) in found]


@dataclass(frozen=True, slots=True)
class PermissionHolder:
    """A user or a group, and what it was granted in a project."""

    name: str
    kind: HolderKind
    permissions: list[str]


async def permission_holders(connection: Connection, project_id: int) -> list[PermissionHolder]:
    """Who was granted what in a project: users first, each by name."""
    rows = await fetch_all(connection, sql.holders, project_id=project_id)
    return [PermissionHolder(name, HolderKind(kind), permissions) for name, kind, permissions in rows]


async def grants_in_project(connection: Connection, project_id: int, kind: HolderKind) -> msgspec.Raw:
    """What users, or groups, were granted in a project, as JSON by id."""
    query = sql.groups_with_permissions if kind is HolderKind.GROUP else sql.users_with_permissions
    return await fetch_json(connection, query, project_id=project_id)


async def change_grants(
    tx: Connection, project_id: int, kind: HolderKind, holder_id: int, wanted: Mapping[str, bool]
) -> None:
    """Give (true) or take (false) permissions in a project to or from a user or a group.

    Raises `InvalidInput` for an unknown permission, `NotFound` if there is no such user or group.
    """
    require_known(wanted)
    user_id, group_id = (holder_id, None) if kind is HolderKind.USER else (None, holder_id)
    if not await fetch_all(tx, sql.holder, user_id=user_id, group_id=group_id):
        raise NotFound(f"There is no {kind.value} {holder_id}.")
    values = {"project_id": project_id, "user_id": user_id, "group_id": group_id}
    await tx.execute(sql.take, {**values, "permissions": [name for name, given in wanted.items() if not given]})
    await tx.execute(sql.give, {**values, "permissions": [name for name, given in wanted.items() if given]})
