"""Commands about projects: list, make, rename, archive and delete them."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from catmaid_server.cli.options import AsJson, AsUser, DatabaseUrl, DataDir, ProjectTitle, settings_from
from catmaid_server.cli.output import answer, run, table
from catmaid_server.cli.users import administering
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import project_archive, project_deletion, project_list, projects
from catmaid_server.domain.projects.project_deletion import ProjectSize
from catmaid_server.domain.projects.projects import ProjectSummary
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings

app = typer.Typer(help="List, make, rename, archive and delete projects.", no_args_is_help=True)


@app.command("list")
def list_projects(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List all projects."""

    async def work() -> list[ProjectSummary]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store, store.reading() as connection:
            return await projects.list_projects(connection)

    found = run(work())
    rows: list[tuple[object, ...]] = [
        (
            project.id,
            project.title,
            project.neurons,
            project.treenodes,
            "archived" if project.archived else "",
            project.comment,
        )
        for project in found
    ]
    answer(found, as_json=as_json, text=table(rows, ("id", "title", "neurons", "nodes", "state", "comment")))


@app.command("create")
def create_project(
    title: Annotated[str, typer.Argument(metavar="TITLE", show_default=False)],
    comment: Annotated[str | None, typer.Option("--comment", metavar="TEXT", show_default=False)] = None,
    owner: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make a project; the user of --user may do everything in it."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> int:
        async with administering(settings, "projects.create") as tx:
            user = await users.require_user(tx, owner)
            return await projects.create_project(tx, title, owner_id=user.id, comment=comment)

    project_id = run(work())
    answer({"id": project_id, "title": title}, as_json=as_json, text=f"Made project {title!r} with id {project_id}.")


@app.command("rename")
def rename_project(
    title: Annotated[str, typer.Argument(metavar="NEW_TITLE", show_default=False)],
    project: ProjectTitle,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Change the title of a project."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> int:
        async with administering(settings, "projects.update") as tx:
            project_id = await projects.require_project(tx, project)
            await projects.rename_project(tx, project_id, title)
            return project_id

    project_id = run(work())
    answer({"id": project_id, "title": title}, as_json=as_json, text=f"Project {project_id} is called {title!r} now.")


@app.command("archive")
def archive_project(
    project: ProjectTitle,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Let nobody edit a project any more; it stays readable, out of the usual lists, until `restore`."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    project_id = run(_archived(settings, project, user, archived=True))
    text = f"Archived project {project_id}: it can be read, and nobody edits it."
    answer({"id": project_id, "archived": True}, as_json=as_json, text=text)


@app.command("restore")
def restore_project(
    project: ProjectTitle,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring a project back from the archive, so that it is edited and listed again."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    project_id = run(_archived(settings, project, user, archived=False))
    text = f"Project {project_id} is not archived any more."
    answer({"id": project_id, "archived": False}, as_json=as_json, text=text)


async def _archived(settings: Settings, project: str, username: str, *, archived: bool) -> int:
    """Archive a project, or bring it back, as a user; its id."""
    project_id, _, _ = await _looked_up(settings, project)
    label = "projects.archive" if archived else "projects.restore"
    async with administering(settings, label, project_id=project_id) as tx:
        user = await users.require_user(tx, username)
        change = project_archive.archive_project if archived else project_archive.restore_project
        await change(tx, project_id, user.id)
    return project_id


@app.command("delete")
def delete_project(
    project: ProjectTitle,
    sure: Annotated[bool, typer.Option("--yes", help="Delete without asking for the title.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Delete a project with everything in it, after its title was typed. Stacks stay; so does the history."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    project_id, title, found = run(_looked_up(settings, project))
    if not sure:
        _ask_for_title(project_id, title, found)

    async def work() -> ProjectSize:
        async with administering(settings, "projects.delete", project_id=project_id) as tx:
            return await project_deletion.delete_project(tx, project_id, confirm=title)

    deleted = run(work())
    answer(
        {"deleted_project_id": project_id, "title": title, "deleted": deleted},
        as_json=as_json,
        text=f"Deleted project {project_id}, {title!r}, with {deleted}.",
    )


async def _looked_up(settings: Settings, project: str) -> tuple[int, str, ProjectSize]:
    """Id and title of a project, and what is in it."""
    async with opened_store(settings) as store, store.reading() as connection:
        project_id = await projects.require_project(connection, project)
        return project_id, await _title(connection, project_id), await project_deletion.contents(connection, project_id)


async def _title(connection: Connection, project_id: int) -> str:
    return (await project_list.describe_project(connection, project_id))["title"]


def _ask_for_title(project_id: int, title: str, found: ProjectSize) -> None:
    typer.echo(f"Project {project_id}, {title!r}, has {found}. All of this will be deleted.", err=True)
    if sys.stdin.isatty():
        typed: str = typer.prompt("Type the title to delete it", err=True)
    else:
        typed = sys.stdin.readline().rstrip("\n")
    if typed != title:
        raise typer.BadParameter(f"{typed!r} is not the title, so nothing was deleted. With --yes nothing is asked.")
