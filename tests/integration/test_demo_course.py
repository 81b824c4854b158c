"""The specimen as a course: whom it has, what is handed in, and what students may not see."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from catmaid_server.db.store import Store
from catmaid_server.demo import projects as demo
from catmaid_server.demo.course import COURSE_PROJECT, PEOPLE, chosen_neurites, make_course
from catmaid_server.demo.specimen.spec import SpecimenSpec
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.progress import silent
from tests.helpers.service import Actor, Service, fresh_service

SPEC = SpecimenSpec(seed=3, size_px=(256, 256, 12))


@pytest.fixture
async def with_course(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    monkeypatch.setattr(demo, "real_data", lambda: None)
    async with fresh_service(store, tmp_path) as service:
        await demo.make_projects(store, tmp_path, lambda _title, _unit: nullcontext(silent), spec=SPEC)
        await make_course(store, tmp_path)
        yield service


async def test_trainer_and_students_of_the_demo(with_course: Service, tmp_path: Path) -> None:
    files = await make_course(with_course.store, tmp_path)
    assert [path.name for path in files] == [f"{name}.token" for name in PEOPLE]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    session = with_course.tracer.session
    teacher, ana, ben = (Actor(session, with_course.url, path.read_text()) for path in files)

    projects: Any = await ana.get("/projects/")
    assert [one["title"] for one in projects] == [COURSE_PROJECT], "gold neurons are where students may not browse"
    base = f"/{projects[0]['id']}/courses/"
    (course,) = await teacher.get(base)
    assert course["trainer"] == demo.TEACHER
    board: Any = await teacher.get(f"{base}{course['id']}/board")
    assert [(one["username"], one["may_annotate"]) for one in board["students"]] == [("ana", True), ("ben", True)]
    assert {seed["level"] for seed in board["seeds"]} == {1, 2, 3}
    assert all(seed["gold_skeleton_id"] for seed in board["seeds"])
    names = {seed["id"]: seed["name"] for seed in board["seeds"]}
    handed_in = {names[one["seed_id"]]: one for one in board["assignments"]}
    assert {name: one["status"] for name, one in handed_in.items()} == {
        "{initials} 1.1": "done",
        "{initials} 2.1": "done",
    }
    assert all(one["nodes"] > 1 for one in handed_in.values())
    assert (await ana.get(f"{base}{course['id']}/mine"))["assignments"] == []
    own = await ben.get(f"{base}{course['id']}/mine")
    assert len(own["assignments"]) == 2
    assert "gold" not in json.dumps(own)


def test_tissue_that_is_too_small_is_told() -> None:
    with pytest.raises(InvalidInput, match="too small for a course"):
        chosen_neurites([], each=2)
