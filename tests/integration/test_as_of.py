"""Every route that reads gives, as of a version, what it gave when that version was the newest."""

from __future__ import annotations

import asyncio
import json
import random
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import psycopg
import pytest

import catmaid_server
from catmaid_server.db.queries import load
from catmaid_server.db.store import Store
from catmaid_server.domain.history import versions
from catmaid_server.http.routing import Route
from catmaid_server.routes import all_routes
from tests.helpers.edit_kinds import Editor, new_editor
from tests.helpers.service import Actor, Service
from tests.helpers.sizes import at_size, long_if_full

pytestmark = long_if_full
STEPS = at_size(ci=24, full=50)
RECORDINGS = at_size(ci=4, full=40)
SECONDS = at_size(ci=2, full=60)

WEBSOCKETS = {"/{project_id:-?[0-9]+}/events", "/channels/updates/"}
_JOBS = re.compile(r"/(jobs|crop)\b")
OF_THE_PRESENT = {"/accounts/anonymous-api-token", "/{project_id:-?[0-9]+}/version"} | {
    route.path for route in all_routes() if _JOBS.search(route.path)
}
"""These tell of the session, of the newest version, and of jobs, which they begin."""

NO_PAST = "has no past"
P = "/{project_id:-?[0-9]+}"
WITHOUT_PAST = {
    "/", "/api-tokens/", "/apis/", "/apis/openapi.json", "/docs/", "/metrics", "/ontology/knownroots", "/permissions/",
    "/register", "/user/login/", "/user/password_change/", f"{P}/links/{{alias}}",
    "/groups/inactivity/", "/groups/inactivity/members/",
    "/invitation/", "/invitation/account/", "/invitation/open/",
    "/user/api-tokens/", "/user/sign-ins/", "/user/programs/", f"{P}/notifications/list",
    f"{P}/samplers/connectors/states/", f"{P}/samplers/domains/intervals/states/", f"{P}/samplers/domains/types/",
    f"{P}/samplers/states/", f"{P}/stats/server", f"{P}/tile-ticket",
    # These read nothing if they are asked for nothing.
    f"{P}/connectors/link-pairs/", f"{P}/volumes/from-origin",
}  # fmt: skip
"""Routes that read nothing of the store refuse `as_of`."""

NUMBERS = {
    "left": 0, "top": 0, "z1": 0, "right": 1000, "bottom": 1000, "z2": 1000, "width": 1000, "height": 1000,
    "x": 500, "y": 500, "z": 500, "distance": 400, "scale": 1, "min_nodes": 1, "n_circles": 1, "n_hops": 1,
} | {f"{end}{axis}": far for end, far in (("min", 0), ("max", 1000)) for axis in "xyz"} | {
    f"{end}_{axis}": far for end, far in (("min", 0), ("max", 1000)) for axis in "xyz"
}  # fmt: skip
TEXTS = {
    "from": "1",
    "time_zone": "UTC",
    "start": "0",
    "key": "k",
    "start_date": "2020-01-01",
    "end_date": "2100-01-01",
    "query": "nodes:1.. -name:/x/ reviewed:0.. (by:admin or editor:tracer) or -created:..2020-01-01",
}


@dataclass(frozen=True)
class Known:
    """Ids of what there was at the first recording, by a part of the names of parameters that ask for them."""

    ids: dict[str, list[int]]

    def of(self, name: str) -> list[int] | None:
        return next((ids for part, ids in self.ids.items() if part in name), None)


@dataclass(frozen=True)
class Read:
    """One request that reads."""

    method: str
    path: str
    form: tuple[tuple[str, str], ...]

    async def answer(self, actor: Actor, **more: object) -> tuple[int, str]:
        """Status, and the body so that the order of lists does not matter."""
        form = dict(self.form) | {name: str(value) for name, value in more.items()}
        place = "params" if self.method == "GET" else "data"
        status, body = await actor.request(self.method, self.path, **{place: form})
        return status, json.dumps(_sorted(body), sort_keys=True) if not isinstance(body, bytes) else body.hex()


def _sorted(value: Any) -> Any:
    match value:
        case dict():
            return {key: _sorted(item) for key, item in value.items() if key != "snapshot"}
        case list():
            return sorted(map(_sorted, value), key=lambda item: json.dumps(item, sort_keys=True))
        case _:
            return value


