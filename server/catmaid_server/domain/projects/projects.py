"""Make and find projects; a new one gets the relations that tracing needs and permissions for its owner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import PERMISSIONS
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_wire import relations

sql = load("projects/projects")

CONNECTOR_RELATIONS = (
    relations.PRESYNAPTIC,
    relations.POSTSYNAPTIC,
    relations.GAP_JUNCTION,
    relations.ABUTTING,
    relations.TIGHT_JUNCTION,
    relations.DESMOSOME,
    relations.ATTACHED,
    relations.CLOSE,
)
"""In the order in which new projects get them, before all others: their ids follow it."""
OWNER_PERMISSIONS = tuple(name for name in PERMISSIONS if name != "can_queue_compute_task")


@dataclass(frozen=True, slots=True)
class ProjectSummary:
    """A project and how much is in it."""

    id: int
    title: str
    comment: str
    neurons: int
    treenodes: int
    archived: bool


async def create_project(
    tx: Connection,
    title: str,
    *,
    owner_id: int,
    comment: str | None = None,
    project_id: int | None = None,
    permissions: Sequence[str] = OWNER_PERMISSIONS,
    unique: bool = True,
) -> int:
    """Make a project that `owner_id` may administer, with the relations that tracing needs; return its id.

    Raises `InvalidInput` if the title is empty or, where it has to be `unique`, taken.
    """
    if not title.strip():
        raise InvalidInput("A project needs a title.")
    if unique and await _projects_called(tx, title):
        raise InvalidInput(f"There is already a project named {title!r}.")
    cursor = await tx.execute(sql.create_project, {"id": project_id, "title": title, "comment": comment})
    row = await cursor.fetchone()
    assert row is not None
    created: int = row[0]
    await complete_project(tx, created, owner_id=owner_id, permissions=permissions)
    return created


async def complete_project(
    tx: Connection, project_id: int, *, owner_id: int, permissions: Sequence[str] = OWNER_PERMISSIONS
) -> None:
    """Give a new project the relations that clients expect and that it lacks, and its owner permissions."""
    known = await relation_ids(tx, project_id)
    await tx.execute(
        sql.create_relations,
        {
            "project_id": project_id,
            "user_id": owner_id,
            "names": [
                name for name in dict.fromkeys((*CONNECTOR_RELATIONS, *relations.OF_PROJECTS)) if name not in known
            ],
            "reciprocal": list(relations.RECIPROCAL),
        },
    )
    await grant_to_user(tx, project_id, owner_id, permissions)


async def grant_to_user(tx: Connection, project_id: int, user_id: int | None, permissions: Sequence[str]) -> None:
    """Give a user permissions in a project."""
    await tx.execute(
        sql.grant_to_user, {"project_id": project_id, "user_id": user_id, "permissions": list(permissions)}
    )


async def find_project(connection: Connection, title_or_id: str | int) -> int | None:
    """Id of the one project with this title or, if no title is that number, this id; None if there is none.

    Raises `InvalidInput` if several have the title.
    """
    found = await _projects_called(connection, title_or_id)
    if len(found) > 1:
        ids = ", ".join(map(str, found))
        raise InvalidInput(f"Several projects are called {title_or_id!r}; choose one by its id: {ids}.")
    return found[0] if found else None


async def require_project(connection: Connection, title_or_id: str | int) -> int:
    """As `find_project`; `NotFound` names the projects there are."""
    found = await find_project(connection, title_or_id)
    if found is None:
        cursor = await connection.execute(sql.project_titles)
        titles = ", ".join(repr(title) for (title,) in await cursor.fetchall()) or "none yet"
        raise NotFound(f"There is no project {title_or_id!r}. Projects: {titles}.")
    return found


async def ensure_project(tx: Connection, title: str, *, owner_id: int) -> int:
    """As `find_project`, but made if there is none."""
    found = await find_project(tx, title)
    return await create_project(tx, title, owner_id=owner_id) if found is None else found


async def _projects_called(connection: Connection, title_or_id: str | int) -> list[int]:
    rows = await fetch_all(connection, sql.projects_called, title=str(title_or_id))
    return [project_id for (project_id,) in rows]


async def rename_project(tx: Connection, project_id: int, title: str) -> None:
    """Change the title of a project; `InvalidInput` if it is empty or another project has it."""
    if not title.strip():
        raise InvalidInput("A project needs a title.")
    if set(await _projects_called(tx, title)) - {project_id}:
        raise InvalidInput(f"There is already a project named {title!r}.")
    await tx.execute(sql.rename, {"project_id": project_id, "title": title})


async def list_projects(connection: Connection) -> list[ProjectSummary]:
    """All projects, by id."""
    return await fetch_records(connection, sql.summaries, ProjectSummary)


async def relation_ids(connection: Connection, project_id: int) -> dict[str, int]:
    """Ids of the relations of a project, by name."""
    cursor = await connection.execute(sql.relation_ids, {"project_id": project_id})
    return dict(await cursor.fetchall())


async def link_relation_ids(connection: Connection, project_id: int) -> dict[str, int]:
    """Ids of the relations that links may have, by name."""
    known = await relation_ids(connection, project_id)
    return {name: relation_id for name, relation_id in known.items() if name in relations.OF_LINKS}
