"""A course as the service tells it, and as DataFrames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api.errors import NotAllowed
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import COUNT, ID, NM, TEXT, TIME, FrameSchema, frame

NOT_BEGUN: Final = "open"
"""The status of a neuron that a student has not begun."""
STATUSES: Final = (NOT_BEGUN, "working", "on hold", "done", "given back", "accepted")

STUDENTS: Final[FrameSchema] = {
    "user_id": ID,
    "username": TEXT,
    "full_name": TEXT,
    "initials": TEXT,
    "may_annotate": "bool",
}
SEEDS: Final[FrameSchema] = {
    "id": ID,
    "level": COUNT,
    "name": TEXT,
    "x": NM,
    "y": NM,
    "z": NM,
    "task": TEXT,
    "stop": TEXT,
    "due": TIME,
}
GOLD: Final[FrameSchema] = {"gold_project_id": ID, "gold_skeleton_id": ID}
PROGRESS: Final[FrameSchema] = {
    "status": TEXT,
    "skeleton_id": ID,
    "treenode_id": ID,
    "nodes": COUNT,
    "cable_length": NM,
    "minutes": "float64",
    "begun": TIME,
    "handed_in": TIME,
    "messages": COUNT,
}
BOARD: Final[FrameSchema] = {
    "username": TEXT,
    "initials": TEXT,
    "level": COUNT,
    "seed_id": ID,
    "neuron": TEXT,
    "due": TIME,
    **PROGRESS,
}
WORK: Final[FrameSchema] = {**SEEDS, **PROGRESS}
MESSAGES: Final[FrameSchema] = {
    "time": TIME,
    "author": TEXT,
    "username": TEXT,
    "seed_id": ID,
    "neuron": TEXT,
    "text": TEXT,
    "treenode_id": ID,
}
_NOTHING: Final[dict[str, Any]] = {
    "status": NOT_BEGUN,
    "skeleton_id": -1,
    "treenode_id": -1,
    "nodes": 0,
    "cable_length": 0.0,
    "minutes": 0.0,
    "begun": None,
    "handed_in": None,
}


@dataclass(frozen=True)
class CourseState:
    """A course as it was when it was read: what the service answers to a trainer, or to one of its students.

    Attributes
    ----------
    course
        Name and texts.
    students
        All, or the student who asks.
    seeds
        With gold neurons for trainers.
    assignments, messages
        Of these students.
    groups
        For trainers, the names of the groups whose members learn in it.
    """

    course: dict[str, Any]
    students: list[dict[str, Any]]
    seeds: list[dict[str, Any]]
    assignments: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    groups: list[str] = field(default_factory=list)

    def progress(self, student: dict[str, Any], seed: dict[str, Any]) -> dict[str, Any]:
        """How far a student is with a seed: the fields of `PROGRESS`."""
        key = (student["id"], seed["id"])
        known = self._begun.get(key, {})
        told = {name: known[name] for name in _NOTHING if known.get(name) is not None}
        return {**_NOTHING, **told, "messages": self._said[key]}

    @cached_property
    def _begun(self) -> dict[tuple[int, int], dict[str, Any]]:
        return {(one["student_id"], one["seed_id"]): one for one in self.assignments}

    @cached_property
    def _said(self) -> Counter[tuple[int, int]]:
        return Counter((one["student_id"], one["seed_id"]) for one in self.messages)


async def read_board(place: Place, course_id: int) -> CourseState:
    """A course as its trainers see it. Raises `NotAllowed` for others."""
    with for_trainers():
        return CourseState(**await place.read_json("GET", f"courses/{course_id}/board"))


@contextmanager
def for_trainers() -> Iterator[None]:
    """Say of what is not allowed who may do it."""
    try:
        yield
    except NotAllowed as error:
        raise NotAllowed(
            "This is for the trainers of the course: those who administer its project.",
            detail=error.message,
            status=error.status,
        ) from None


async def read_own_work(place: Place, course_id: int) -> CourseState:
    """A course as one of its students sees it. Raises `NotFound` for others."""
    answer = await place.read_json("GET", f"courses/{course_id}/mine")
    return CourseState(students=[answer.pop("student")], **answer)


def student_table(state: CourseState) -> pd.DataFrame:
    """The students, by initials."""
    return _frame(state.students, STUDENTS)


def seed_table(state: CourseState, *, with_gold: bool) -> pd.DataFrame:
    """The seeds by level; -1 where there is no gold neuron."""
    rows = [dict(seed) for seed in state.seeds]
    if not with_gold:
        return _frame(rows, SEEDS)
    for row in rows:
        row.update({name: -1 if row[name] is None else row[name] for name in GOLD})
    return _frame(rows, {**SEEDS, **GOLD})


def board_table(state: CourseState) -> pd.DataFrame:
    """A row for each student and seed."""
    rows = [
        {
            "username": student["username"],
            "initials": student["initials"],
            "level": seed["level"],
            "seed_id": seed["id"],
            "neuron": neuron_name(seed, student),
            "due": seed["due"],
            **state.progress(student, seed),
        }
        for student in state.students
        for seed in state.seeds
    ]
    return _frame(rows, BOARD)


def work_table(state: CourseState) -> pd.DataFrame:
    """A student's own seeds, with how far they are."""
    (student,) = state.students
    return _frame([{**seed, **state.progress(student, seed)} for seed in state.seeds], WORK)


def message_table(state: CourseState) -> pd.DataFrame:
    """What was said, the oldest first."""
    students = {student["id"]: student for student in state.students}
    seeds = {seed["id"]: seed for seed in state.seeds}
    rows = [
        {
            **message,
            "username": students[message["student_id"]]["username"],
            "neuron": neuron_name(seeds[message["seed_id"]], students[message["student_id"]]),
            "treenode_id": -1 if message["treenode_id"] is None else message["treenode_id"],
        }
        for message in state.messages
    ]
    return _frame(rows, MESSAGES)


def neuron_name(seed: dict[str, Any], student: dict[str, Any]) -> str:
    """What a student's neuron of a seed is called."""
    words = {"{initials}": student["initials"], "{user}": student["username"], "{level}": str(seed["level"])}
    name = str(seed["name"])
    for word, value in words.items():
        name = name.replace(word, value)
    return name


def _frame(rows: Sequence[dict[str, Any]], schema: FrameSchema) -> pd.DataFrame:
    return frame({name: [row[name] for row in rows] for name in schema}, schema)
