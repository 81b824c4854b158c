"""A project copied from a running server: the copy answers as the source does, also after a kill -9 on the way."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users as accounts
from catmaid_server.domain.errors import InvalidInput, NotAllowed
from catmaid_server.transfer.importers.catmaid import parts
from catmaid_server.transfer.importers.catmaid.copying import copy_project
from catmaid_server.transfer.importers.catmaid.importing import import_catmaid
from catmaid_server.transfer.importers.catmaid.server import CatmaidServer, SourceError
from tests.helpers.catmaid_files import link, node, owned, row, thing, users, whole, written
from tests.helpers.database import fresh_store
from tests.helpers.service import Actor, Service, serving

TITLE = "Lab"


def lab(skeletons: int = 60) -> list[dict[str, Any]]:
    """A project with stacks, and with more skeletons than are asked for at a time."""
    more: list[dict[str, Any]] = []
    for index in range(skeletons):
        neuron, skeleton = 5000 + 3 * index, 5001 + 3 * index
        more += [
            thing("neuron", neuron, f"small {index}"),
            thing("skeleton", skeleton, f"skeleton {skeleton}"),
            link("model_of", neuron + 2, skeleton, neuron),
            node(9000 + 2 * index, skeleton),
            node(9001 + 2 * index, skeleton, 9000 + 2 * index),
        ]
    return [
        *whole()[:-2], *more, owned("class", 54, class_name="volume"),
        owned("classinstance", 155, class_column=54, name="cube corner"), link("annotated_with", 157, 155, 130),
        owned("volumeclassinstance", 156, relation=5, volume=4, class_instance=155),
        thing("neuron", 4000, "without skeleton"),
        owned("connector", 21, editor=40, location_x=7.0, location_y=8.0, location_z=9.0, confidence=4),
        row("project", 3, title=TITLE, comment="all of it"),
        row("stack", 6, title="FIB", dimension="(100, 200, 30)", resolution="(4.500, 4.500, 50.000)", comment="c",
            description="", metadata={"clamp": False}),
        row("stackmirror", 8, stack=6, title="m", image_base="https://example.org/tiles/", tile_source_type=4),
        row("projectstack", 2, project=3, stack=6, translation="(1.000, 2.000, 3.000)"),
        row("brokenslice", 1, stack=6, index=7),
        row("stackgroup", 5, title="group"), row("stackgrouprelation", 2, name="channel"),
        row("stackstackgroup", 1, stack=6, stack_group=5, group_relation=2, position=3), *users(),
    ]  # fmt: skip


@pytest.fixture
async def source(service: Service, tmp_path: Path) -> Service:
    """A service with the project "Lab"."""
    await import_catmaid(service.store, written(tmp_path / "lab.json", lab()), user="admin", preserve_ids=True)
    return service


@asynccontextmanager
async def reader(store: Store, folder: Path) -> AsyncIterator[Actor]:
    """An administrator at a service over this store."""
    async with store.writing(user_id=None, project_id=None, label="token") as tx:
        token = await accounts.issue_token(tx, (await accounts.require_user(tx, "admin")).id)
    async with serving(store, folder) as (url, _), aiohttp.ClientSession() as session:
        yield Actor(session, url, token)


def plain(value: Any) -> Any:
    """A value without the order of lists of rows and objects."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list) and any(isinstance(item, list | dict) for item in value):
        return sorted((plain(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


async def told(actor: Actor, project_id: int) -> dict[str, Any]:
    """What the API tells of a project; ids as they are, relations by name. When a tag was put there is not copied."""

    async def get(path: str, **query: object) -> Any:
        return plain(await actor.get(f"/{project_id}/{path}", **query))

    async def post(path: str, **form: object) -> Any:
        return plain(await actor.post(f"/{project_id}/{path}", **form))

    skeleton_ids: Any = await actor.get(f"/{project_id}/skeletons/")
    kinds = {kind["relation_id"]: kind["relation"] for kind in await get("connectors/types/")}
    connectors = await post("connectors/", with_partners="true", with_tags="true")
    links = [
        [*found[:3], kinds[found[3]], *found[4:]]
        for partners in connectors.pop("partners").values()
        for found in partners
    ]
    details = {}
    for skeleton_id in sorted(skeleton_ids):
        parts_told: Any = await actor.get(
            f"/{project_id}/skeletons/{skeleton_id}/compact-detail", with_tags="true", with_connectors="true"
        )
        details[skeleton_id] = [plain(part) for part in parts_told]
    nodes = [int(found[0]) for detail in details.values() for found in detail[0]]
    kinds_told = {f"types[{i}]": kind for i, kind in enumerate(("neuron", "annotation", "volume"))}
    neurons = await post("annotations/query-targets", with_annotations="true", **kinds_told)
    volumes = await get("volumes/")
    stacks = [await get(f"stack/{stack['id']}/info") for stack in await get("stacks")]
    return {
        "skeletons": sorted(skeleton_ids),
        "connectors": connectors,
        "links": plain(links),
        "details": details,
        "nodes": await post("node/user-info", **{f"node_ids[{i}]": found for i, found in enumerate(nodes)}),
        "neurons": neurons,
        "volumes": plain(volumes["data"]),
        "meshes": await get("volumes/4/"),
        "labels": await get("labels/stats"),
        "annotations": await get("annotations/"),
        "stacks": stacks,
        "groups": await get("stackgroup/5/info"),
        "project": await get(""),
        "users": sorted(user["login"] for user in await actor.get("/user-list")),
    }


def without_tracer(answers: dict[str, Any]) -> dict[str, Any]:
    """Accounts that own nothing in the project are not copied."""
    return {**answers, "users": [name for name in answers["users"] if name != "tracer"]}


async def test_the_copy_answers_as_the_source_does(
    source: Service, server_dsn: str, template: str, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    async with fresh_store(server_dsn, template) as store:
        summary = await copy_project(
            store,
            tmp_path,
            source.url,
            user="admin",
            token=source.admin.token,
            project="3",
            preserve_ids=True,
            progress=lambda done, total: seen.append((done, total)),
        )
        (project,) = summary.projects
        assert (project.title, project.project_id, project.created) == (TITLE, 3, True)
        assert project.counts["treenodes"] == 124
        assert project.counts["volumes"] == project.counts["reviews"] == project.counts["stacks"] == 1
        assert summary.left_out == {}
        async with reader(store, tmp_path / "second") as actor:
            assert await told(actor, 3) == without_tracer(await told(source.admin, 3))
    assert seen[-1][0] == seen[-1][1]
    assert not list((tmp_path / "copies").iterdir()), "nothing is left behind"


async def test_ids_may_be_new_and_the_project_one_that_is_here(source: Service, tmp_path: Path) -> None:
    summary = await copy_project(
        source.store,
        tmp_path,
        source.url,
        user="admin",
        token=source.admin.token,
        project=TITLE,
        title="Test",
        override_user="tracer",
    )
    (project,) = summary.projects
    assert (project.title, project.project_id, project.created) == ("Test", source.project_id, False)
    ours: Any = await source.admin.get(f"/{source.project_id}/skeletons/")
    theirs: Any = await source.admin.get("/3/skeletons/")
    assert len(ours) == len(theirs) == 62
    assert not set(ours) & set(theirs)
    origins: Any = await source.admin.post(
        f"/{source.project_id}/skeletons/origin", **{f"skeleton_ids[{i}]": found for i, found in enumerate(ours)}
    )
    assert sorted(origin["source_id"] for origin in origins["origins"].values()) == sorted(theirs)
    with pytest.raises(InvalidInput, match="already a project 'Lab' here"):
        await copy_project(source.store, tmp_path, source.url, user="admin", token=source.admin.token, project=TITLE)


SCRIPT = """
import asyncio, sys, time
from pathlib import Path
from catmaid_server.db.store import Store
from catmaid_server.transfer.importers.catmaid.copying import copy_project
async def main(dsn, folder, url, token):
    async with Store.opened(dsn, pool_size=2) as store:
        await copy_project(store, Path(folder), url, user="admin", token=token, project="3", preserve_ids=True,
                           connections=1, progress=lambda done, total: time.sleep(0.05))
asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_killed_copy_goes_on_and_ends_equal(
    source: Service, server_dsn: str, template: str, tmp_path: Path
) -> None:
    async with fresh_store(server_dsn, template) as store:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SCRIPT, store.dsn, str(tmp_path), source.url, str(source.admin.token)
        )
        while not list(tmp_path.glob("copies/*/skeletons-*.json.gz")):
            assert process.returncode is None, "it ended too soon"
            await asyncio.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        await process.wait()
        kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("copies/*/*.json.gz")}
        assert len(kept) >= 5
        async with store.reading() as connection:
            assert await (await connection.execute("SELECT 1 FROM project")).fetchall() == []
        again: dict[str, int] = {}

        def look(done: int, total: int) -> None:
            again.update({path.name: path.stat().st_mtime_ns for path in tmp_path.glob("copies/*/*.json.gz")})

        await copy_project(
            store,
            tmp_path,
            source.url,
            user="admin",
            token=source.admin.token,
            project="3",
            preserve_ids=True,
            progress=look,
        )
        assert {name: again[name] for name in kept} == kept, "nothing is fetched twice"
        async with reader(store, tmp_path / "second") as actor:
            assert await told(actor, 3) == without_tracer(await told(source.admin, 3))


async def test_what_is_wrong_with_address_token_or_project_is_said(
    source: Service, store: Store, tmp_path: Path
) -> None:
    for url, token, project, error, message in (
        ("catmaid.org", None, None, InvalidInput, "is no address of a server"),
        ("http://127.0.0.1:9/", None, None, SourceError, "http://127.0.0.1:9/ cannot be reached: "),
        (source.url + "/nowhere", None, None, SourceError, "is no CATMAID server"),
        (source.url, "0" * 40, None, NotAllowed, "does not know the token"),
        (source.url, source.admin.token, None, InvalidInput, "several projects. Choose one by its id: "),
        (source.url, source.admin.token, "99", InvalidInput, "no project '99'. Choose one by its id: "),
        (source.url, None, None, InvalidInput, "has no projects"),
    ):
        with pytest.raises(error, match=message):
            await copy_project(store, tmp_path, url, user="admin", token=token, project=project)
    moved = web.Response(status=301, headers={"Location": "https://new.example.org/version"})
    async with between(source.url, lambda request, count: moved) as url:
        with pytest.raises(SourceError, match=r"sends on to https://new\.example\.org/version; give the address"):
            await copy_project(store, tmp_path, url.replace("//", "//me:secret@"), user="admin")
    async with CatmaidServer(source.url, None) as server:
        with pytest.raises(NotAllowed, match=r"Without a token, one may not read 3/stacks at http"):
            await server.get("3/stacks")


async def test_two_copies_of_a_project_at_once_are_refused(source: Service, store: Store, tmp_path: Path) -> None:
    async def one() -> None:
        await copy_project(store, tmp_path, source.url, user="admin", token=source.admin.token, project="3", title="A")

    results = await asyncio.gather(one(), one(), return_exceptions=True)
    assert None in results
    assert any(str(result).startswith("Another import copies this project") for result in results)


Handler = Callable[[web.Request, Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def between(url: str, spoil: Callable[[web.Request, int], web.Response | None]) -> AsyncIterator[str]:
    """A server that passes requests on to another, and may spoil them; it is told the path and its count."""
    counts: dict[str, int] = {}

    async def pass_on(request: web.Request) -> web.Response:
        counts[request.path] = counts.get(request.path, 0) + 1
        spoilt = spoil(request, counts[request.path])
        if spoilt is not None:
            return spoilt
        async with session.request(
            request.method,
            url + request.path_qs,
            data=await request.read(),
            headers={k: v for k, v in request.headers.items() if k in ("X-Authorization", "Content-Type")},
        ) as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", pass_on)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_server_that_stumbles_is_asked_again(
    source: Service, server_dsn: str, template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Busy answers are asked for again, and skeletons one by one where all together are refused."""
    monkeypatch.setattr(CatmaidServer.__init__, "__kwdefaults__", {"connections": 4, "pause": 0.01})

    def spoil(request: web.Request, count: int) -> web.Response | None:
        if request.path.endswith("skeletons/compact-detail"):
            return web.json_response({"detail": "Not found."}, status=404)
        return web.Response(status=503) if count == 1 and request.path != "/version" else None

    async with (
        between(source.url, spoil) as url,
        fresh_store(server_dsn, template) as store,
        reader(store, tmp_path / "second") as actor,
    ):
        await copy_project(store, tmp_path, url, user="admin", token=source.admin.token, project="3", preserve_ids=True)
        assert await told(actor, 3) == without_tracer(await told(source.admin, 3))


@pytest.mark.parametrize("slips", [1, 2])
async def test_skeletons_that_change_while_they_are_read_are_read_again(
    source: Service, monkeypatch: pytest.MonkeyPatch, slips: int
) -> None:
    monkeypatch.setattr(parts, "_SKELETON_TRIES", 2)

    def spoil(request: web.Request, count: int) -> web.Response | None:
        return web.json_response({}) if request.path.endswith("node/user-info") and count <= slips else None

    async with between(source.url, spoil) as url, CatmaidServer(url, source.admin.token) as server:
        fetching = parts.fetch_skeletons(parts.SourceProject(server, 3), [102, 103])
        if slips == 1:
            assert len((await fetching)["nodes"]) == 4
        else:
            with pytest.raises(SourceError, match="Skeletons 102 to 103 change faster than they can be read"):
                await fetching
