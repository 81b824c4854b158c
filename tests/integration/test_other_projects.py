"""No route tells or changes anything of a project in which the user may do nothing, whatever ids they send."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from arbors import Tracer
from conftest import Actor, Service
from psycopg import sql

from catmaid_server.app import all_routes
from catmaid_server.domain import projects, users
from catmaid_server.routing import Permission, Route

AT_ONCE = 8
FAR = 7_654_321.25
"""Where everything of the hidden project lies, nm."""
STEP = 2160.5625
"""Between its treenodes, nm; half of the length of its cables."""
FIRST_ID = 70_000_001
"""Of the hidden project."""
TRACES = re.compile(r"(?i)unseen|\b765[45]\d\d\d\.\d|\b4321\.125|\b7\.65[45]\d+e|\b70000\d\d\d\b")
"""What would betray the hidden project: names, places, lengths, ids."""
KINDS = {  # what a parameter is about, by a part of its name; the first that fits
    "annotat": "annotation", "skeleton": "skeleton", "skid": "skeleton", "connector": "connector", "cids": "connector",
    "neuron": "neuron", "entity": "neuron", "object": "neuron", "volume": "volume", "cloud": "point_cloud",
    "label": "label", "tid": "text_label", "stackgroup": "stack_group", "stack": "stack", "sid": "stack",
    "sources": "skeleton", "targets": "skeleton", "rows": "skeleton", "columns": "skeleton", "pre": "skeleton",
    "post": "skeleton",
    "suppressed": "suppressed_virtual_node", "token": "project_token", "transaction": "transaction", "user": "user",
    "node": "treenode", "tnid": "treenode", "child": "treenode", "parent": "treenode", "from_id": "treenode",
    "to_id": "treenode", "links": "connector", "model": "neuron",
}  # fmt: skip
NUMBERS = {"left": -1e9, "top": -1e9, "z1": -1e9, "right": 1e9, "bottom": 1e9, "z2": 1e9, "width": 2e9, "height": 2e9,
           "min": -1e9, "max": 1e9, "distance": 1e9, "radius": 1e9}


@dataclass
class Hidden:
    """One row of each kind in the hidden project, and of the user's own, by table; and who asks."""

    project_id: int
    hidden: dict[str, int]
    own: dict[str, int]
    actor: Actor
    service: Service

    async def rows(self) -> dict[str, list[Any]]:
        """All rows of the hidden project, by table."""
        async with self.service.store.reading() as connection:
            tables = await (await connection.execute(
                "SELECT table_name FROM information_schema.columns"
                " WHERE table_schema = 'public' AND column_name = 'project_id'"
                "   AND table_name NOT LIKE '%%\\_history' AND table_name <> 'effective_permission'")).fetchall()
            return {name: sorted((await (await connection.execute(
                sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE project_id = %s").format(sql.Identifier(name)),
                (self.project_id,))).fetchall()), key=repr) for (name,) in tables}


