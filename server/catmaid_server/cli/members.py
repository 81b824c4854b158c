"""Commands about who may do what in a project."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, ProjectTitle, settings_from
from catmaid_server.cli.output import answer, run, table
from catmaid_server.cli.users import administering
from catmaid_server.domain.accounts import memberships, users
from catmaid_server.domain.accounts.memberships import PROJECT_PERMISSIONS, PermissionHolder
from catmaid_server.domain.projects import projects
from catmaid_server.service.opening import opened_store

app = typer.Typer(help="List, give and take what users may do in a project.", no_args_is_help=True)
_HINT: Final = "To write with API tokens, as from notebooks, can_annotate_with_token is needed, too."

access = typer.Typer()
"""`grant` and `revoke` without a word before."""

HolderName = Annotated[str, typer.Argument(metavar="USER|GROUP", show_default=False)]
PermissionName = Annotated[
    str, typer.Argument(metavar="PERMISSION", show_default=False, help=f"One of {', '.join(PROJECT_PERMISSIONS)}.")
]
ProjectArgument = Annotated[
    str | None, typer.Argument(metavar="[PROJECT]", show_default=False, help="The same as --project.")
]
ProjectOption = Annotated[
    str | None, typer.Option("--project", metavar="TITLE", show_default=False, help="Title or id of the project.")
]


@app.command("list")
def list_members(
    project: ProjectTitle, data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """List the users and groups that were granted permissions in a project."""

    async def work() -> list[PermissionHolder]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store, store.reading() as connection:
            return await memberships.permission_holders(connection, await projects.require_project(connection, project))

    found = run(work())
    rows: list[tuple[object, ...]] = [(holder.name, holder.kind, ", ".join(holder.permissions)) for holder in found]
    answer(found, as_json=as_json, text=table(rows, ("name", "kind", "permissions")))


@app.command("grant")
@access.command("grant")
def grant(
    name: HolderName,
    permission: PermissionName,
    project_argument: ProjectArgument = None,
    project: ProjectOption = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Give a user, or a group, a permission in a project."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    title = _project(project_argument, project)
    _require_permission(permission)

    async def work() -> tuple[int, list[PermissionHolder]]:
        async with administering(settings, "permissions.grant") as tx:
            project_id = await projects.require_project(tx, title)
            await users.grant(tx, project_id, permission, to=name)
            return project_id, await memberships.permission_holders(tx, project_id)

    project_id, holders = run(work())
    has = {each for holder in holders if holder.name == name for each in holder.permissions}
    hint = f"\n{_HINT}" if {"can_annotate"} == has & {"can_annotate", "can_annotate_with_token"} else ""
    answer(
        {"name": name, "permission": permission, "project_id": project_id},
        as_json=as_json,
        text=f"{name!r} has {permission} in project {title!r}.{hint}",
    )


@app.command("revoke")
@access.command("revoke")
def revoke(
    name: HolderName,
    permission: PermissionName,
    project_argument: ProjectArgument = None,
    project: ProjectOption = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Take from a user, or a group, a permission in a project; a user keeps what groups give."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    title = _project(project_argument, project)
    _require_permission(permission)

    async def work() -> tuple[int, bool]:
        async with administering(settings, "permissions.revoke") as tx:
            project_id = await projects.require_project(tx, title)
            return project_id, await users.take_back(tx, project_id, permission, of=name)

    project_id, had_it = run(work())
    answer(
        {"name": name, "permission": permission, "project_id": project_id, "revoked": had_it},
        as_json=as_json,
        text=f"{name!r} {'no longer has' if had_it else 'did not have'} {permission} in project {title!r}.",
    )


def _project(argument: str | None, option: str | None) -> str:
    """The project of a command that takes it in either place."""
    named = [title for title in (argument, option) if title is not None]
    if len(named) != 1:
        raise typer.BadParameter("Name the project once: --project TITLE.")
    return named[0]


def _require_permission(permission: str) -> None:
    if permission not in PROJECT_PERMISSIONS:
        raise typer.BadParameter(f"PERMISSION is one of {', '.join(PROJECT_PERMISSIONS)}, not {permission!r}.")
