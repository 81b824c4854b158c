"""The specimen as a course: a trainer, two students, three levels, and gold neurons that students may not see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records
from catmaid_server.db.store import Connection, Store
from catmaid_server.demo.projects import DEMO, SOLUTION, STUDENT_PERMISSIONS, TEACHER
from catmaid_server.domain.accounts import users
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.courses import assignments, courses
from catmaid_server.domain.courses.courses import GoldNeuron, NewSeed
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import project_tokens, projects
from catmaid_server.domain.tracing import treenodes
from catmaid_server.domain.tracing.states import State
from catmaid_server.service.folder import write_atomically

sql = load("demo/course")

COURSE_PROJECT: Final = "Demo course"
COURSE: Final = "Specimen"
ANA: Final = "ana"
BEN: Final = "ben"
PEOPLE: Final = (TEACHER, ANA, BEN)
"""The trainer, a student who has done nothing yet, and one who has handed in two neurons."""

_NAMES: Final = {ANA: ("Ana", "Belo"), BEN: ("Ben", "Cruz")}
_INSTRUCTIONS: Final = (
    "Trace each neuron from its first node to all of its ends. Put nodes into the middle of the profile, at least one "
    "in every second section, and tag ends with “ends”. If you are not sure, lower the confidence and ask."
)
_GUIDE: Final = "5: sure. 4: dim, but without another way. 3: one of two ways. 2: mostly a guess. 1: a guess."
_UNSURE_NM: Final = 12.0
"""How far beside the gold neuron a student's nodes lie."""
_UNCHECKED: Final = State('{"nocheck": true}')


@dataclass(frozen=True, slots=True)
class GoldNeurite:
    """A neurite of the solution, lengths and place in nm."""

    skeleton_id: int
    name: str
    branches: int
    depth: float
    radius: float
    cable_length: float
    treenode_id: int
    x: float
    y: float
    z: float
    synapses: int


Nodes = dict[int, tuple[int | None, float, float, float]]
"""Parent and place (nm) of nodes, by id."""


@dataclass(frozen=True, slots=True)
class Level:
    """Which neurites a level of the course has: those that fit, in the order of what is largest first."""

    task: str
    fits: Callable[[GoldNeurite], bool]
    size: Callable[[GoldNeurite], float]


_LEVELS: Final = (
    Level("A thick neurite without branches.", lambda one: not one.branches, lambda one: one.depth * one.radius),
    Level("A neurite that branches; trace all branches.", lambda one: one.branches > 0, lambda one: one.radius),
    Level(
        "A neurite with synapses: trace all branches and mark the synapses.",
        lambda one: one.synapses > 0,
        lambda one: one.synapses * one.cable_length,
    ),
)


async def make_course(store: Store, data_dir: Path) -> list[Path]:
    """Make what is missing of the course, in the projects of the demo; return the files with the tokens of `PEOPLE`.

    The project "Demo course" has the images of the demo. `teacher` administers it, `ana` and `ben` may trace in it;
    neither may browse the demo's solution, where the gold neurons are.
    """
    trainer = await _people(store)
    async with store.reading() as connection:
        is_there = await projects.find_project(connection, COURSE_PROJECT) is not None
    if not is_there:
        await _make_project(store, trainer)
    files = {name: data_dir / "course" / f"{name}.token" for name in PEOPLE}
    for name in _missing(files):
        await _write_token(store, files[name], name)
    return list(files.values())


async def _people(store: Store) -> User:
    """The trainer; the students are made if they are not there."""
    async with store.reading() as connection:
        missing = [name for name in _NAMES if await users.find_user(connection, name) is None]
        trainer = await users.require_user(connection, TEACHER)
    if missing:
        async with store.writing(user_id=trainer.id, project_id=None, label="users.create") as tx:
            for name in missing:
                first, last = _NAMES[name]
                await users.create_user(tx, name, first_name=first, last_name=last)
    return trainer


