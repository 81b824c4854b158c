"""Groups of users, as superusers change them."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.accounts import groups
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class NewGroup(msgspec.Struct):
    """A group to make."""

    name: str = ""


class NamedGroup(TypedDict):
    """A group."""

    id: int
    name: str


class ListedGroup(TypedDict):
    """A group and the names of its members, who may edit the data of a user if the group is called like one."""

    id: int
    name: str
    of_user: bool
    members: list[str]


class ChangedMembership(TypedDict):
    """Whether the user was added, or removed: not so if nothing was to be done."""

    changed: bool


@routes.get("/groups/members/", needs=Permission.LOGIN)
async def list_members(call: Call, form: NoParameters) -> list[ListedGroup]:
    """List all groups with their members."""
    async with call.reading() as connection:
        return [
            {"id": group.id, "name": group.name, "of_user": group.of_user, "members": group.members}
            for group in await groups.list_groups(connection)
        ]


@routes.post("/groups/", needs=Permission.SUPERUSER, label="groups.create")
async def create_group(call: Call, form: NewGroup) -> NamedGroup:
    """Make a group without members."""
    return {"id": await groups.create_group(call.tx, form.name), "name": form.name}


@routes.delete("/groups/{group_id}/", needs=Permission.SUPERUSER, label="groups.delete")
async def delete_group(call: Call, form: NoParameters) -> NamedGroup:
    """Delete a group and what it was granted."""
    group_id = int(call.path["group_id"])
    return {"id": group_id, "name": await groups.delete_group(call.tx, group_id)}


@routes.put("/groups/{group_id}/members/{user_id}/", needs=Permission.SUPERUSER, label="groups.add_members")
async def add_member(call: Call, form: NoParameters) -> ChangedMembership:
    """Make a user a member of a group."""
    group_id, user_id = int(call.path["group_id"]), int(call.path["user_id"])
    return {"changed": await groups.add_member(call.tx, group_id, user_id)}


@routes.delete("/groups/{group_id}/members/{user_id}/", needs=Permission.SUPERUSER, label="groups.remove_members")
async def remove_member(call: Call, form: NoParameters) -> ChangedMembership:
    """Remove a user from a group."""
    group_id, user_id = int(call.path["group_id"]), int(call.path["user_id"])
    return {"changed": await groups.remove_member(call.tx, group_id, user_id)}
