"""Groups whose members learn in a course: who comes into one is in the course, and who leaves it is not.

What was noted of the work of who left stays, and is there again when they come back.
"""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.courses import courses
from catmaid_server.domain.errors import NotFound

sql = load("courses/groups")


async def list_groups(connection: Connection, course_id: int) -> list[str]:
    """Names of the groups of a course."""
    return [name for (name,) in await fetch_all(connection, sql.groups, course_id=course_id)]


async def add_group(tx: Connection, user: User, project_id: int, course_id: int, name: str) -> None:
    """Let the members of a group learn in a course, but for the user, now and as others come and go.

    `NotFound` for groups that were granted nothing in the project.
    """
    await courses.lock_course(tx, project_id, course_id)
    group_id = await fetch_value(tx, sql.granted_group, project_id=project_id, name=name)
    if group_id is None:
        raise NotFound(
            f"No group {name!r} was granted anything in this project: grant can_browse and can_annotate to it first."
        )
    values = {"project_id": project_id, "course_id": course_id, "user_id": user.id}
    await tx.execute(sql.add_group, {**values, "group_id": group_id})
    await tx.execute(sql.stay_out, values)
    await let_newcomers_in(tx, project_id, course_id)


async def remove_group(tx: Connection, project_id: int, course_id: int, name: str) -> None:
    """Follow a group no more; those who are in it stay in the course. `NotFound` if it is none of the course."""
    await courses.lock_course(tx, project_id, course_id)
    await tx.execute(sql.name_members, {"course_id": course_id, "name": name})
    cursor = await tx.execute(sql.remove_group, {"course_id": course_id, "name": name})
    if not cursor.rowcount:
        raise NotFound(f"The course does not follow a group {name!r}.")


async def courses_with_newcomers(connection: Connection, project_id: int) -> list[tuple[int, int]]:
    """Courses into which somebody came by a group who is not noted yet, each with the user who added the group."""
    return [
        (int(course_id), int(user_id))
        for course_id, user_id in await fetch_all(connection, sql.due, project_id=project_id)
    ]


async def let_newcomers_in(tx: Connection, project_id: int, course_id: int) -> None:
    """Note those who came into a course by a group, with initials of their names."""
    await courses.lock_course(tx, project_id, course_id)
    names = [name for (name,) in await fetch_all(tx, sql.newcomers, course_id=course_id)]
    for first in range(0, len(names), courses.MOST_STUDENTS):
        await courses.add_students(
            tx, project_id, course_id, dict.fromkeys(names[first : first + courses.MOST_STUDENTS], "")
        )
    await tx.execute(sql.came_by_group, {"project_id": project_id, "course_id": course_id, "names": names})
