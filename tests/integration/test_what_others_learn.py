"""What visitors and members of another project learn of a project that they may not see, route by route.

`what_others_learn.txt` has the status of each answer. Whatever it is, nothing of the project is in the answer, and
it is the same as for a project that is not there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from catmaid_server.http.routing import Route
from catmaid_server.routes import all_routes
from tests.helpers.hidden_project import TRACES, Hidden, beyond, filled, hidden_scene, path_of
from tests.helpers.service import Service

TABLE = Path(__file__).with_name("what_others_learn.txt")
AT_ONCE = 8


@dataclass(frozen=True)
class Question:
    """A request about a project that whoever asks may not see."""

    route: Route
    method: str

    @property
    def path(self) -> str:
        """As in the table."""
        return re.sub(r"\{(\w+)(:(?:[^{}]|\{[^{}]*\})*)?\}", r"{\1}", self.route.path)

    @property
    def name(self) -> tuple[str, str]:
        """As in the table."""
        return self.method, self.path


def questions() -> Iterator[Question]:
    """One for each route and method."""
    return (Question(route, method) for route in all_routes() for method in route.methods)


def expected_statuses() -> dict[tuple[str, str], tuple[int, int]]:
    """For each method and path the status for visitors, and for members of another project."""
    found = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            row = re.fullmatch(r"(\d{3}) +(\d{3}) +([A-Z ]+?) +(/\S*)", line)
            assert row is not None, f"cannot read {line!r}"
            found.update({(method, row[4]): (int(row[1]), int(row[2])) for method in row[3].split()})
    return found


@pytest.fixture(scope="module")
async def scene(module_service: Service) -> Hidden:
    return await hidden_scene(module_service)


async def answer(
    scene: Hidden, session: aiohttp.ClientSession, question: Question, token: str | None, *, of_nothing: bool = False
) -> tuple[int, str, str]:
    """What was sent, and status and text of the answer; `of_nothing` asks for ids that nothing has."""
    path = path_of(question.route, scene.project_id, scene.hidden, 0)
    form = filled(question.route, scene.hidden, 0, flag=True)
    if of_nothing:
        path, form = beyond(path), {name: beyond(value) for name, value in form.items()}
    values: dict[str, Any] = {"params": form} if question.method in ("GET", "DELETE") else {"data": form}
    headers = {} if token is None else {"X-Authorization": f"Token {token}"}
    async with session.request(question.method, path, headers=headers, allow_redirects=False, **values) as got:
        return got.status, (await got.read()).decode(errors="replace"), f"{path} {form}"


def test_the_table_has_every_route_and_no_other() -> None:
    listed, routes = set(expected_statuses()), {question.name for question in questions()}
    assert sorted(routes - listed) == [], f"add these to {TABLE.name}"
    assert sorted(listed - routes) == [], f"take these out of {TABLE.name}"


@pytest.mark.parametrize("member", [False, True], ids=["visitor", "member of another project"])
async def test_others_learn_what_the_table_says(scene: Hidden, member: bool) -> None:
    before, expected, turns = await scene.rows(), expected_statuses(), asyncio.Semaphore(AT_ONCE)
    token = scene.actor.token if member else None

    async def fault(session: aiohttp.ClientSession, question: Question) -> str | None:
        async with turns:
            status, text, sent = await answer(scene, session, question, token)
            told = next((found[0] for found in TRACES.finditer(text) if found[0] not in sent), None)
            alike = True
            if beyond(sent) != sent:
                nothing = await answer(scene, session, question, token, of_nothing=True)
                alike = (status, beyond(text)) == nothing[:2]
        if status == expected[question.name][member] and told is None and alike:
            return None
        return f"{' '.join(question.name)}: {status}, tells {told}, as of nothing: {alike}: {text[:200]}"

    async with aiohttp.ClientSession(scene.service.url, cookie_jar=aiohttp.DummyCookieJar()) as session:
        faults = await asyncio.gather(*(fault(session, question) for question in questions()))
    assert "\n".join(found for found in faults if found is not None) == ""
    assert await scene.rows() == before
