"""The work of students: begun, handed in, accepted or given back, and what is said about it."""

from __future__ import annotations

from typing import Literal, TypedDict

import msgspec

from catmaid_server.domain.courses import assignments, courses, messages
from catmaid_server.domain.courses.courses import CourseStudent, CourseText
from catmaid_server.domain.courses.initials import neuron_name
from catmaid_server.domain.errors import NotAllowed
from catmaid_server.domain.projects.messages import send_message
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes
from catmaid_server.routes.courses.answers import (
    OwnWorkAnswer,
    assignment_answers,
    course_answer,
    message_answer,
    seed_of_student,
    student_answer,
)
from catmaid_server.routes.courses.courses import is_trainer, let_newcomers_in

routes = Routes()


class OwnStatus(msgspec.Struct):
    """How far one is with a neuron."""

    status: Literal["working", "on hold", "done"] = "working"
    """`done` hands it in."""


class Judgement(msgspec.Struct):
    """What a trainer thinks of a neuron that was handed in."""

    user_id: int
    """The student."""
    status: Literal["accepted", "given back"]
    """What becomes of it."""
    comment: str = ""
    """Said to the student."""


class Said(msgspec.Struct):
    """What to say about the work on a seed."""

    text: str = ""
    """1 to 5000 characters."""
    user_id: int | None = None
    """The student about whose work it is; oneself by default, whoever it is for trainers."""
    treenode_id: int | None = None
    """The node that it is about."""


class BegunAnswer(TypedDict):
    """A neuron that was begun."""

    treenode_id: int
    """Its first node."""
    status: str


class StatusAnswer(TypedDict):
    """How far a neuron is now."""

    status: str


class WrittenAnswer(TypedDict):
    """A message that was written."""

    id: int


@routes.get("/{project_id}/courses/{course_id}/mine", needs=Permission.BROWSE)
async def show_own_work(call: Call, form: NoParameters) -> OwnWorkAnswer:
    """Give a course in which the user learns: the seeds, how far the user is, and what was said about it."""
    course_id, user_id = call.path["course_id"], call.user.id
    await let_newcomers_in(call)
    async with call.reading() as connection:
        course = await courses.describe_course(connection, call.project_id, course_id, of_user=user_id)
        student = await courses.require_student(connection, course_id, user_id)
        seeds = await courses.list_seeds(connection, course_id)
        begun = await assignments.list_assignments(connection, [student])
        minutes = await assignments.minutes_of_work(connection, [student])
        said = await messages.list_messages(connection, [student])
    names = {
        seed.id: neuron_name(seed.name_pattern, initials=student.initials, user=student.username, level=seed.level)
        for seed in seeds
    }
    return {
        "course": course_answer(course, teaches=False),
        "student": student_answer(student),
        "seeds": [seed_of_student(seed, names[seed.id]) for seed in seeds],
        "assignments": assignment_answers(begun, minutes),
        "messages": [message_answer(message) for message in said],
    }


@routes.post(
    "/{project_id}/courses/{course_id}/seeds/{seed_id}/begin", needs=Permission.ANNOTATE, label="courses.begin"
)
async def begin(call: Call, form: NoParameters) -> BegunAnswer:
    """Make the first node of the user's neuron at a seed, unless there is one, and say where it is."""
    call.require_name()
    path = call.path
    _, begun = await assignments.begin(call.tx, call.user, call.project_id, path["course_id"], path["seed_id"])
    return {"treenode_id": begun.treenode_id, "status": begun.status}


@routes.post(
    "/{project_id}/courses/{course_id}/seeds/{seed_id}/status", needs=Permission.ANNOTATE, label="courses.set_status"
)
async def set_status(call: Call, form: OwnStatus) -> StatusAnswer:
    """Say how far the user is with a neuron; `done` hands it in."""
    call.require_name()
    path = call.path
    await assignments.set_own_status(
        call.tx, call.user, call.project_id, path["course_id"], path["seed_id"], form.status
    )
    return {"status": form.status}


@routes.post(
    "/{project_id}/courses/{course_id}/seeds/{seed_id}/review", needs=Permission.ADMINISTER, label="courses.review"
)
async def review(call: Call, form: Judgement) -> StatusAnswer:
    """Accept what a student handed in, or give it back, with a comment; the student gets a message.

    The same once more, as two clicks send it, changes nothing; another comment is said, too.
    """
    course_id, seed_id = call.path["course_id"], call.path["seed_id"]
    course = await courses.describe_course(call.tx, call.project_id, course_id)
    student, is_new = await assignments.review(call.tx, call.project_id, course_id, seed_id, form.user_id, form.status)
    has_comment = bool(form.comment.strip())
    if not is_new:
        has_comment = has_comment and not await messages.was_said_last(
            call.tx, call.user, student, seed_id, form.comment
        )
    if has_comment:
        await messages.write(call.tx, call.user, call.project_id, student, seed_id, form.comment)
    if is_new or has_comment:
        name = await _name_of_work(call, course, student, seed_id)
        await send_message(call.tx, student.user_id, title=f"{name} is {form.status}", text=form.comment)
    return {"status": form.status}


@routes.post(
    "/{project_id}/courses/{course_id}/seeds/{seed_id}/messages", needs=Permission.BROWSE, label="courses.write"
)
async def write(call: Call, form: Said) -> WrittenAnswer:
    """Say something about a student's work: as that student, or as a trainer; the other one gets a message."""
    call.require_name()
    course_id, seed_id = call.path["course_id"], call.path["seed_id"]
    about = call.user.id if form.user_id is None else form.user_id
    if about != call.user.id and not await is_trainer(call):
        raise NotAllowed("You can write about your own work only.")
    course = await courses.describe_course(call.tx, call.project_id, course_id)
    student = await courses.require_student(call.tx, course_id, about)
    await courses.require_seed(call.tx, course_id, seed_id)
    written = await messages.write(
        call.tx, call.user, call.project_id, student, seed_id, form.text, treenode_id=form.treenode_id
    )
    name = await _name_of_work(call, course, student, seed_id)
    told = course.trainer_id if about == call.user.id else about
    await send_message(call.tx, told, title=f"{call.user.username} about {name}", text=form.text)
    return {"id": written}


async def _name_of_work(call: Call, course: CourseText, student: CourseStudent, seed_id: int) -> str:
    """A student's neuron and the course, as messages call them."""
    seed = await courses.require_seed(call.tx, course.id, seed_id)
    name = neuron_name(seed.name_pattern, initials=student.initials, user=student.username, level=seed.level)
    return f"{name} ({course.name})"