def read_of(route: Route, project_id: int, known: Known) -> Read:
    """A request to a route that asks for as much as there is."""

    def in_path(part: re.Match[str]) -> str:
        name = part[1]
        ids = [project_id] if name == "project_id" else known.of(name)
        return str(ids[0]) if ids else "treenode" if name.endswith("type") else "1"

    path = re.sub(r"\{(\w+)(?::(?:[^{}]|\{[^{}]*\})+)?\}", in_path, route.path)
    form = []
    for field in msgspec.structs.fields(route.form):
        value = _value(field.encode_name, field.type, known)
        if value is not None:
            form.append((field.encode_name, value))
    return Read("GET" if "GET" in route.methods else route.methods[0], path, tuple(form))


def _value(name: str, kind: Any, known: Known) -> str | None:
    kinds = {kind, *get_args(kind)}
    many = any(get_origin(part) is list for part in kinds)
    ids = known.of(name)
    if many and ids:
        return json.dumps(ids[:20])
    if ids and not many and int in kinds:
        return str(ids[0])
    if bool in kinds and name.startswith("with_"):
        return "true"
    if name in NUMBERS and not many:
        return str(NUMBERS[name])
    return TEXTS.get(name)


@pytest.fixture(scope="module")
async def editor(module_service: Service) -> Editor:
    return await new_editor(module_service, seed=5)


async def known_now(store: Store) -> Known:
    async with store.reading() as connection:

        async def ids(table: str) -> list[int]:
            rows = await (await connection.execute(f"SELECT id FROM {table} ORDER BY id")).fetchall()
            return [row[0] for row in rows]

        skeletons, neurons = await ids("skeleton"), await ids("neuron")
        treenodes, connectors = await ids("treenode"), await ids("connector")
        annotations, labels = await ids("annotation"), await ids("label")
        relations, admins = await ids("relation"), await ids("app_user")
    return Known({
        "connector_id": connectors, "connectors": connectors, "cids": connectors, "skeleton": skeletons,
        "skid": skeletons, "source": skeletons, "target": skeletons, "rows": skeletons, "columns": skeletons,
        "neuron_id": neurons, "neuron": neurons, "entity": neurons, "object": neurons, "treenode": treenodes,
        "node": treenodes, "tnid": treenodes, "annotation_id": annotations, "label_id": labels,
        "relation_id": relations, "reviewer": admins,
    })  # fmt: skip


async def all_reads(service: Service) -> dict[str, Read]:
    """A request to each route that reads, by the route's path, of what there is now."""
    known = await known_now(service.store)
    return {
        route.path: read_of(route, service.project_id, known)
        for route in all_routes()
        if not route.writes and route.path not in WEBSOCKETS | OF_THE_PRESENT
        if "GET" in route.methods or route.path.startswith("/{project_id")
    }


async def test_every_read_gives_what_it_gave(module_service: Service, editor: Editor) -> None:
    store, admin = module_service.store, module_service.admin
    await editor.walk(3 * STEPS)
    reads = await all_reads(module_service)
    given: dict[int, dict[str, tuple[int, str]]] = {}
    for _ in range(RECORDINGS):
        async with store.reading() as connection:
            version = await versions.settled(connection)
        given[version] = {path: await read.answer(admin) for path, read in reads.items()}
        await editor.walk(STEPS)
    assert len(given) == RECORDINGS
    answers = [answer for answers in given.values() for answer in answers.values()]
    assert sum(status == 200 for status, _ in answers) > 0.6 * len(answers), "most of these requests must be good ones"
    wrong, without = {}, set()
    for version, before in given.items():
        for path, read in reads.items():
            now = await read.answer(admin, as_of=version)
            if NO_PAST in now[1]:
                without.add(path)
            elif now != before[path]:
                wrong[path] = (read, before[path], now)
    assert wrong == {}
    assert without == WITHOUT_PAST
    before_all = {path: (await read.answer(admin, as_of=0))[0] for path, read in reads.items()}
    assert {path: status for path, status in before_all.items() if status >= 500} == {}


