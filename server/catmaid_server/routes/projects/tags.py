"""Tags of projects and stacks, and the projects that a user likes best."""

from __future__ import annotations

from typing import TypedDict

from catmaid_server.domain.annotation import favorites
from catmaid_server.domain.projects import tags
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


@routes.any("/{project_id}/tags/list", needs=Permission.BROWSE)
async def list_project_tags(call: Call, form: NoParameters) -> dict[str, list[str]]:
    """List the tags of a project."""
    async with call.reading() as connection:
        return {"tags": await tags.project_tags(connection, call.project_id)}


@routes.any("/{project_id}/tags/clear", needs=Permission.ANNOTATE, label="projects.clear_tags")
async def clear_project_tags(call: Call, form: NoParameters) -> str:
    """Take all tags off a project."""
    await tags.set_project_tags(call.tx, call.project_id, [])
    return ""


@routes.any("/{project_id}/tags/{tags}/update", needs=Permission.ANNOTATE, label="projects.update_tags")
async def update_project_tags(call: Call, form: NoParameters) -> str:
    """Set the tags of a project, names with commas between them."""
    await tags.set_project_tags(call.tx, call.project_id, call.path["tags"].split(","))
    return ""


@routes.any("/{project_id}/stack/{stack_id}/tags/list", needs=Permission.BROWSE)
async def list_stack_tags(call: Call, form: NoParameters) -> dict[str, list[str]]:
    """List the tags of a stack."""
    async with call.reading() as connection:
        return {"tags": await tags.stack_tags(connection, call.project_id, call.path["stack_id"])}


@routes.any("/{project_id}/stack/{stack_id}/tags/clear", needs=Permission.ANNOTATE, label="stacks.clear_tags")
async def clear_stack_tags(call: Call, form: NoParameters) -> str:
    """Take all tags off a stack."""
    await tags.set_stack_tags(call.tx, call.project_id, call.path["stack_id"], [])
    return ""


@routes.any("/{project_id}/stack/{stack_id}/tags/{tags}/update", needs=Permission.ANNOTATE, label="stacks.update_tags")
async def update_stack_tags(call: Call, form: NoParameters) -> str:
    """Set the tags of a stack, names with commas between them."""
    await tags.set_stack_tags(call.tx, call.project_id, call.path["stack_id"], call.path["tags"].split(","))
    return ""


@routes.post("/{project_id}/favorite", needs=Permission.BROWSE, label="projects.add_favorite")
async def add_favorite(call: Call, form: NoParameters) -> dict[str, bool]:
    """Count this project among the user's favourites."""
    call.require_name()
    return {"new": await favorites.add(call.tx, call.project_id, call.user.id)}


class FavoriteRemoved(TypedDict):
    """How many favourites are gone, in all and by kind."""

    deleted: tuple[int, dict[str, int]]


@routes.delete("/{project_id}/favorite", needs=Permission.BROWSE, label="projects.remove_favorite")
async def remove_favorite(call: Call, form: NoParameters) -> FavoriteRemoved:
    """No longer count this project among the user's favourites."""
    call.require_name()
    removed = await favorites.remove(call.tx, call.project_id, call.user.id)
    return {"deleted": (removed, {"catmaid.FavoriteProject": removed} if removed else {})}
