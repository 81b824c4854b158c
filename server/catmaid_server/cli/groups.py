"""Commands about groups of users."""

from __future__ import annotations

from typing import Annotated

import typer

from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, run, table
from catmaid_server.cli.users import administering
from catmaid_server.domain.accounts import groups, users
from catmaid_server.domain.accounts.groups import GroupWithMembers
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


def _users(count: int) -> str:
    return f"{count} user{'' if count == 1 else 's'}"
