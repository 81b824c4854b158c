"""What users may do, and changes of that."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec

from catmaid_server.domain.accounts import accounts, memberships, permissions
from catmaid_server.domain.accounts.memberships import HolderKind, UserSelection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()

_ACTIONS = {"add": True, "revoke": False}


class OneProject(msgspec.Struct):
    """A project, outside of the path."""

    project_id: int | None = None


class PermissionNames(TypedDict):
    """The permissions that there are in a project."""

    permissions: tuple[str, ...]


class CanEdit(TypedDict):
    """Whether something may be changed."""

    can_edit: bool


class Grants(msgspec.Struct):
    """Permissions to give and to take, each as a pair of name and `true` or `false`."""

    permissions: list[tuple[str, str]] = []

    def wanted(self) -> dict[str, bool]:
        """The permissions by name; `InvalidInput` if there are none."""
        if not self.permissions:
            raise InvalidInput("Send permissions[0][0]=can_browse&permissions[0][1]=true, and so on.")
        return {name: given.lower() == "true" for name, given in self.permissions}


class UserGrants(Grants, kw_only=True):
    """What a user is to be granted."""

    user_id: int


class GroupGrants(Grants, kw_only=True):
    """What a group is to be granted."""

    group_id: int


class CountOfChanged(TypedDict):
    """How many permissions were looked at."""

    n_updated_permissions: int


class Memberships(msgspec.Struct):
    """Who is to edit whose data, or no longer: groups stand for their members."""

    action: str = ""
    """`add` or `revoke`."""
    source_users: list[int] = []
    """Ids of those who edit."""
    source_groups: list[int] = []
    target_users: list[int] = []
    """Ids of those whose data is edited."""
    target_groups: list[int] = []


class UpdatedMemberships(TypedDict):
    """How many users share their data with others, or no longer, and warnings about unknown users."""

    updated_users: int
    warnings: list[str]


@routes.get("/permissions", needs=Permission.NONE)
async def list_permissions(call: Call, form: NoParameters) -> tuple[dict[str, list[int]], list[str]]:
    """List in which projects the user has which permission, and the user's groups; none to edit what is archived."""
    granted, archived = await call.access.granted(call.user), await call.access.archived()
    async with call.reading() as connection:
        return await accounts.permissions_by_project(connection, call.user, granted, archived)


@routes.get("/permissions/", needs=Permission.NONE)
async def permission_names(call: Call, form: OneProject) -> PermissionNames:
    """List the permissions that there are."""
    return {"permissions": memberships.PROJECT_PERMISSIONS}


@routes.get("/classinstance/{object_id}/permissions", needs=Permission.NONE)
async def object_permissions(call: Call, form: NoParameters) -> CanEdit:
    """Whether the user may change a neuron or another named object, or a lock forbids it.

    No lock forbids it that is in a project that the user may not see, nor where there is no such object.
    """
    async with call.reading() as connection:
        project_id = await permissions.project_of_object(connection, call.path["object_id"])
        if project_id is None or not await call.access.allows(call.user, project_id, Permission.BROWSE):
            return {"can_edit": True}
        return {"can_edit": await permissions.may_edit_object(connection, call.user, call.path["object_id"])}


class GrantsOfUser(TypedDict):
    """What a user may do in the project."""

    permissions: list[str]
    user_name: str


@routes.get("/{project_id}/permissions/project-user", needs=Permission.ADMINISTER)
async def user_grants(call: Call, form: NoParameters) -> Annotated[msgspec.Raw, Content(dict[int, GrantsOfUser])]:
    """List which user was granted what in this project."""
    async with call.reading() as connection:
        return await memberships.grants_in_project(connection, call.project_id, HolderKind.USER)


@routes.post("/{project_id}/permissions/project-user", needs=Permission.ADMINISTER, label="permissions.update")
async def change_user_grants(call: Call, form: UserGrants) -> CountOfChanged:
    """Give a user permissions in this project, or take them."""
    await memberships.change_grants(call.tx, call.project_id, HolderKind.USER, form.user_id, wanted := form.wanted())
    return {"n_updated_permissions": len(wanted)}


class GrantsOfGroup(TypedDict):
    """What a group may do in the project."""

    permissions: list[str]
    group_name: str


@routes.get("/{project_id}/permissions/project-group", needs=Permission.ADMINISTER)
async def group_grants(call: Call, form: NoParameters) -> Annotated[msgspec.Raw, Content(dict[int, GrantsOfGroup])]:
    """List which group was granted what in this project."""
    async with call.reading() as connection:
        return await memberships.grants_in_project(connection, call.project_id, HolderKind.GROUP)


@routes.post("/{project_id}/permissions/project-group", needs=Permission.ADMINISTER, label="permissions.update")
async def change_group_grants(call: Call, form: GroupGrants) -> CountOfChanged:
    """Give a group permissions in this project, or take them."""
    await memberships.change_grants(call.tx, call.project_id, HolderKind.GROUP, form.group_id, wanted := form.wanted())
    return {"n_updated_permissions": len(wanted)}


@routes.post("/{project_id}/groups/memberships/", needs=Permission.SUPERUSER, label="groups.update_memberships")
async def change_memberships(call: Call, form: Memberships) -> UpdatedMemberships:
    """Let users edit the data of other users, or no longer; in all projects, hence for superusers."""
    if form.action not in _ACTIONS:
        raise InvalidInput(f'The action is "add" or "revoke", not {form.action!r}.')
    change = await memberships.share_data(
        call.tx,
        to=UserSelection(form.source_users, form.source_groups),
        of=UserSelection(form.target_users, form.target_groups),
        shared=_ACTIONS[form.action],
    )
    return {
        "updated_users": change.updated,
        "warnings": [f"There is no user {user_id}." for user_id in change.unknown_ids],
    }
