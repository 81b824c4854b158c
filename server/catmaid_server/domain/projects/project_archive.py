"""Archive projects, which nobody edits from then on, and bring them back.

The store refuses every version of an archived project but those of `leaves_archived_as_it_is` (see the migration).
"""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import log

sql = load("projects/project_archive")


async def archive_project(tx: Connection, project_id: int, user_id: int) -> None:
    """Let nobody edit a project any more, and list it among the archived ones. `InvalidInput` if it is one already."""
    if project_id < 0:
        raise InvalidInput(f"Project {project_id} keeps the classifications of all projects, and is not archived.")
    if await fetch_value(tx, sql.archive, project_id=project_id, user_id=user_id) is None:
        raise InvalidInput(f"Project {project_id} is archived already.")
    await log.add(tx, project_id, user_id, "archive_project", None, "Archived the project.")


async def restore_project(tx: Connection, project_id: int, user_id: int) -> None:
    """Let people edit an archived project again, as they might before. `InvalidInput` if it is not archived."""
    if await fetch_value(tx, sql.restore, project_id=project_id) is None:
        raise InvalidInput(f"Project {project_id} is not archived.")
    await log.add(tx, project_id, user_id, "restore_project", None, "Brought the project back from the archive.")
