"""Inactivity: a group may say after how many days without activity its members' accounts are closed, as in CATMAID.

Or it only has somebody told. Superusers are never closed. Opening an account again gives its user all the days anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import groups, users
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("accounts/inactivity")

MOST_DAYS: Final = 36_500
_LONGEST_MESSAGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class InactivityPeriod:
    """How long members of a group may do nothing.

    closes
        Whether accounts are closed then; else contacts are told, and no more.
    message
        What those are told who log in to a closed account.
    contacts
        Names of users who are told, and whom members may ask; superusers are told if there are none.
    """

    group: str
    days: int
    closes: bool
    message: str
    contacts: list[str]


@dataclass(frozen=True, slots=True)
class InactiveMember:
    """A member of a group who did nothing for longer than the group allows.

    is_active
        Whether the account is open still: it is closed at night.
    told
        Whether the contacts were told of it since the last activity.
    """

    user_id: int
    username: str
    group_id: int
    group: str
    days: int
    closes: bool
    is_active: bool
    last_activity: datetime
    told: bool


async def set_period(
    tx: Connection, group: str | int, days: int, *, closes: bool = True, message: str = "", contacts: Sequence[str] = ()
) -> None:
    """Say how long members of a group may do nothing; `NotFound` for an unknown group or contact."""
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"Members of a group may do nothing for 1 to {MOST_DAYS} days, not {days}.")
    if len(message) > _LONGEST_MESSAGE:
        raise InvalidInput(f"The message has at most {_LONGEST_MESSAGE} characters.")
    group_id, _ = await groups.require_group(tx, group)
    user_ids = {(await users.require_user(tx, name)).id for name in contacts}
    await tx.execute(sql.set_period, {"group_id": group_id, "days": days, "closes": closes, "message": message.strip()})
    await tx.execute(sql.remove_contacts, {"group_id": group_id})
    await tx.execute(sql.add_contacts, {"group_id": group_id, "user_ids": sorted(user_ids)})


async def remove_period(tx: Connection, group: str | int) -> None:
    """Let members of a group do nothing as long as they like; `NotFound` if nothing else was said."""
    group_id, name = await groups.require_group(tx, group)
    if await fetch_value(tx, sql.remove_period, group_id=group_id) is None:
        raise NotFound(f"Group {name!r} has no inactivity period.")


async def list_periods(connection: Connection) -> list[InactivityPeriod]:
    """The periods of all groups that have one, by name."""
    return await fetch_records(connection, sql.list_periods, InactivityPeriod)


async def inactive_members(connection: Connection) -> list[InactiveMember]:
    """Members who did nothing for too long, closed or not, by group and name."""
    return await fetch_records(connection, sql.inactive_members, InactiveMember, anonymous=users.ANONYMOUS)


async def close(tx: Connection, member: InactiveMember) -> None:
    """Close the account of a member if the group closes them, and note it, or that the contacts are told."""
    if member.closes:
        await users.set_active(tx, member.user_id, active=False)
    values = {"group_id": member.group_id, "user_id": member.user_id, "days": member.days, "closed": member.closes}
    await tx.execute(sql.note, values)


async def to_be_told(connection: Connection, group_id: int) -> list[int]:
    """Ids of the users who are told of inactive members of a group."""
    return [user_id for (user_id,) in await fetch_all(connection, sql.to_be_told, group_id=group_id)]


async def why_closed(connection: Connection, user_id: int) -> str:
    """Why an account was closed, in sentences; empty if that was not for inactivity."""
    found = await fetch_one(connection, sql.why_closed, user_id=user_id)
    if found is None:
        return ""
    group, days, message, contacts = found
    ask = f" Ask {', '.join(contacts)}." if contacts else " Ask an administrator."
    return (
        f"It was closed since its user did nothing for {days} days, which is how long members of group {group!r} may."
        f"{f' {message}' if message else ''}{ask}"
    )
