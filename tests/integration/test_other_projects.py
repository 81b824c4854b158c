"""No route tells or changes anything of a project in which the user may do nothing, whatever ids they send."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import pytest

from catmaid_server.http.routing import Permission, Route
from catmaid_server.routes import all_routes
from catmaid_wire import geometry
from tests.helpers.hidden_project import (
    MOST_KINDS,
    NUMBERS,
    TRACES,
    Hidden,
    beyond,
    filled,
    hidden_scene,
    path_of,
    with_names,
)
from tests.helpers.service import Service

AT_ONCE = 8


@pytest.fixture(scope="module")
async def scene(module_service: Service) -> Hidden:
    return await hidden_scene(module_service)


def requests(route: Route, scene: Hidden) -> Iterator[tuple[str, dict[str, str]]]:
    """Path and form, with ids of the hidden project in the path, in the form, or both."""
    project_id = scene.service.project_id
    needed = {field.encode_name for field in msgspec.structs.fields(route.form) if field.required}
    for ids in (scene.hidden, scene.own):
        for turn in range(MOST_KINDS):
            yield path_of(route, project_id, ids, turn), filled(route, scene.hidden, turn, flag=True)
        form = filled(route, scene.hidden, 0, flag=False)
        yield path_of(route, project_id, ids, 0), form
        yield (
            path_of(route, project_id, ids, 0),
            {
                name: value
                for name, value in form.items()
                if name.partition("[")[0] in needed or name in NUMBERS or name.startswith(("min", "max"))
            },
        )


# Of a stack clients expect to be told that it is not shown here; a load, a picture, and a job are new each time. A
# deleted project is not there to try the others.
EXCEPTIONS = re.compile(r"/events$|/useranalytics$|/stats/server$|/jobs/export$|/stack/[^/]*/info$")
ROUTES = [
    route
    for route in all_routes()
    if "{project_id" in route.path
    and not EXCEPTIONS.search(route.path)
    and route.needs is not Permission.SUPERUSER
    and route.label not in {"projects.archive", "projects.delete"}
]


async def answer(scene: Hidden, route: Route, path: str, form: Mapping[str, str]) -> tuple[int, str]:
    """Status and text of the answer to the user who may not see the project."""
    method = "POST" if "POST" in route.methods else route.methods[0]
    values: dict[str, Any] = {"params": form} if method == "GET" else {"data": form}
    values["headers"] = {"X-Authorization": f"Token {scene.actor.token}", "Accept": "model/stl, */*"}
    async with scene.actor.session.request(method, scene.service.url + path, **values) as got:
        content = await got.read()
        if got.content_type == geometry.MEDIA_TYPE:  # ids are packed, those that are asked for, too
            packed = msgspec.msgpack.decode(content)
            ids = {name: np.frombuffer(packed[name], "<i4").tolist() for name in ("skeleton_id", "unchanged", "gone")}
            return got.status, f"{ids} {packed['origin']} {packed['blobs']!r}"
        return got.status, content.decode(errors="replace")


@pytest.mark.parametrize("writes", [False, True], ids=["reading", "writing"])
async def test_ids_of_a_hidden_project_are_ids_of_nothing(scene: Hidden, writes: bool) -> None:
    before, turns = await scene.rows(), asyncio.Semaphore(AT_ONCE)

    async def trace(route: Route, path: str, form: dict[str, str]) -> str | None:
        nothing = beyond(path), {name: beyond(value) for name, value in form.items()}
        async with turns:
            status, text = await answer(scene, route, path, form)
            of_nothing = await answer(scene, route, *nothing)
        sent = path + json.dumps(form)
        told = next((found for found in TRACES.finditer(text) if found[0] not in sent), None)
        alike = (status, beyond(text)) == of_nothing if beyond(path) != path or not writes else True
        return None if alike and not told else f"{path} {form}: {status} {told and told[0]} {text[:300]} {of_nothing}"

    asked = {
        (route.path, *map(str, request)): (route, *request)
        for route in ROUTES
        if route.writes is writes
        for request in requests(route, scene)
    }
    answers = await asyncio.gather(*(trace(*request) for request in asked.values()))
    assert [answer for answer in answers if answer is not None] == []
    assert await scene.rows() == before


async def test_names_of_a_hidden_project_are_names_of_nothing(scene: Hidden) -> None:
    """Also with ids of the user's own."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def trace(route: Route, path: str, form: dict[str, str]) -> str | None:
        nothing = {name: value.replace("Unseen", "Absent") for name, value in form.items()}
        async with turns:
            status, text = await answer(scene, route, path, form)
            of_nothing = await answer(scene, route, path.replace("Unseen", "Absent"), nothing)
        alike = (status, text.replace("Unseen", "Absent")) == of_nothing
        told = next((found[0] for found in TRACES.finditer(text) if found[0] not in json.dumps(form)), None)
        return None if alike and not told else f"{path} {form}: {status} {told} {text[:300]} {of_nothing}"

    asked = [
        (route, path_of(route, scene.service.project_id, scene.own, turn), form)
        for route in ROUTES
        if not route.writes
        for turn, name in enumerate(("Unseen label", "Unseen annotation", "Unseen neuron"))
        if (form := with_names(route, filled(route, scene.own, turn, flag=True), name)) is not None
    ]
    answers = await asyncio.gather(*(trace(*request) for request in asked))
    assert [answer for answer in answers if answer is not None] == []