async def test_what_depends_on_who_asks_is_not_kept_for_ever(module_service: Service, editor: Editor) -> None:
    """Caches keep what a version is answered, each for its user alone."""
    await editor.walk(STEPS)
    async with module_service.store.reading() as connection:
        version = await versions.settled(connection)
    kept = set()
    for path, read in (await all_reads(module_service)).items():
        if read.method != "GET" or path in WITHOUT_PAST:
            continue
        answers = []
        for actor in (module_service.admin, module_service.tracer):
            headers = {"X-Authorization": f"Token {actor.token}"}
            query = {**dict(read.form), "as_of": str(version)}
            async with actor.session.get(actor.url + read.path, params=query, headers=headers) as response:
                answers.append((response.status, await response.read()))
                caching = response.headers.get("Cache-Control", "")
                if "immutable" in caching:
                    kept.add(path)
                    assert caching.startswith("private"), path
                    varies = ", ".join(response.headers.getall("Vary"))
                    assert {"Accept", "Authorization", "Cookie", "X-Authorization"} <= set(varies.split(", ")), path
        if path in kept and {status for status, _ in answers} == {200}:
            assert answers[0] == answers[1], path
    assert {f"{P}/annotations/", f"{P}/node/list", f"{P}/versions/log"} <= kept
    assert not {"/projects/", "/version", "/health", f"{P}/stats/summary", f"{P}/reviewer-whitelist"} & kept


async def test_no_answer_of_the_past_changes_while_two_write(module_service: Service, editor: Editor) -> None:
    """One reader asks for what is settled, and again for what was answered before, whatever is committed meanwhile."""
    await editor.walk(STEPS)
    reads = [read for path, read in (await all_reads(module_service)).items() if path not in WITHOUT_PAST]
    chance, given = random.Random(1), dict[tuple[int, Read], tuple[int, str]]()
    end = time.monotonic() + SECONDS

    async def write(seed: int) -> None:
        one = Editor(editor.store, editor.project_id, editor.actors, random.Random(seed))
        while time.monotonic() < end:
            await one.walk(1)

    async def ask(version: int, read: Read) -> None:
        answer = await read.answer(module_service.admin, as_of=version)
        assert given.setdefault((version, read), answer) == answer

    writers = asyncio.gather(write(1), write(2))
    while not writers.done():
        async with module_service.store.reading() as connection:
            version = await versions.settled(connection)
        for read in chance.sample(reads, 5):
            await ask(version, read)
        for earlier in chance.choices(list(given), k=10):
            await ask(*earlier)
    await writers
    assert len({version for version, _ in given}) > 1
    for earlier in list(given):
        await ask(*earlier)


def reading_queries() -> dict[str, str]:
    """The named queries that only read, with `$1` and so on for the parameters."""
    found = {}
    for path in sorted((Path(catmaid_server.__file__).parent / "sql").glob("*/*.sql")):
        subject = f"{path.parent.name}/{path.stem}"
        if path.parent.name in ("migrations", "transfer", "demo", "operations"):
            continue
        queries = load(subject)
        for name in dir(queries):
            text = getattr(queries, name)
            words = re.sub(r"--[^\n]*", "", text)
            if not re.search(r"\b(INSERT|UPDATE|DELETE|SHARE|SET|COPY|ANALYZE)\b", words):
                found[f"{subject}.{name}"] = _numbered(words)
    return found


def _numbered(text: str) -> str:
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
    for number, name in enumerate(names, 1):
        text = text.replace(f"%({name})s", f"${number}")
    return text.replace("%%", "%")


async def test_every_query_fits_the_past(module_service: Service) -> None:
    """Views are not tables: there, what is grouped by a primary key has to name all other columns, too."""
    unfit = {}
    async with module_service.store.reading() as connection:
        for name, text in reading_queries().items():
            for place in ("public", "past, public"):
                try:
                    async with connection.transaction(force_rollback=True):
                        await connection.execute(f"SET LOCAL search_path = {place}")
                        await connection.execute(f"PREPARE one AS {text}")
                except psycopg.Error as error:
                    unfit[name, place] = str(error).splitlines()[0]
                    break
                finally:
                    await connection.execute("DEALLOCATE ALL")
    assert unfit == {}
