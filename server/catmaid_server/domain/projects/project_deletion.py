"""Delete projects with everything in them. What was deleted stays in the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from psycopg.sql import SQL, Composed, Identifier

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("projects/project_deletion")

_PROJECT = "project"
_LINKING_PROJECTS = frozenset({"class_instance", "class_instance_link", "class_link", "region_link"})
"""Tables in which a project may link to another one: to the classifications of a workspace."""


class Reference(NamedTuple):
    """A foreign key; `cascades`: rows are deleted with what they refer to."""

    table: str
    column: str
    target: str
    cascades: bool


@dataclass(frozen=True, slots=True)
class ProjectSize:
    """How much is in a project."""

    neurons: int
    skeletons: int
    treenodes: int
    connectors: int
    annotations: int
    volumes: int = 0
    landmarks: int = 0
    regions: int = 0
    samplers: int = 0
    courses: int = 0

    def __str__(self) -> str:
        parts = [
            f"{_counted(self.neurons, 'neuron')} with {_counted(self.treenodes, 'node')}",
            _counted(self.connectors, "connector"),
            _counted(self.annotations, "annotation"),
        ]
        others = {
            "volume": self.volumes,
            "landmark": self.landmarks,
            "region": self.regions,
            "sampler": self.samplers,
            "course": self.courses,
        }
        return ", ".join([*parts, *(_counted(count, noun) for noun, count in others.items() if count)])


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


async def contents(connection: Connection, project_id: int) -> ProjectSize:
    """How much is in a project."""
    (found,) = await fetch_records(connection, sql.contents, ProjectSize, project_id=project_id)
    return found


async def delete_project(tx: Connection, project_id: int, *, confirm: str | None = None) -> ProjectSize:
    """Delete a project and all rows that belong to it; returns how much that was. Stacks stay, for other projects.

    Links of other projects to classifications that the project keeps are deleted with these.

    confirm : the title of the project, for callers who make sure which one they delete.

    Raises `NotFound` if there is no such project, `InvalidInput` if `confirm` is not its title or the project is the
    common workspace of classifications.
    """
    if project_id < 0:
        raise InvalidInput(f"Project {project_id} keeps the classifications of all projects, and is not deleted.")
    await tx.execute(sql.no_time_limit)
    title = await fetch_value(tx, sql.lock_project, project_id=project_id)
    if title is None:
        raise NotFound(f"There is no project {project_id}.")
    found = await contents(tx, project_id)
    if confirm is not None and confirm != title:
        raise InvalidInput(
            f"Project {project_id} is called {title!r}, and {confirm!r} does not confirm that it is to be deleted. "
            f"It has {found}."
        )
    references = [Reference(*row) for row in await fetch_all(tx, sql.references)]
    for deletion in deletions(references):
        await tx.execute(deletion, {"project_id": project_id})
    return found


def deletion_order(references: Iterable[Reference]) -> list[str]:
    """The tables with rows of projects, each after those that refer to it, and `project` last.

    Only references that cascade may be circular: their rows are deleted with what they refer to.
    """
    references = [each for each in references if each.table != each.target]
    remaining = {_PROJECT}
    while added := {each.table for each in references if each.target in remaining} - remaining:
        remaining |= added
    order: list[str] = []
    while remaining:
        inner = [each for each in references if each.table in remaining and each.target in remaining]
        free = remaining - {each.target for each in inner}
        free = free or remaining - {each.target for each in inner if not each.cascades}
        if not free:
            raise AssertionError(f"these tables refer to each other in a circle: {', '.join(sorted(remaining))}")
        order.extend(sorted(free))
        remaining -= free
    return order


def deletions(references: Sequence[Reference]) -> list[Composed]:
    """The statements that delete a project, in order."""
    order = deletion_order(references)
    within = [each for each in references if each.target in order and each.table != each.target]
    return [SQL("DELETE FROM {} WHERE {}").format(Identifier(table), _belonging(table, within)) for table in order]


def _belonging(table: str, references: Sequence[Reference]) -> Composed:
    """A condition for rows that belong to the project: they name it, or else something in it."""
    own = [each for each in references if each.table == table]
    naming = ["id"] if table == _PROJECT else [each.column for each in own if each.target == _PROJECT]
    conditions = [SQL("{} = %(project_id)s").format(Identifier(column)) for column in naming]
    if not naming or table in _LINKING_PROJECTS:
        conditions += [
            SQL("{} IN (SELECT id FROM {} WHERE {})").format(
                Identifier(each.column), Identifier(each.target), _belonging(each.target, references)
            )
            for each in own
            if each.target != _PROJECT
        ]
    return SQL(" OR ").join(conditions)
