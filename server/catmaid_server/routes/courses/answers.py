"""What the routes of courses answer, and how it is made of what the store has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from catmaid_server.domain.courses.assignments import AssignmentRow, AssignmentStatus
from catmaid_server.domain.courses.courses import CourseStudent, CourseText, SeedRow
from catmaid_server.domain.courses.messages import CourseMessage


class CourseAnswer(TypedDict):
    """A course."""

    id: int
    name: str
    instructions: str
    confidence_guide: str
    trainer: str
    """Name of the user who made it."""
    teaches: bool
    """Whether the one who asks may change it; else they learn in it."""
    creation_time: datetime


class StudentAnswer(TypedDict):
    """Somebody who learns in a course."""

    id: int
    user_id: int
    username: str
    full_name: str
    initials: str
    may_annotate: bool
    """Whether they may trace in the project."""


class SeedOfStudent(TypedDict):
    """A seed as students see it; place in nm."""

    id: int
    level: int
    x: float
    y: float
    z: float
    name: str
    """Of the neuron; to trainers with what stands for each student in braces."""
    task: str
    stop: str
    due: datetime | None


class SeedAnswer(SeedOfStudent):
    """A seed as trainers see it."""

    gold_project_id: int | None
    gold_skeleton_id: int | None


class AssignmentAnswer(TypedDict):
    """How far a student is with a neuron."""

    student_id: int
    seed_id: int
    status: AssignmentStatus
    treenode_id: int
    """The first node."""
    skeleton_id: int | None
    """Null if the first node is gone."""
    neuron_id: int | None
    neuron: str | None
    nodes: int
    cable_length: float
    """nm."""
    minutes: float
    """Time of work; pauses of 5 minutes and more do not count."""
    begun: datetime
    handed_in: datetime | None


class MessageAnswer(TypedDict):
    """What somebody said about a student's work on a seed."""

    id: int
    student_id: int
    seed_id: int
    author: str
    text: str
    treenode_id: int | None
    time: datetime


class BoardAnswer(TypedDict):
    """A course as trainers see it."""

    course: CourseAnswer
    groups: list[str]
    """Names of the groups whose members learn in it."""
    students: list[StudentAnswer]
    seeds: list[SeedAnswer]
    assignments: list[AssignmentAnswer]
    messages: list[MessageAnswer]


class OwnWorkAnswer(TypedDict):
    """A course as one of its students sees it."""

    course: CourseAnswer
    student: StudentAnswer
    seeds: list[SeedOfStudent]
    assignments: list[AssignmentAnswer]
    messages: list[MessageAnswer]


def course_answer(course: CourseText, *, teaches: bool) -> CourseAnswer:
    """A course as the API has it."""
    return {
        "id": course.id,
        "name": course.name,
        "instructions": course.instructions,
        "confidence_guide": course.confidence_guide,
        "trainer": course.trainer,
        "teaches": teaches,
        "creation_time": course.creation_time,
    }


def student_answer(student: CourseStudent) -> StudentAnswer:
    """A student as the API has them."""
    return {
        "id": student.id,
        "user_id": student.user_id,
        "username": student.username,
        "full_name": student.full_name,
        "initials": student.initials,
        "may_annotate": student.may_annotate,
    }


def seed_of_student(seed: SeedRow, name: str) -> SeedOfStudent:
    """A seed without its gold neuron."""
    return {
        "id": seed.id,
        "level": seed.level,
        "x": seed.x,
        "y": seed.y,
        "z": seed.z,
        "name": name,
        "task": seed.task,
        "stop": seed.stop,
        "due": seed.due,
    }


def seed_answer(seed: SeedRow) -> SeedAnswer:
    """A seed with its gold neuron."""
    return {
        **seed_of_student(seed, seed.name_pattern),
        "gold_project_id": seed.gold_project_id,
        "gold_skeleton_id": seed.gold_skeleton_id,
    }


def assignment_answers(rows: Sequence[AssignmentRow], minutes: Mapping[int, float]) -> list[AssignmentAnswer]:
    """Work as the API has it; minutes by id of the assignment."""
    return [
        {
            "student_id": row.student_id,
            "seed_id": row.seed_id,
            "status": row.status,
            "treenode_id": row.treenode_id,
            "skeleton_id": row.skeleton_id,
            "neuron_id": row.neuron_id,
            "neuron": row.neuron,
            "nodes": row.nodes,
            "cable_length": row.cable_length,
            "minutes": minutes.get(row.id, 0.0),
            "begun": row.begun,
            "handed_in": row.handed_in,
        }
        for row in rows
    ]


def message_answer(message: CourseMessage) -> MessageAnswer:
    """A message as the API has it."""
    return {
        "id": message.id,
        "student_id": message.student_id,
        "seed_id": message.seed_id,
        "author": message.author,
        "text": message.text,
        "treenode_id": message.treenode_id,
        "time": message.time,
    }
