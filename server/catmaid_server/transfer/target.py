"""The project that an import writes to, and the user who owns what it makes."""

from __future__ import annotations

from dataclasses import dataclass

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects


@dataclass(frozen=True)
class TargetProject:
    """The project that receives the rows, and the user who owns them."""

    project_id: int
    user_id: int


async def open_target(store: Store, project: str | int, user: str, *, create: bool = False) -> TargetProject:
    """Find project and user; with `create`, make a project of that title if there is none.

    Raises `NotFound` if there is no such user, or no such project and it is not to be made.
    """
    async with store.reading() as connection:
        owner = await users.require_user(connection, user)
        found = await projects.find_project(connection, project)
        if found is None and not (create and isinstance(project, str)):
            found = await projects.require_project(connection, project)
    if found is None:
        async with store.writing(user_id=owner.id, project_id=None, label="projects.create") as tx:
            found = await projects.ensure_project(tx, str(project), owner_id=owner.id)
    return TargetProject(found, owner.id)
