"""What two students, somebody else and a trainer may see and change in the project of a course."""

from __future__ import annotations

import re
from typing import Any

import pytest

from catmaid_server.routes import all_routes
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.classroom import HIDDEN, Classroom, open_classroom
from tests.helpers.service import Service

PEOPLE = ("trainer", "ana", "ben", "other")
SECRET = "only ben and the trainer read this"
SEEN = {
    "courses/": (200, 200, 200, 200),
    "courses/{course}/board": (200, 403, 403, 403),
    "courses/{course}/mine": (404, 200, 200, 404),
    "skeletons/": (200, 200, 200, 200),
    "project-tokens/": (200, 403, 403, 403),
}
CHANGED = {
    ("ana", "ana"): 200,
    ("ben", "ben"): 200,
    ("ana", "ben"): 403,
    ("ben", "ana"): 403,
    ("other", "ana"): 403,
    ("trainer", "ana"): 200,
}


@pytest.fixture
async def classroom(service: Service) -> Classroom:
    return await open_classroom(service)


def person(classroom: Classroom, name: str) -> Tracer:
    found: Tracer = getattr(classroom, name)
    return found


@pytest.mark.parametrize("path", SEEN)
async def test_who_sees_what(classroom: Classroom, path: str) -> None:
    url = f"/{classroom.ana.project_id}/{path.format(course=classroom.course_id)}"
    answers = [await person(classroom, name).actor.request("GET", url) for name in PEOPLE]
    assert tuple(status for status, _ in answers) == SEEN[path]


@pytest.mark.parametrize(("who", "whose"), CHANGED)
async def test_who_changes_whose_nodes(classroom: Classroom, who: str, whose: str) -> None:
    node = await classroom.begun(person(classroom, whose))
    form: dict[str, Any] = {"treenode_id": node, "state": UNCHECKED}
    url = f"/{classroom.ana.project_id}/treenode/delete"
    status, _ = await person(classroom, who).actor.request("POST", url, data=form)
    assert status == CHANGED[who, whose]


@pytest.mark.parametrize("who", ["ana", "other"])
async def test_no_read_tells_gold_neurons_or_what_others_are_told(classroom: Classroom, who: str) -> None:
    """Whatever is read in the project, by routes that take no other id."""
    await classroom.begun(classroom.ben)
    await classroom.ben.post(classroom.of_seed("status"), status="done")
    judged = {"user_id": classroom.user_ids["ben"], "status": "given back", "comment": SECRET}
    await classroom.trainer.post(classroom.of_seed("review"), **judged)
    actor, asked = person(classroom, who).actor, 0
    for route in all_routes():
        path = re.sub(r"^/\{project_id[^}]*\}", f"/{classroom.ana.project_id}", route.path)
        if "GET" not in route.methods or path == route.path or "{" in path:
            continue
        _, body = await actor.request("GET", path)
        assert str(HIDDEN) not in str(body), path
        assert SECRET not in str(body), path
        asked += 1
    assert asked > 50
