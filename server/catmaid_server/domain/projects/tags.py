"""Tags of projects and of stacks."""

from __future__ import annotations

from collections.abc import Iterable

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("projects/tags")


async def project_tags(connection: Connection, project_id: int) -> list[str]:
    """The tags of a project, by name."""
    return [name for (name,) in await fetch_all(connection, sql.project_tags, id=project_id)]


async def set_project_tags(tx: Connection, project_id: int, names: Iterable[str]) -> None:
    """Give a project these tags and no others."""
    wanted = _tidy(names)
    await tx.execute(sql.remove_project_tags, {"id": project_id, "keep": wanted})
    await tx.execute(sql.add_project_tags, {"id": project_id, "names": wanted})


async def stack_tags(connection: Connection, project_id: int, stack_id: int) -> list[str]:
    """The tags of a stack, by name; `NotFound` if the project does not show it."""
    await _require_stack(connection, project_id, stack_id)
    return [name for (name,) in await fetch_all(connection, sql.stack_tags, id=stack_id)]


async def set_stack_tags(tx: Connection, project_id: int, stack_id: int, names: Iterable[str]) -> None:
    """Give a stack these tags and no others; `NotFound` if the project does not show it."""
    await _require_stack(tx, project_id, stack_id)
    wanted = _tidy(names)
    await tx.execute(sql.remove_stack_tags, {"id": stack_id, "keep": wanted})
    await tx.execute(sql.add_stack_tags, {"id": stack_id, "names": wanted})


async def _require_stack(connection: Connection, project_id: int, stack_id: int) -> None:
    if await fetch_value(connection, sql.stack_in_project, project_id=project_id, stack_id=stack_id) is None:
        raise NotFound(f"There is no stack {stack_id} in project {project_id}.")


def _tidy(names: Iterable[str]) -> list[str]:
    return sorted({name.strip() for name in names} - {""})
