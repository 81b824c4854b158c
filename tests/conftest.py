"""What tests share: a private PostgreSQL, a migrated template, and a fresh database for each test that asks."""

from __future__ import annotations

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import hypothesis
import psycopg
import pytest
from aiohttp import web
from argon2 import PasswordHasher
from psycopg import sql
from psycopg.conninfo import make_conninfo

from catmaid_server.db.migrations import migrate
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import passwords, users
from catmaid_server.domain.projects import projects
from catmaid_server.http.app import create_app
from catmaid_server.postgres.cluster import Cluster
from catmaid_server.routes import all_routes

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

REPOSITORY = Path(__file__).resolve().parent.parent
TEMPLATE = "catmaid_template"


def shared_folder() -> Path | None:
    """Real data and recorded answers, where they lie beside the repository."""
    for candidate in (os.environ.get("CATMAID_SHARED"), str(REPOSITORY.parent / "shared")):
        if candidate and (Path(candidate) / "data" / "expected.json").is_file():
            return Path(candidate)
    return None


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data; without it, tests that need it are deselected (`pytest_collection_modifyitems`)."""
    folder = shared_folder()
    assert folder is not None
    return folder


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if shared_folder() is None:
        without = [i for i in items if "shared" in getattr(i, "fixturenames", ())]
        config.hook.pytest_deselected(items=without)
        items[:] = [i for i in items if i not in without]


@pytest.fixture(scope="session", autouse=True)
def quick_hashes() -> Iterator[None]:
    """Hashes of passwords that cost next to nothing, in this process: what they protect here is worth no more."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def server_dsn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server for this run: `CATMAID_TEST_DSN` if set, else a private one."""
    given = os.environ.get("CATMAID_TEST_DSN")
    if given:
        yield make_conninfo(given, dbname="postgres")
        return
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    cluster.start()
    try:
        dsn = make_conninfo(cluster.dsn, dbname="postgres")
        with psycopg.connect(dsn, autocommit=True) as connection:  # what is lost with the machine may be lost here
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield dsn
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
async def template(server_dsn: str) -> AsyncIterator[str]:
    """Name of a migrated database with its first users, to copy from."""
    name = f"{TEMPLATE}_{secrets.token_hex(4)}"
    await create_database(server_dsn, name)
    dsn = make_conninfo(server_dsn, dbname=name)
    await migrate(dsn)
    async with (
        Store.opened(dsn, pool_size=1) as store,
        store.writing(user_id=None, project_id=None, label="bootstrap") as tx,
    ):
        await users.bootstrap(tx)
    yield name
    await drop_database(server_dsn, name)


async def create_database(server_dsn: str, name: str, template: str = "template1") -> None:
    async with await psycopg.AsyncConnection.connect(server_dsn, autocommit=True) as connection:
        await connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )


async def drop_database(server_dsn: str, name: str) -> None:
    async with await psycopg.AsyncConnection.connect(server_dsn, autocommit=True) as connection:
        await connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@asynccontextmanager
async def fresh_store(server_dsn: str, template: str) -> AsyncIterator[Store]:
    """A store with the users `admin` and `AnonymousUser`, for the time of the block."""
    name = f"test_{secrets.token_hex(6)}"
    await create_database(server_dsn, name, template)
    async with Store.opened(make_conninfo(server_dsn, dbname=name), pool_size=6) as opened:
        yield opened
    await drop_database(server_dsn, name)


@pytest.fixture
async def store(server_dsn: str, template: str) -> AsyncIterator[Store]:
    """A fresh store with the users `admin` and `AnonymousUser`."""
    async with fresh_store(server_dsn, template) as opened:
        yield opened


@pytest.fixture(scope="module")
async def module_store(server_dsn: str, template: str) -> AsyncIterator[Store]:
    """As `store`, for the tests of one module together: quicker, where they do not disturb each other."""
    async with fresh_store(server_dsn, template) as opened:
        yield opened


@dataclass
class Actor:
    """A user who sends requests with an API token, as clients do."""

    session: aiohttp.ClientSession
    url: str
    token: str | None

    async def request(self, method: str, path: str, **kwargs: object) -> tuple[int, object]:
        headers = {} if self.token is None else {"X-Authorization": f"Token {self.token}"}
        headers |= dict(kwargs.pop("headers", {}))  # type: ignore[call-overload]
        async with self.session.request(method, self.url + path, headers=headers, **kwargs) as response:  # type: ignore[arg-type]
            if response.content_type == "application/json":
                return response.status, await response.json()
            return response.status, await response.read()

    async def get(self, path: str, **query: object) -> object:
        status, body = await self.request("GET", path, params={k: str(v) for k, v in query.items()})
        assert status == 200, body
        return body

    async def post(self, path: str, **form: object) -> object:
        status, body = await self.request("POST", path, data={k: str(v) for k, v in form.items()})
        assert status == 200, body
        return body

    async def refused(self, path: str, **form: object) -> tuple[int, dict[str, object]]:
        status, body = await self.request("POST", path, data={k: str(v) for k, v in form.items()})
        assert status >= 400, body
        assert isinstance(body, dict)
        return status, body


@dataclass
class Service:
    """A running service with one project, an administrator, a tracer, and a visitor."""

    store: Store
    url: str
    project_id: int
    admin: Actor
    tracer: Actor
    visitor: Actor
    app: web.Application


@asynccontextmanager
async def serving(store: Store, data_dir: Path) -> AsyncIterator[tuple[str, web.Application]]:
    """The service over a store, on a free port of this machine."""
    app = create_app(store, all_routes(), secret=b"only for tests", data_dir=data_dir)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}", app
    finally:
        await runner.cleanup()


@asynccontextmanager
async def fresh_service(store: Store, data_dir: Path) -> AsyncIterator[Service]:
    """A service with the project "Test", where `tracer` may annotate and a visitor may do nothing."""
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        project_id = await projects.create_project(tx, "Test", owner_id=admin.id)
        tracer_id = await users.create_user(tx, "tracer", password="a tracer's password")
        for permission in ("can_browse", "can_annotate", "can_annotate_with_token", "can_import"):
            await users.grant(tx, project_id, permission, to="tracer")
        tokens = [await users.issue_token(tx, user_id) for user_id in (admin.id, tracer_id)]
    async with serving(store, data_dir) as (url, app), aiohttp.ClientSession() as session:
        actors = [Actor(session, url, token) for token in (*tokens, None)]
        yield Service(store, url, project_id, *actors, app)


@pytest.fixture
async def service(store: Store, tmp_path: Path) -> AsyncIterator[Service]:
    """A fresh service with the project "Test", where `tracer` may annotate and a visitor may do nothing."""
    async with fresh_service(store, tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
async def module_service(module_store: Store, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """As `service`, for the tests of one module together."""
    async with fresh_service(module_store, tmp_path_factory.mktemp("data")) as started:
        yield started
