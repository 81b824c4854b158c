"""Courses as trainers see them: who learns, the seeds with their gold neurons, and how far everybody is."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.courses import assignments, courses, groups, messages
from catmaid_server.domain.courses.courses import CourseText, GoldNeuron, NewSeed
from catmaid_server.domain.errors import InvalidInput, NotAllowed
from catmaid_server.domain.times import parse_time
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes
from catmaid_server.routes.courses.answers import (
    BoardAnswer,
    CourseAnswer,
    assignment_answers,
    course_answer,
    message_answer,
    seed_answer,
    student_answer,
)

routes = Routes()


class CourseName(msgspec.Struct):
    """Which course to make."""

    name: str
    """Name of the course; if there is one of this name, nothing changes."""


class CourseWords(msgspec.Struct):
    """What a course says; what is left out stays as it is."""

    instructions: str | None = None
    """What all students of the course are to know."""
    confidence_guide: str | None = None
    """What the confidences 1 to 5 mean in this course."""


class WantedStudents(msgspec.Struct):
    """Who is to learn in a course."""

    usernames: list[str] = []
    """Names of users."""
    initials: list[str] = []
    """Initials of these users, in the same order; an empty one is made of the name. None at all: all are made."""
    group: str | None = None
    """Also the members of this group, but for the one who asks, now and as others come and go."""


class StudentChoice(msgspec.Struct):
    """Who learns no longer in a course."""

    user_id: int


class GroupChoice(msgspec.Struct):
    """Which group a course follows no more."""

    group: str
    """Its name."""


class SeedForm(msgspec.Struct, kw_only=True):
    """A place from which each student traces a neuron; one of the same level and name is changed."""

    level: int
    """1 to 99; students see lower levels first."""
    x: float
    y: float
    z: float
    """Where the neuron begins, nm."""
    name_pattern: str
    """Name of the neurons; `{initials}`, `{user}` and `{level}` stand for those of the student and the seed."""
    task: str = ""
    """What to trace."""
    stop: str = ""
    """Where to stop."""
    due: str | None = None
    """By when it is to be handed in, ISO 8601."""
    gold_project_id: int | None = None
    """Project of the neuron with which the work is compared; by default this one."""
    gold_skeleton_id: int | None = None
    """Skeleton with which the work is compared, which students are not told."""


class MadeCourse(TypedDict):
    """A course that is there."""

    id: int


class MadeSeed(TypedDict):
    """A seed that is there."""

    id: int


class RemovedFromCourse(TypedDict):
    """How much was removed."""

    removed: int


@routes.get("/{project_id}/courses/", needs=Permission.BROWSE)
async def list_courses(call: Call, form: NoParameters) -> list[CourseAnswer]:
    """List courses by name: those in which the user learns, for administrators of the project all."""
    teaches = await is_trainer(call)
    await let_newcomers_in(call)
    async with call.reading() as connection:
        of_user = None if teaches else call.user.id
        found = await courses.list_courses(connection, call.project_id, of_user=of_user)
    return [course_answer(course, teaches=teaches) for course in found]


@routes.post("/{project_id}/courses/", needs=Permission.ADMINISTER, label="courses.create")
async def create_course(call: Call, form: CourseName) -> MadeCourse:
    """Make a course, or find the one that has the name."""
    return {"id": await courses.create_course(call.tx, call.user, call.project_id, form.name)}


@routes.post("/{project_id}/courses/{course_id}/", needs=Permission.ADMINISTER, label="courses.describe")
async def describe_course(call: Call, form: CourseWords) -> MadeCourse:
    """Change what a course says to its students."""
    await courses.change_course(
        call.tx,
        call.project_id,
        call.path["course_id"],
        instructions=form.instructions,
        confidence_guide=form.confidence_guide,
    )
    return {"id": call.path["course_id"]}


@routes.delete("/{project_id}/courses/{course_id}/", needs=Permission.ADMINISTER, label="courses.delete")
async def delete_course(call: Call, form: NoParameters) -> RemovedFromCourse:
    """Delete a course with its students, seeds, and what was noted of the work on them; the neurons stay."""
    await courses.delete_course(call.tx, call.project_id, call.path["course_id"])
    return {"removed": 1}


@routes.get("/{project_id}/courses/{course_id}/board", needs=Permission.ADMINISTER)
async def show_board(call: Call, form: NoParameters) -> BoardAnswer:
    """Give students, seeds, and how far each neuron is, with what was said."""
    course_id = call.path["course_id"]
    await let_newcomers_in(call)
    async with call.reading() as connection:
        course: CourseText = await courses.describe_course(connection, call.project_id, course_id)
        students = await courses.list_students(connection, course_id)
        seeds = await courses.list_seeds(connection, course_id)
        followed = await groups.list_groups(connection, course_id)
        begun = await assignments.list_assignments(connection, students)
        minutes = await assignments.minutes_of_work(connection, students)
        said = await messages.list_messages(connection, students)
    return {
        "course": course_answer(course, teaches=True),
        "groups": followed,
        "students": [student_answer(student) for student in students],
        "seeds": [seed_answer(seed) for seed in seeds],
        "assignments": assignment_answers(begun, minutes),
        "messages": [message_answer(message) for message in said],
    }


@routes.post("/{project_id}/courses/{course_id}/students", needs=Permission.ADMINISTER, label="courses.add_students")
async def add_students(call: Call, form: WantedStudents) -> MadeCourse:
    """Let users learn in a course: by name, or as members of a group that was granted something in the project.

    The course follows the group: who comes into it learns in the course, and who leaves it does not.
    """
    if form.initials and len(form.initials) != len(form.usernames):
        raise InvalidInput("Give initials for all usernames, in the same order, or none.")
    course_id = call.path["course_id"]
    wanted = dict(zip(form.usernames, form.initials or [""] * len(form.usernames), strict=True))
    if wanted or form.group is None:
        await courses.add_students(call.tx, call.project_id, course_id, wanted)
    if form.group is not None:
        await groups.add_group(call.tx, call.user, call.project_id, course_id, form.group)
    return {"id": course_id}


@routes.post(
    "/{project_id}/courses/{course_id}/groups/remove", needs=Permission.ADMINISTER, label="courses.remove_group"
)
async def remove_group(call: Call, form: GroupChoice) -> RemovedFromCourse:
    """Follow a group no more; those who are in it stay in the course."""
    await groups.remove_group(call.tx, call.project_id, call.path["course_id"], form.group)
    return {"removed": 1}


@routes.post(
    "/{project_id}/courses/{course_id}/students/remove", needs=Permission.ADMINISTER, label="courses.remove_student"
)
async def remove_student(call: Call, form: StudentChoice) -> RemovedFromCourse:
    """Take a user out of a course, with what was noted of their work; their neurons stay."""
    await courses.remove_student(call.tx, call.project_id, call.path["course_id"], form.user_id)
    return {"removed": 1}


@routes.post("/{project_id}/courses/{course_id}/seeds", needs=Permission.ADMINISTER, label="courses.add_seed")
async def put_seed(call: Call, form: SeedForm) -> MadeSeed:
    """Make a seed, or change the one of the same level and name."""
    seed = NewSeed(
        level=form.level,
        place=(form.x, form.y, form.z),
        name_pattern=form.name_pattern,
        task=form.task,
        stop=form.stop,
        due=None if form.due is None else parse_time(form.due),
        gold=await _gold(call, form),
    )
    return {"id": await courses.put_seed(call.tx, call.user, call.project_id, call.path["course_id"], seed)}


@routes.delete(
    "/{project_id}/courses/{course_id}/seeds/{seed_id}", needs=Permission.ADMINISTER, label="courses.remove_seed"
)
async def remove_seed(call: Call, form: NoParameters) -> RemovedFromCourse:
    """Delete a seed, with what was noted of the work on it; the neurons stay."""
    await courses.remove_seed(call.tx, call.project_id, call.path["course_id"], call.path["seed_id"])
    return {"removed": 1}


async def let_newcomers_in(call: Call) -> None:
    """Before a list of students is read: let those be in it who came into a group of a course."""
    if call.as_of is not None:
        return
    async with call.reading() as connection:
        due = await groups.courses_with_newcomers(connection, call.project_id)
    for course_id, user_id in due:
        async with call.store.writing(user_id=user_id, project_id=call.project_id, label="courses.follow_groups") as tx:
            await groups.let_newcomers_in(tx, call.project_id, course_id)


async def is_trainer(call: Call) -> bool:
    """Whether the user teaches all courses of the project: who administers it does."""
    return await call.access.allows(call.user, call.project_id, Permission.ADMINISTER)


async def _gold(call: Call, form: SeedForm) -> GoldNeuron | None:
    if form.gold_skeleton_id is None:
        if form.gold_project_id is not None:
            raise InvalidInput("A gold neuron needs a skeleton: give gold_skeleton_id, too.")
        return None
    project_id = call.project_id if form.gold_project_id is None else form.gold_project_id
    if not await call.access.allows(call.user, project_id, Permission.BROWSE):
        raise NotAllowed(f"You may not browse project {project_id}, so none of its neurons can be gold.")
    return GoldNeuron(project_id, form.gold_skeleton_id)
