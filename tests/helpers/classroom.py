"""A course over HTTP: two students, somebody else of the project, a trainer, and a gold neuron that is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Actor, Service

TO_TRACE = ("can_browse", "can_annotate", "can_annotate_with_token")
HIDDEN = 77_700_001
"""Skeleton of the gold neuron, which no answer to a student may hold."""


@dataclass
class Classroom:
    """A course with one seed: two students, somebody else of the project, and the trainer."""

    ana: Tracer
    ben: Tracer
    other: Tracer
    trainer: Tracer
    course_id: int
    seed_id: int
    user_ids: dict[str, int]

    def path(self, below: str = "") -> str:
        return f"courses/{self.course_id}/{below}"

    def of_seed(self, below: str) -> str:
        return self.path(f"seeds/{self.seed_id}/{below}")

    async def board(self) -> Any:
        return await self.trainer.get(self.path("board"))

    async def begun(self, student: Tracer) -> int:
        return int((await student.post(self.of_seed("begin")))["treenode_id"])

    async def status(self, name: str) -> str:
        board = await self.board()
        student = next(one["id"] for one in board["students"] if one["username"] == name)
        return str(next(one["status"] for one in board["assignments"] if one["student_id"] == student))


async def open_classroom(service: Service) -> Classroom:
    """Make the course of a new service."""
    store, project_id = service.store, service.project_id
    tokens, user_ids = {}, {}
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        solution = await projects.create_project(tx, "Solution", owner_id=admin.id)
        await users.grant(tx, project_id, "can_administer", to="admin")
        for name, (first, last) in {"ana": ("Ana", "Belo"), "ben": ("", ""), "other": ("", "")}.items():
            user_ids[name] = await users.create_user(tx, name, first_name=first, last_name=last)
            tokens[name] = await users.issue_token(tx, user_ids[name])
            for permission in TO_TRACE:
                await users.grant(tx, project_id, permission, to=name)
    trainer = Tracer.of(service, service.admin)
    in_solution = Tracer(service.admin, store, solution)
    made = await in_solution.post("treenode/create", parent_id=-1, x=5, y=0, z=0, state=UNCHECKED)
    skeleton = made["skeleton_id"]
    await in_solution.post(f"skeletons/{skeleton}/id", new_skeleton_id=HIDDEN)
    course_id = (await trainer.post("courses/", name="EM 2027"))["id"]
    await trainer.post(f"courses/{course_id}/students", **{"usernames[0]": "ana", "usernames[1]": "ben"})
    seed = await trainer.post(
        f"courses/{course_id}/seeds", level=1, x=10, y=20, z=30, name_pattern="{initials} {level}",
        task="Trace to both ends", due="2027-03-01", gold_project_id=solution, gold_skeleton_id=HIDDEN,
    )  # fmt: skip

    def person(name: str) -> Tracer:
        return Tracer.of(service, Actor(service.tracer.session, service.url, tokens[name]))

    return Classroom(person("ana"), person("ben"), person("other"), trainer, course_id, seed["id"], user_ids)
