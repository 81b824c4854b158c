"""Taking image stacks out of projects."""

from __future__ import annotations

from typing import TypedDict

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("space/stack_removal")


class RemovedStack(TypedDict):
    """A stack that a project shows no longer; `deleted` if no other project shows it and nothing refers to it."""

    stack_id: int
    title: str
    deleted: bool


async def remove_stack(tx: Connection, project_id: int, stack_id: int) -> RemovedStack:
    """Take a stack out of a project. The images stay where they are.

    Raises `NotFound` if the project does not show it.
    """
    values = {"project_id": project_id, "stack_id": stack_id}
    row = await (await tx.execute(sql.unlink, values)).fetchone()
    if row is None:
        raise NotFound(f"Project {project_id} has no stack {stack_id}.")
    used = await (await tx.execute(sql.is_used, values)).fetchone()
    assert used is not None
    if not used[0]:
        for statement in (sql.delete_tags, sql.delete_broken_sections, sql.delete_mirrors, sql.delete_stack):
            await tx.execute(statement, values)
    return {"stack_id": stack_id, "title": str(row[0]), "deleted": not used[0]}