async def populate(
    actor: Actor, service: Service, project_id: int, *, name: str, at: float, step: float
) -> dict[str, int]:
    """Two linked skeletons and one of everything else; the id of one row of each kind. `step`: between treenodes."""
    tracer = Tracer(actor, service.store, project_id)
    nodes: list[int] = []
    for index in range(3):
        nodes.append(await tracer.node(nodes[-1] if nodes else -1, at + step * index, at, at))
    partner = [await tracer.node(-1, at, at + 1, at)]
    skeleton = await tracer.skeleton_of(nodes[0])
    connector = (await tracer.post("connector/create", x=at, y=at, z=at))["connector_id"]
    await tracer.post("link/create", from_id=nodes[1], to_id=connector, link_type="presynaptic_to",
                      state=json.dumps({"nocheck": True}))
    await tracer.post("link/create", from_id=partner[0], to_id=connector, link_type="postsynaptic_to",
                      state=json.dumps({"nocheck": True}))
    neuron = (await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton))[0][0]
    await tracer.post(f"neurons/{neuron}/rename", name=f"{name} neuron")
    await tracer.label(nodes[1], f"{name} label")
    await tracer.post(f"label/connector/{connector}/update", tags=f"{name} label")
    await tracer.annotate(skeleton, f"{name} annotation")
    await tracer.post(f"node/{nodes[1]}/reviewed")
    await tracer.post("volumes/add", type="box", title=f"{name} volume", min_x=at, min_y=at, min_z=at,
                      max_x=at + 9000, max_y=at + 1, max_z=at + 1)
    await actor.request("PUT", f"/{project_id}/pointclouds/", data={
        "name": f"{name} cloud", "points": json.dumps([[at, at, at]])})
    await tracer.post("textlabel/create", text=f"{name} text", x=at, y=at, z=at)
    await tracer.post("links/", alias=f"{name}-link", is_public="true", message=f"{name} message", location_x=at)
    await tracer.post(f"treenodes/{nodes[1]}/suppressed-virtual/", orientation=2, location_coordinate=at + 1)
    await tracer.post("project-tokens/", name=f"{name} token", **{"default_permissions[0]": "can_browse"})
    async with service.store.writing(user_id=None, project_id=project_id, label="set up") as tx:
        await tx.execute("WITH made AS (INSERT INTO stack (title, dimension_x, dimension_y, dimension_z, resolution_x,"
                         " resolution_y, resolution_z) VALUES (%s, 9, 9, 9, 1, 1, 1) RETURNING id)"
                         ", shown AS (INSERT INTO project_stack (project_id, stack_id) SELECT %s, id FROM made)"
                         ", grouped AS (INSERT INTO stack_group (title) VALUES (%s) RETURNING id)"
                         " INSERT INTO stack_group_member (stack_group_id, stack_id, relation)"
                         " SELECT grouped.id, made.id, 'view' FROM grouped, made",
                         (f"{name} stack", project_id, f"{name} group"))
    found = {"treenode": nodes[1], "skeleton": skeleton, "connector": connector, "neuron": neuron, "user": 1}
    for kind in {*KINDS.values()} - {*found, "stack", "stack_group", "transaction"}:
        found[kind] = (await tracer.rows(sql.SQL("SELECT max(id) FROM {} WHERE project_id = %s").format(
            sql.Identifier(kind)), project_id))[0][0]
    found["stack"] = (await tracer.rows("SELECT stack_id FROM project_stack WHERE project_id = %s", project_id))[0][0]
    found["stack_group"] = (await tracer.rows("SELECT max(id) FROM stack_group"))[0][0]
    found["transaction"] = (await tracer.rows("SELECT version FROM treenode WHERE id = %s", nodes[1]))[0][0]
    return found


