"""How long members of groups may do nothing, as superusers say it."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.accounts import inactivity
from catmaid_server.domain.times import ZonedTime
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class PeriodToSet(msgspec.Struct):
    """How long members of a group may do nothing, and what happens then."""

    days: int
    """Days without activity."""
    closes: bool = True
    """Whether accounts are closed then; else the contacts are told, and no more."""
    message: str = ""
    """What those are told who log in to a closed account."""
    contacts: list[str] = []
    """Names of users who are told; superusers if there are none."""


class ListedPeriod(TypedDict):
    """How long members of a group may do nothing."""

    group: str
    days: int
    closes: bool
    message: str
    contacts: list[str]


class ListedInactiveMember(TypedDict):
    """A member of a group who did nothing for longer than it allows."""

    user: str
    group: str
    days: int
    closes: bool
    is_open: bool
    """Whether the account is open still."""
    last_activity: ZonedTime


class GroupOfPeriod(TypedDict):
    """The group whose period was changed."""

    id: int


@routes.get("/groups/inactivity/", needs=Permission.SUPERUSER)
async def list_periods(call: Call, form: NoParameters) -> list[ListedPeriod]:
    """List how long members of groups may do nothing, for groups that say so."""
    # Not as of a version: periods are not versioned.
    async with call.turn(), call.store.reading() as connection:
        return [
            {
                "group": one.group,
                "days": one.days,
                "closes": one.closes,
                "message": one.message,
                "contacts": one.contacts,
            }
            for one in await inactivity.list_periods(connection)
        ]


@routes.get("/groups/inactivity/members/", needs=Permission.SUPERUSER)
async def list_inactive_members(call: Call, form: NoParameters) -> list[ListedInactiveMember]:
    """List members who did nothing for longer than their groups allow: closed, or to be closed at night."""
    await call.access.token_uses.write(call.store)
    async with call.turn(), call.store.reading() as connection:
        return [
            {
                "user": one.username,
                "group": one.group,
                "days": one.days,
                "closes": one.closes,
                "is_open": one.is_active,
                "last_activity": one.last_activity,
            }
            for one in await inactivity.inactive_members(connection)
        ]


@routes.put("/groups/{group_id}/inactivity/", needs=Permission.SUPERUSER, label="groups.set_inactivity")
async def set_period(call: Call, form: PeriodToSet) -> GroupOfPeriod:
    """Say how long members of a group may do nothing."""
    group_id = int(call.path["group_id"])
    await inactivity.set_period(
        call.tx, group_id, form.days, closes=form.closes, message=form.message, contacts=form.contacts
    )
    return {"id": group_id}


@routes.delete("/groups/{group_id}/inactivity/", needs=Permission.SUPERUSER, label="groups.remove_inactivity")
async def remove_period(call: Call, form: NoParameters) -> GroupOfPeriod:
    """Let members of a group do nothing as long as they like."""
    group_id = int(call.path["group_id"])
    await inactivity.remove_period(call.tx, group_id)
    return {"id": group_id}