async def _make_project(store: Store, trainer: User) -> None:
    """The project with the course and what `ben` traced, all of it or nothing."""
    async with store.reading() as connection:
        demo_id = await projects.require_project(connection, DEMO)
        solution_id = await projects.require_project(connection, SOLUTION)
        levels = chosen_neurites(
            await fetch_records(connection, sql.neurites, GoldNeurite, project_id=solution_id), each=2
        )
    async with store.writing(user_id=trainer.id, project_id=None, label="projects.create") as tx:
        project_id, _ = await project_tokens.fork_project(
            tx, demo_id, trainer.id, name=COURSE_PROJECT, comment="A course on the specimen", with_volumes=True
        )
        await users.grant(tx, project_id, "can_annotate_with_token", to=TEACHER)
        for name in _NAMES:
            for permission in STUDENT_PERMISSIONS:
                await users.grant(tx, project_id, permission, to=name)
        course_id = await courses.create_course(tx, trainer, project_id, COURSE)
        await courses.change_course(tx, project_id, course_id, instructions=_INSTRUCTIONS, confidence_guide=_GUIDE)
        await courses.add_students(tx, project_id, course_id, dict.fromkeys(_NAMES, ""))
        begun: list[tuple[int, GoldNeurite]] = []
        for number, (level, neurites) in enumerate(zip(_LEVELS, levels, strict=True), 1):
            for place, one in enumerate(neurites, 1):
                seed = NewSeed(
                    level=number,
                    place=(one.x, one.y, one.z),
                    name_pattern=f"{{initials}} {number}.{place}",
                    task=level.task,
                    stop="Stop at the border of the tissue.",
                    gold=GoldNeuron(solution_id, one.skeleton_id),
                )
                begun.append((await courses.put_seed(tx, trainer, project_id, course_id, seed), one))
        await _work_of_ben(tx, project_id, course_id, begun)


def chosen_neurites(neurites: Sequence[GoldNeurite], *, each: int) -> list[list[GoldNeurite]]:
    """For each level its neurites, none of them twice. `InvalidInput` if the tissue has too few."""
    free = list(neurites)
    chosen: list[list[GoldNeurite]] = []
    for level in _LEVELS:
        fitting = sorted(filter(level.fits, free), key=lambda one: (-level.size(one), one.skeleton_id))[:each]
        if not fitting:
            raise InvalidInput(f"The specimen is too small for a course: it lacks “{level.task}” Give a larger --size.")
        chosen.append(fitting)
        free = [one for one in free if one not in fitting]
    return chosen


async def _work_of_ben(
    tx: Connection, project_id: int, course_id: int, seeds: Sequence[tuple[int, GoldNeurite]]
) -> None:
    """A student hands in the first neuron, and the first with branches, of which one is missing."""
    ben = await users.require_user(tx, BEN)
    first, branched = seeds[0], next(one for one in seeds if one[1].branches)
    for seed_id, gold in (first, branched):
        nodes: Nodes = {row[0]: row[1:] for row in await fetch_all(tx, sql.nodes, skeleton_id=gold.skeleton_id)}
        _, work = await assignments.begin(tx, ben, project_id, course_id, seed_id)
        await _trace(tx, ben, project_id, work.treenode_id, nodes, gold.treenode_id)
        await assignments.set_own_status(tx, ben, project_id, course_id, seed_id, "done")


async def _trace(tx: Connection, user: User, project_id: int, root: int, nodes: Nodes, begin: int) -> None:
    """Trace from a node of a gold neuron, whose copy is `root`, to all ends but those of one branch."""
    neighbours: dict[int, list[int]] = {node: [] for node in nodes}
    for node, (parent, *_place) in nodes.items():
        if parent is not None:
            neighbours[node].append(parent)
            neighbours[parent].append(node)
    made, waiting, missed = {begin: root}, [begin], False
    while waiting:
        at = waiting.pop(0)
        onward = [node for node in neighbours[at] if node not in made]
        if len(neighbours[at]) > 2 and not missed:
            onward.pop()
            missed = True
        for node in onward:
            _, x, y, z = nodes[node]
            aside = _UNSURE_NM if node % 2 else -_UNSURE_NM
            child = await treenodes.create_child(
                tx, user, project_id, made[at], _UNCHECKED, x=x + aside, y=y, z=z, radius=-1, confidence=5
            )
            made[node] = child.treenode_id
            waiting.append(node)


def _missing(files: Mapping[str, Path]) -> list[str]:
    """Whose files are not there; their folder is made."""
    for path in files.values():
        path.parent.mkdir(mode=0o700, exist_ok=True)
    return [name for name, path in files.items() if not path.exists()]


async def _write_token(store: Store, path: Path, name: str) -> None:
    """Make an API token of somebody and write it into a file that is the owner's alone."""
    async with store.reading() as connection:
        user = await users.require_user(connection, name)
    async with store.writing(user_id=user.id, project_id=None, label="users.issue_token") as tx:
        token = await users.issue_token(tx, user.id, "demo course")
    write_atomically(path, token.encode(), mode=0o600)