@pytest.fixture(scope="module")
async def scene(module_service: Service) -> Hidden:
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        hidden = await projects.create_project(tx, "Hidden", owner_id=admin.id)
        for permission in users.PERMISSIONS:
            await users.grant(tx, module_service.project_id, permission, to="tracer")
    own = await populate(module_service.tracer, module_service, module_service.project_id, name="Own", at=0, step=10)
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        cursor = await tx.execute("SELECT sequencename FROM pg_sequences"
                                  " WHERE sequencename NOT IN ('project_id_seq', 'app_user_id_seq')")
        sequences = await cursor.fetchall()
        await tx.execute("SELECT setval(name, %s) FROM unnest(%s::text[]) AS name",
                         (FIRST_ID, [name for (name,) in sequences]))
    found = await populate(module_service.admin, module_service, hidden, name="Unseen", at=FAR, step=STEP)
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute("SELECT setval(name, %s) FROM unnest(%s::text[]) AS name",
                         (FIRST_ID // 2, [name for (name,) in sequences]))
    return Hidden(hidden, found, own, module_service.tracer, module_service)


def beyond(text: str) -> str:
    """The same with ids that nothing has in place of those of the hidden project."""
    return re.sub(r"\b70000(\d\d\d)\b", r"70900\1", text).replace("Unseen-link", "Unknown-link")


def kind_of(name: str) -> str | None:
    counts = re.search("count|limit|_gt|radi|with_|min_|order|mode", name)
    return None if counts else next((kind for part, kind in KINDS.items() if part in name), None)


def filled(route: Route, ids: Mapping[str, int], *, only: str | None, flag: bool) -> dict[str, str]:
    """A form for a route in which whatever may be an id is one of these: each of its kind, or all of one kind."""
    form: dict[str, str] = {}
    hints = get_type_hints(route.form)
    for field in msgspec.structs.fields(route.form):
        name = field.encode_name
        kind = kind_of(name) and (only or kind_of(name))
        hint, keys = hints[field.name], [name]
        options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        while get_origin(option := next(o for o in options if o is not type(None))) in (list, tuple):
            parts = get_args(option)
            keys = [f"{key}[{n}]" for key in keys for n in range(len(parts) if get_origin(option) is tuple else 1)]
            options = parts[:1]
        if option is bool:
            form[name] = str(flag)
        elif option is int and kind is not None:
            form |= dict.fromkeys(keys, str(ids[kind]))
        elif option is float:
            value = next((v for part, v in NUMBERS.items() if name.startswith(part)), FAR - 300)
            form |= dict.fromkeys(keys, str(value))
        elif option is str and name.endswith(("regex", "pattern")):
            form[name] = "."
        elif option is str and name == "state":
            form[name] = '{"nocheck": true}'
        elif option is str and kind is not None and (len(keys) > 1 or keys != [name]):
            form |= dict.fromkeys(keys, str(ids[kind]))
        elif field.required:
            form |= dict.fromkeys(keys, "1")
    return form


def path_of(route: Route, project_id: int, ids: Mapping[str, int]) -> str:
    """The path with an id that fits in each place of one."""
    def value(found: re.Match[str]) -> str:
        known = {"project_id": project_id, "extension": "stl", "alias": "Unseen-link"}
        return str(known.get(found[1], ids.get(kind_of(found[1]) or "", 1) if found[2] != ":[01]" else 1))

    return re.sub(r"\{(\w+)(:(?:[^{}]|\{[^{}]*\})*)?\}", value, route.path)


def requests(route: Route, scene: Hidden) -> Iterator[tuple[str, dict[str, str]]]:
    """Path and form, with ids of the hidden project in the path, in the form, or both."""
    project_id = scene.service.project_id
    needed = {field.encode_name for field in msgspec.structs.fields(route.form) if field.required}
    for ids in (scene.hidden, scene.own):
        path = path_of(route, project_id, ids)
        for only in (None, *sorted({*KINDS.values()} - {"user", "project_token"})):
            yield path, filled(route, scene.hidden, only=only, flag=True)
        form = filled(route, scene.hidden, only=None, flag=False)
        yield path, form
        yield path, {name: value for name, value in form.items()
                     if name.partition("[")[0] in needed or name in NUMBERS or name.startswith(("min", "max"))}


# Of a stack clients expect to be told that it is not shown here; how busy a server is changes all the time.
EXCEPTIONS = re.compile(r"/events$|/stats/server$|/stack/[^/]*/info$")
ROUTES = [route for route in all_routes() if "{project_id" in route.path and not EXCEPTIONS.search(route.path)
          and route.needs is not Permission.SUPERUSER]


@pytest.mark.parametrize("writes", [False, True], ids=["reading", "writing"])
async def test_ids_of_a_hidden_project_are_ids_of_nothing(scene: Hidden, writes: bool) -> None:
    before, turns = await scene.rows(), asyncio.Semaphore(AT_ONCE)

    async def answer(route: Route, path: str, form: Mapping[str, str]) -> tuple[int, str]:
        method = "POST" if "POST" in route.methods else route.methods[0]
        values: dict[str, Any] = {"params": form} if method == "GET" else {"data": form}
        values["headers"] = {"X-Authorization": f"Token {scene.actor.token}", "Accept": "model/stl, */*"}
        async with turns, scene.actor.session.request(method, scene.service.url + path, **values) as got:
            return got.status, (await got.read()).decode(errors="replace")

    async def trace(route: Route, path: str, form: dict[str, str]) -> str | None:
        status, text = await answer(route, path, form)
        sent = path + json.dumps(form)
        told = next((found for found in TRACES.finditer(text) if found[0] not in sent), None)
        of_nothing = await answer(route, beyond(path), {name: beyond(value) for name, value in form.items()})
        alike = (status, beyond(text)) == of_nothing if beyond(path) != path or not writes else True
        return None if alike and not told else f"{path} {form}: {status} {told and told[0]} {text[:300]} {of_nothing}"

    asked = {(route.path, *map(str, request)): (route, *request)
             for route in ROUTES if route.writes is writes for request in requests(route, scene)}
    answers = await asyncio.gather(*(trace(*request) for request in asked.values()))
    assert [answer for answer in answers if answer is not None] == []
    assert await scene.rows() == before
