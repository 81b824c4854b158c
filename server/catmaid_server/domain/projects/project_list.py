"""Projects as a client lists them."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_json, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("projects/project_list")


class ProjectDescription(TypedDict):
    """What a project is called."""

    id: int
    title: str
    comment: str | None
    archived: NotRequired[bool]
    """True where it is archived; CATMAID's clients know nothing of it."""


async def visible_projects(connection: Connection, user: User, *, traced_only: bool, archived: bool) -> msgspec.Raw:
    """The projects that a user may see, with their stacks and stack groups, by title, as JSON.

    archived : whether archived ones are among them.
    """
    return await fetch_json(
        connection,
        sql.visible_projects,
        user_id=user.id,
        all_projects=user.is_superuser,
        traced_only=traced_only,
        with_archived=archived,
    )


async def describe_project(connection: Connection, project_id: int) -> ProjectDescription:
    """Id, title and comment; `NotFound` if there is no such project."""
    return _described(await fetch_one(connection, sql.project, project_id=project_id), project_id)


async def edit_project(
    tx: Connection, project_id: int, *, title: str | None, comment: str | None
) -> ProjectDescription:
    """Change title and comment where given; `InvalidInput` for an empty title, `NotFound` for an unknown project."""
    if title is not None and not title.strip():
        raise InvalidInput("A project needs a title.")
    changed = await fetch_one(tx, sql.edit_project, project_id=project_id, title=title, comment=comment)
    return _described(changed, project_id)


def _described(row: tuple[Any, ...] | None, project_id: int) -> ProjectDescription:
    if row is None:
        raise NotFound(f"There is no project {project_id}.")
    described: ProjectDescription = {"id": row[0], "title": row[1], "comment": row[2]}
    return {**described, "archived": True} if row[3] else described
