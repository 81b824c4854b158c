"""What students and trainers say about the work on a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.courses.courses import CourseStudent
from catmaid_server.domain.errors import InvalidInput

sql = load("courses/assignments")

LONGEST: Final = 5000


@dataclass(frozen=True, slots=True)
class CourseMessage:
    """What `author` said about a student's work on a seed, or about a treenode of it."""

    id: int
    student_id: int
    seed_id: int
    author: str
    text: str
    treenode_id: int | None
    time: datetime


async def list_messages(connection: Connection, students: Sequence[CourseStudent]) -> list[CourseMessage]:
    """What was said about the work of students of a course, the oldest first."""
    ids = [student.id for student in students]
    return await fetch_records(connection, sql.messages, CourseMessage, student_ids=ids)


async def was_said_last(connection: Connection, user: User, student: CourseStudent, seed_id: int, text: str) -> bool:
    """Whether this is what a user said last about a student's work on a seed."""
    values = {"student_id": student.id, "seed_id": seed_id, "user_id": user.id}
    return bool(await fetch_value(connection, sql.last_said, **values) == text.strip())


async def write(
    tx: Connection,
    user: User,
    project_id: int,
    student: CourseStudent,
    seed_id: int,
    text: str,
    *,
    treenode_id: int | None = None,
) -> int:
    """Say something about a student's work on a seed of the same course: the id of the message."""
    said = text.strip()
    if not 0 < len(said) <= LONGEST:
        raise InvalidInput(f"A message has 1 to {LONGEST:,} characters, not {len(said):,}.")
    if treenode_id is not None:
        there = await fetch_value(tx, sql.has_node, project_id=project_id, treenode_id=treenode_id)
        if there is None:
            raise InvalidInput(f"There is no treenode {treenode_id} in project {project_id}.")
    values = {"project_id": project_id, "student_id": student.id, "seed_id": seed_id, "user_id": user.id}
    return int(await fetch_value(tx, sql.write, text=said, treenode_id=treenode_id, **values))
