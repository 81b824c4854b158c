"""Courses: who learns in them, and the seeds from which neurons are traced."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.courses.initials import given_initials, new_initials
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.positions import Position

sql = load("courses/courses")
groups = load("courses/groups")

LONGEST_NAME: Final = 150
LONGEST_TEXT: Final = 20_000
MOST_STUDENTS: Final = 2000
MOST_LEVEL: Final = 99


@dataclass(frozen=True, slots=True)
class CourseText:
    """A course and what it says; `trainer` made it."""

    id: int
    name: str
    instructions: str
    confidence_guide: str
    trainer_id: int
    trainer: str
    creation_time: datetime


@dataclass(frozen=True, slots=True)
class CourseStudent:
    """Somebody who learns in a course."""

    id: int
    user_id: int
    username: str
    full_name: str
    initials: str
    may_annotate: bool


@dataclass(frozen=True, slots=True)
class GoldNeuron:
    """What work is compared with; students are never told which it is."""

    project_id: int
    skeleton_id: int


@dataclass(frozen=True, slots=True)
class NewSeed:
    """A place from which each student of a course traces a neuron.

    level
        1 to 99; students see lower levels first.
    place
        nm.
    name_pattern
        Of the neurons; `{initials}`, `{user}` and `{level}` stand for those of the student and the seed.
    task, stop
        What to trace, and where it ends.
    """

    level: int
    place: Position
    name_pattern: str
    task: str = ""
    stop: str = ""
    due: datetime | None = None
    gold: GoldNeuron | None = None


@dataclass(frozen=True, slots=True)
class SeedRow:
    """A seed as the store has it; place in nm."""

    id: int
    level: int
    x: float
    y: float
    z: float
    name_pattern: str
    task: str
    stop: str
    due: datetime | None
    gold_project_id: int | None
    gold_skeleton_id: int | None


async def list_courses(connection: Connection, project_id: int, *, of_user: int | None) -> list[CourseText]:
    """The courses of a project by name; of a user: those in which this one learns."""
    return await fetch_records(
        connection, sql.courses, CourseText, project_id=project_id, course_id=None, user_id=of_user
    )


async def describe_course(
    connection: Connection, project_id: int, course_id: int, *, of_user: int | None = None
) -> CourseText:
    """A course; of a user: one in which this one learns. `NotFound` if there is none."""
    found = await fetch_records(
        connection, sql.courses, CourseText, project_id=project_id, course_id=course_id, user_id=of_user
    )
    if not found:
        raise NotFound(f"Project {project_id} has no course {course_id} in which you learn.")
    return found[0]


async def create_course(tx: Connection, user: User, project_id: int, name: str) -> int:
    """The id of the course of this name, which is made if there is none."""
    if not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"A course needs a name of 1 to {LONGEST_NAME} characters.")
    values = {"project_id": project_id, "name": name.strip()}
    made = await fetch_value(tx, sql.create, user_id=user.id, **values)
    return int(made if made is not None else await fetch_value(tx, sql.course_called, **values))


async def change_course(
    tx: Connection, project_id: int, course_id: int, *, instructions: str | None, confidence_guide: str | None
) -> None:
    """Change what a course says; None leaves a text as it is."""
    await lock_course(tx, project_id, course_id)
    for text in (instructions, confidence_guide):
        _require_length(text or "", "text of a course")
    await tx.execute(
        sql.describe,
        {"course_id": course_id, "instructions": instructions, "confidence_guide": confidence_guide},
    )


async def delete_course(tx: Connection, project_id: int, course_id: int) -> None:
    """Delete a course with its students, seeds, and what was noted of the work; neurons stay. `NotFound` if none."""
    await lock_course(tx, project_id, course_id)
    await tx.execute(sql.delete, {"course_id": course_id})


async def lock_course(tx: Connection, project_id: int, course_id: int) -> None:
    """Nobody else changes a course until the transaction ends. `NotFound` if there is none."""
    if await fetch_value(tx, sql.lock, project_id=project_id, course_id=course_id) is None:
        raise NotFound(f"There is no course {course_id} in project {project_id}.")


async def list_students(connection: Connection, course_id: int) -> list[CourseStudent]:
    """Who learns in a course, by initials."""
    return await fetch_records(connection, sql.students, CourseStudent, course_id=course_id, user_id=None)


async def require_student(connection: Connection, course_id: int, user_id: int) -> CourseStudent:
    """Somebody who learns in a course, or `NotFound`."""
    found = await fetch_records(connection, sql.students, CourseStudent, course_id=course_id, user_id=user_id)
    if not found:
        raise NotFound(f"User {user_id} does not learn in course {course_id}.")
    return found[0]


async def add_students(tx: Connection, project_id: int, course_id: int, wanted: Mapping[str, str]) -> None:
    """Let users learn in a course, whatever their groups are: initials by user name; empty: made of the name.

    Those who do already keep their initials, or get the given ones. `InvalidInput` names users that there are not, and
    initials that two would have.
    """
    await lock_course(tx, project_id, course_id)
    if not 0 < len(wanted) <= MOST_STUDENTS:
        raise InvalidInput(f"Add 1 to {MOST_STUDENTS} students at once, not {len(wanted)}.")
    users = {name: (id_, full) for id_, name, full in await fetch_all(tx, sql.users_called, names=list(wanted))}
    unknown = [name for name in wanted if name not in users]
    if unknown:
        meant = [name for (name,) in await fetch_all(tx, sql.spelled_otherwise, names=unknown[:20])]
        raise InvalidInput(
            f"There is no user {', '.join(map(repr, unknown[:20]))}{' and others' if len(unknown) > 20 else ''}: "
            "they have an account once they have signed in."
            f"{f' Did you mean {_listed(meant)}?' if meant else ''}"
        )
    names = dict(await fetch_all(tx, sql.taken_initials, course_id=course_id))
    holders = {initials: name for name, initials in names.items()}
    for name, given in wanted.items():
        if given:
            initials = given_initials(given)
            holder = holders.get(initials, name)
            if holder != name:
                raise InvalidInput(_two_of_one_name(name, holder, initials, wanted.get(holder, "")))
        else:
            initials = names.get(name) or new_initials(users[name][1] or name, holders)
        holders.pop(names.get(name, ""), None)
        names[name], holders[initials] = initials, name
    values = {"user_ids": [users[name][0] for name in wanted], "initials": [names[name] for name in wanted]}
    await tx.execute(sql.add_students, {"project_id": project_id, "course_id": course_id, **values})
    await tx.execute(groups.were_named, {"course_id": course_id, "names": list(wanted)})


def _two_of_one_name(name: str, holder: str, initials: str, holder_gets: str) -> str:
    """Why somebody does not get initials that another one has."""
    if holder_gets and given_initials(holder_gets) != initials:
        return f"{initials!r} are still the initials of {holder!r}: give {holder!r} the new ones in a call before."
    return f"{name!r} and {holder!r} cannot both have the initials {initials!r}."


def _listed(names: Sequence[str]) -> str:
    return " or ".join(map(repr, names))


async def remove_student(tx: Connection, project_id: int, course_id: int, user_id: int) -> None:
    """Take a user out of a course, with what was noted of their work; neurons stay. `NotFound` if they are none.

    Who is in one of its groups does not come in again by that.
    """
    await lock_course(tx, project_id, course_id)
    student = await require_student(tx, course_id, user_id)
    values = {"project_id": project_id, "course_id": course_id, "user_id": student.user_id}
    await tx.execute(sql.remove_student, values)
    await tx.execute(groups.stay_out, values)


async def list_seeds(connection: Connection, course_id: int) -> list[SeedRow]:
    """The seeds of a course, by level, then as they were made."""
    return await fetch_records(connection, sql.seeds, SeedRow, course_id=course_id, seed_id=None)


async def require_seed(connection: Connection, course_id: int, seed_id: int) -> SeedRow:
    """A seed of a course, or `NotFound`."""
    found = await fetch_records(connection, sql.seeds, SeedRow, course_id=course_id, seed_id=seed_id)
    if not found:
        raise NotFound(f"There is no seed {seed_id} in course {course_id}.")
    return found[0]


async def put_seed(tx: Connection, user: User, project_id: int, course_id: int, seed: NewSeed) -> int:
    """Make a seed, or change the one of the same level and name pattern; its id."""
    await lock_course(tx, project_id, course_id)
    _require_seed_values(seed)
    x, y, z = seed.place
    values = {
        "x": x, "y": y, "z": z, "task": seed.task, "stop": seed.stop, "due": seed.due,
        "gold_project_id": None if seed.gold is None else seed.gold.project_id,
        "gold_skeleton_id": None if seed.gold is None else seed.gold.skeleton_id,
    }  # fmt: skip
    known = {"course_id": course_id, "level": seed.level, "name_pattern": seed.name_pattern.strip()}
    if seed.gold is not None:
        there = {"project_id": seed.gold.project_id, "skeleton_id": seed.gold.skeleton_id}
        if await fetch_value(tx, sql.has_skeleton, **there) is None:
            raise InvalidInput(f"There is no skeleton {there['skeleton_id']} in project {there['project_id']}.")
    found = await fetch_value(tx, sql.same_seed, **known)
    if found is None:
        return int(await fetch_value(tx, sql.add_seed, project_id=project_id, user_id=user.id, **known, **values))
    await tx.execute(sql.replace_seed, {"seed_id": found, **values})
    return int(found)


async def remove_seed(tx: Connection, project_id: int, course_id: int, seed_id: int) -> None:
    """Delete a seed, with what was noted of the work on it; neurons stay. `NotFound` if there is none."""
    await lock_course(tx, project_id, course_id)
    cursor = await tx.execute(sql.remove_seed, {"course_id": course_id, "seed_id": seed_id})
    if not cursor.rowcount:
        raise NotFound(f"There is no seed {seed_id} in course {course_id}.")


def _require_seed_values(seed: NewSeed) -> None:
    if not 1 <= seed.level <= MOST_LEVEL:
        raise InvalidInput(f"A level is a number from 1 to {MOST_LEVEL}, not {seed.level}.")
    if not all(map(math.isfinite, seed.place)):
        raise InvalidInput(f"A seed is at a place in nm, not {seed.place}.")
    pattern = seed.name_pattern.strip()
    if not 0 < len(pattern) <= LONGEST_NAME or not pattern.isprintable():
        raise InvalidInput(f"The name of a seed's neurons has 1 to {LONGEST_NAME} characters, as “{{initials}} 1”.")
    for text in (seed.task, seed.stop):
        _require_length(text, "text of a seed")


def _require_length(text: str, what: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"A {what} has at most {LONGEST_TEXT:,} characters, not {len(text):,}.")
