"""Commands about groups of users."""

from __future__ import annotations

from typing import Annotated

import typer

from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, run, table
from catmaid_server.cli.users import administering
from catmaid_server.domain.accounts import groups, inactivity, users
from catmaid_server.domain.accounts.groups import GroupWithMembers
from catmaid_server.domain.accounts.inactivity import InactiveMember
from catmaid_server.service.opening import opened_store

app = typer.Typer(help="List, make and delete groups of users.", no_args_is_help=True)

GroupName = Annotated[str, typer.Argument(metavar="GROUP", show_default=False)]
UserNames = Annotated[list[str], typer.Argument(metavar="USER...", show_default=False)]


@app.command("list")
def list_groups(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List all groups and their members."""

    async def work() -> list[GroupWithMembers]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store, store.reading() as connection:
            return await groups.list_groups(connection)

    found = run(work())
    rows: list[tuple[object, ...]] = [
        (
            group.id,
            group.name,
            f"edit the data of {group.name}" if group.of_user else "have what the group is granted",
            ", ".join(group.members),
        )
        for group in found
    ]
    answer(found, as_json=as_json, text=table(rows, ("id", "group", "members may", "members")))


@app.command("create")
def create_group(
    name: GroupName, data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Make a group without members."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> int:
        async with administering(settings, "groups.create") as tx:
            return await groups.create_group(tx, name)

    group_id = run(work())
    answer({"id": group_id, "name": name}, as_json=as_json, text=f"Made group {name!r} with id {group_id}.")


@app.command("delete")
def delete_group(
    name: GroupName, data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Delete a group, and with it what it was granted; its members stay users."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> None:
        async with administering(settings, "groups.delete") as tx:
            await groups.delete_group(tx, name)

    run(work())
    answer({"name": name}, as_json=as_json, text=f"Deleted group {name!r}.")


@app.command("add")
def add_members(
    name: GroupName,
    usernames: UserNames,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make users members of a group. Members of a group that is called like a user may edit this user's data."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> int:
        async with administering(settings, "groups.add_members") as tx:
            found = [await users.require_user(tx, username) for username in usernames]
            return sum([await groups.add_member(tx, name, user.id) for user in found])

    added = run(work())
    answer({"group": name, "added": added}, as_json=as_json, text=f"Added {_users(added)} to group {name!r}.")


@app.command("remove")
def remove_members(
    name: GroupName,
    usernames: UserNames,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Remove users from a group."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> int:
        async with administering(settings, "groups.remove_members") as tx:
            found = [await users.require_user(tx, username) for username in usernames]
            return sum([await groups.remove_member(tx, name, user.id) for user in found])

    removed = run(work())
    answer({"group": name, "removed": removed}, as_json=as_json, text=f"Removed {_users(removed)} from group {name!r}.")


@app.command("inactivity")
def set_inactivity(
    name: GroupName,
    days: Annotated[int | None, typer.Option(help="Days without activity.", show_default=False)] = None,
    never: Annotated[bool, typer.Option("--never", help="Let members do nothing as long as they like.")] = False,
    tell_only: Annotated[bool, typer.Option("--tell-only", help="Close no account, only tell the contacts.")] = False,
    message: Annotated[
        str, typer.Option(help="What those are told who log in to a closed account.", show_default="none")
    ] = "",
    contact: Annotated[
        list[str] | None,
        typer.Option(metavar="USER", help="Who is told; may be given again.", show_default="superusers"),
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say after how many days without activity members of a group are inactive: their accounts are closed at night."""
    if (days is None) is not never:
        raise typer.BadParameter("Give either --days N or --never.")
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> None:
        async with administering(settings, "groups.set_inactivity") as tx:
            if days is None:
                await inactivity.remove_period(tx, name)
            else:
                await inactivity.set_period(
                    tx, name, days, closes=not tell_only, message=message, contacts=contact or ()
                )

    run(work())
    what = "as long as they like" if days is None else f"for {days} days"
    answer({"group": name, "days": days}, as_json=as_json, text=f"Members of group {name!r} may do nothing {what}.")


@app.command("inactive")
def list_inactive(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List members who did nothing for longer than their groups allow."""

    async def work() -> list[InactiveMember]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store, store.reading() as connection:
            return await inactivity.inactive_members(connection)

    found = run(work())
    rows: list[tuple[object, ...]] = [
        (one.username, one.group, one.days, f"{one.last_activity:%Y-%m-%d}", _state(one)) for one in found
    ]
    answer(found, as_json=as_json, text=table(rows, ("user", "group", "days", "last active", "account")))


def _state(member: InactiveMember) -> str:
    if not member.is_active:
        return "closed"
    return "will be closed at night" if member.closes else "stays open"


def _users(count: int) -> str:
    return f"{count} user{'' if count == 1 else 's'}"
