"""Projects: the list, and title and comment of one."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

import msgspec
import yaml
from aiohttp import web

from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.projects import (
    browsed_projects,
    project_archive,
    project_deletion,
    project_export,
    project_list,
    projects,
)
from catmaid_server.domain.projects.browsed_projects import BrowsedProject
from catmaid_server.domain.projects.project_export import ExportedProject
from catmaid_server.domain.projects.project_list import ProjectDescription
from catmaid_server.domain.space import stacks
from catmaid_server.domain.space.stacks import ListedMirror
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class ListProjects(msgspec.Struct):
    """Whether to leave out projects in which nothing was traced or add archived ones, and to tell where images are."""

    has_tracing_data: bool = False
    archived: bool = False
    """Whether archived projects are listed, too."""
    with_mirrors: bool = False
    """Whether each stack is told with its mirrors."""


class NewProject(msgspec.Struct):
    """A project to make."""

    title: str = ""
    comment: str | None = None


class EditProject(msgspec.Struct):
    """What to change."""

    title: str | None = None
    comment: str | None = None


class DeleteProject(msgspec.Struct):
    """Which project its user means to delete."""

    confirm: str | None = None
    """The title of the project; where it is not the title, nothing is deleted. Without it nothing is compared."""


class DeletedProject(TypedDict):
    """The project that there was, and how much was in it."""

    deleted_project_id: int
    neurons: int
    treenodes: int


class ArchivedProject(TypedDict):
    """Whether a project is archived now."""

    id: int
    archived: bool


class StackOfProject(TypedDict):
    """A stack; dimensions in px."""

    id: int
    title: str
    comment: str | None
    dimensions: tuple[int, int, int]
    mirrors: NotRequired[list[ListedMirror]]
    """As in the stack's own description."""


class GroupOfProject(TypedDict):
    """A stack group."""

    id: int
    title: str
    comment: str | None


class ListedProject(TypedDict):
    """A project that the user may see."""

    id: int
    title: str
    comment: str | None
    stacks: list[StackOfProject]
    stackgroups: list[GroupOfProject]
    favorite: NotRequired[bool]
    archived: NotRequired[bool]


@routes.get("/projects/", needs=Permission.NONE)
async def list_projects(call: Call, form: ListProjects) -> Annotated[msgspec.Raw, Content(list[ListedProject])]:
    """List the projects that the user may see."""
    async with call.reading() as connection:
        found = await project_list.visible_projects(
            connection, call.user, traced_only=form.has_tracing_data, archived=form.archived
        )
        return await _with_mirrors(call, connection, found) if form.with_mirrors else found


async def _with_mirrors(call: Call, connection: Connection, found: msgspec.Raw) -> msgspec.Raw:
    listed: list[dict[str, Any]] = msgspec.json.decode(found)
    url = str(external_url(call.request))
    for project in listed:
        for stack in project["stacks"]:
            stack["mirrors"] = await stacks.mirrors(connection, project["id"], stack["id"], service_url=url)
    return msgspec.Raw(msgspec.json.encode(listed))


@routes.post("/projects/", needs=Permission.SUPERUSER, label="projects.create")
async def create_project(call: Call, form: NewProject) -> ProjectDescription:
    """Make a project that the user may administer."""
    project_id = await projects.create_project(call.tx, form.title, owner_id=call.user.id, comment=form.comment)
    return await project_list.describe_project(call.tx, project_id)


@routes.get("/projects/browse", needs=Permission.NONE)
async def browse_projects(call: Call, form: NoParameters) -> Annotated[msgspec.Raw, Content(list[BrowsedProject])]:
    """List the projects that the user may see, with how much is in each, its owners, and what the user may do there."""
    async with call.reading() as connection:
        return await browsed_projects.browsed_projects(connection, call.user)


@routes.get("/projects/export", needs=Permission.NONE)
async def export_projects(
    call: Call, form: NoParameters
) -> Annotated[
    web.Response, Content(list[ExportedProject], "application/yaml", about="Projects, each with its stacks.")
]:
    """Describe the projects that the user may see, with their stacks, as YAML that sets up another server."""
    async with call.reading() as connection:
        described = await project_export.described_projects(
            connection, call.user, service_url=str(external_url(call.request))
        )
    return web.Response(text=yaml.safe_dump(described), content_type="application/yaml")


@routes.get("/{project_id}/", needs=Permission.NONE)
async def describe_project(call: Call, form: NoParameters) -> ProjectDescription:
    """Give title and comment of a project that the user may see; others are as if they were not there."""
    if not await call.access.allows(call.user, call.project_id, Permission.BROWSE):
        raise NotFound(f"There is no project {call.project_id}.")
    async with call.reading() as connection:
        return await project_list.describe_project(connection, call.project_id)


@routes.post("/{project_id}/", needs=Permission.ADMINISTER, label="projects.update")
async def edit_project(call: Call, form: EditProject) -> ProjectDescription:
    """Change title and comment of a project."""
    return await project_list.edit_project(call.tx, call.project_id, title=form.title, comment=form.comment)


@routes.post("/{project_id}/archive", needs=Permission.ADMINISTER, label="projects.archive")
async def archive_project(call: Call, form: NoParameters) -> ArchivedProject:
    """Archive a project: it stays readable, out of the usual lists, and nobody edits it."""
    await project_archive.archive_project(call.tx, call.project_id, call.user.id)
    return {"id": call.project_id, "archived": True}


@routes.delete("/{project_id}/archive", needs=Permission.ADMINISTER, label="projects.restore")
async def restore_project(call: Call, form: NoParameters) -> ArchivedProject:
    """Bring a project back from the archive, so that it is edited and listed again."""
    await project_archive.restore_project(call.tx, call.project_id, call.user.id)
    return {"id": call.project_id, "archived": False}


@routes.delete("/{project_id}/", needs=Permission.ADMINISTER, label="projects.delete")
async def delete_project(call: Call, form: DeleteProject) -> DeletedProject:
    """Delete a project with everything in it. Its stacks stay, and what was deleted stays in the history."""
    found = await project_deletion.delete_project(call.tx, call.project_id, confirm=form.confirm)
    return {"deleted_project_id": call.project_id, "neurons": found.neurons, "treenodes": found.treenodes}
