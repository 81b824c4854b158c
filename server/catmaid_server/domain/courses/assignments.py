"""The work of students on the seeds of a course: begun, handed in, accepted or given back.

A neuron is known by its first treenode, so it stays the student's work when skeletons are joined and split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, TypeAlias, cast

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_records
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.courses import courses
from catmaid_server.domain.courses.courses import CourseStudent
from catmaid_server.domain.courses.initials import neuron_name
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.tracing import treenodes

sql = load("courses/assignments")

AssignmentStatus: TypeAlias = Literal["working", "on hold", "done", "given back", "accepted"]

STUDENTS_WAYS: Final[dict[str, frozenset[str]]] = {
    "working": frozenset({"on hold", "done", "given back"}),
    "on hold": frozenset({"working", "given back"}),
    "done": frozenset({"working", "on hold", "given back"}),
}
"""The statuses that a student may give, each with those from which it may follow."""
TRAINERS_WAYS: Final[dict[str, frozenset[str]]] = {
    "accepted": frozenset({"done"}),
    "given back": frozenset({"done", "accepted"}),
}
_CONFIDENT: Final = 5
_NO_RADIUS: Final = -1.0


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """What a student has traced of a seed; `skeleton_id` is None if its first treenode is gone."""

    id: int
    student_id: int
    seed_id: int
    status: AssignmentStatus
    treenode_id: int
    begun: datetime
    handed_in: datetime | None
    skeleton_id: int | None
    neuron_id: int | None
    neuron: str | None
    nodes: int
    cable_length: float
    """nm."""


@dataclass(frozen=True, slots=True)
class LockedAssignment:
    """The work of a student on a seed, which nobody else changes until the transaction ends."""

    id: int
    status: AssignmentStatus
    treenode_id: int
    is_there: bool


async def list_assignments(connection: Connection, students: Sequence[CourseStudent]) -> list[AssignmentRow]:
    """The work that students of a course began."""
    ids = [student.id for student in students]
    return await fetch_records(connection, sql.assignments, AssignmentRow, student_ids=ids)


async def minutes_of_work(connection: Connection, students: Sequence[CourseStudent]) -> dict[int, float]:
    """How long students worked on what they began, by assignment; pauses of 5 minutes and more do not count."""
    return dict(await fetch_all(connection, sql.minutes, student_ids=[student.id for student in students]))


async def begin(
    tx: Connection, user: User, project_id: int, course_id: int, seed_id: int
) -> tuple[CourseStudent, LockedAssignment]:
    """Make the first treenode of a student's neuron, at the seed, unless there is one.

    `NotFound` for users who do not learn in the course, and unknown seeds.
    """
    student = await _locked_student(tx, project_id, course_id, user.id)
    seed = await courses.require_seed(tx, course_id, seed_id)
    known = await _lock(tx, student, seed_id)
    if known is not None and known.is_there:
        return student, known
    if known is not None and known.status == "accepted":
        raise InvalidInput("This neuron was accepted; ask the trainer to give it back if you want to trace it again.")
    name = neuron_name(seed.name_pattern, initials=student.initials, user=student.username, level=seed.level)
    made = await treenodes.create_root(
        tx,
        user,
        project_id,
        x=seed.x,
        y=seed.y,
        z=seed.z,
        radius=_NO_RADIUS,
        confidence=_CONFIDENT,
        neuron_name=name,
    )
    values = {"project_id": project_id, "student_id": student.id, "seed_id": seed_id}
    await tx.execute(sql.begin, {**values, "treenode_id": made.treenode_id})
    begun = await _lock(tx, student, seed_id)
    assert begun is not None
    return student, begun


async def set_own_status(
    tx: Connection, user: User, project_id: int, course_id: int, seed_id: int, status: str
) -> None:
    """Say as a student how far a neuron is: `working`, `on hold` or `done`, which hands it in.

    `InvalidInput` if it was not begun, is gone, or was accepted.
    """
    student = await _locked_student(tx, project_id, course_id, user.id)
    await courses.require_seed(tx, course_id, seed_id)
    await _change(tx, student, seed_id, status, STUDENTS_WAYS)


async def review(
    tx: Connection, project_id: int, course_id: int, seed_id: int, user_id: int, status: str
) -> tuple[CourseStudent, bool]:
    """Accept as a trainer what a student handed in, or give it back: the student, and whether this changed anything."""
    student = await _locked_student(tx, project_id, course_id, user_id)
    await courses.require_seed(tx, course_id, seed_id)
    return student, await _change(tx, student, seed_id, status, TRAINERS_WAYS)


async def _locked_student(tx: Connection, project_id: int, course_id: int, user_id: int) -> CourseStudent:
    await courses.describe_course(tx, project_id, course_id)
    student = await courses.require_student(tx, course_id, user_id)
    await tx.execute(sql.lock_student, {"student_id": student.id})
    return student


async def _lock(tx: Connection, student: CourseStudent, seed_id: int) -> LockedAssignment | None:
    row = await fetch_one(tx, sql.lock, student_id=student.id, seed_id=seed_id)
    return None if row is None else LockedAssignment(*row)


async def _change(
    tx: Connection, student: CourseStudent, seed_id: int, status: str, ways: dict[str, frozenset[str]]
) -> bool:
    """Give the work on a seed a status; whether it had another one."""
    if status not in ways:
        raise InvalidInput(f"A neuron is set to {', '.join(map(repr, ways))} here, not {status!r:.40}.")
    known = await _lock(tx, student, seed_id)
    if known is None:
        raise InvalidInput("This neuron was not begun yet.")
    if status == known.status:
        return False
    if known.status not in ways[status]:
        raise InvalidInput(f"This neuron is {known.status!r}: it cannot become {status!r} from that.")
    if status == "done" and not known.is_there:
        raise InvalidInput("The first node of this neuron was deleted: undo that, or begin anew at the seed.")
    await tx.execute(sql.set_status, {"assignment_id": known.id, "status": cast("AssignmentStatus", status)})
    return True
